// Forms: sent once, errors with focus, re-checked on leaving the field (UI-F2).
import { all, focusOn, on, one, text } from "./dom.js";

const errorOf = (field) => document.getElementById(`${field.id}-err`);

/** Takes a field's error away, and its line of the summary. */
function clear(field) {
  field.removeAttribute("aria-invalid");
  errorOf(field)?.remove();
  const ids = (field.getAttribute("aria-describedby") ?? "").split(" ").filter((part) => part && part !== `${field.id}-err`);
  if (ids.length) field.setAttribute("aria-describedby", ids.join(" ")); else field.removeAttribute("aria-describedby");
  for (const link of all(`.errs a[href="#${CSS.escape(field.id)}"]`)) link.closest("li").remove();
  for (const box of all(".errs")) if (!one("li", box) && one("ul", box)) box.remove();
}

/** Writes a field's error beneath it, as the server does. */
function mark(field, words) {
  field.setAttribute("aria-invalid", "true");
  if (errorOf(field)) { errorOf(field).lastChild.textContent = words; return; }
  const line = document.createElement("p");
  line.className = "err";
  line.id = `${field.id}-err`;
  line.append(document.createTextNode(words));
  (field.closest(".f") ?? field.parentElement).append(line);
  field.setAttribute("aria-describedby", `${field.getAttribute("aria-describedby") ?? ""} ${line.id}`.trim());
}

/** Shows the errors of a summary at their fields and gives it focus. */
export function showErrors(root = document) {
  const box = one(".errs", root);
  if (!box) return false;
  for (const link of all("a[data-words]", box)) {
    const field = document.getElementById(link.hash.slice(1));
    if (!field || field.hasAttribute("aria-invalid")) continue;
    mark(field, link.dataset.words);
    const label = field.labels?.[0] ?? one("legend", field);
    if (label) link.textContent = text("fieldError", { field: label.firstChild.textContent.trim(), words: link.dataset.words });
  }
  const prefix = box.dataset.title ?? "";
  if (prefix && !document.title.startsWith(prefix)) document.title = prefix + document.title;
  focusOn(one("h2", box));
  return true;
}

let pressed = false;

/** Does something that moves what stands on the page, once no pointer is down: a button that moves away loses its click. */
function whenReleased(f) {
  if (!pressed) { f(); return; }
  document.addEventListener("pointerup", () => setTimeout(f, 200), { once: true });
}

const sent = new WeakSet();

function submit(event) {
  const form = event.target;
  if (form.method === "get" || form.matches("[hx-post],[hx-get],[hx-put],[hx-patch],[hx-delete]") || form.method === "dialog") return;
  if (sent.has(form)) { event.preventDefault(); return; }
  sent.add(form);
  const button = event.submitter;
  setTimeout(() => button?.setAttribute("aria-busy", "true"), 100);
}

/** Listens to forms. */
export function startForms() {
  document.addEventListener("submit", submit);
  for (const [kind, down] of [["pointerdown", true], ["pointerup", false], ["pointercancel", false]]) document.addEventListener(kind, () => { pressed = down; }, true);
  window.addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    for (const form of document.forms) sent.delete(form);
    for (const button of all("[aria-busy=true]")) button.removeAttribute("aria-busy");
  });
  on("focusout", "[aria-invalid=true]", (_, field) => {
    const filled = field.value !== field.defaultValue || field.type === "radio" || field.type === "checkbox";
    if (filled && (!field.validity || field.validity.valid)) whenReleased(() => clear(field));
  });
  on("change", "fieldset[aria-invalid=true]", (_, set) => clear(set));
  on("change", ".other input", (_, field) => {
    const any = one(".any input", field.closest(".picks"));
    if (any && field.value) any.checked = true;
  });
  on("click", ".errs a", (event, link) => {
    const field = document.getElementById(link.hash.slice(1));
    if (!field) return;
    event.preventDefault();
    focusOn(field.matches("fieldset") ? one("input", field) : field);
  });
  showErrors();
}
