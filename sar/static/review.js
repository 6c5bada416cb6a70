// The page desk: drawing a box by dragging, and single keys that can be switched off (WCAG 2.1.4).
// Everything here can also be done with the forms on the page.

const sheet = document.getElementById("sheet");
const status = document.getElementById("desk-status");
const SETTING = "review-single-keys";
const SMALLEST = 3; // points

function say(words) {
  if (status) status.textContent = words;
}

function setUpDrawing() {
  const button = document.getElementById("draw");
  const form = document.getElementById("box-form");
  if (!button || !form || !sheet) return () => {};
  for (const hidden of form.querySelectorAll(".review-draw, .review-draw-hint")) hidden.hidden = false;
  const svg = sheet.querySelector("svg");
  const rectangle = document.createElementNS("http://www.w3.org/2000/svg", "rect");
  rectangle.setAttribute("class", "review-box review-box--new");
  let start = null;

  function toPoints(event) {
    const bounds = sheet.getBoundingClientRect();
    const within = (value, most) => Math.min(Math.max(value, 0), most);
    const width = Number(sheet.dataset.width);
    const height = Number(sheet.dataset.height);
    return {
      x: within(((event.clientX - bounds.left) / bounds.width) * width, width),
      y: within(((event.clientY - bounds.top) / bounds.height) * height, height),
    };
  }

  function show(from, to) {
    rectangle.setAttribute("x", Math.min(from.x, to.x));
    rectangle.setAttribute("y", Math.min(from.y, to.y));
    rectangle.setAttribute("width", Math.abs(to.x - from.x));
    rectangle.setAttribute("height", Math.abs(to.y - from.y));
  }

  function keep(from, to) {
    const sides = {
      x0: Math.min(from.x, to.x),
      y0: Math.min(from.y, to.y),
      x1: Math.max(from.x, to.x),
      y1: Math.max(from.y, to.y),
    };
    if (sides.x1 - sides.x0 < SMALLEST || sides.y1 - sides.y0 < SMALLEST) {
      rectangle.remove();
      say("The box was too small. Drag again.");
      return;
    }
    for (const [name, value] of Object.entries(sides)) form.elements[name].value = value.toFixed(1);
    document.getElementById("numbers").open = true;
    setDrawing(false);
    form.elements.code.focus();
    say("Box drawn. Choose the code and give the reason.");
  }

  function setDrawing(on) {
    button.setAttribute("aria-pressed", String(on));
    button.textContent = on ? "Stop drawing" : "Draw";
    sheet.classList.toggle("review-sheet--drawing", on);
    if (on) say("Drag over the page to draw a box.");
  }

  button.addEventListener("click", () => setDrawing(button.getAttribute("aria-pressed") !== "true"));
  sheet.addEventListener("pointerdown", (event) => {
    if (!sheet.classList.contains("review-sheet--drawing") || event.button !== 0) return;
    event.preventDefault();
    sheet.setPointerCapture(event.pointerId);
    start = toPoints(event);
    show(start, start);
    svg.append(rectangle);
  });
  sheet.addEventListener("pointermove", (event) => {
    if (start) show(start, toPoints(event));
  });
  sheet.addEventListener("pointerup", (event) => {
    if (!start) return;
    const from = start;
    start = null;
    keep(from, toPoints(event));
  });
  sheet.addEventListener("pointercancel", () => {
    start = null;
    rectangle.remove();
  });
  // A drag must not follow the link of a mark under it, nor drag the image away.
  sheet.addEventListener("dragstart", (event) => event.preventDefault());
  sheet.addEventListener("click", (event) => {
    if (sheet.classList.contains("review-sheet--drawing")) event.preventDefault();
  });
  return () => {
    setDrawing(true);
    sheet.scrollIntoView({ block: "nearest" });
  };
}

function rowOf(shape) {
  return document.getElementById(shape.id.replace("shape-", "row-"));
}

function setUpMarks() {
  const shapes = [...document.querySelectorAll(".review-shape")];
  function light(shape, on) {
    shape.classList.toggle("review-shape--here", on);
    rowOf(shape)?.classList.toggle("review-row--here", on);
  }
  for (const shape of shapes) {
    shape.addEventListener("focus", () => {
      light(shape, true);
      rowOf(shape)?.scrollIntoView({ block: "nearest" });
    });
    shape.addEventListener("blur", () => light(shape, false));
    for (const type of ["mouseenter", "mouseleave"]) {
      shape.addEventListener(type, () => light(shape, type === "mouseenter"));
      rowOf(shape)?.addEventListener(type, () => light(shape, type === "mouseenter"));
    }
  }
  return shapes;
}

function setUpKeys(shapes, draw) {
  const box = document.getElementById("keys-on");
  if (!box) return;
  document.querySelector(".review-keys").hidden = false;
  box.checked = localStorage.getItem(SETTING) !== "off";
  box.addEventListener("change", () => localStorage.setItem(SETTING, box.checked ? "on" : "off"));

  function step(list, by) {
    if (!list.length) return say("There is none on this page.");
    const at = list.indexOf(document.activeElement);
    const next = at < 0 ? (by > 0 ? 0 : list.length - 1) : (at + by + list.length) % list.length;
    list[next].focus();
  }
  const open = shapes.filter((shape) => shape.classList.contains("review-shape--open"));
  const follow = (relation) => document.querySelector(`.review-pager a[rel=${relation}]`)?.click();
  const actions = {
    n: () => step(open, 1),
    j: () => step(shapes, 1),
    k: () => step(shapes, -1),
    d: () => {
      const shape = shapes.includes(document.activeElement) ? document.activeElement : null;
      if (shape) rowOf(shape)?.querySelector("[data-decide]")?.click();
    },
    b: draw,
    "]": () => follow("next"),
    "[": () => follow("prev"),
  };
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, textarea, select, [contenteditable]");
    if (!box.checked || typing || event.ctrlKey || event.metaKey || event.altKey) return;
    const action = actions[event.key.toLowerCase()];
    if (!action) return;
    event.preventDefault();
    action();
  });
}

setUpKeys(setUpMarks(), setUpDrawing());
