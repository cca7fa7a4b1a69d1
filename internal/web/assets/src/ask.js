// The ask field (UI-S3): an ARIA combobox whose list is a fragment of the server.
import { all, one, say, text } from "./dom.js";
import { recentPaths } from "./recent.js";

let asked = null; // the request on its way
let origin = null; // where Esc returns to

const options = (list) => all("[role=option]", list);

function choose(field, list, option) {
  for (const other of options(list)) other.setAttribute("aria-selected", String(other === option));
  if (option) { field.setAttribute("aria-activedescendant", option.id); option.scrollIntoView({ block: "nearest" }); } else field.removeAttribute("aria-activedescendant");
}

function close(field, list) {
  list.hidden = true;
  field.setAttribute("aria-expanded", "false");
  field.removeAttribute("aria-activedescendant");
}

async function suggest(field, list) {
  asked?.abort();
  const words = field.value.trim();
  const recent = words ? [] : recentPaths();
  if (!words && !recent.length) return close(field, list);
  asked = new AbortController();
  try {
    const query = new URLSearchParams(words ? [["q", words]] : recent.map((path) => ["recent", path]));
    const answer = await fetch(`${field.form.dataset.suggest}?${query}`, { signal: asked.signal, headers: { "HX-Request": "true" } });
    if (!answer.ok) return close(field, list);
    list.innerHTML = await answer.text();
    if (!options(list).length || document.activeElement !== field) return close(field, list);
    options(list).forEach((option, i) => { option.id = `ask-${i}`; });
    list.hidden = false;
    field.setAttribute("aria-expanded", "true");
    choose(field, list, words ? options(list)[0] : null);
    say(text("found", { n: options(list).length }));
  } catch (error) {
    if (error.name !== "AbortError") close(field, list);
  }
  return undefined;
}

function go(option, newTab) {
  if (newTab) window.open(option.dataset.href, "_blank", "noopener"); else window.location.assign(option.dataset.href);
}

function keydown(event, field, list) {
  if (event.isComposing || event.keyCode === 229) return;
  const found = options(list);
  const at = found.findIndex((option) => option.getAttribute("aria-selected") === "true");
  if (event.key === "Escape") {
    event.preventDefault();
    event.stopPropagation();
    if (!list.hidden) return void close(field, list);
    field.blur();
    origin?.focus?.({ preventScroll: true });
  } else if (list.hidden || !found.length) {
    return;
  } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    choose(field, list, found[(at + (event.key === "ArrowDown" ? 1 : -1) + found.length) % found.length]);
  } else if (event.key === "Enter" && at >= 0 && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    go(found[at], true);
  }
}

/** Makes the ask field a combobox. */
export function startAsk() {
  const field = one("#q");
  const list = one("#ask-list");
  if (!field || !list) return;
  let timer = 0;
  for (const [name, value] of Object.entries({ role: "combobox", "aria-expanded": "false", "aria-controls": "ask-list", "aria-autocomplete": "list", autocomplete: "off" })) field.setAttribute(name, value);
  field.addEventListener("focus", (event) => { origin = event.relatedTarget ?? document.activeElement; suggest(field, list); });
  field.addEventListener("input", (event) => {
    clearTimeout(timer);
    if (!event.isComposing) timer = setTimeout(suggest, 60, field, list);
  });
  field.addEventListener("compositionend", () => suggest(field, list));
  field.addEventListener("keydown", (event) => keydown(event, field, list));
  field.addEventListener("blur", () => setTimeout(close, 150, field, list));
  field.form.addEventListener("submit", (event) => {
    const option = !list.hidden && one("[aria-selected=true]", list);
    if (option) { event.preventDefault(); go(option, false); }
  });
  list.addEventListener("mousedown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (option) go(option, event.ctrlKey || event.metaKey);
  });
}
