// Menus, dialogs, copying, and the status strip with its undo (UI-B2).
import { all, focusOn, on, one, say, text } from "./dom.js";

/** Closes open menus; tells whether there was one. */
export function closeMenus(besides) {
  const open = all("details.menu[open]").filter((menu) => menu !== besides && !menu.contains(besides));
  for (const menu of open) {
    const inside = menu.contains(document.activeElement);
    menu.open = false;
    if (inside) one("summary", menu).focus();
  }
  return open.length > 0;
}

/** The strip goes after its time, which stands still while it is hovered or focused. */
function countDown(strip) {
  let left = Number(strip.dataset.seconds || 10);
  const tick = setInterval(() => {
    if (!strip.isConnected) return clearInterval(tick);
    if (strip.matches(":hover, :focus-within")) return undefined;
    if (--left <= 0) { clearInterval(tick); strip.remove(); }
    return undefined;
  }, 1000);
}

/** Starts the strips below root and says what they say. */
export function startStrips(root = document) {
  for (const strip of all("[data-status]", root)) {
    if (strip.dataset.started) continue;
    strip.dataset.started = "yes";
    say(one("p", strip)?.textContent.trim());
    countDown(strip);
  }
}

async function copy(button) {
  try {
    await navigator.clipboard.writeText(button.dataset.copy);
    say(text("copied"));
  } catch {
    say(button.dataset.copy);
  }
}

/** Listens for menus, dialogs and copying. */
export function startMenus() {
  document.addEventListener("click", (event) => closeMenus(event.target));
  on("click", "[data-copy]", (_, button) => copy(button));
  on("click", "[data-dialog]", (event, opener) => {
    const dialog = document.getElementById(opener.dataset.dialog);
    if (!dialog?.showModal) return;
    event.preventDefault();
    dialog.showModal();
    focusOn(one("[autofocus]", dialog) ?? one("h2", dialog));
  });
  on("click", "[data-close]", (event, button) => {
    const dialog = button.closest("dialog");
    if (dialog) { event.preventDefault(); dialog.close(); }
  });
  on("click", "[data-close-status]", (event, button) => { event.preventDefault(); button.closest("[data-status]").remove(); });
  on("click", "dialog", (event, dialog) => { if (event.target === dialog) dialog.close(); });
  on("click", "[data-print]", (event) => { event.preventDefault(); window.print(); });
  on("change", "[data-submit-on-change]", (_, field) => field.form.requestSubmit());
  startStrips();
}
