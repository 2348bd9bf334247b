// Instants, clocks and days. An instant is a number of milliseconds; a day is a number, too: days since 1970-01-01 in some
// zone, so that days can be compared and counted without a time.

/** In milliseconds. */
export const DAY = 86_400_000;
const formats = new Map();

/** English as it is written where the reader is: the browser's own fields for dates and times, and its week, go by the same. */
export const locale = `en-${new Intl.Locale(navigator.language || "en-GB").maximize().region ?? "GB"}`;

function format(zone, options) {
  const key = zone + JSON.stringify(options);
  if (!formats.has(key)) formats.set(key, new Intl.DateTimeFormat(locale, { timeZone: zone, ...options }));
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

/** How people write a name: without accents, case and signs. */
function plain(text) {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().replace(/[^\p{L}\p{N}+]+/gu, " ").trim();
}

/** What people call zones: munich, pacific time. */
let names = {};

/** Reads what people call zones, once. Without it only cities are known that a zone is named after. */
export async function readZoneNames() {
  if (Object.keys(names).length > 0) return;
  try {
    const answer = await fetch("/assets/zone-names.json", { credentials: "omit" });
    if (answer.ok) names = await answer.json();
  } catch {
    // The gateway knows them, too, and says so when the form is sent.
  }
}

/** The zones that somebody may mean who writes this, the likeliest first; one alone when it is sure. */
export function zonesFor(text) {
  const wanted = plain(text);
  if (wanted === "") return [];
  const zones = allZones();
  const same = zones.filter((zone) => plain(zone) === wanted || plain(city(zone)) === wanted);
  if (same.length > 0 || isZone(text.trim())) return same.length > 0 ? same.slice(0, 1) : [text.trim()];
  if (Object.hasOwn(names, wanted)) return [names[wanted]];
  return zones.filter((zone) => plain(zone).includes(wanted)).slice(0, 4);
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

/** As Date.UTC, but year 26 is year 26. */
function utc(year, month, ...rest) {
  const date = new Date(Date.UTC(2000, month, ...rest));
  return date.setUTCFullYear(year + date.getUTCFullYear() - 2000);
}

/** The same as if that clock were in UTC, so that clocks can be compared. */
export function shown(instant, zone) {
  const { year, month, day, hour, minute, second } = clock(instant, zone);
  return utc(year, month - 1, day, hour, minute, second);
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

/** Berlin, UTC+1; of UTC only its name. */
export function zoneAt(instant, zone) {
  const [name, offset] = [city(zone), offsetText(instant, zone)];
  return name === offset ? name : `${name}, ${offset}`;
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
  const wanted = utc(year, month - 1, day, hour, minute, second);
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

/** Whether times are said with AM and PM here, which takes more room. */
export const isTwelveHours = format("UTC", { hour: "numeric" }).resolvedOptions().hour12 === true;
const TIME = { hour: isTwelveHours ? "numeric" : "2-digit", minute: "2-digit" };

export function timeText(instant, zone) {
  return format(zone, TIME).format(instant);
}

/** The same with seconds. */
export function secondsText(instant, zone) {
  return format(zone, { ...TIME, second: "2-digit" }).format(instant);
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

const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto" });

/** How far a day is from today: tomorrow, in 5 days. */
export function daysText(days) {
  return relative.format(days, "day");
}

/** Days that are counted as such: 40 days say more than a month. */
export const MOST_DAYS = 60;

/** in 3 days, 2 hours ago. Days are counted by the calendar, as the list counts them: from today to the day that a clock in the zone shows. */
export function distanceText(instant, now, zone = viewerZone) {
  const days = dayOf(instant, zone) - dayOf(now, viewerZone);
  if (Math.abs(days) >= 2 && Math.abs(days) < MOST_DAYS) return daysText(days);
  const seconds = (instant - now) / 1000;
  const units = [["year", 31_557_600, 2], ["month", 2_629_800, MOST_DAYS / 31], ["hour", 3600, 2]];
  const [unit, size] = units.find(([, size, least]) => Math.abs(seconds) >= least * size) ?? ["minute", 60];
  return relative.format(size > 86_400 ? Math.round(seconds / size) : Math.trunc(seconds / size), unit);
}

/** 2 hours 30 minutes */
export function lengthText(milliseconds) {
  const minutes = Math.round(milliseconds / 60_000);
  const parts = [[Math.floor(minutes / 1440), "day"], [Math.floor(minutes / 60) % 24, "hour"], [minutes % 60, "minute"]];
  const said = parts.filter(([count]) => count > 0).map(([count, unit]) => `${count} ${unit}${count === 1 ? "" : "s"}`);
  return said.join(" ") || "no time";
}
