// What the times of a form mean, told while they are typed.

import { element, fill } from "/assets/dom.js";
import { city, distanceText, instants, isViewers, isZone, lengthText, offsetText, spanText, viewerZone } from "/assets/console-zones.js";

/**
 * @param {HTMLElement} root
 * @param {object} times start and end as typed or exact, zone, and defaultLength in milliseconds (null when nobody knows it)
 */
export function drawPreview(root, { start, end, zone, defaultLength }) {
  fill(root, ...lines(start, end, zone, defaultLength));
}

function lines(start, end, zone, defaultLength) {
  if (start === "") return [element("p", { class: "none" }, "Say when it starts, and this shows what the clocks say.")];
  if (!isZone(zone)) return [element("p", { class: "none" }, "This is no time zone that your browser knows.")];
  const begins = read(start, zone);
  if (begins.length !== 1) return [doubt(begins, zone)];
  const [from] = begins;
  const ends = end === "" ? [from + (defaultLength ?? 0)] : read(end, zone);
  if (ends.length !== 1) return [doubt(ends, zone)];
  const [to] = ends;
  const isHere = isViewers(from, zone);
  return [
    element("p", { class: "preview-there" }, spanText(from, to, zone), element("span", {}, ` in ${city(zone)}, ${offsetText(from, zone)}`)),
    isHere
      ? element("p", {}, "The same for you.")
      : element("p", {}, `For you: ${spanText(from, to, viewerZone)} in ${city(viewerZone)}`),
    element("p", {}, distanceText(from, Date.now()), to > from && `, lasts ${lengthText(to - from)}`,
      from < Date.now() && element("strong", { class: "warning" }, " – that is in the past")),
    to < from && element("p", { class: "warning" }, "It ends before it starts."),
  ];
}

/** The instants that a text may mean: with an offset there is one. */
function read(text, zone) {
  if (/(Z|[+-]\d\d:\d\d)$/.test(text)) return [Date.parse(text)].filter((instant) => !Number.isNaN(instant));
  return instants(text, zone) ?? [];
}

function doubt(found, zone) {
  const words = found.length === 0
    ? `There is no such time in ${city(zone)}: the clocks skip it that day.`
    : `This time comes twice in ${city(zone)}: the clocks are set back. You will be asked which one it is.`;
  return element("p", { class: "warning" }, words);
}
