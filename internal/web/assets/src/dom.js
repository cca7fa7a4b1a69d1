// Small helpers of the other modules.

/** The first element that matches, below root. */
export const one = (selector, root = document) => root.querySelector(selector);

/** All elements that match, below root. */
export const all = (selector, root = document) => [...root.querySelectorAll(selector)];

/** Runs f at every event of a kind whose target lies in an element that matches. */
export function on(kind, selector, f) {
  document.addEventListener(kind, (event) => {
    const found = event.target instanceof Element && event.target.closest(selector);
    if (found) f(event, found);
  });
}

/** Whether a person can see and reach the element. */
export const visible = (element) => element.getClientRects().length > 0;

/** The text that the server wrote for the script, with {name} filled in. */
export function text(name, values = {}) {
  const source = one("#live")?.dataset[name] ?? "";
  return source.replace(/\{(\w+)\}/g, (_, key) => values[key] ?? "");
}

/** Says something in the live region; the pause lets the same words be said twice. */
export function say(words) {
  const live = one("#live");
  if (!live || !words) return;
  live.textContent = "";
  setTimeout(() => { live.textContent = words; }, 50);
}

/** Moves focus to an element that cannot be tabbed to. */
export function focusOn(element) {
  if (!element) return;
  if (!element.matches("a[href],button,input,select,textarea,[tabindex]")) element.tabIndex = -1;
  element.focus({ preventScroll: false });
}
