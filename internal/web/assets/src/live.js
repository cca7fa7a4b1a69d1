// A page that keeps itself up to date: it is fetched again every data-live seconds, and when its tab is looked at again, and its sentence and what
// lies in [data-live] are replaced. Nothing is replaced under somebody's hands: not while focus or an open menu is in it, nor while a dialog is open.
// It says since when it could not reach the server, and rests an hour after the last key or click, so that it keeps no session alive.
import { all, on, one } from "./dom.js";

const rest = 3600e3;
let touched = Date.now();
let since = Date.now(); // when the page was last read

const parts = (page) => all("main .lead, [data-live]", page);
const busy = () => !!one("dialog[open]") || parts(document).some((part) => part.contains(document.activeElement) || one("details[open]", part));

/** Says why the page stands still; nothing where it does not. */
function note(why) {
  const line = one("[data-live-note]");
  if (!line) return;
  const time = new Date(since).toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit", hour12: false });
  const words = why ? line.dataset[why].replace("{time}", time) : "";
  if (line.textContent !== words) line.textContent = words;
  line.hidden = !why;
}

async function read() {
  const answer = await fetch(window.location.href, { cache: "no-store" });
  if (!answer.ok || answer.redirected) throw new Error("no page");
  return parts(new DOMParser().parseFromString(await answer.text(), "text/html"));
}

async function refresh() {
  if (document.hidden || busy()) return;
  if (Date.now() - touched > rest) { note("rested"); return; }
  try {
    const fresh = await read();
    const old = parts(document);
    if (fresh.length !== old.length) throw new Error("another page");
    if (busy()) return;
    old.forEach((part, at) => {
      part.replaceChildren(...fresh[at].childNodes);
      window.htmx?.process(part);
    });
    since = Date.now();
    note("");
  } catch {
    note("lost");
  }
}

/** Starts where a page has live parts. */
export function startLive() {
  const first = one("[data-live]");
  if (!first) return;
  for (const kind of ["keydown", "pointerdown"]) on(kind, "html", () => { touched = Date.now(); });
  setInterval(refresh, Number(first.dataset.live) * 1000);
  document.addEventListener("visibilitychange", refresh);
}
