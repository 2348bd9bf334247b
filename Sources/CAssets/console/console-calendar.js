// Draws a month: a row for each week, a button for each day, and the events across the days that they last.

import { element } from "/assets/dom.js";
import { tagsOf } from "/assets/console-agenda.js";
import { redraw } from "/assets/console-focus.js";
import { layWeek, weeksOf } from "/assets/console-month.js";
import { foreign } from "/assets/console-texts.js";
import { dayNumber, dayParts, dayText, firstWeekday, timeText } from "/assets/console-zones.js";

/** Events drawn one above the other in a week; what does not fit is counted. */
const LANES = 3;

/**
 * @param {HTMLElement} root what the month is drawn in
 * @param {object} view year, month (from 0), today, chosen (a day or null), placed (events as placedIn gives them), now,
 *   zoneOf(event)
 * @param {object} actions openEvent(event), chooseDay(day), focusDay(day)
 */
export function drawMonth(root, view, actions) {
  const weeks = weeksOf(view.year, view.month, firstWeekday());
  const days = weeks.flat();
  // One day can be reached with the tab key; the arrows lead to the others.
  const inMonth = (day) => dayParts(day).month === view.month;
  const entry = [view.chosen, view.today].find((day) => days.includes(day) && inMonth(day)) ?? days.find(inMonth);
  redraw(
    root,
    element("div", { class: "weekdays", "aria-hidden": "true" },
      weeks[0].map((day) => element("span", {}, dayText(day, { weekday: "short" })))),
    weeks.map((week) => weekRow(week, layWeek(view.placed, week[0]), { ...view, entry, inMonth }, actions)),
  );
}

function weekRow(week, pieces, view, actions) {
  const counts = week.map((_, column) => pieces.filter((piece) => covers(piece, column)));
  return element("div", { class: "week" },
    week.map((day, column) => placed(dayCell(day, counts[column], view, actions), column + 1)),
    pieces.filter((piece) => piece.lane < LANES)
      .map((piece) => placed(
        chip(piece, week[piece.column], view, actions), `${piece.column + 1} / span ${piece.width}`, piece.lane + 2)),
    counts.map((own, column) => {
      const hidden = own.filter((piece) => piece.lane >= LANES).length;
      if (hidden === 0) return null;
      const onclick = () => actions.chooseDay(week[column]);
      return placed(
        element("button", { type: "button", class: "overflow", tabindex: "-1", onclick }, `+${hidden} more`), column + 1, LANES + 2);
    }));
}

/** Puts a cell at its place in the grid of a week. The policy of the page forbids style attributes, not the object model. */
function placed(cell, gridColumn, gridRow = "") {
  Object.assign(cell.style, { gridColumn, gridRow });
  return cell;
}

function covers(piece, column) {
  return piece.column <= column && column < piece.column + piece.width;
}

function dayCell(day, pieces, view, actions) {
  const { day: number, weekday } = dayParts(day);
  const classes = ["day", !view.inMonth(day) && "outside", day === view.today && "today", day === view.chosen && "chosen",
    weekday > 4 && "weekend"].filter(Boolean).join(" ");
  const count = pieces.length === 0 ? "no events" : pieces.length === 1 ? "1 event" : `${pieces.length} events`;
  const button = element("button", {
    type: "button", class: "day-button", "data-key": `day-${day}`, "data-day": day,
    tabindex: day === view.entry ? "0" : "-1", "aria-pressed": day === view.chosen ? "true" : "false",
    "aria-current": day === view.today ? "date" : null, "aria-label": `${dayText(day)}, ${count}`,
    onclick: () => actions.chooseDay(day), onkeydown: (press) => move(press, day, actions),
  },
  element("span", { class: "number" }, String(number)),
  // What a narrow screen shows in place of names.
  element("span", { class: "dots", "aria-hidden": "true" }, pieces.slice(0, 3).map(() => element("i"))));
  return element("div", { class: classes }, button);
}

/** The keys of a calendar: a day, a week, a month. */
function move(press, day, actions) {
  const steps = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 };
  if (press.altKey || press.ctrlKey || press.metaKey) return;
  if (press.key in steps) {
    press.preventDefault();
    actions.focusDay(day + steps[press.key]);
  } else if (press.key === "PageUp" || press.key === "PageDown") {
    press.preventDefault();
    const { year, month, day: number } = dayParts(day);
    const by = press.key === "PageUp" ? -1 : 1;
    const lastOfMonth = dayParts(dayNumber(year, month + by + 1, 0)).day;
    actions.focusDay(dayNumber(year, month + by, Math.min(number, lastOfMonth)));
  }
}

function chip({ event, first, width, comesFrom, goesOn }, day, view, actions) {
  const zone = view.zoneOf(event);
  const isLong = width > 1 || comesFrom || goesOn;
  const classes = ["chip", isLong && "long", comesFrom && "comes-from", goesOn && "goes-on",
    event.end < view.now && "over"].filter(Boolean).join(" ");
  return element("button", {
    // The tab key stops once in the month: a day's events stand in the list, too, when the day is chosen.
    type: "button", class: classes, tabindex: "-1", onkeydown: (press) => move(press, day, actions), "data-key": `event-${event.id}-${day}`, "data-event": event.id, title: event.name,
    "aria-label": [event.name, dayText(first), timeText(event.start, zone), ...tagsOf(event)].join(", "),
    onclick: () => actions.openEvent(event),
  },
  !comesFrom && element("span", { class: "time" }, timeText(event.start, zone)), foreign(event.name, "span", { class: "name" }));
}
