// What the times of a form mean, told while they are typed.

import { element, fill } from "/assets/dom.js";
import { city, distanceText, isViewers, lengthText, spanText, viewerZone, zoneAt } from "/assets/console-zones.js";

/**
 * @param {HTMLElement} root its data say the instants that are shown
 * @param {object} made what `outcome` gives
 * @param {{isEmpty: boolean, isIncomplete: boolean}} typed whether there is no start, or a time of which a part is missing
 */
export function drawPreview(root, made, typed) {
  const isWhole = !typed.isEmpty && !typed.isIncomplete && made.problems.length === 0;
  for (const part of ["start", "end"]) {
    if (isWhole && made[part] !== null) root.dataset[part] = new Date(made[part]).toISOString();
    else delete root.dataset[part];
  }
  fill(root, isWhole ? times(made) : doubt(made, typed));
}

function times({ start, end, zone }) {
  const to = end ?? start;
  return [
    element("p", { class: "preview-there" }, spanText(start, to, zone), element("span", {}, ` in ${zoneAt(start, zone)}`)),
    isViewers(start, zone)
      ? element("p", {}, "The same for you.")
      : element("p", {}, `For you: ${spanText(start, to, viewerZone)} in ${city(viewerZone)}`),
    element("p", {}, distanceText(start, Date.now(), zone), to > start && `, lasts ${lengthText(to - start)}`,
      start < Date.now() && element("strong", { class: "warning" }, " – that is in the past")),
  ];
}

function doubt({ zone, problems: [problem] }, { isEmpty, isIncomplete }) {
  const none = (words) => element("p", { class: "none" }, words);
  const warning = (words) => element("p", { class: "warning" }, words);
  if (isIncomplete) return none("The time is not complete.");
  if (isEmpty) return none("Say when it starts, and this shows what the clocks say.");
  switch (problem.code) {
    case "unknown_zone": return none("Choose a time zone, and this shows what the clocks say.");
    case "skipped_time": return warning(`There is no such time in ${city(zone)}: the clocks skip it that day.`);
    case "doubled_time":
      return warning(`This time comes twice in ${city(zone)}: the clocks are set back. You will be asked which one it is.`);
    default: return warning("It ends before it starts.");
  }
}
