"use strict";
// Shared by the index and the pages of orders: language, help, keys. Settings live in the address after "#",
// so that a copied address or the back button brings them back; nothing is stored and nothing is sent.
const settings = {
  read() { return new URLSearchParams(location.hash.slice(1)); },
  write(changes) {
    const now = settings.read();
    for (const [key, value] of Object.entries(changes)) {
      if (value) now.set(key, value); else now.delete(key);
    }
    const hash = "#" + now.toString();
    try { history.replaceState(null, "", hash); } catch { location.replace(hash); }
  },
};

const language = {
  get now() { return document.documentElement.dataset.lang; },
  show(lang) {
    if (lang !== "zh" && lang !== "en") return;
    const root = document.documentElement;
    root.dataset.lang = lang;
    root.lang = lang === "zh" ? "zh-CN" : "en";
    for (const each of document.querySelectorAll("[data-attr]")) {
      const words = each.dataset[lang];
      each.setAttribute(each.dataset.attr, words);
      if (each.tagName === "OPTION" || each.tagName === "TITLE") each.textContent = words;
    }
    for (const button of document.querySelectorAll("[data-set-lang]")) {
      button.setAttribute("aria-pressed", String(button.dataset.setLang === lang));
    }
    language.links(document);
    document.dispatchEvent(new CustomEvent("language"));
  },
  choose(lang) { settings.write({ lang }); language.show(lang); },
  links(root) {
    for (const link of root.querySelectorAll("a[data-keep-lang]")) {
      const address = link.getAttribute("href");
      if (address) link.setAttribute("href", address.split("#")[0] + "#lang=" + language.now);
    }
  },
};

const reducedMotion = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

function helpShown(show) {
  document.getElementById("help").hidden = !show;
  document.querySelector(".help-button").setAttribute("aria-expanded", String(show));
}

// Keys of a page: {key: function}. Never while typing, never with a modifier that belongs to the browser.
function onKeys(keys) {
  const all = {
    l: () => language.choose(language.now === "zh" ? "en" : "zh"),
    "?": () => helpShown(document.getElementById("help").hidden),
    ...keys,
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const typing = event.target.matches("input[type=search], select, textarea");
    if (typing && event.key !== "Escape") return;
    if (event.key === "Escape" && !document.getElementById("help").hidden) { helpShown(false); return; }
    const act = all[event.key];
    if (act && act(event) !== false) event.preventDefault();
  });
}

function unfold(element) {
  for (let fold = element.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
}

document.documentElement.classList.add("js");
for (const button of document.querySelectorAll("[data-set-lang]")) {
  button.addEventListener("click", () => language.choose(button.dataset.setLang));
}
document.querySelector(".help-button").addEventListener("click", () => helpShown(document.getElementById("help").hidden));
// A link within the page scrolls without touching the settings in the address.
document.addEventListener("click", (event) => {
  const link = event.target.closest('a[href^="#"]');
  const target = link && document.getElementById(link.getAttribute("href").slice(1));
  if (!target) return;
  event.preventDefault();
  unfold(target);
  target.scrollIntoView({ behavior: reducedMotion() ? "auto" : "smooth", block: "start" });
  target.focus({ preventScroll: true });
});
addEventListener("hashchange", () => {
  const lang = settings.read().get("lang");
  if (lang && lang !== language.now) language.show(lang);
});
addEventListener("beforeprint", () => {
  for (const fold of document.querySelectorAll("details:not([open])")) { fold.open = true; fold.dataset.printed = ""; }
});
addEventListener("afterprint", () => {
  for (const fold of document.querySelectorAll("details[data-printed]")) { fold.open = false; delete fold.dataset.printed; }
});
