// Instants, clocks and days. An instant is a number of milliseconds; a day is a number, too: days since 1970-01-01 in some
// zone, so that days can be compared and counted without a time.

/** In milliseconds. */
export const DAY = 86_400_000;
const formats = new Map();

function format(zone, options) {
  const key = zone + JSON.stringify(options);
  if (!formats.has(key)) formats.set(key, new Intl.DateTimeFormat("en-GB", { timeZone: zone, ...options }));
  return formats.get(key);
}

export const viewerZone = Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";

/** Whether this browser knows the zone. */
export function isZone(zone) {
  try {
    format(zone, {});
    return true;
  } catch {
    return false;
  }
}

/** The zone, or UTC for one that this browser does not know. */
export function usable(zone) {
  return zone && isZone(zone) ? zone : "UTC";
}

export function allZones() {
  const known = Intl.supportedValuesOf?.("timeZone") ?? [];
  return known.includes("UTC") ? known : [...known, "UTC"];
}

/** America/Argentina/Buenos_Aires is Buenos Aires to people. */
export function city(zone) {
  return zone.slice(zone.lastIndexOf("/") + 1).replaceAll("_", " ");
}

/** What a clock in the zone shows at an instant. */
function clock(instant, zone) {
  const options = {
    year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric", second: "numeric",
    hourCycle: "h23",
  };
  const parts = {};
  for (const { type, value } of format(zone, options).formatToParts(instant)) parts[type] = Number(value);
  return parts;
}

/** The same as if that clock were in UTC, so that clocks can be compared. */
export function shown(instant, zone) {
  const { year, month, day, hour, minute, second } = clock(instant, zone);
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

function offsetMinutes(instant, zone) {
  return Math.round((shown(instant, zone) - Math.floor(instant / 1000) * 1000) / 60_000);
}

export function offsetText(instant, zone) {
  const minutes = offsetMinutes(instant, zone);
  const size = Math.abs(minutes);
  const text = size % 60 === 0 ? String(size / 60) : `${Math.floor(size / 60)}:${String(size % 60).padStart(2, "0")}`;
  return minutes === 0 ? "UTC" : `UTC${minutes < 0 ? "−" : "+"}${text}`;
}

/** Whether clocks in the zone and the reader's own show the same. */
export function isViewers(instant, zone) {
  return offsetMinutes(instant, zone) === offsetMinutes(instant, viewerZone);
}

/**
 * The instants at which a clock in the zone shows this local time, such as 2027-07-01T19:00: one, none when the clocks skip
 * it, two when they are set back over it. Undefined for what is no time.
 */
export function instants(local, zone) {
  const match = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)(?::(\d\d))?$/.exec(local);
  if (!match) return undefined;
  const [year, month, day, hour, minute, second] = match.slice(1).map((part) => Number(part ?? 0));
  const wanted = Date.UTC(year, month - 1, day, hour, minute, second);
  if (Number.isNaN(wanted)) return undefined;
  const offsets = new Set([wanted - DAY, wanted, wanted + DAY].map((near) => offsetMinutes(near, zone)));
  return [...offsets]
    .map((offset) => wanted - offset * 60_000)
    .filter((instant) => shown(instant, zone) === wanted)
    .sort((a, b) => a - b);
}

/** The local time of an instant, as a field of a form wants it. */
export function localText(instant, zone) {
  return new Date(shown(instant, zone)).toISOString().slice(0, 16);
}

// Days

export function dayOf(instant, zone) {
  return Math.floor(shown(instant, zone) / DAY);
}

export function dayNumber(year, month, day) {
  return Math.floor(Date.UTC(year, month, day) / DAY);
}

/** Year, month from 0, day, and weekday from 0 for Monday. */
export function dayParts(day) {
  const date = new Date(day * DAY);
  return {
    year: date.getUTCFullYear(), month: date.getUTCMonth(), day: date.getUTCDate(), weekday: (date.getUTCDay() + 6) % 7,
  };
}

/** 2026-07-01 */
export function isoDay(day) {
  return new Date(day * DAY).toISOString().slice(0, 10);
}

/** An instant that is surely not after the beginning of the day anywhere, and one that is not before its end. */
export function around(day) {
  return { from: (day - 1) * DAY, to: (day + 2) * DAY };
}

export function dayText(day, options = { weekday: "long", day: "numeric", month: "long", year: "numeric" }) {
  return format("UTC", options).format(day * DAY);
}

/** 0 for Monday; where people begin their week. */
export function firstWeekday() {
  const locale = new Intl.Locale(navigator.language);
  const info = locale.getWeekInfo?.() ?? locale.weekInfo;
  return ((info?.firstDay ?? 1) + 6) % 7;
}

// Texts

export function timeText(instant, zone) {
  return format(zone, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(instant);
}

/** Wed 1 July 2026, 19:00 */
export function momentText(instant, zone) {
  const day = format(zone, { weekday: "short", day: "numeric", month: "long", year: "numeric" }).format(instant);
  return `${day}, ${timeText(instant, zone)}`;
}

/** From one moment to another; the day is said once when it is the same. */
export function spanText(start, end, zone) {
  if (end <= start) return momentText(start, zone);
  const last = dayOf(start, zone) === dayOf(end, zone) ? timeText(end, zone) : momentText(end, zone);
  return `${momentText(start, zone)} – ${last}`;
}

/** in 3 days, 2 hours ago */
export function distanceText(instant, now) {
  const seconds = (instant - now) / 1000;
  // Two of a unit before it is used: 40 days say more than a month.
  const units = [["year", 31_557_600], ["month", 2_629_800], ["day", 86_400], ["hour", 3600]];
  const [unit, size] = units.find(([, size]) => Math.abs(seconds) >= 2 * size) ?? ["minute", 60];
  return new Intl.RelativeTimeFormat("en", { numeric: "auto" }).format(Math.trunc(seconds / size), unit);
}

/** 2 hours 30 minutes */
export function lengthText(milliseconds) {
  const minutes = Math.round(milliseconds / 60_000);
  const parts = [[Math.floor(minutes / 1440), "day"], [Math.floor(minutes / 60) % 24, "hour"], [minutes % 60, "minute"]];
  const said = parts.filter(([count]) => count > 0).map(([count, unit]) => `${count} ${unit}${count === 1 ? "" : "s"}`);
  return said.join(" ") || "no time";
}
