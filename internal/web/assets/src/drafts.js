// Drafts of forms with data-draft (UI-F3): kept in this browser two seconds after the last key, for seven days, per account.
import { all, on, one, say, text } from "./dom.js";

const week = 7 * 24 * 3600 * 1000;
const prefix = "zhike-draft:";
const keyOf = (form) => `${prefix}${document.documentElement.dataset.account ?? ""}:${form.dataset.draft}`;
const kept = (field) => field.name && !field.name.startsWith("_") && !["password", "file", "hidden", "submit", "button"].includes(field.type);

function read(key) {
  try {
    const draft = JSON.parse(localStorage.getItem(key));
    if (draft && Date.now() - draft.at < week) return draft;
    localStorage.removeItem(key);
  } catch { /* storage is off or full: there are no drafts */ }
  return null;
}

function write(form) {
  const values = [...form.elements].filter(kept)
    .filter((field) => !["radio", "checkbox"].includes(field.type) || field.checked)
    .map((field) => [field.name, field.value]);
  if (!values.length) return;
  try {
    localStorage.setItem(keyOf(form), JSON.stringify({ at: Date.now(), values }));
    const note = one("[data-draft-saved]", form);
    if (note) { note.hidden = false; one("time", note).textContent = clock(Date.now()); }
  } catch { /* as above */ }
}

const clock = (at) => new Date(at).toLocaleString(document.documentElement.lang, { month: "short", day: "numeric", hour: "2-digit", minute: "2-digit", hour12: false });

function fill(form, values) {
  for (const field of [...form.elements].filter(kept)) {
    const mine = values.filter(([name]) => name === field.name).map(([, value]) => value);
    if (["radio", "checkbox"].includes(field.type)) field.checked = mine.includes(field.value);
    else if (mine.length) field.value = mine[0];
  }
  form.dispatchEvent(new Event("input", { bubbles: true }));
}

function offer(form) {
  const draft = read(keyOf(form));
  const notice = one(`[data-draft-notice="${CSS.escape(form.dataset.draft)}"]`);
  if (!draft || !notice || one("[aria-invalid=true]", form)) return;
  one("time", notice).textContent = clock(draft.at);
  notice.hidden = false;
  one("[data-draft-restore]", notice).addEventListener("click", () => { fill(form, draft.values); notice.hidden = true; say(text("restored")); });
  one("[data-draft-drop]", notice).addEventListener("click", () => { localStorage.removeItem(keyOf(form)); notice.hidden = true; });
}

/** A page of what went wrong says that the draft is kept where this browser keeps it. */
function claim(key) {
  if (!key || !read(key)) return;
  for (const words of all("[data-draft-kept]")) words.hidden = false;
}

/** A form that was sent and did not come back with errors has done its work. */
function forgetSent() {
  try {
    const key = sessionStorage.getItem("zhike-sent");
    if (one(".errpage[data-failed]")) { claim(key); return; }
    sessionStorage.removeItem("zhike-sent");
    const back = all("form[data-draft]").some((form) => keyOf(form) === key && (one("[aria-invalid=true]", form) || one(".errs")));
    if (key && !back) localStorage.removeItem(key);
  } catch { /* as above */ }
}

/** Offers drafts back and keeps new ones. */
export function startDrafts() {
  const timers = new WeakMap();
  document.addEventListener("htmx:after:swap", () => {
    try { claim(sessionStorage.getItem("zhike-sent")); } catch { /* as above */ }
  });
  forgetSent();
  for (const form of all("form[data-draft]")) offer(form);
  on("input", "form[data-draft]", (_, form) => {
    clearTimeout(timers.get(form));
    timers.set(form, setTimeout(write, 2000, form));
  });
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.matches("[data-sign-out]")) {
      try { for (const key of Object.keys(localStorage)) if (key.startsWith(prefix)) localStorage.removeItem(key); } catch { /* as above */ }
    }
    if (!form.matches("form[data-draft]")) return;
    clearTimeout(timers.get(form));
    write(form);
    try { sessionStorage.setItem("zhike-sent", keyOf(form)); } catch { /* as above */ }
  });
}
