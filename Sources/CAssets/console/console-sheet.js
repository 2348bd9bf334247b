// The one dialog of the page. The browser keeps the focus inside; Escape closes.

import { byId, element, fill } from "/assets/dom.js";
import { goTo, placeOf } from "/assets/console-focus.js";

let mayClose = () => true;
/** Told when the dialog is opened, with the event that it shows, and when it is closed. */
let watcher = { opened() {}, closed() {} };
/** Where the focus goes when the dialog is closed. */
let opener = null;

/**
 * Opens the dialog, or gives the open one another content.
 * @param {object} options keeps(): closing would lose something; event: the id of the event that it is about
 */
export function openSheet(title, content, { keeps = () => false, kind = "", event = null } = {}) {
  const sheet = byId("sheet");
  mayClose = () => !keeps();
  sheet.className = kind;
  fill(sheet,
    element("div", { class: "sheet-head" },
      element("h2", { id: "sheet-title" }, title),
      element("button", { type: "button", class: "close", "aria-label": "Close", onclick: askToClose }, "×")),
    element("div", { id: "sheet-question", role: "alert" }),
    element("div", { class: "sheet-body" }, content));
  if (!sheet.open) {
    opener = placeOf(document.activeElement);
    sheet.showModal();
  }
  sheet.querySelector(".close").focus();
  watcher.opened(event);
}

export function closeSheet() {
  byId("sheet").close();
}

export function isSheetOpen() {
  return byId("sheet").open;
}

/** Closes at once when nothing is lost, else asks. */
export function askToClose() {
  if (mayClose()) return closeSheet();
  askToDiscard();
}

/** Whether something that was typed would be lost. */
export function keepsText() {
  return isSheetOpen() && !mayClose();
}

export function askToDiscard() {
  const keep = element("button", { type: "button", onclick: () => fill(byId("sheet-question")) }, "Keep writing");
  fill(byId("sheet-question"),
    element("p", { class: "question" }, "What you have typed would be lost.", keep,
      element("button", { type: "button", class: "danger", onclick: closeSheet }, "Discard it")));
  keep.focus();
}

/** @param told opened(event), closed() */
export function prepareSheet(told) {
  watcher = told;
  const sheet = byId("sheet");
  // A browser lets a second Escape close the dialog whatever the page says, unless it never gets to see the key.
  sheet.addEventListener("keydown", (press) => {
    if (press.key !== "Escape" || press.defaultPrevented) return;
    press.preventDefault();
    askToClose();
  });
  sheet.addEventListener("cancel", (event) => {
    event.preventDefault();
    askToClose();
  });
  addEventListener("beforeunload", (event) => {
    if (keepsText()) event.preventDefault();
  });
  sheet.addEventListener("close", () => {
    // The browser tells it a moment later, when the dialog may have been opened for something else.
    if (sheet.open) return;
    fill(sheet);
    if (opener) goTo(opener);
    watcher.closed();
  });
}
