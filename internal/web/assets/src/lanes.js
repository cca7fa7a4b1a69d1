// Cards in lanes: the board by stage and the calendar by days (UI-L6, SAL-15). A card is moved by dragging, by keys or by its button; each
// asks the server for the form of the step, which opens in the dialog.
import { all, focusOn, on, one } from "./dom.js";
import { currentRow, markRow } from "./rows.js";

const root = () => one("[data-lanes]");
const laneOf = (card) => card.closest("[data-lane]");
const cardsOf = (number) => all(`[data-lane="${number}"] [data-row]`, root());
const last = () => Math.max(...all("[data-lane]", root()).map((lane) => Number(lane.dataset.lane)));

/** The card that keys act on: the one that holds the focus, else the current one. */
const here = () => document.activeElement?.closest?.("[data-lanes] [data-row]") ?? (currentRow()?.closest("[data-lanes]") ? currentRow() : null);

const remembered = "zhike-card";

/** Keeps which card is at hand over the page that follows a step. */
function remember(card) {
  try {
    if (card) sessionStorage.setItem(remembered, card.id); else sessionStorage.removeItem(remembered);
  } catch { /* storage is off: the focus is lost with the page */ }
}

/** Asks the step that brings a card to a lane. */
function ask(card, to) {
  if (!card.dataset.move || !to) return false;
  const path = card.dataset.move.replace("{to}", encodeURIComponent(to));
  const address = `${path}${path.includes("?") ? "&" : "?"}back=${encodeURIComponent(root().dataset.back)}`;
  markRow(card);
  window.htmx.ajax("GET", address, { target: "#step-body", swap: "innerHTML", source: card });
  return true;
}

/** The card of a lane at a place, or its last one. */
const at = (number, place) => {
  const cards = cardsOf(number);
  return cards[Math.min(place, cards.length - 1)];
};

/** Goes up or down in the lane; at its end to the lane below, where lanes stand below each other. */
function down(card, by) {
  const number = Number(laneOf(card).dataset.lane);
  const cards = cardsOf(number);
  const next = cards[cards.indexOf(card) + by];
  if (next) { markRow(next); return; }
  const stride = Number(root().dataset.stride ?? 0);
  for (let n = number + by * stride; stride && n >= 0 && n <= last(); n += by * stride) {
    const found = at(n, by > 0 ? 0 : Infinity);
    if (found) { markRow(found); return; }
  }
}

/** Goes to the nearest lane at the side that has cards, to the same place in it. */
function across(card, by) {
  const number = Number(laneOf(card).dataset.lane);
  const place = cardsOf(number).indexOf(card);
  for (let n = number + by; n >= 0 && n <= last(); n += by) {
    const found = at(n, place);
    if (found) { markRow(found); return; }
  }
}

/** Moves the card to the lane at its side. */
function shift(card, by) {
  const lane = one(`[data-lane="${Number(laneOf(card).dataset.lane) + by}"]`, root());
  return lane ? ask(card, lane.dataset.to) : true;
}

const ways = { j: [down, 1], k: [down, -1], h: [across, -1], l: [across, 1], arrowdown: [down, 1], arrowup: [down, -1], arrowleft: [across, -1], arrowright: [across, 1] };

/** What keys do among cards; tells whether they did something. Arrows move only from a card: elsewhere they scroll. */
export function laneKey(event) {
  const way = ways[event.key.toLowerCase()];
  if (!way || !root()) return false;
  const arrow = event.key.startsWith("Arrow");
  if (!arrow && document.documentElement.dataset.keys === "off") return false;
  const card = here();
  if (!card) {
    const first = one("[data-row]", root());
    if (arrow || event.shiftKey || !first) return false;
    markRow(first);
    return true;
  }
  if (arrow && !card.contains(document.activeElement)) return false;
  const [go, by] = way;
  if (event.shiftKey) return go === across && shift(card, by);
  go(card, by);
  return true;
}

function startDragging() {
  let dragged = null;
  const over = (lane) => { for (const other of all(".over")) if (other !== lane) other.classList.remove("over"); lane?.classList.add("over"); };
  on("dragstart", "[data-lanes] [data-move]", (event, card) => {
    dragged = card;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", one("[data-open]", card).textContent.trim());
  });
  on("dragover", "[data-lanes] [data-to]", (event, lane) => {
    if (!dragged) return;
    event.preventDefault();
    over(lane);
  });
  on("drop", "[data-lanes] [data-to]", (event, lane) => {
    event.preventDefault();
    if (dragged && lane.dataset.to !== laneOf(dragged).dataset.to) ask(dragged, lane.dataset.to);
  });
  document.addEventListener("dragend", () => { dragged = null; over(null); });
}

/** Listens to cards; after a step the card that was moved has the focus again. */
export function startLanes() {
  if (!root()) return;
  startDragging();
  const dialog = one("#step");
  on("submit", "#step-body form", () => remember(here()));
  document.addEventListener("htmx:after:swap", (event) => {
    if (event.detail.ctx.target?.id !== "step-body") return;
    if (!dialog.open) dialog.showModal();
    focusOn(one("[data-focus]", dialog));
  });
  dialog?.addEventListener("close", () => { remember(null); one("#step-body").replaceChildren(); });
  let card = null;
  try { card = document.getElementById(sessionStorage.getItem(remembered) ?? ""); } catch { /* as above */ }
  remember(null);
  if (card) markRow(card);
}
