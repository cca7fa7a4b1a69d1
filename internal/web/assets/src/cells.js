// Cells of a list that are edited in place (UI-L4): Enter or leaving saves, Esc gives the value back.
import { focusOn, on, one } from "./dom.js";

/** Takes the field away; the cell shows what it showed. */
function close(editor) {
  const link = one("[data-edit]", editor.parentElement);
  const inside = editor.contains(document.activeElement);
  editor.remove();
  if (inside) focusOn(link);
}

/** Saves what was changed. What was refused is sent again only where that is asked for: leaving does not save over another's value. */
function save(editor, asked) {
  const { value } = one("[data-focus]", editor);
  if (value === editor.dataset.was) { close(editor); return; }
  if (!asked && value === editor.dataset.refused) return;
  editor.requestSubmit();
}

/** Sends a cell once, whoever asks for it. */
function once(event) {
  const editor = event.target.closest?.("[data-editor]");
  if (!editor) return;
  if (editor.dataset.sent) { event.preventDefault(); event.stopImmediatePropagation(); }
  editor.dataset.sent = "yes";
}

/** What Enter, Esc and F2 do in a cell; tells whether they did something. */
export function cellKey(event) {
  const editor = event.target.closest?.("[data-editor]");
  if (editor && event.key === "Escape") { close(editor); return true; }
  if (editor && event.key === "Enter" && event.target.matches("[data-focus]")) { save(editor, true); return true; }
  const at = !editor && event.key === "F2" ? event.target.closest?.("td,th,tr") : null;
  const link = at && (one("[data-edit]", at) ?? one("[data-edit]", at.closest("tr")));
  link?.click();
  return Boolean(link);
}

/** Listens to the fields of cells. */
export function startCells() {
  on("focusin", "[data-editor] input", (_, field) => field.select());
  document.addEventListener("focusout", (event) => {
    const editor = event.target.closest?.("[data-editor]");
    if (editor) setTimeout(() => { if (editor.isConnected && !editor.contains(document.activeElement)) save(editor, false); });
  });
  on("pointerdown", "[data-cell-cancel]", (event, button) => { event.preventDefault(); close(button.closest("[data-editor]")); });
  on("click", "[data-cell-cancel]", (_, button) => close(button.closest("[data-editor]")));
  document.addEventListener("submit", once, true);
  document.addEventListener("htmx:finally:request", (event) => {
    const source = event.detail.ctx.sourceElement;
    if (source?.matches?.("[data-editor]")) delete source.dataset.sent;
  });
}
