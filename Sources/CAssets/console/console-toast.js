// What has just happened, said for a moment at the foot of the page.

import { byId, element, fill } from "/assets/dom.js";

const SECONDS = 12;
let timer;

export function tell(...words) {
  fill(byId("toast"), element("p", {}, words));
  clearTimeout(timer);
  timer = setTimeout(() => fill(byId("toast")), SECONDS * 1000);
}
