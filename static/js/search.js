// The search dialog: the focus stays in the field, the arrows choose what Enter opens (a combobox with its listbox).

const $ = (selector, root = document) => root.querySelector(selector);

function options(field) {
  return [...document.getElementById(field.getAttribute("aria-controls")).querySelectorAll("[role=option]")];
}

function choose(field, option) {
  for (const one of options(field)) one.setAttribute("aria-selected", String(one === option));
  if (option) {
    field.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  } else field.removeAttribute("aria-activedescendant");
}

document.addEventListener("keydown", (event) => {
  const field = event.target;
  if (!field.matches?.("[role=combobox]") || event.isComposing || event.ctrlKey || event.metaKey) return;
  const found = options(field);
  const at = found.findIndex((option) => option.getAttribute("aria-selected") === "true");
  if (event.key === "ArrowDown") choose(field, found[at + 1] ?? found[0]);
  else if (event.key === "ArrowUp") choose(field, found[at - 1] ?? found.at(-1));
  else if (event.key === "Enter" && at >= 0) found[at].click();
  else return;
  event.preventDefault();
});

// New results: nothing is chosen any more.
document.addEventListener("htmx:afterSwap", () => {
  const field = $("dialog [role=combobox]");
  if (!field) return;
  choose(field, null);
  field.setAttribute("aria-expanded", String(options(field).length > 0));
});
