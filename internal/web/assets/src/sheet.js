// A table of fields that is filled in as a spreadsheet: arrows and Enter move, a pasted block fills what lies right and below, Ctrl+Z takes
// back the last step that was not saved yet. What was changed is marked; sums follow.
import { all, on, one, say, text } from "./dom.js";

const steps = []; // what each change replaced: [[field, value], ...]

const fieldsOf = (row) => all("td", row).map((cell) => one("input:not([type=hidden])", cell));
const rowsOf = (field) => all("tbody tr", field.closest("[data-sheet]"));

/** The field so many rows and columns from another; nothing where there is none. */
function beside(field, down, right) {
  const row = field.closest("tr");
  const rows = rowsOf(field);
  const column = fieldsOf(row).indexOf(field) + right;
  for (let at = rows.indexOf(row) + down; at >= 0 && at < rows.length; at += Math.sign(down) || rows.length) {
    const found = fieldsOf(rows[at])[column];
    if (found) return found;
  }
  return undefined;
}

function go(field) {
  if (!field) return false;
  field.focus();
  field.select();
  return true;
}

const number = (value) => Number(value.replace(/[^0-9.]/g, "")) || 0;

/** Marks what differs from what was saved, and adds the columns up again. */
function show(table) {
  all("tbody input:not([type=hidden])", table).forEach((field) => field.classList.toggle("changed", field.value.trim() !== field.dataset.was));
  const sums = one("[data-sum]", table);
  if (!sums) return;
  const rows = all("tbody tr:not([data-apart])", table).map(fieldsOf);
  const apart = one("[data-apart]", table);
  const whole = apart ? fieldsOf(apart) : [];
  const written = (n) => n.toLocaleString("en-US", { maximumFractionDigits: 2 });
  all("td", sums).forEach((cell, column) => {
    const sum = rows.reduce((n, fields) => n + (fields[column] ? number(fields[column].value) : 0), 0);
    cell.textContent = written(sum);
    const left = all("[data-diff] td", table)[column];
    if (left && whole[column]) left.textContent = whole[column].value.trim() ? written(number(whole[column].value) - sum).replace("-", "\u2212") : "\u2014";
  });
}

/** Puts values into fields as one step. */
function put(changes) {
  const before = changes.map(([field]) => [field, field.dataset.held ?? field.value]);
  changes.forEach(([field, value]) => { field.value = value; field.dataset.held = value; });
  steps.push(before);
  show(changes[0][0].closest("[data-sheet]"));
}

function undo(field) {
  const last = steps.pop();
  if (!last) return false;
  last.forEach(([cell, value]) => { cell.value = value; cell.dataset.held = value; });
  show(field.closest("[data-sheet]"));
  go(last[0][0]);
  return true;
}

/** Whether the caret is at an end of the field, or all of it is selected. */
function atEnd(field, end) {
  const { selectionStart: from, selectionEnd: to, value } = field;
  return from === 0 && to === value.length || from === to && from === (end ? value.length : 0);
}

function key(event, field) {
  if (event.isComposing || event.altKey) return;
  if ((event.ctrlKey || event.metaKey) && !event.shiftKey && event.key.toLowerCase() === "z") {
    keep(field);
    if (undo(field)) event.preventDefault();
    return;
  }
  if (event.ctrlKey || event.metaKey) return;
  const moves = {
    ArrowUp: () => go(beside(field, -1, 0)), ArrowDown: () => go(beside(field, 1, 0)),
    Enter: () => { go(beside(field, event.shiftKey ? -1 : 1, 0)); return true; }, // leaving the last row does not send the form
    ArrowLeft: () => atEnd(field, false) && go(beside(field, 0, -1)), ArrowRight: () => atEnd(field, true) && go(beside(field, 0, 1)),
    Escape: () => { field.value = field.dataset.held ?? field.value; show(field.closest("[data-sheet]")); field.select(); return true; },
  };
  if (moves[event.key]?.()) event.preventDefault();
}

/** What was typed into a field becomes a step once it is left. */
function keep(field) {
  if (field.dataset.held !== undefined && field.dataset.held !== field.value) {
    const now = field.value;
    put([[field, now]]);
  }
}

function paste(event, field) {
  const block = event.clipboardData?.getData("text/plain") ?? "";
  if (!/[\t\n]/.test(block.trimEnd())) return;
  event.preventDefault();
  const changes = [];
  block.replace(/\r/g, "").replace(/\n$/, "").split("\n").forEach((line, down) => line.split("\t").forEach((value, right) => {
    const row = down === 0 ? field : beside(field, down, 0);
    const into = row && (right === 0 ? row : beside(row, 0, right));
    if (into) changes.push([into, value.trim()]);
  }));
  if (!changes.length) return;
  put(changes);
  say(text("pasted", { count: changes.length }));
}

/** Listens to the fields of sheets. */
export function startSheet() {
  all("[data-sheet]").forEach((table) => {
    const heads = all("thead > tr > *", table);
    const at = Number(table.dataset.at);
    if (at > 0 && heads[at + 1]) table.parentElement.scrollLeft = heads[at + 1].offsetLeft - heads[0].offsetWidth;
  });
  on("focusin", "[data-sheet] input", (_, field) => { field.dataset.held = field.value; field.select(); });
  on("focusout", "[data-sheet] input", (_, field) => keep(field));
  on("input", "[data-sheet] input", (_, field) => show(field.closest("[data-sheet]")));
  on("keydown", "[data-sheet] input", key);
  on("keypress", "[data-sheet] input", (event) => { if (event.key === "Enter") event.preventDefault(); }); // nor does a press that comes by itself
  on("paste", "[data-sheet] input", paste);
}
