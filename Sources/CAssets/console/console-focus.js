// What is drawn anew must not lose the focus of whoever works with the keyboard. Things that can have it are known by a key.

import { byId, fill } from "/assets/dom.js";

/**
 * Puts these children in the place of what an element holds, and the focus back where it was: else to what the tab key reaches
 * there, so that single keys go on working. Nothing is scrolled: somebody may be reading elsewhere.
 */
export function redraw(root, ...children) {
  const place = root.contains(document.activeElement) ? placeOf(document.activeElement) : null;
  fill(root, ...children);
  if (place) goTo(place, root.querySelector("[tabindex='0']"), { preventScroll: true });
}

/** Where an element is, for the time when another one stands in its place. */
export function placeOf(element) {
  return { element, key: element.dataset.key };
}

/** Gives the focus to what is at a place now, else to another element or to the list. */
export function goTo({ element, key }, other = null, options = {}) {
  const now = element.isConnected ? element : key && document.querySelector(`[data-key="${CSS.escape(key)}"]`);
  (now || other || byId("agenda-title")).focus(options);
}
