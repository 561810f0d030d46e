// Several files for one form: the list of those chosen, one taken out, how much of them has left.
// The real field keeps them; without this script it still sends what was chosen.

const form = document.querySelector("form[data-files]");

if (form) {
  const field = form.querySelector("input[type=file]");
  const list = form.querySelector("[data-chosen]");
  const row = form.querySelector("template[data-file]");
  const sum = form.querySelector("[data-sum]");
  const sent = form.querySelector("[data-sent]");
  const bar = sent.querySelector("progress");
  const said = sent.querySelector("[data-said]");
  const { mostBytes, mostFiles, allBytes, sayOne, sayMany, saySize, sayTooBig, sayTooMany, sayAll, saySent, sayRead } = form.dataset;
  let chosen = [];

  const size = (bytes) => {
    const [amount, unit] = bytes >= 2 ** 20 ? [bytes / 2 ** 20, "M"] : [Math.max(1, bytes / 2 ** 10), "k"];
    const digits = { maximumFractionDigits: unit === "M" ? 1 : 0 };
    return saySize.replace("{n}", amount.toLocaleString(document.documentElement.lang, digits)).replace("{unit}", unit).replace(" ", "\u00a0");
  };
  const same = (one, other) => one.name === other.name && one.size === other.size && one.lastModified === other.lastModified;

  const worry = (node, isWrong) => {
    node.classList.toggle("late", isWrong);
    node.classList.toggle("muted", !isWrong);
  };

  // The field and the list say the same thing; « problem » is what the server would refuse too.
  function show() {
    const files = new DataTransfer();
    chosen.forEach((file) => files.items.add(file));
    field.files = files.files;
    const weight = chosen.reduce((all, file) => all + file.size, 0);
    list.replaceChildren(...chosen.map(line));
    list.hidden = !chosen.length;
    const words = chosen.length > 1 ? sayMany.replace("{n}", chosen.length) : sayOne;
    const problem = chosen.length > Number(mostFiles) ? sayTooMany : weight > Number(allBytes) ? sayAll : "";
    sum.textContent = chosen.length ? `${words.replace("{taille}", size(weight))}${problem && `. ${problem}`}` : "";
    worry(sum, Boolean(problem));
  }
  function line(file) {
    const node = row.content.firstElementChild.cloneNode(true);
    const isTooBig = file.size > Number(mostBytes);
    node.querySelector("[data-name]").textContent = file.name;
    node.querySelector("[data-size]").textContent = isTooBig ? `${size(file.size)}. ${sayTooBig}` : size(file.size);
    worry(node.querySelector("[data-size]"), isTooBig);
    node.querySelector("[data-of]").textContent = file.name;
    node.querySelector("button").addEventListener("click", () => take(file));
    return node;
  }
  function take(file) {
    const place = chosen.indexOf(file);
    chosen = chosen.filter((other) => other !== file);
    show();
    const next = list.querySelectorAll("button")[Math.min(place, chosen.length - 1)];
    (next ?? field).focus();
  }

  // Choosing again adds; a browser that empties the field on « Cancel » loses nothing.
  field.addEventListener("change", () => {
    chosen = [...chosen, ...[...field.files].filter((file) => !chosen.some((other) => same(other, file)))];
    show();
  });
  // Chosen before this script ran, or kept by the browser when it came back to the page.
  if (field.files.length) field.dispatchEvent(new Event("change"));

  document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.detail.elt !== form) return;
    sent.hidden = false;
    bar.value = 0;
    said.textContent = saySent.replace("{n}", 0);
  });
  document.addEventListener("htmx:xhr:progress", (event) => {
    const { elt, lengthComputable, loaded, total } = event.detail;
    if (elt !== form || !lengthComputable || sent.hidden || bar.value === 100) return;
    bar.value = Math.floor((100 * loaded) / total);
    said.textContent = bar.value === 100 ? sayRead : saySent.replace("{n}", bar.value);
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.elt !== form || event.detail.xhr.getResponseHeader("HX-Redirect")) return;
    sent.hidden = true;
    if (event.detail.xhr.status === 422) field.setAttribute("aria-invalid", "true");
    else field.removeAttribute("aria-invalid");
  });
}
