"use strict";
const photos = [...document.querySelectorAll("article.photo")];
const thumbs = [...document.querySelectorAll(".thumbs li")];
const chips = [...document.querySelectorAll("[data-filter]")];
let current = photos[0];

// ---- queue: filters, current photo

function filter(level) {
  const all = !level || level === "all";
  thumbs.forEach((item, i) => {
    const hide = !all && item.dataset.level !== level && !item.dataset.claims.split(" ").includes(level);
    item.hidden = hide;
    photos[i].hidden = hide;
  });
  for (const chip of chips) chip.setAttribute("aria-pressed", String(chip.dataset.filter === (all ? "all" : level)));
  document.querySelector(".none-shown").hidden = thumbs.length === 0 || thumbs.some((item) => !item.hidden);
  settings.write({ show: all ? "" : level });
  if (!current || current.hidden) mark(photos.find((photo) => !photo.hidden));
}

function mark(photo) {
  current = photo;
  thumbs.forEach((item, i) => {
    const link = item.querySelector("a");
    if (photos[i] === photo) link.setAttribute("aria-current", "true"); else link.removeAttribute("aria-current");
  });
}

function step(by) {
  const shown = photos.filter((photo) => !photo.hidden);
  const next = shown[shown.indexOf(current) + by];
  if (!next) return;
  mark(next);
  next.scrollIntoView({ behavior: reducedMotion() ? "auto" : "smooth", block: "start" });
  next.focus({ preventScroll: true });
}

const inView = new IntersectionObserver((entries) => {
  const entry = entries.find((each) => each.isIntersecting);
  if (entry) mark(entry.target);
}, { rootMargin: "-30% 0px -60% 0px" });

// ---- one photo: circles and zoom

const ZOOMS = [1, 1.5, 2, 3, 4, 6];

function zoomTo(viewer, level, atX = 0.5, atY = 0.5) {
  const frame = viewer.querySelector(".frame");
  const canvas = viewer.querySelector(".canvas");
  if (Number(viewer.dataset.zoom) === 1) {
    const { width, height } = canvas.getBoundingClientRect();
    viewer.dataset.baseWidth = width;
    viewer.dataset.baseHeight = height;
    frame.style.height = frame.clientHeight + "px";
  }
  viewer.dataset.zoom = level;
  const scaled = level > 1;
  frame.classList.toggle("zoomed", scaled);
  if (!scaled) frame.style.height = "";
  canvas.style.width = scaled ? viewer.dataset.baseWidth * level + "px" : "";
  canvas.style.height = scaled ? viewer.dataset.baseHeight * level + "px" : "";
  canvas.style.maxHeight = canvas.style.maxWidth = scaled ? "none" : "";
  for (const tag of canvas.querySelectorAll(".tag")) tag.setAttribute("transform", "scale(" + 1 / level + ")");
  viewer.querySelector('[data-zoom-by="0"]').textContent = Math.round(100 * level) + " %";
  frame.scrollLeft = canvas.clientWidth * atX - frame.clientWidth / 2;
  frame.scrollTop = canvas.clientHeight * atY - frame.clientHeight / 2;
}

function zoomBy(viewer, by) {
  const now = ZOOMS.indexOf(Number(viewer.dataset.zoom));
  const frame = viewer.querySelector(".frame");
  const canvas = viewer.querySelector(".canvas");
  const atX = (frame.scrollLeft + frame.clientWidth / 2) / Math.max(canvas.clientWidth, 1);
  const atY = (frame.scrollTop + frame.clientHeight / 2) / Math.max(canvas.clientHeight, 1);
  const next = by === 0 ? 0 : Math.min(Math.max(now + by, 0), ZOOMS.length - 1);
  zoomTo(viewer, ZOOMS[next], now === 0 ? 0.5 : atX, now === 0 ? 0.5 : atY);
}

// Shows a place about two fifths of the frame wide, or all of the photo when it is shown that way already.
function zoomToPlace(viewer, polygon) {
  const all = viewer.querySelector(".canvas").viewBox.baseVal;
  const box = polygon.getBBox();
  const fit = 0.4 / Math.max(box.width / all.width, box.height / all.height);
  const level = [...ZOOMS].reverse().find((each) => each <= fit) || 1;
  const key = polygon.parentNode.dataset.place + "@" + level;
  const again = viewer.dataset.place === key && Number(viewer.dataset.zoom) === level;
  zoomTo(viewer, again ? 1 : level, (box.x + box.width / 2 - all.x) / all.width, (box.y + box.height / 2 - all.y) / all.height);
  viewer.dataset.place = key;
}

function circles(viewer, show) {
  viewer.classList.toggle("no-circles", !show);
  viewer.querySelector(".toggle-circles")?.setAttribute("aria-pressed", String(show));
}

function setUpViewer(viewer) {
  const frame = viewer.querySelector(".frame");
  viewer.querySelector(".toggle-circles")?.addEventListener("click", () => {
    circles(viewer, viewer.classList.contains("no-circles"));
  });
  for (const button of viewer.querySelectorAll("[data-zoom-by]")) {
    button.addEventListener("click", () => zoomBy(viewer, Number(button.dataset.zoomBy)));
  }
  let dragged = false;
  frame.addEventListener("click", (event) => {
    if (dragged) return;
    const box = viewer.querySelector(".canvas").getBoundingClientRect();
    const x = (event.clientX - box.left) / box.width;
    const y = (event.clientY - box.top) / box.height;
    zoomTo(viewer, Number(viewer.dataset.zoom) > 1 ? 1 : 3, x, y);
  });
  frame.addEventListener("pointerdown", (event) => {
    dragged = false;
    if (event.pointerType !== "mouse" || Number(viewer.dataset.zoom) === 1) return;
    const start = [event.clientX, event.clientY, frame.scrollLeft, frame.scrollTop];
    const move = (now) => {
      const dx = now.clientX - start[0];
      const dy = now.clientY - start[1];
      if (Math.abs(dx) + Math.abs(dy) > 4) dragged = true;
      frame.scrollLeft = start[2] - dx;
      frame.scrollTop = start[3] - dy;
    };
    addEventListener("pointermove", move);
    addEventListener("pointerup", () => removeEventListener("pointermove", move), { once: true });
    event.preventDefault();
  });
}

function setUpNumbers(photo) {
  for (const button of photo.querySelectorAll("[data-show-place]")) {
    const places = photo.querySelectorAll('[data-place="' + button.dataset.showPlace + '"]');
    const hot = (on) => places.forEach((place) => place.classList.toggle("hot", on));
    button.addEventListener("pointerenter", () => hot(true));
    button.addEventListener("pointerleave", () => hot(false));
    button.addEventListener("focus", () => hot(true));
    button.addEventListener("blur", () => hot(false));
    button.addEventListener("click", () => {
      const viewer = photo.querySelector(".viewer");
      if (!viewer) return;
      circles(viewer, true);
      zoomToPlace(viewer, viewer.querySelector('[data-place="' + button.dataset.showPlace + '"] polygon'));
      viewer.scrollIntoView({ behavior: reducedMotion() ? "auto" : "smooth", block: "nearest" });
    });
  }
}

// ---- a match: side by side, swipe, blink, overlay

const BLINK_MS = 900;  // about one change a second: well under the three a second of WCAG 2.3.1

function setUpMatch(match) {
  const stage = match.querySelector(".stage");
  if (!stage) return;
  const pair = match.querySelector(".pair");
  const canvas = stage.querySelector("svg");
  const over = stage.querySelector(".over");
  const clip = stage.querySelector(".clip");
  const divider = stage.querySelector(".divider");
  const slider = stage.querySelector("input");
  const pause = stage.querySelector(".pause");
  const width = canvas.viewBox.baseVal.width;
  let mode = "side";
  let timer = 0;

  function place(percent) {
    const x = width * percent / 100;
    clip.setAttribute("width", mode === "swipe" ? x : width);
    divider.setAttribute("x1", x);
    divider.setAttribute("x2", x);
    over.setAttribute("opacity", mode === "blend" ? 1 - percent / 100 : 1);
  }
  function showKnown(known) {
    over.setAttribute("visibility", known ? "visible" : "hidden");
    stage.dataset.showing = mode === "blink" ? (known ? "known" : "ours") : "both";
  }
  function run(blinking) {
    clearInterval(timer);
    timer = 0;
    if (blinking) timer = setInterval(() => { if (match.isConnected) showKnown(stage.dataset.showing !== "known"); }, BLINK_MS);
    pause.setAttribute("aria-pressed", String(!blinking));
  }
  function change(to) {
    mode = to;
    stage.hidden = mode === "side";
    pair.hidden = mode !== "side";
    match.dataset.mode = mode;
    showKnown(true);
    place(Number(slider.value));
    run(mode === "blink" && !reducedMotion());
  }

  match.addEventListener("change", (event) => { if (event.target.type === "radio") change(event.target.value); });
  slider.addEventListener("input", () => place(Number(slider.value)));
  pause.addEventListener("click", () => { if (timer) run(false); else { showKnown(stage.dataset.showing !== "known"); run(!reducedMotion()); } });
  canvas.addEventListener("pointerdown", (event) => {
    if (mode === "blink") { run(false); showKnown(stage.dataset.showing !== "known"); return; }
    const follow = (now) => {
      const box = canvas.getBoundingClientRect();
      const shown = Math.min(box.width, box.height * width / canvas.viewBox.baseVal.height);
      const left = box.left + (box.width - shown) / 2;
      slider.value = Math.min(Math.max(100 * (now.clientX - left) / shown, 0), 100);
      place(Number(slider.value));
    };
    follow(event);
    canvas.setPointerCapture(event.pointerId);
    canvas.addEventListener("pointermove", follow);
    const stop = () => canvas.removeEventListener("pointermove", follow);
    canvas.addEventListener("pointerup", stop, { once: true });
    canvas.addEventListener("pointercancel", stop, { once: true });
  });
}

function nextMode() {
  const fields = large.querySelector(".modes") || current?.querySelector(".match .modes");
  if (!fields) return false;
  const modes = [...fields.querySelectorAll("input")];
  const next = modes[(modes.findIndex((each) => each.checked) + 1) % modes.length];
  next.checked = true;
  next.dispatchEvent(new Event("change", { bubbles: true }));
  unfold(fields);
  next.closest(".match").scrollIntoView({ block: "nearest" });
  return true;
}

// ---- enlarged view: the element moves into a modal dialog, which keeps the focus, and back

const large = document.getElementById("large");
let gap = null;

function enlarge(box) {
  if (large.open) { large.close(); return; }
  const viewer = box.classList.contains("viewer");
  if (viewer) zoomTo(box, 1);
  gap = document.createComment("enlarged");
  box.replaceWith(gap);
  large.append(box);
  large.showModal();
  box.querySelector(".enlarge").focus();
}

large.addEventListener("close", () => {
  const box = large.firstElementChild;
  if (!box || !gap) return;
  if (box.classList.contains("viewer")) zoomTo(box, 1);
  gap.replaceWith(box);
  gap = null;
  box.querySelector(".enlarge").focus({ preventScroll: true });
});
large.addEventListener("click", (event) => { if (event.target === large) large.close(); });
for (const button of document.querySelectorAll(".enlarge")) {
  button.addEventListener("click", () => enlarge(button.closest(".viewer, .match")));
}

// ---- start

const viewerNow = () => large.querySelector(".viewer") || current?.querySelector(".viewer");
const withViewer = (act) => () => { const viewer = viewerNow(); if (!viewer) return false; act(viewer); return true; };

for (const viewer of document.querySelectorAll(".viewer")) setUpViewer(viewer);
for (const photo of photos) { setUpNumbers(photo); inView.observe(photo); }
for (const match of document.querySelectorAll(".match")) setUpMatch(match);
for (const chip of chips) chip.addEventListener("click", () => filter(chip.dataset.filter));
onKeys({
  j: () => !large.open && (step(1), true),
  k: () => !large.open && (step(-1), true),
  f: withViewer((viewer) => enlarge(viewer)),
  c: withViewer((viewer) => circles(viewer, viewer.classList.contains("no-circles"))),
  "+": withViewer((viewer) => zoomBy(viewer, 1)),
  "=": withViewer((viewer) => zoomBy(viewer, 1)),
  "-": withViewer((viewer) => zoomBy(viewer, -1)),
  0: withViewer((viewer) => zoomBy(viewer, 0)),
  b: nextMode,
});
mark(current);
const asked = settings.read();
language.show(asked.get("lang") || language.now);
if (chips.some((chip) => chip.dataset.filter === asked.get("show"))) filter(asked.get("show"));
