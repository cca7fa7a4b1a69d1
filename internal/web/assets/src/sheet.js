// A table of fields that is filled in as a spreadsheet: arrows and Enter move, typing replaces, F2 edits, a pasted block fills what lies right and
// below, Ctrl+Z takes back what was not saved yet. What differs from what was saved is marked; sums follow. Without it the table is a plain form.
import { all, on, one, say, text } from "./dom.js";

const cells = "[data-sheet] tbody input:not([type=hidden])";
const fieldsOf = (row) => all("td", row).map((cell) => one("input:not([type=hidden])", cell));
const sheetOf = (field) => field.closest("[data-sheet]");
const steps = new WeakMap(); // by table: { done, undone }, each a list of steps [[field, from, to], ...]

function stepsOf(table) {
  if (!steps.has(table)) steps.set(table, { done: [], undone: [] });
  return steps.get(table);
}

/** The field so many rows and columns from another; rows that have none there are passed over. */
function beside(field, down, right) {
  const row = field.closest("tr");
  const rows = all("tbody tr", sheetOf(field));
  const column = fieldsOf(row).indexOf(field) + right;
  for (let at = rows.indexOf(row) + down; at >= 0 && at < rows.length; at += Math.sign(down) || rows.length) {
    const found = fieldsOf(rows[at])[column];
    if (found) return found;
  }
  return undefined;
}

/** What a spreadsheet writes as a number, as the form takes it: without currency, blanks and commas, halfwidth. */
const plain = (value) => value.normalize("NFKC").replace(/[¥$€,\s]/g, "").replace(/^\((.*)\)$/, "-$1");
const cents = (value) => Math.round(Number(plain(value)) * 100) || 0;

function written(table, sum) {
  const sign = `${sum < 0 ? "\u2212" : ""}${"money" in table.dataset ? "¥" : ""}`;
  return sign + (Math.abs(sum) / 100).toLocaleString("en-US", "money" in table.dataset && sum % 100 ? { minimumFractionDigits: 2 } : { maximumFractionDigits: 2 });
}

/** Marks what differs from what was saved, and adds rows and columns up again. */
function show(table) {
  all("tbody input:not([type=hidden])", table).forEach((field) => field.classList.toggle("changed", field.value.trim() !== field.dataset.was));
  const columns = [];
  let whole = 0;
  for (const row of all("tbody tr:not([data-apart])", table)) {
    let sum = 0;
    fieldsOf(row).forEach((field, column) => {
      if (!field) return;
      const n = cents(field.value);
      sum += n;
      columns[column] = (columns[column] ?? 0) + n;
    });
    whole += sum;
    all("[data-row-sum]", row).forEach((out) => { out.textContent = written(table, sum); });
  }
  all("[data-whole-sum]", table).forEach((out) => { out.textContent = written(table, whole); });
  const apart = one("[data-apart]", table);
  const set = apart ? fieldsOf(apart) : [];
  const left = all("[data-diff] td", table);
  all("[data-sum] td", table).forEach((cell, column) => {
    if (columns[column] === undefined) return;
    (one("[data-out]", cell) ?? cell).textContent = written(table, columns[column]);
    if (left[column] && set[column]) left[column].textContent = set[column].value.trim() ? written(table, cents(set[column].value) - columns[column]) : "\u2014";
  });
}

/** Writes the side of a step into its fields: 1 what was, 2 what became. */
function write(step, side) {
  for (const parts of step) parts[0].value = parts[0].dataset.held = parts[side];
  step[0][0].dispatchEvent(new Event("input", { bubbles: true })); // drafts and sums follow
}

/** Changes fields as one step. */
function change(table, changes) {
  const step = changes.filter(([field, value]) => field.value !== value).map(([field, value]) => [field, field.value, value]);
  if (!step.length) return;
  const { done, undone } = stepsOf(table);
  done.push(step);
  undone.length = 0;
  write(step, 2);
}

function back(from, to, side) {
  const step = from.pop();
  if (!step) return;
  to.push(step);
  write(step, side);
  step[0][0].focus();
  step[0][0].select();
}

/** What was typed into a field becomes a step once it is left. */
function settle(field) {
  const value = field.value;
  const was = field.dataset.held ?? field.defaultValue;
  delete field.dataset.editing;
  if (value === was) return;
  field.value = was;
  change(sheetOf(field), [[field, value]]);
}

function go(field, down, right) {
  const next = beside(field, down, right);
  settle(field);
  (next ?? field).focus();
  (next ?? field).select();
}

/** Whether the caret is at an end of the field, or all of it is selected. */
function atEnd(field, end) {
  const { selectionStart: from, selectionEnd: to, value } = field;
  return from === 0 && to === value.length || from === to && from === (end ? value.length : 0);
}

const moves = {
  ArrowUp: (field) => go(field, -1, 0), ArrowDown: (field) => go(field, 1, 0), ArrowLeft: (field) => go(field, 0, -1), ArrowRight: (field) => go(field, 0, 1),
  F2: (field) => { field.dataset.editing = "caret"; field.setSelectionRange(field.value.length, field.value.length); },
  Escape: (field) => { field.value = field.dataset.held ?? field.defaultValue; delete field.dataset.editing; show(sheetOf(field)); field.select(); },
};

function key(event, field) {
  if (event.isComposing || event.keyCode === 229 || event.altKey) return;
  const pressed = event.key;
  const editing = field.dataset.editing;
  if (event.ctrlKey || event.metaKey) {
    if (pressed.toLowerCase() !== "z") return;
    event.preventDefault();
    settle(field);
    const { done, undone } = stepsOf(sheetOf(field));
    if (event.shiftKey) back(undone, done, 2); else back(done, undone, 1);
  } else if (pressed === "Enter") { // leaving the last row does not send the form
    event.preventDefault();
    go(field, event.shiftKey ? -1 : 1, 0);
  } else if ((pressed === "Delete" || pressed === "Backspace") && !editing) {
    event.preventDefault();
    change(sheetOf(field), [[field, ""]]);
  } else if (moves[pressed] && !event.shiftKey) {
    const sideways = pressed === "ArrowLeft" || pressed === "ArrowRight";
    if (sideways && editing === "caret" && !atEnd(field, pressed === "ArrowRight")) return;
    event.preventDefault();
    moves[pressed](field);
  } else if (pressed.length === 1) {
    field.dataset.editing ??= "typing";
  }
}

function paste(event, field) {
  const block = (event.clipboardData?.getData("text/plain") ?? "").replace(/\r\n?/g, "\n").replace(/\n$/, "");
  if (field.dataset.editing && !/[\t\n]/.test(block)) return;
  event.preventDefault();
  settle(field);
  const table = sheetOf(field);
  const changes = [];
  block.split("\n").forEach((line, down) => line.split("\t").forEach((value, right) => {
    const row = down === 0 ? field : beside(field, down, 0);
    const into = row && (right === 0 ? row : beside(row, 0, right));
    const amount = plain(value);
    if (into) changes.push([into, "money" in table.dataset ? amount.replace(/^(-|0+(\.0+)?)$/, "") : amount]); // in money, nothing is an empty field
  }));
  change(table, changes);
  field.select();
  say(text("pasted", { count: changes.length }));
}

/** Listens to the fields of sheets. */
export function startSheet() {
  all("[data-sheet]").forEach((table) => {
    const heads = all("thead > tr > *", table);
    const at = Number(table.dataset.at);
    if (at > 0 && heads[at + 1]) table.parentElement.scrollLeft = heads[at + 1].offsetLeft - heads[0].offsetWidth;
    if (all("tbody input:not([type=hidden])", table).some((field) => field.value.trim() !== field.dataset.was)) show(table);
  });
  all("[data-sheet-keys]").forEach((hint) => { hint.hidden = false; });
  on("focusin", cells, (_, field) => { field.dataset.held = field.value; field.select(); });
  on("focusout", cells, (_, field) => settle(field));
  on("pointerup", cells, (_, field) => { field.dataset.editing = "caret"; });
  on("input", cells, (_, field) => show(sheetOf(field)));
  on("keydown", cells, key);
  on("keypress", cells, (event) => { if (event.key === "Enter") event.preventDefault(); }); // nor does a press that comes by itself
  on("paste", cells, paste);
}
