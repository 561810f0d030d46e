// Rows of a list that are ticked: by click, by range and from the keyboard; kept while the list changes.

const $ = (selector, root = document) => root.querySelector(selector);
const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];

let anchor = ""; // the last row that was ticked, by the value of its box: a range goes from there
let isShifted = false; // a box ticked from the keyboard does not say whether Shift was held

const boxOf = (row) => $(".row-check", row);
const rowsOf = (table) => $$("tbody tr", table).filter(boxOf);

function tick(row, isTicked) {
  const box = boxOf(row);
  if (box.checked === isTicked) return;
  box.checked = isTicked;
  note(box);
}

// From the anchor to this row, all become what this row becomes; without an anchor, this row alone.
function range(row, isTicked) {
  const rows = rowsOf(row.closest("table"));
  const from = rows.findIndex((one) => boxOf(one).value === anchor);
  const [first, last] = [from < 0 ? rows.indexOf(row) : from, rows.indexOf(row)].sort((a, b) => a - b);
  rows.slice(first, last + 1).forEach((one) => tick(one, isTicked));
}

function headOf(table) {
  const head = $("thead .row-check", table);
  if (!head) return;
  const boxes = rowsOf(table).map(boxOf);
  const ticked = boxes.filter((box) => box.checked).length;
  head.checked = ticked > 0 && ticked === boxes.length;
  head.indeterminate = ticked > 0 && ticked < boxes.length;
}

function changed(table) {
  headOf(table);
  table.dispatchEvent(new CustomEvent("selection", { bubbles: true }));
}

document.addEventListener("click", (event) => {
  const box = event.target.closest(".row-check");
  const row = event.target.closest("tbody tr");
  if (box) {
    const table = box.closest("table");
    if (!row) rowsOf(table).forEach((one) => tick(one, box.checked));
    else {
      note(box);
      if (event.shiftKey || (event.detail === 0 && isShifted)) range(row, box.checked);
      anchor = boxOf(row).value;
    }
    changed(table);
  } else if (row && boxOf(row) && !event.target.closest("a, button, summary, label, input, select")) {
    if (event.shiftKey) range(row, true);
    else if (event.ctrlKey || event.metaKey) tick(row, !boxOf(row).checked);
    else return;
    anchor = boxOf(row).value;
    changed(row.closest("table"));
  }
});
// A click with Shift would select the text between the rows.
document.addEventListener("mousedown", (event) => {
  const row = event.target.closest("tbody tr");
  if (event.shiftKey && row && boxOf(row)) event.preventDefault();
});
document.addEventListener("dblclick", (event) => {
  const row = event.target.closest("tbody tr");
  if (row && boxOf(row) && !event.target.closest("a, button, summary, label, input")) open(row);
});
function open(row) {
  $("a.title", row)?.click();
}

// The list of invoices: the ids stay when the list is filtered, sorted or goes on.
const form = $("#selection-form");
const chosen = new Set();
const most = Number(form?.dataset.most);
let timer = 0;
let saying = 0;

function note(box) {
  if (!form || box.form !== form) return;
  if (!box.checked) chosen.delete(box.value);
  else if (chosen.size < most) chosen.add(box.value);
  else {
    box.checked = false;
    toast(form.dataset.sayMost);
  }
}

// The boxes that are there say their own id; the others have a hidden field each.
function keep() {
  const shown = new Set($$("#list tbody .row-check").map((box) => box.value));
  $("#kept-ids").replaceChildren(...[...chosen].filter((id) => !shown.has(id)).map((id) => {
    const field = document.createElement("input");
    field.type = "hidden";
    field.name = "ids";
    field.value = id;
    return field;
  }));
  const whole = $("#whole");
  const head = $("#all-rows");
  whole?.toggleAttribute("data-on", Boolean(head?.checked && "more" in whole.dataset));
}

function refresh() {
  keep();
  clearTimeout(timer);
  clearTimeout(saying);
  if (chosen.size === 0) {
    if (form.contains(document.activeElement)) $("#all-rows")?.focus();
    delete form.dataset.count;
    say("");
    return;
  }
  form.dataset.count = chosen.size;
  timer = setTimeout(() => htmx.trigger(form, "chosen"), 120);
}

// A button of the bar takes the place of the refresh that a tick has just asked for.
document.addEventListener("click", (event) => event.target.closest?.("#selection button") && clearTimeout(timer), true);

function restore() {
  const list = $("#list table");
  if (!list) return;
  for (const box of $$("tbody .row-check", list)) box.checked = chosen.has(box.value);
  headOf(list);
}

function say(text) {
  $("#annonces").textContent = text;
}
function toast(text) {
  const node = document.createElement("div");
  node.className = "toast";
  node.dataset.passing = "";
  node.textContent = text;
  $("#avis").append(node);
  say(text);
}

if (form) {
  document.addEventListener("selection", refresh);
  document.addEventListener("htmx:afterSwap", (event) => {
    const target = event.detail.target ?? event.target;
    if (target.id === "selection") {
      const whole = $("[data-ids]", target);
      if (whole) {
        chosen.clear();
        whole.dataset.ids.split(",").filter(Boolean).forEach((id) => chosen.add(id));
        whole.remove();
        if (chosen.size) form.dataset.count = chosen.size;
        restore();
        keep();
        $(".selbtns button", target)?.focus();
      }
      clearTimeout(saying);
      saying = setTimeout(() => say($(".sum", target).textContent), 500);
    } else if (["list", "more"].includes(target.id)) {
      restore();
      keep();
    }
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-clear]")) {
      chosen.clear();
      restore();
      refresh();
    }
    const done = event.target.closest("[data-done]")?.dataset.done;
    if (done) {
      event.target.closest("details.menu")?.removeAttribute("open");
      toast(done[0].toUpperCase() + done.slice(1));
    }
  });
  // A filter that is applied closes its panel; the list is asked for by htmx.
  document.addEventListener("submit", (event) => {
    const panel = $("details.filters-menu[open]", event.target);
    if (!panel) return;
    panel.open = false;
    $("summary", panel).focus();
  });
  // The browser may come back to the page with its boxes as they were.
  window.addEventListener("pageshow", () => {
    $$("#list tbody .row-check:checked").forEach(note);
    if (chosen.size) changed($("#list table"));
  });
}

// Keyboard: the row that has the focus, or whose box has it.
document.addEventListener("keydown", (event) => {
  isShifted = event.shiftKey;
  const target = event.target;
  const list = $("#list table");
  if (!form || !list || event.ctrlKey || event.metaKey || event.altKey || $("dialog[open]")) return;
  const isBox = target.matches(".row-check");
  if (target.matches("input, textarea, select, [contenteditable]") && !isBox) return;
  const rows = rowsOf(list);
  const row = target.closest("tbody tr");
  const isRow = target === row || isBox || target.matches("a.title");
  const hasLetters = "shortcuts" in document.body.dataset;
  const move = { ArrowDown: 1, ArrowUp: -1 }[event.key] ?? (hasLetters ? { j: 1, k: -1 }[event.key] : undefined);
  if (move && (isRow || event.key.length === 1)) {
    (row ? rows[rows.indexOf(row) + move] ?? row : rows[0])?.focus();
  } else if (row && isRow && hasLetters && event.key.toLowerCase() === "x") {
    if (event.shiftKey) range(row, true);
    else tick(row, !boxOf(row).checked);
    anchor = boxOf(row).value;
    changed(list);
  } else if (row && ((event.key === "Enter" && (target === row || isBox)) || (event.key === "o" && hasLetters))) open(row);
  else if (hasLetters && event.key === "e" && (row || chosen.size)) {
    const ids = chosen.size ? [...chosen] : [boxOf(row).value];
    const values = { ids, csrf_token: $("[name=csrf_token]", form).value, retour: $("[name=retour]", form)?.value ?? "" };
    const address = $("#selection .primary[hx-post]")?.getAttribute("hx-post");
    if (address) htmx.ajax("POST", address, { target: "#fenetre", swap: "innerHTML", values });
  } else return;
  event.preventDefault();
});
document.addEventListener("keyup", (event) => { isShifted = event.shiftKey; });
