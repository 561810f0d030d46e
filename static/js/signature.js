// Signing in a frame, with a mouse, a finger or a pen. The form sends what was drawn as a PNG in a hidden field.

const pad = document.querySelector("[data-pad]");

if (pad) {
  const drawing = document.getElementById(pad.dataset.pad);
  const file = document.getElementById(pad.dataset.file);
  const ink = pad.getContext("2d");
  ink.lineWidth = 8; // of 1200: 0.3 mm once on paper
  ink.lineCap = ink.lineJoin = "round";
  ink.strokeStyle = ink.fillStyle = "#10182b";
  let last = null;
  let middle = null;

  const place = (event) => {
    const box = pad.getBoundingClientRect();
    return { x: ((event.clientX - box.left) * pad.width) / box.width, y: ((event.clientY - box.top) * pad.height) / box.height };
  };
  const clear = () => {
    ink.clearRect(0, 0, pad.width, pad.height);
    drawing.value = "";
    last = null;
  };

  pad.addEventListener("pointerdown", (event) => {
    if (!event.isPrimary || event.button > 0) return;
    event.preventDefault();
    pad.setPointerCapture(event.pointerId);
    file.value = ""; // one or the other: what is done last is what is kept
    last = middle = place(event);
    ink.beginPath();
    ink.arc(last.x, last.y, ink.lineWidth / 2, 0, 2 * Math.PI);
    ink.fill();
  });

  // A curve through the middles of what the pointer visited: corners of a fast hand are rounded.
  pad.addEventListener("pointermove", (event) => {
    if (!last || !event.isPrimary) return;
    const visited = event.getCoalescedEvents?.() ?? [];
    for (const one of visited.length ? visited : [event]) {
      const next = place(one);
      const halfway = { x: (last.x + next.x) / 2, y: (last.y + next.y) / 2 };
      ink.beginPath();
      ink.moveTo(middle.x, middle.y);
      ink.quadraticCurveTo(last.x, last.y, halfway.x, halfway.y);
      ink.stroke();
      last = next;
      middle = halfway;
    }
  });

  const lift = (event) => {
    if (!last || !event.isPrimary) return;
    last = null;
    drawing.value = pad.toDataURL("image/png");
  };
  pad.addEventListener("pointerup", lift);
  pad.addEventListener("pointercancel", lift);

  document.querySelector("[data-pad-clear]").addEventListener("click", clear);
  file.addEventListener("change", () => { if (file.files.length) clear(); });

  // Given back with an error: what was drawn is shown again.
  if (drawing.value.startsWith("data:image/png;base64,")) {
    const before = new Image();
    before.addEventListener("load", () => ink.drawImage(before, 0, 0));
    before.src = drawing.value;
  }
}
