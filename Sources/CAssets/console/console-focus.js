// What is drawn anew must not lose the focus of whoever works with the keyboard. Things that can have it are known by a key.

import { byId, fill } from "/assets/dom.js";

/** Puts these children in the place of what an element holds, and the focus back where it was. */
export function redraw(root, ...children) {
  const place = root.contains(document.activeElement) ? placeOf(document.activeElement) : null;
  fill(root, ...children);
  if (place) goTo(place);
}

/** Where an element is, for the time when another one stands in its place. */
export function placeOf(element) {
  return { element, key: element.dataset.key };
}

/** Gives the focus to what is at a place now, else to the list. */
export function goTo({ element, key }) {
  const now = element.isConnected ? element : key && document.querySelector(`[data-key="${CSS.escape(key)}"]`);
  (now || byId("agenda-title")).focus();
}
