// The script of every page. Without it pages still work: they are plain links and forms.
import { startAsk } from "./ask.js";
import { startCells } from "./cells.js";
import { startDrafts } from "./drafts.js";
import { startFeedback } from "./feedback.js";
import { startForms } from "./forms.js";
import { startKeys } from "./keys.js";
import { startLanes } from "./lanes.js";
import { startLive } from "./live.js";
import { startMenus } from "./menus.js";
import { startRecent } from "./recent.js";
import { startRows } from "./rows.js";
import { startSheet } from "./sheet.js";
import { startSwaps } from "./swap.js";

startSwaps();
startMenus();
startKeys();
startAsk();
startFeedback();
startForms();
startDrafts();
startRows();
startCells();
startLanes();
startLive();
startSheet();
startRecent();
document.documentElement.classList.add("js");
