// What is said about a page comes with the page as it is shown (UI-S5); the server masks phones in it.
import { all, one } from "./dom.js";

const most = 1_000_000; // characters that the server takes

/** The page without what is not of it: scripts, dialogs, hidden values. */
function shown() {
  const page = document.documentElement.cloneNode(true);
  for (const part of all("script,template,dialog,iframe,input[type=hidden]", page)) part.remove();
  return `<!DOCTYPE html>${page.outerHTML}`;
}

/** Listens for feedback that is sent from the dialog. */
export function startFeedback() {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.matches("dialog form[data-feedback]")) return;
    const page = shown();
    one("[name=page]", form).value = location.pathname + location.search;
    one("[name=page_html]", form).value = page.length > most ? "" : page;
  }, true);
}
