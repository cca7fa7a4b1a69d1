// What htmx swaps: focus, words and waiting (UI-B3, UI-B4). Its eval is off, so that the page needs no unsafe script.
import { all, focusOn, one, say, text } from "./dom.js";
import { showErrors } from "./forms.js";
import { recount } from "./rows.js";
import { startStrips } from "./menus.js";

const waits = new WeakMap();

function begin(event) {
  const { ctx } = event.detail;
  const { sourceElement: source, target } = ctx;
  waits.set(ctx, [
    setTimeout(() => { source.setAttribute("aria-busy", "true"); target?.setAttribute("aria-busy", "true"); }, 100),
    setTimeout(() => { target?.classList.add("waiting"); say(text("waiting")); }, 1000),
    setTimeout(() => cancelable(source), 2000),
  ]);
}

/** Offers to stop what takes long. */
function cancelable(source) {
  const strip = one("#waiting")?.content.firstElementChild.cloneNode(true);
  if (!strip) return;
  one("button", strip).addEventListener("click", () => { source.dispatchEvent(new CustomEvent("htmx:abort", { bubbles: false })); strip.remove(); });
  one("#status").replaceChildren(strip);
}

function end(event) {
  const { ctx } = event.detail;
  for (const timer of waits.get(ctx) ?? []) clearTimeout(timer);
  ctx.sourceElement?.removeAttribute("aria-busy");
  ctx.target?.removeAttribute?.("aria-busy");
  ctx.target?.classList?.remove("waiting");
  one("#status [data-waiting]")?.remove();
}

/** A form in a dialog, or with its own place for errors, shows them there. */
function place(event) {
  const { ctx } = event.detail;
  if (ctx.response?.headers?.get("X-Problem") !== "yes") return;
  const own = one("[data-problem]", ctx.sourceElement.closest("dialog[open]") ?? ctx.sourceElement.closest("form") ?? document.createElement("div"));
  if (own) ctx.hx.retarget = own;
}

function settle(event) {
  const target = event.detail.ctx?.target;
  startStrips();
  recount();
  if (showErrors(one("dialog[open]") ?? document)) return;
  const said = all("[data-say]");
  for (const line of said) { say(line.dataset.say); line.remove(); }
  const lost = !document.activeElement || document.activeElement === document.body;
  if (!lost || !target?.isConnected) return;
  focusOn(one("[data-focus]", target) ?? one("h1,h2,h3", target) ?? target);
}

/** Where there is no room beside the list, a link that would swap a panel there is a plain link to the panel's page. */
function narrow(event) {
  if (event.target.closest?.("[data-wide]") && window.matchMedia("(max-width: 960px)").matches) event.stopPropagation();
}

/** Listens to htmx. */
export function startSwaps() {
  const refuse = function refuse() { throw new Error("no script from the page is run"); };
  window.htmx?.registerExtension("no-eval", { init: (api) => api.initSecurity(null, refuse, refuse) });
  document.addEventListener("click", narrow, true);
  document.addEventListener("htmx:before:request", begin);
  document.addEventListener("htmx:finally:request", end);
  document.addEventListener("htmx:after:request", place);
  document.addEventListener("htmx:after:swap", settle);
  document.addEventListener("htmx:error", () => say(text("failed")));
}
