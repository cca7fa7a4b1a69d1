// The current row, selecting rows and the bulk bar (UI-L3).
import { all, on, one, say, text } from "./dom.js";

const rows = () => all("[data-row]");

/** The row that keys act on. */
export const currentRow = () => one("[data-row][aria-current]");

/** Makes a row the current one. */
export function markRow(row, move = true) {
  for (const other of all("[data-row][aria-current]")) if (other !== row) other.removeAttribute("aria-current");
  row.setAttribute("aria-current", "true");
  if (!move) return;
  row.tabIndex = -1;
  row.focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
}

/** Moves the current row down or up. */
export function moveRow(by) {
  const list = rows();
  if (!list.length) return false;
  const at = list.indexOf(currentRow());
  markRow(list[at < 0 ? 0 : Math.min(list.length - 1, Math.max(0, at + by))]);
  return true;
}

/** Opens the record of the current row. */
export function openRow() {
  const link = currentRow()?.querySelector("[data-open]");
  if (!link) return false;
  link.click();
  return true;
}

/** Selects the current row, or takes it back. */
export function toggleRow() {
  const box = currentRow()?.querySelector("[data-select]");
  if (!box) return false;
  box.click();
  return true;
}

function boxesOf(form) { return all("[data-select]", form); }

/** Shows how many are selected. With "all that match" un-ticked ones subtract from the whole. */
function count(form) {
  const bar = one("[data-bulk]", form);
  if (!bar) return;
  const boxes = boxesOf(form);
  const ticked = boxes.filter((box) => box.checked).length;
  const everything = one("[data-everything]", bar);
  const total = Number(bar.dataset.bulk);
  const n = everything?.checked ? total - (boxes.length - ticked) : ticked;
  bar.hidden = n === 0;
  for (const place of all("[data-n]", bar)) place.textContent = n.toLocaleString("en-US");
  const head = one("[data-select-all]", form);
  if (head) { head.checked = ticked > 0 && ticked === boxes.length; head.indeterminate = ticked > 0 && ticked < boxes.length; }
}

/** Un-ticked rows of "all that match" travel as _except. */
function except(form) {
  for (const old of all("[name=_except]", form)) old.remove();
  if (!one("[data-everything]:checked", form)) return;
  for (const box of boxesOf(form)) {
    if (box.checked) continue;
    const field = document.createElement("input");
    Object.assign(field, { type: "hidden", name: "_except", value: box.value });
    form.append(field);
  }
}

/** Counts again what is selected below root; the bars start hidden. */
export function recount(root = document) {
  for (const bar of all("[data-bulk]", root)) if (bar.closest("form")) count(bar.closest("form"));
}

/** Listens to the boxes of lists. */
export function startRows() {
  let last = null;
  on("click", "[data-select]", (event, box) => {
    const boxes = boxesOf(box.form);
    if (event.shiftKey && last && boxes.includes(last)) {
      const [from, to] = [boxes.indexOf(last), boxes.indexOf(box)].sort((a, b) => a - b);
      for (const between of boxes.slice(from, to + 1)) between.checked = box.checked;
    }
    last = box;
    count(box.form);
  });
  on("change", "[data-select-all]", (_, head) => {
    for (const box of boxesOf(head.form)) box.checked = head.checked;
    count(head.form);
    say(text("selected", { n: boxesOf(head.form).filter((box) => box.checked).length }));
  });
  on("change", "[data-everything]", (_, box) => {
    if (box.checked) for (const row of boxesOf(box.form)) row.checked = true;
    count(box.form);
  });
  document.addEventListener("submit", (event) => { if (one("[data-bulk]", event.target)) except(event.target); });
  recount();
}
