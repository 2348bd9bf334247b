// When an event will be, once what a form says has been done: the preview and the Ends field are drawn from this, and the gateway
// works it out in the same way. Tests/Cases/event-outcomes.json holds both to it.

import { instants, isZone, localText } from "/assets/console-zones.js";

/**
 * | Named | Start | End |
 * |---|---|---|
 * | start | as named | as far from the start as before; of a new event, after the template's length |
 * | end | as before | as named |
 * | zone alone | the same instant | the same instant |
 *
 * @param {{start_at?: string, end_at?: string, timezone?: string}} named as it is sent: a time without an offset is by the zone's clocks
 * @param {object | null} known the event that is changed
 * @param {number | null} defaultLength milliseconds that a new event lasts without an end; null when Luma chooses
 * @returns {{start: number | null, end: number | null, zone: string | null, problems: {field: string, code: string}[]}} instants
 */
export function outcome(named, known = null, defaultLength = null) {
  const zone = named.timezone ?? known?.timezone ?? null;
  const made = { start: instantOf(known?.start_at), end: instantOf(known?.end_at), zone, problems: [] };
  if (zone === null || !isZone(zone)) return { ...made, problems: [{ field: "timezone", code: "unknown_zone" }] };
  const length = known ? lengthOf(made) : defaultLength;
  for (const [field, part] of [["start_at", "start"], ["end_at", "end"]]) {
    if (named[field] === undefined || named[field] === null) continue;
    const found = readings(named[field], zone);
    if (found.length === 1) [made[part]] = found;
    else made.problems.push({ field, code: found.length === 0 ? "skipped_time" : "doubled_time" });
  }
  if (made.problems.length > 0) return made;
  if (named.end_at === undefined && named.start_at !== undefined) made.end = length === null ? null : made.start + length;
  if (made.end !== null && named.end_at !== undefined && made.end <= made.start) {
    made.problems.push({ field: "end_at", code: "end_not_after_start" });
  }
  return made;
}

/** The instants that a text may mean: with an offset there is one. */
export function readings(text, zone) {
  if (/(Z|[+-]\d\d:\d\d)$/.test(text)) return [Date.parse(text)].filter((instant) => !Number.isNaN(instant));
  return instants(text, zone) ?? [];
}

/** What a field for the local time of an instant shows, and with its offset where the text alone would not say it. */
export function written(instant, zone) {
  const text = localText(instant, zone);
  const [only, ...others] = readings(text, zone);
  return { text, exact: only === instant && others.length === 0 ? null : new Date(instant).toISOString() };
}

/** Null when one is not known, or when the end is not after the start: then Luma chooses where a moved event ends. */
function lengthOf({ start, end }) {
  return start !== null && end !== null && end > start ? end - start : null;
}

function instantOf(time) {
  const instant = Date.parse(time);
  return Number.isNaN(instant) ? null : instant;
}
