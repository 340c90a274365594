"use strict";
// The rows are data; only those near the screen become elements, so thousands of orders open at once.
const data = JSON.parse(document.getElementById("data").textContent);
const ALARM = Object.keys(data.levels);
const CHUNK = 60;
const list = document.getElementById("orders");
const more = document.getElementById("more");
const search = document.getElementById("search");
const claim = document.getElementById("claim");
const sort = document.getElementById("sort");
const levelChips = [...document.querySelectorAll("[data-level]")];
let level = "";
let found = [];
let drawn = 0;

for (const row of data.rows) {
  const names = row.claims.flatMap((each) => data.claims[each]);
  row.text = [row.case, row.product, row.sku, row.tracking, ...names].join("\n").toLowerCase();
  row.rank = ALARM.indexOf(row.level);
}

const byText = (key) => (a, b) => (a[key] < b[key] ? -1 : a[key] > b[key] ? 1 : 0);
const byCase = byText("case");
const SORTS = {
  alarm: (a, b) => a.rank - b.rank || byCase(a, b),
  case: byCase,
  "-case": (a, b) => byCase(b, a),
  "-claimed": (a, b) => byText("claimed")(b, a) || byCase(a, b),
  "-photos": (a, b) => b.photos - a.photos || byCase(a, b),
};

const anyThumb = data.rows.some((row) => row.thumb);
const side = () => (language.now === "zh" ? 0 : 1);

function span(className, text) {
  const element = document.createElement("span");
  element.className = className;
  element.textContent = text;
  return element;
}

function element(row) {
  const item = document.getElementById("row").content.firstElementChild.cloneNode(true);
  const link = item.querySelector("a");
  link.setAttribute("href", "cases/" + encodeURIComponent(row.page) + "#lang=" + language.now);
  const thumb = item.querySelector(".thumb");
  thumb.hidden = !anyThumb;
  if (row.thumb) {
    const picture = new Image();
    picture.alt = "";
    picture.src = row.thumb;
    thumb.append(picture);
  }
  item.querySelector(".order-number").textContent = row.case;
  const about = [row.product, row.claimed && ["申请售后 ", "claimed "][side()] + row.claimed].filter(Boolean).join(" · ");
  item.querySelector(".product").textContent = about;
  for (const each of row.claims) item.querySelector(".order-claims").append(span("claim", data.claims[each][side()]));
  const unreadable = row.levels.unreadable || 0;
  const files = side() ? row.photos + (row.photos === 1 ? " file" : " files") : row.photos + " 个文件";
  const lost = side() ? unreadable + " unreadable" : unreadable + " 个无法读取";
  item.querySelector(".order-counts").textContent = unreadable ? files + " · " + lost : files;
  item.querySelector(".order-level").append(document.getElementById("badge-" + row.level).content.cloneNode(true));
  return item;
}

function drawMore(count = CHUNK) {
  const chunk = document.createDocumentFragment();
  for (const row of found.slice(drawn, drawn + count)) chunk.append(element(row));
  drawn = Math.min(drawn + count, found.length);
  list.append(chunk);
  more.hidden = drawn >= found.length;
}

function redraw() {
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  found = data.rows.filter((row) =>
    (!level || level in row.levels) &&
    (!claim.value || row.claims.includes(claim.value)) &&
    words.every((word) => row.text.includes(word)));
  found.sort(SORTS[sort.value] || SORTS.alarm);
  drawn = 0;
  list.replaceChildren();
  drawMore();
  document.getElementById("empty").hidden = found.length > 0;
  const number = (value) => value.toLocaleString("en");
  const all = found.length === data.rows.length;
  document.getElementById("result").textContent = side()
    ? (all ? number(found.length) + " orders" : number(found.length) + " of " + number(data.rows.length) + " orders")
    : (all ? number(found.length) + " 个订单" : number(data.rows.length) + " 个订单中的 " + number(found.length) + " 个");
  for (const chip of levelChips) chip.setAttribute("aria-pressed", String(chip.dataset.level === level));
  settings.write({ level, claim: claim.value, sort: sort.value === "alarm" ? "" : sort.value, q: search.value });
}

function move(by) {
  const links = [...list.querySelectorAll("a")];
  const now = links.indexOf(document.activeElement);
  if (now + by >= links.length - 1 && !more.hidden) drawMore();
  const next = list.querySelectorAll("a")[now < 0 ? 0 : now + by];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
}

function clear() {
  level = "";
  search.value = claim.value = "";
  redraw();
}

for (const chip of levelChips) chip.addEventListener("click", () => { level = chip.dataset.level === level ? "" : chip.dataset.level; redraw(); });
for (const field of [claim, sort]) field.addEventListener("change", redraw);
search.addEventListener("input", redraw);
more.addEventListener("click", () => drawMore());
const nearEnd = new IntersectionObserver((entries) => {
  if (more.hidden || !entries.some((each) => each.isIntersecting)) return;
  drawMore();
  nearEnd.unobserve(more);  // observed anew it reports again if the end is still near
  nearEnd.observe(more);
}, { rootMargin: "800px" });
nearEnd.observe(more);
addEventListener("beforeprint", () => drawMore(found.length));
onKeys({
  "/": () => { search.focus(); search.select(); },
  j: () => move(1),
  k: () => move(-1),
  ArrowDown: () => list.contains(document.activeElement) && (move(1), true),
  ArrowUp: () => list.contains(document.activeElement) && (move(-1), true),
  Escape: () => { clear(); document.activeElement?.blur(); },
});
document.addEventListener("language", redraw);
const asked = settings.read();
if (ALARM.includes(asked.get("level"))) level = asked.get("level");
if (Object.hasOwn(data.claims, asked.get("claim"))) claim.value = asked.get("claim");
if (Object.hasOwn(SORTS, asked.get("sort"))) sort.value = asked.get("sort");
search.value = asked.get("q") || "";
language.show(asked.get("lang") || language.now);
