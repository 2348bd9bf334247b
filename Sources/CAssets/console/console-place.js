// Where somebody is, in the page's address: #2026-12 is a month, #2026-12-24 a day that is chosen, #evt-… an event that is open. So
// reloading keeps it, a link leads to it, and the browser's Back closes what is open instead of leaving the page.
//
// An open dialog has an entry of the history to itself, which goes when the dialog is closed by other means.

import { dayNumber, dayParts, isoDay } from "/assets/console-zones.js";

/** Resolved when the history is where it was last told to go. */
let settled = Promise.resolve();

const isSheetEntry = () => history.state?.isSheet === true;

/** @returns {{year?: number, month?: number, day?: number | null, event?: string}} what the address names */
export function placeNow() {
  let text;
  try {
    text = decodeURIComponent(location.hash.slice(1));
  } catch {
    return {};
  }
  if (/^evt-[\w-]{1,100}$/.test(text)) return { event: text };
  const match = /^(\d{4})-(\d\d)(?:-(\d\d))?$/.exec(text);
  if (!match) return {};
  const [year, month, day] = match.slice(1).map(Number);
  const number = dayNumber(year, month - 1, match[3] ? day : 1);
  const parts = dayParts(number);
  if (year < 1900 || parts.month !== month - 1) return {};
  return { year, month: month - 1, day: match[3] ? number : null };
}

/** The address of a month or of a day in it. */
export function monthPlace(year, month, day = null) {
  return day === null ? `#${isoDay(dayNumber(year, month, 1)).slice(0, 7)}` : `#${isoDay(day)}`;
}

/** Notes a month or a day that is looked at now; an empty text for the page as it begins. */
export function goToMonth(place) {
  settled.then(() => {
    if (!isSheetEntry() && location.hash !== place) history.pushState(null, "", place || location.pathname);
  });
}

/** Takes the place of a form that is no longer there. */
export function forgetSheet() {
  if (isSheetEntry() && !placeNow().event) history.replaceState(null, "", location.hash || location.pathname);
}

/** Notes that the dialog is open, perhaps for an event. */
export function enterSheet(event) {
  settled.then(() => {
    const place = event ? `#${encodeURIComponent(event)}` : location.hash || location.pathname;
    if (isSheetEntry()) history.replaceState({ isSheet: true }, "", place);
    else if (event && location.hash === place) return;
    else history.pushState({ isSheet: true }, "", place);
  });
}

/** Notes that the dialog is closed. @param {string} place what is seen behind it */
export function leaveSheet(place) {
  settled = settled.then(() => {
    if (!isSheetEntry()) return undefined;
    return new Promise((resolve) => {
      addEventListener("popstate", resolve, { once: true });
      history.back();
    });
  });
  isLeaving = true;
  settled.then(() => {
    isLeaving = false;
    // The month may have been turned while the dialog was open.
    if (location.hash !== place) history.replaceState(null, "", place || location.pathname);
  });
}

let isLeaving = false;

/**
 * Calls for each step that somebody makes in the history.
 * @param {(place: object, isSheet: boolean) => void} moved
 */
export function followHistory(moved) {
  addEventListener("popstate", () => {
    if (!isLeaving) moved(placeNow(), isSheetEntry());
  });
}
