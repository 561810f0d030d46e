// Comfort on top of pages that work without it: each concern is a few lines, none holds a rule.

const body = document.body;
const words = body.dataset;
const $ = (selector, root = document) => root.querySelector(selector);
const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];

document.documentElement.classList.add("js");

// Announcements: the regions are never replaced, only filled, or screen readers miss the change.
function announce(text, region = "#annonces") {
  const node = $(region);
  node.textContent = "";
  setTimeout(() => { node.textContent = text; }, 50);
}

// Focus: what asks for it, on a page load or in new content.
function focusWanted(root) {
  const wanted = root.matches?.("[data-focus]") ? root : $("[data-focus]", root);
  wanted?.focus();
}
focusWanted(document);

// Dialogs: fetched into #fenetre; the same address also works as a page.
const windows = $("#fenetre");
let opener = null;
document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.detail.target === windows) opener = document.activeElement;
});
document.addEventListener("htmx:afterSwap", (event) => {
  const target = event.detail.target;
  const dialog = target === windows || windows.contains(target) ? $("dialog", windows) : null;
  if (dialog && !dialog.open) {
    dialog.addEventListener("close", () => closed());
    dialog.showModal();
  }
  focusWanted(event.detail.elt?.isConnected ? event.detail.elt : document);
});
function closed() {
  windows.replaceChildren();
  (opener?.isConnected ? opener : $("h1"))?.focus();
}
document.addEventListener("fermer-fenetre", () => $("dialog", windows)?.close());
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-close]")) {
    event.preventDefault();
    $("dialog", windows)?.close();
  }
});

// Busy: the target says so; the style sheet shows a bar after 200 ms.
document.addEventListener("htmx:beforeRequest", (event) => event.detail.target?.setAttribute("aria-busy", "true"));
document.addEventListener("htmx:afterRequest", (event) => event.detail.target?.removeAttribute("aria-busy"));

// Toasts: success leaves after 8 s, unless it is pointed at; errors stay.
function toast(text, { stays = false, retry = null } = {}) {
  const node = document.createElement("div");
  node.className = "toast";
  const sentence = document.createElement("span");
  sentence.textContent = text;
  node.append(sentence);
  if (retry) node.append(button(words.sayRetry, () => { node.remove(); retry(); }));
  node.append(button(words.sayClose, () => node.remove()));
  $("#avis").append(node);
  if (!stays) leaveLater(node);
}
function button(label, action) {
  const node = document.createElement("button");
  node.type = "button";
  node.className = "btn small quiet";
  node.textContent = label;
  node.addEventListener("click", action);
  return node;
}
function leaveLater(node) {
  const timer = setTimeout(() => {
    if (node.matches(":hover, :focus-within")) leaveLater(node);
    else node.remove();
  }, 8000);
  node.addEventListener("click", () => clearTimeout(timer), { once: true });
}
new MutationObserver((changes) => {
  for (const change of changes) {
    for (const node of change.addedNodes) if (node.dataset && "passing" in node.dataset) leaveLater(node);
  }
}).observe($("#avis"), { childList: true });

// Failure: what the server said, or that it could not be reached, with a way to try again.
function failed(event) {
  const answer = event.detail.xhr?.responseText ?? "";
  const trouble = $("#trouble", new DOMParser().parseFromString(answer, "text/html"));
  const text = $$("h1, p", trouble ?? document.createElement("div")).map((node) => node.textContent.trim()).join(". ") || words.sayNetwork;
  announce(text, "#alertes");
  const { elt, requestConfig } = event.detail;
  const isSafe = requestConfig?.verb === "get";
  toast(text, { stays: true, retry: isSafe && elt?.isConnected ? () => htmx.trigger(elt, requestConfig.triggeringEvent?.type ?? "click") : null });
}
document.addEventListener("htmx:sendError", failed);
document.addEventListener("htmx:responseError", failed);

// Passwords that can be read while typed, and switches whose state is written beside them.
document.addEventListener("change", (event) => {
  const field = document.getElementById(event.target.dataset.reveal ?? "");
  if (field) field.type = event.target.checked ? "text" : "password";
  const state = event.target.matches("[role=switch]") && document.getElementById(`${event.target.id}-etat`);
  if (state && state.dataset.on) state.textContent = event.target.checked ? state.dataset.on : state.dataset.off;
});

// A variable goes where the caret last was in a text of the page.
let writtenIn = null;
document.addEventListener("focusin", (event) => { if (event.target.matches("[data-text]")) writtenIn = event.target; });
document.addEventListener("click", (event) => {
  const variable = event.target.closest("[data-insert]")?.dataset.insert;
  const field = variable && (writtenIn?.isConnected ? writtenIn : $("textarea[data-text]"));
  if (!field) return;
  field.setRangeText(variable, field.selectionStart, field.selectionEnd, "end");
  field.focus();
  field.dispatchEvent(new Event("input", { bubbles: true }));
});

// Choosing is enough for a list of addresses (settings on a phone); without script, its button does it.
document.addEventListener("change", (event) => {
  if (event.target.matches("select[data-go]")) location.assign(event.target.value);
});

// Paper: what a print button shows is the page, whose style sheet knows what stays.
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) print();
});

// Theme: seen before it is saved.
document.addEventListener("change", (event) => {
  if (!event.target.matches("[data-theme-choice]")) return;
  const theme = event.target.value;
  if (theme) document.documentElement.dataset.theme = theme;
  else delete document.documentElement.dataset.theme;
  document.cookie = `theme=${theme}; path=/; max-age=31536000; samesite=lax`;
});

// Menus close on Escape, on a click outside and when focus leaves them.
document.addEventListener("click", (event) => {
  $$("details.menu[open]").forEach((menu) => { if (!menu.contains(event.target)) menu.open = false; });
});
document.addEventListener("focusout", (event) => {
  const menu = event.target.closest?.("details.menu[open]");
  if (menu && event.relatedTarget && !menu.contains(event.relatedTarget)) menu.open = false;
});

// Drop zone: the files go into the real field.
for (const name of ["dragover", "dragleave", "drop"]) {
  document.addEventListener(name, (event) => {
    const zone = event.target.closest?.("[data-drop]");
    if (!zone) return;
    event.preventDefault();
    zone.toggleAttribute("data-over", name === "dragover");
    const field = $("input[type=file]", zone);
    if (name !== "drop" || !field) return;
    field.files = event.dataTransfer.files;
    field.dispatchEvent(new Event("change", { bubbles: true }));
  });
}

// Leaving a changed form asks first.
let changed = null;
document.addEventListener("input", (event) => { changed = event.target.closest("form[data-garde]") ?? changed; });
document.addEventListener("submit", () => { changed = null; });
window.addEventListener("beforeunload", (event) => { if (changed?.isConnected) event.preventDefault(); });
