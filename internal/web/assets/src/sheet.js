// A sheet of amounts moved by keys as a spreadsheet is (MKT-8): without this script it is a plain form. Nothing is saved before the form is sent.
import { all, on, one, say } from "./dom.js";

const cellAt = (sheet, row, column) => one(`input[data-line="${row}"][data-column="${column}"]`, sheet);
const place = (cell) => [Number(cell.dataset.line), Number(cell.dataset.column)];

/** What a spreadsheet writes as an amount, as the form takes it: without currency, blanks and commas, halfwidth. */
function amountOf(text) {
  return text.normalize("NFKC").replace(/[¥$€,\s]/g, "").replace(/^\((.*)\)$/, "-$1").replace(/^(-|0+(\.0+)?)$/, "");
}

/** Changes cells as one step that Ctrl+Z takes back. */
function change(sheet, changes) {
  const step = changes.filter(([cell, value]) => cell.value !== value).map(([cell, value]) => [cell, cell.value, value]);
  if (!step.length) return;
  sheet.steps.push(step);
  sheet.undone.length = 0;
  for (const [cell, , value] of step) put(cell, value);
}

function put(cell, value) {
  cell.value = value;
  cell.dataset.was = value;
  cell.dispatchEvent(new Event("input", { bubbles: true }));
}

function back(sheet, from, to, side) {
  const step = from.pop();
  if (!step) return;
  to.push(step);
  for (const parts of step) put(parts[0], parts[side]);
  step[0][0].focus();
}

/** What was typed into a cell becomes a step when the cell is left, or Enter is pressed. */
function settle(sheet, cell) {
  const value = cell.value;
  const was = cell.dataset.was ?? cell.defaultValue;
  delete cell.dataset.editing;
  if (value === was) return;
  cell.value = was;
  change(sheet, [[cell, value]]);
}

function go(sheet, cell, rows, columns) {
  const [row, column] = place(cell);
  const next = cellAt(sheet, row + rows, column + columns);
  if (!next) return false;
  settle(sheet, cell);
  next.focus();
  next.select();
  return true;
}

const arrows = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

function key(event, cell) {
  const sheet = cell.closest("[data-sheet]");
  if (event.isComposing || event.keyCode === 229 || event.altKey) return;
  const held = event.ctrlKey || event.metaKey;
  if (held && event.key.toLowerCase() === "z") {
    event.preventDefault();
    settle(sheet, cell);
    if (event.shiftKey) back(sheet, sheet.undone, sheet.steps, 2); else back(sheet, sheet.steps, sheet.undone, 1);
    return;
  }
  if (held) return;
  const sideways = event.key === "ArrowLeft" || event.key === "ArrowRight";
  if (arrows[event.key] && !(sideways && cell.dataset.editing === "caret")) {
    if (event.shiftKey) return;
    event.preventDefault();
    go(sheet, cell, ...arrows[event.key]);
  } else if (event.key === "Enter") {
    event.preventDefault();
    if (!go(sheet, cell, event.shiftKey ? -1 : 1, 0)) { settle(sheet, cell); cell.select(); }
  } else if (event.key === "F2") {
    event.preventDefault();
    cell.dataset.editing = "caret";
    cell.setSelectionRange(cell.value.length, cell.value.length);
  } else if (event.key === "Escape") {
    event.preventDefault();
    cell.value = cell.dataset.was ?? cell.defaultValue;
    delete cell.dataset.editing;
    cell.select();
  } else if ((event.key === "Delete" || event.key === "Backspace") && !cell.dataset.editing) {
    event.preventDefault();
    change(sheet, [[cell, ""]]);
  } else if (event.key.length === 1) {
    cell.dataset.editing ??= "typing";
  }
}

function paste(event, cell) {
  const text = event.clipboardData?.getData("text") ?? "";
  const sheet = cell.closest("[data-sheet]");
  const rows = text.replace(/\r\n?/g, "\n").replace(/\n$/, "").split("\n").map((line) => line.split("\t"));
  event.preventDefault();
  const [row, column] = place(cell);
  const changes = [];
  settle(sheet, cell);
  rows.forEach((cells, r) => cells.forEach((value, c) => {
    const to = cellAt(sheet, row + r, column + c);
    if (to) changes.push([to, amountOf(value)]);
  }));
  change(sheet, changes);
  cell.select();
  say(`${changes.length} ${sheet.dataset.pasted ?? ""}`);
}

const fen = (text) => Math.round(Number(amountOf(text)) * 100) || 0;
const yuan = (sum) => `${sum < 0 ? "−" : ""}¥${(Math.abs(sum) / 100).toLocaleString("en", sum % 100 ? { minimumFractionDigits: 2 } : {})}`;

/** Adds the sheet up as it stands in its fields; the amounts are whole fen. */
function sums(sheet) {
  const columns = Array(12).fill(0);
  for (const line of all("tbody tr", sheet)) {
    let row = 0;
    for (const cell of all("input[data-column]", line)) {
      const n = fen(cell.value);
      row += n;
      columns[Number(cell.dataset.column)] += n;
    }
    one("[data-row-sum]", line).textContent = yuan(row);
  }
  for (const out of all("[data-column-sum]", sheet)) out.textContent = yuan(columns[Number(out.dataset.columnSum)]);
  one("[data-whole-sum]", sheet).textContent = yuan(columns.reduce((a, b) => a + b, 0));
}

/** Listens to the cells of sheets. */
export function startSheets() {
  for (const sheet of all("[data-sheet]")) {
    sheet.steps = [];
    sheet.undone = [];
    const keys = one("[data-sheet-keys]", sheet);
    if (keys) keys.hidden = false;
    if (one("input[data-column]", sheet)) sums(sheet);
  }
  const cells = "[data-sheet] input[data-column]";
  on("keydown", cells, key);
  on("keypress", cells, (event) => { if (event.key === "Enter") event.preventDefault(); });
  on("paste", cells, paste);
  on("focusin", cells, (_, cell) => cell.select());
  on("focusout", cells, (_, cell) => settle(cell.closest("[data-sheet]"), cell));
  on("pointerup", cells, (_, cell) => { cell.dataset.editing = "caret"; });
  on("input", cells, (_, cell) => sums(cell.closest("[data-sheet]")));
}
