// The one dialog of the page. The browser keeps the focus inside; Escape closes.

import { byId, element, fill } from "/assets/dom.js";
import { goTo, placeOf } from "/assets/console-focus.js";

let mayClose = () => true;
/** Where the focus goes when the dialog is closed. */
let opener = null;

/** Opens the dialog, or gives the open one another content. `keeps()` says that closing would lose something. */
export function openSheet(title, content, { keeps = () => false, kind = "" } = {}) {
  const sheet = byId("sheet");
  mayClose = () => !keeps();
  sheet.className = kind;
  fill(sheet,
    element("header", { class: "sheet-head" },
      element("h2", { id: "sheet-title" }, title),
      element("button", { type: "button", class: "close", "aria-label": "Close", onclick: askToClose }, "×")),
    element("div", { id: "sheet-question", role: "alert" }),
    element("div", { class: "sheet-body" }, content));
  if (!sheet.open) {
    opener = placeOf(document.activeElement);
    sheet.showModal();
  }
  sheet.querySelector(".close").focus();
}

export function closeSheet() {
  byId("sheet").close();
}

export function isSheetOpen() {
  return byId("sheet").open;
}

/** Closes at once when nothing is lost, else asks. */
function askToClose() {
  if (mayClose()) return closeSheet();
  const keep = element("button", { type: "button", onclick: () => fill(byId("sheet-question")) }, "Keep writing");
  fill(byId("sheet-question"),
    element("p", { class: "question" }, "What you have typed would be lost.", keep,
      element("button", { type: "button", class: "danger", onclick: closeSheet }, "Discard it")));
  keep.focus();
}

export function prepareSheet() {
  const sheet = byId("sheet");
  sheet.addEventListener("cancel", (event) => {
    event.preventDefault();
    askToClose();
  });
  sheet.addEventListener("close", () => {
    // The browser tells it a moment later, when the dialog may have been opened for something else.
    if (sheet.open) return;
    fill(sheet);
    if (opener) goTo(opener);
  });
}
