// The one key dispatcher (UI-B5). What a key does stands in the page: data-key on a control, data-go on a place.
import { all, focusOn, one, visible } from "./dom.js";
import { markRow, moveRow, currentRow, openRow, toggleRow } from "./rows.js";
import { closeMenus } from "./menus.js";
import { cellKey } from "./cells.js";
import { laneKey } from "./lanes.js";

const inField = (element) =>
  element instanceof HTMLElement &&
  (element.isContentEditable || element.matches("input:not([type=checkbox],[type=radio],[type=submit],[type=button]),textarea,select"));

let going = -Infinity; // when G was pressed

/** Presses the control of a key: in the current row first, then anywhere it can be seen. */
function press(key) {
  const selector = `[data-key="${key}"]`;
  const asked = one("dialog[open][data-step]");
  const row = !asked && currentRow();
  const control = [...(row ? all(selector, row) : []), ...all(selector, asked ?? document)].find(visible);
  if (!control) return false;
  control.focus({ preventScroll: true });
  if (control.tagName === "DETAILS") {
    control.open = !control.open;
    focusOn(one("a,button", control.querySelector(".pop")) ?? control);
  } else {
    control.click();
  }
  return true;
}

const rowKeys = { j: () => moveRow(1), k: () => moveRow(-1), x: toggleRow };

function letter(event) {
  const key = event.key.toLowerCase();
  if (event.timeStamp - going < 1500) {
    going = -Infinity;
    const place = one(`[data-go="${key}"]`);
    if (place) { place.click(); return true; }
  }
  if (key === "g") { going = event.timeStamp; return true; }
  if (rowKeys[key]) return rowKeys[key]();
  if (key === "/") return ask();
  return press(key);
}

function ask() {
  const field = one("#q");
  if (field && visible(field)) { field.focus(); field.select(); } else { one("[data-ask-page]")?.click(); }
  return true;
}

function help() {
  const dialog = one("#keys-help");
  if (!dialog) return false;
  if (dialog.open) dialog.close(); else dialog.showModal();
  return true;
}

function handle(event) {
  if (event.isComposing || event.keyCode === 229 || event.defaultPrevented) return false;
  if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "k") return ask();
  if (event.ctrlKey || event.metaKey || event.altKey) return false;
  if (cellKey(event)) return true;
  if (event.key === "Escape") return closeMenus() || (!inField(event.target) && !one("dialog[open]") && press("esc"));
  const dialog = one("dialog[open]");
  if (inField(event.target) || dialog && !(dialog.matches("[data-step]") && /^[1-6c]$/i.test(event.key))) return false;
  const goes = event.timeStamp - going < 1500; // G then H, or L, leads elsewhere
  if (!dialog && !goes && laneKey(event)) return true;
  if (document.documentElement.dataset.keys === "off") return false;
  if (event.key === "?") return help();
  if (event.key === "Enter") return (event.target === document.body || event.target === currentRow()) && openRow();
  if (event.shiftKey || event.repeat && !"jk".includes(event.key)) return false;
  return event.key.length === 1 && letter(event);
}

/** Listens for keys and for clicks that choose a row. */
export function startKeys() {
  document.addEventListener("keydown", (event) => { if (handle(event)) event.preventDefault(); });
  document.addEventListener("focusin", (event) => {
    const row = event.target.closest?.("[data-row]");
    if (row) markRow(row, false);
  });
}
