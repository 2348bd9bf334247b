// The arithmetic of a month on paper: which days it shows, and where in a week an event is drawn. Knows nothing of the page.

import { DAY, dayNumber, dayParts, shown } from "/assets/console-zones.js";

/** A party that ends before this time of day belongs to the day on which it began. */
const LATE = 6 * 3_600_000;

/** The days of the weeks that a month touches, in rows of seven. `first` is the weekday that begins a week, 0 for Monday. */
export function weeksOf(year, month, first) {
  const begin = dayNumber(year, month, 1);
  const end = dayNumber(year, month + 1, 1);
  const weeks = [];
  let day = begin - ((dayParts(begin).weekday - first + 7) % 7);
  while (day < end) {
    weeks.push(Array.from({ length: 7 }, (_, index) => day + index));
    day += 7;
  }
  return weeks;
}

/** Where the clocks of a zone put an event: its first and its last day, and the time that they show at its start. */
export function placedIn(event, zone) {
  const at = shown(event.start, zone);
  const first = Math.floor(at / DAY);
  if (event.end <= event.start) return { event, at, first, last: first };
  const end = shown(event.end - 1, zone);
  const last = Math.floor(end / DAY);
  const isNight = event.end - event.start < DAY && end - last * DAY < LATE;
  return { event, at, first, last: isNight ? first : Math.max(first, last) };
}

/** In the order of the times that are shown, which need not be the order in which things happen. */
export function byClock(a, b) {
  return a.at - b.at || (a.event.id < b.event.id ? -1 : 1);
}

/**
 * Lays events into a week of seven days: each gets the columns that it covers and a lane in which nothing else stands there.
 * @param {{event: object, at: number, first: number, last: number}[]} spans
 * @returns {{event: object, first: number, column: number, width: number, lane: number, goesOn: boolean, comesFrom: boolean}[]}
 */
export function layWeek(spans, begin) {
  const week = spans
    .filter((span) => span.first <= begin + 6 && span.last >= begin)
    .sort((a, b) => a.first - b.first || b.last - a.last || byClock(a, b));
  const takenUntil = [];
  return week.map(({ event, first, last }) => {
    const column = Math.max(first, begin) - begin;
    const end = Math.min(last, begin + 6) - begin;
    let lane = takenUntil.findIndex((taken) => taken < column);
    if (lane < 0) lane = takenUntil.length;
    takenUntil[lane] = end;
    return { event, first, column, width: end - column + 1, lane, comesFrom: first < begin, goesOn: last > begin + 6 };
  });
}
