// The records that one looked at last (UI-S4): their addresses, kept in this browser per account. The server names them.
const most = 8;
const keyOf = () => `zhike:recent:${document.documentElement.dataset.account ?? ""}`;
const record = /^\/(people|enquiries|contracts|payments)\/[0-9a-f-]{36}$/;

/** The addresses, newest first; the page that is open is left out. */
export function recentPaths() {
  try {
    const list = JSON.parse(localStorage.getItem(keyOf()) ?? "[]");
    return list.filter((path) => record.test(path) && path !== location.pathname).slice(0, most);
  } catch { return []; /* storage is off: nothing is remembered */ }
}

/** Notes the page that was opened, where it is a record's. */
export function startRecent() {
  if (!document.documentElement.dataset.account || !record.test(location.pathname) || !document.querySelector("main h1")) return;
  try {
    localStorage.setItem(keyOf(), JSON.stringify([location.pathname, ...recentPaths()].slice(0, most + 1)));
  } catch { /* as above */ }
}
