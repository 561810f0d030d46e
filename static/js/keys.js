// Keyboard: a key presses the control that bears it (data-key), so it does what one sees and nothing where it is absent.

const $ = (selector, root = document) => root.querySelector(selector);
const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
const FIELDS = "input, textarea, select, [contenteditable]";
const PREFIX = "g"; // « g t » goes to the dashboard
const PATIENCE = 1500; // ms between the two keys
let prefixAt = -Infinity;
let ahead = null; // what is typed while the search is on its way

document.addEventListener("keydown", (event) => {
  if (event.isComposing) return;
  const form = event.target.closest?.("form");
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && form) return void form.requestSubmit();
  if (event.key === "Escape") return void leave(event);
  // Single keys: outside fields, and only for the user who wants them.
  if (!("shortcuts" in document.body.dataset) || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.matches?.(FIELDS) || $("dialog[open]")) return;
  if (ahead !== null && event.key.length === 1) {
    ahead += event.key;
    return void event.preventDefault();
  }
  const isSecond = event.timeStamp - prefixAt < PATIENCE;
  prefixAt = event.key === PREFIX && !isSecond ? event.timeStamp : -Infinity;
  const control = bearer(isSecond ? `${PREFIX} ${event.key}` : event.key);
  if (control) {
    if (event.key === "/" && control.matches("[hx-get]")) ahead = "";
    press(control);
  } else if (event.key === "?" && !isSecond) htmx.ajax("GET", "/raccourcis", { target: "#fenetre", swap: "innerHTML" });
  else return;
  event.preventDefault();
});

// The search has come: what was typed meanwhile is its first words, not shortcuts of the page.
document.addEventListener("htmx:afterSettle", () => {
  const field = ahead === null ? null : $("dialog [role=combobox]");
  if (!field) return;
  if (ahead) {
    field.value = ahead + field.value;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
  ahead = null;
});
document.addEventListener("htmx:afterRequest", (event) => {
  if (!event.detail.successful) ahead = null;
});

// The control of a key: the last one that shows, else one folded away (in a closed menu, in a bar of another width).
function bearer(keys) {
  const controls = $$(`[data-key="${CSS.escape(keys)}"]`);
  return controls.findLast((control) => control.checkVisibility()) ?? controls[0];
}

function press(control) {
  if (control.matches(FIELDS)) {
    control.focus();
    control.scrollIntoView({ block: "nearest" });
    return;
  }
  // Where the focus comes back to, once the dialog it opens is closed.
  const shown = control.checkVisibility() ? control : $("summary", control.closest("details") ?? document.body);
  shown?.focus();
  control.click();
}

// Escape leaves the menu one is in, the form opened in the page, else the last toast; a dialog closes by itself.
function leave(event) {
  const menu = event.target.closest?.("details.menu[open]");
  if (menu) {
    menu.open = false;
    $("summary", menu).focus();
    return;
  }
  if ($("dialog[open]")) return;
  const cancel = event.target.closest?.("form") && $("[data-cancel]", event.target.closest("form"));
  if (cancel) cancel.click();
  else $("#avis").lastElementChild?.remove();
}

// Back to a list as it was left: its filter is kept for the tab, and the row one comes from gets the focus.
addEventListener("pagehide", () => {
  if ($("#list")) sessionStorage.setItem(`list ${location.pathname}`, location.search);
});
for (const link of $$("a[data-row]")) {
  link.href = link.pathname + (sessionStorage.getItem(`list ${link.pathname}`) ?? "");
  link.addEventListener("click", () => sessionStorage.setItem("row", link.dataset.row));
}
const row = document.getElementById(sessionStorage.getItem("row") ?? "");
if ($("#list")) sessionStorage.removeItem("row");
if (row?.matches("#list tr")) {
  row.scrollIntoView({ block: "center" });
  $("a", row)?.focus();
}
