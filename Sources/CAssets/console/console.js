// The page as a whole: what is known, when it is asked for again, and what a person's hand changes.

import { byId, element, fill } from "/assets/dom.js";
import { themeButton } from "/assets/theme.js";
import { drawAgenda, drawLeftOut } from "/assets/console-agenda.js";
import { ask, hasToken } from "/assets/console-api.js";
import { drawMonth } from "/assets/console-calendar.js";
import { openCancel } from "/assets/console-cancel.js";
import { openDetails } from "/assets/console-details.js";
import { Events } from "/assets/console-events.js";
import { drawFiles } from "/assets/console-files.js";
import { redraw } from "/assets/console-focus.js";
import { openEdit, openLike, openNew } from "/assets/console-form.js";
import { drawGateway } from "/assets/console-gateway.js";
import { budgetLeft, managePlace, modeText } from "/assets/console-luma.js";
import { placedIn, weeksOf } from "/assets/console-month.js";
import { enterSheet, followHistory, forgetSheet, goToMonth, leaveSheet, monthPlace, placeNow } from "/assets/console-place.js";
import { remarks } from "/assets/console-problems.js";
import { askToDiscard, closeSheet, isSheetOpen, keepsText, prepareSheet } from "/assets/console-sheet.js";
import { isAboutToken, prepareSignIn } from "/assets/console-sign-in.js";
import { foreign } from "/assets/console-texts.js";
import { tell } from "/assets/console-toast.js";
import { Watch } from "/assets/console-watch.js";
import {
  DAY, around, city, dayNumber, dayOf, dayParts, dayText, firstWeekday, isTwelveHours, momentText, timeText, usable, viewerZone,
} from "/assets/console-zones.js";

const STATUS_SECONDS = 5;
const EVENTS_SECONDS = 60;
/** Events that began so long before a month may still go on in it. */
const LOOK_BACK_DAYS = 184;
const AGENDA_STEP = 40;
const YEAR = 366 * DAY;

const events = new Events();
const state = {
  status: null,
  templates: null,
  /** Whose clocks the times are by: each event's own, or the reader's. */
  clock: "event",
  year: 0,
  month: 0,
  chosen: null,
  most: AGENDA_STEP,
  isLoaded: false,
  /** What keeps the page from being whole, by kind. */
  troubles: new Map(),
};

const today = () => dayOf(Date.now(), viewerZone);
const zoneOf = (event) => (state.clock === "mine" ? viewerZone : usable(event.zone));
const mayWrite = () => state.status?.caller.scopes.includes("write") ?? false;

// What is seen

function draw() {
  const view = {
    ...state, placed: events.all.map((event) => placedIn(event, zoneOf(event))), now: Date.now(), today: today(), zoneOf,
    mayWrite: mayWrite(), hasMore: events.hasMore, query: byId("search").value.trim(),
    span: (events.span ?? []).map((instant) => dayOf(instant, viewerZone)),
  };
  const { year, month } = state;
  fill(byId("month-title"), dayText(dayNumber(year, month, 1), { month: "long" }), " ", element("span", {}, year));
  drawMonth(byId("calendar"), view, actions);
  drawAgenda(byId("agenda"), view, actions);
  byId("agenda-title").textContent = view.query ? "Found" : state.chosen === null ? "Coming up" : "The day";
  byId("new-event").hidden = !mayWrite();
  fill(byId("events-note"), eventsNote());
  drawLeftOut(byId("left-out"), state.isLoaded ? events : null, actions);
}

function eventsNote() {
  if (!state.isLoaded) return null;
  const notes = [
    events.isStale && "Luma does not answer: these are the events as they were known.",
    events.isCut && "There are more events than are read in one go.",
  ].filter(Boolean);
  return notes.map((note) => element("p", {}, note));
}

function drawStatus() {
  const { status } = state;
  if (!status) return;
  drawGateway(status);
  drawFiles(status);
  byId("gateway").hidden = false;
  fill(byId("mode"), modeText(status));
  byId("mode").className = `badge ${status.mode}`;
  const words = { healthy: "healthy", degraded: "degraded", unhealthy: "not healthy" };
  badge(status.health.status, words[status.health.status] ?? status.health.status);
  byId("read-only").hidden = mayWrite();
  byId("token").hidden = !hasToken();
}

function badge(kind, words) {
  fill(byId("health-badge"), words);
  byId("health-badge").className = `badge dot ${kind}`;
}

function drawTroubles() {
  redraw(byId("troubles"), [...state.troubles].map(([kind, { text, again }]) => element("p", { class: "notice" },
    element("span", {}, text), element("button", { type: "button", "data-key": `try-${kind}`, onclick: again }, "Try now"))));
}

function trouble(kind, text, again) {
  state.troubles.set(kind, { text, again });
  if (kind === "status") badge("unhealthy", "does not answer");
  drawTroubles();
}

function noTrouble(kind) {
  if (state.troubles.delete(kind)) drawTroubles();
}

// What is asked

/** A watch whose failures stand on top of the page until it is answered again. */
function watch(kind, seconds, question) {
  const known = () => (events.readAt > 0 ? ` What you see was read at ${timeText(events.readAt, viewerZone)}.` : "");
  const made = new Watch(seconds, question, () => noTrouble(kind), (error, wait) => {
    if (isAboutToken(error)) {
      noTrouble(kind);
      return false;
    }
    trouble(kind, `${error.message}.${known()} The next try is in ${Math.ceil(wait)} s.`, () => made.now());
    return true;
  });
  return made;
}

const statusWatch = watch("status", STATUS_SECONDS, async () => {
  const { body } = await ask("GET", "/status", { patience: 15_000 });
  const isFirst = state.status === null;
  const couldWrite = mayWrite();
  const isBack = isFirst || !byId("sign-in").hidden || state.troubles.has("status");
  state.status = body;
  byId("sign-in").hidden = true;
  // While the gateway could not be asked, the events may have changed.
  if (isBack) eventsWatch.now();
  if (isFirst && placeNow().event) openById(placeNow().event);
  drawStatus();
  if (isFirst || couldWrite !== mayWrite()) draw();
});

const eventsWatch = watch("events", EVENTS_SECONDS, async () => {
  // Without the status nothing else is asked: it tells first whether a token is needed.
  if (state.status === null) return;
  const { year, month } = dayParts(today());
  await events.refresh(spanOf(year, month).from, Date.now() + DAY, shownSpan());
  state.isLoaded = true;
  draw();
  await reachShown();
  draw();
});

/** The time that a month covers on paper, wherever on earth its days begin. */
function spanOf(year, month) {
  const days = weeksOf(year, month, firstWeekday()).flat();
  return { from: around(days[0]).from, to: around(days.at(-1)).to };
}

function shownSpan() {
  return spanOf(state.year, state.month);
}

/** Reads what the shown month needs and is not known yet. */
function reachShown() {
  const { from, to } = shownSpan();
  return events.reach(from - LOOK_BACK_DAYS * DAY, to);
}

/** Reads what is wanted besides, and shows it. */
async function readMore(reading) {
  try {
    await reading;
    draw();
  } catch (error) {
    if (!isAboutToken(error)) trouble("events", `${error.message}.`, () => eventsWatch.now());
  }
}

/** Shows another month; before anything is known, the first reading reads what it needs. */
function showMonth({ year, month }) {
  [state.year, state.month] = [year, month];
  draw();
  goToMonth(herePlace());
  if (state.isLoaded) readMore(reachShown());
}

/** The address of what is seen: of a day only while it is in the month, none of the month of today. */
function herePlace() {
  const { year, month, chosen } = state;
  const isIn = (day) => dayParts(day).year === year && dayParts(day).month === month;
  if (chosen !== null && isIn(chosen)) return monthPlace(year, month, chosen);
  return isIn(today()) ? "" : monthPlace(year, month);
}

/** Shows what an address names. */
function goToPlace({ year, month, day, event }) {
  if (event) return openById(event);
  if (year === undefined) ({ year, month } = dayParts(today()));
  [state.year, state.month, state.chosen] = [year, month, day ?? null];
  draw();
  if (state.isLoaded) readMore(reachShown());
}

/** Opens an event of which perhaps only the id is known. */
async function openById(id) {
  try {
    if (!events.get(id)) events.put((await ask("GET", `/events/${encodeURIComponent(id)}`)).body);
    const event = events.get(id);
    if (placeNow().event !== id || isSheetOpen()) return;
    if (!event) {
      tell("There is no event at this address.");
      return leaveSheet(herePlace());
    }
    const { year, month } = dayParts(dayOf(event.start, zoneOf(event)));
    [state.year, state.month] = [year, month];
    draw();
    if (state.isLoaded) readMore(reachShown());
    actions.openEvent(event);
  } catch (error) {
    if (isAboutToken(error)) return;
    tell(error.isAbsence ? "There is no event at this address." : `${error.message}.`);
    leaveSheet(herePlace());
  }
}

/** Back and forward: what is open is closed, unless text would be lost. */
function moved(place, isSheet) {
  if (isSheetOpen() && !place.event && !isSheet) {
    if (!keepsText()) return closeSheet();
    enterSheet(null);
    return askToDiscard();
  }
  if (isSheetOpen()) return;
  forgetSheet();
  goToPlace(place);
}

// What a hand does

const actions = {
  openEvent(event) {
    openDetails(event, { mayWrite: mayWrite(), luma: managePlace(state.status, event.raw.url) }, {
      edit: (raw, tag) => openEdit(raw, tag, actions), duplicate: (raw) => openLike(raw, actions),
      cancel: (known) => openCancel(known, actions), gone: actions.gone,
      known(raw) {
        events.put(raw);
        draw();
      },
    });
  },

  chooseDay(day) {
    state.chosen = state.chosen === day ? null : day;
    draw();
    goToMonth(herePlace());
  },

  focusDay(day) {
    const { year, month } = dayParts(day);
    if (year !== state.year || month !== state.month) showMonth({ year, month });
    const button = byId("calendar").querySelector(`[data-day="${day}"]`);
    byId("calendar").querySelectorAll("[data-day][tabindex='0']").forEach((other) => other.setAttribute("tabindex", "-1"));
    button?.setAttribute("tabindex", "0");
    button?.focus();
  },

  async newEvent(day) {
    try {
      state.templates ??= (await ask("GET", "/templates/")).body;
      // Something else may have been opened meanwhile.
      if (!isSheetOpen()) openNew(day, state.templates, actions);
    } catch (error) {
      tell(`${error.message}.`);
    }
  },

  showMore() {
    state.most += AGENDA_STEP;
    const isEnough = events.all.filter((event) => event.end > Date.now()).length >= state.most;
    draw();
    if (!isEnough && events.hasMore) readMore(events.more());
  },

  async showAll(showsAll) {
    await events.showAll(showsAll);
    eventsWatch.now();
  },

  /** @param {boolean} isRead false when only the id has come back, and the rest is what was sent */
  saved(raw, isNew, isRead) {
    events.write(raw);
    const event = events.get(raw.id);
    if (event && isNew) {
      state.chosen = null;
      showMonth(dayParts(dayOf(event.start, zoneOf(event))));
    }
    draw();
    const warnings = remarks(raw.remarks);
    if (!isRead) warnings.push(`It could not be read back yet, and follows by itself. ${budgetLeft(state.status)}`);
    tell(isNew ? "Created: " : "Saved: ", foreign(raw.name || raw.id, "strong"),
      isNew && event && `, ${momentText(event.start, usable(event.zone))}`, ". ", warnings.map((text) => element("span", { class: "warning" }, text, " ")),
      event && element("button", { type: "button", onclick: () => isSheetOpen() || actions.openEvent(event) }, "Open"));
    eventsWatch.now();
    statusWatch.now();
  },

  /** For a search that goes on in what is past. */
  lookBack() {
    const [first] = events.span ?? [Date.now()];
    readMore(events.reach(first - YEAR, first));
  },

  reopen(id) {
    closeSheet();
    const event = events.get(id);
    if (event) actions.openEvent(event);
    eventsWatch.now();
  },

  cancelled(event, { guest_count: guests, refunded }) {
    events.remove(event.id);
    draw();
    const money = refunded ? ", and they get their money back" : "";
    tell("Cancelled: ", foreign(event.name, "strong"), guests > 0 ? `. Luma tells ${guests} guest${guests === 1 ? "" : "s"}${money}.` : ".");
    eventsWatch.now();
    statusWatch.now();
  },

  gone(event) {
    events.remove(event.id);
    draw();
  },
};

function turn(months) {
  showMonth(dayParts(dayNumber(state.year, state.month + months, 1)));
}

/** Goes to the day that somebody has chosen in the browser's own calendar. */
function jump({ target }) {
  const [year, month, day] = target.value.split("-").map(Number);
  if (!target.value || year < 1900) return;
  state.chosen = dayNumber(year, month - 1, day);
  showMonth({ year, month: month - 1 });
}

function goToToday() {
  state.chosen = null;
  showMonth(dayParts(today()));
}

/** Single keys while the focus is in the month; anywhere else they would surprise who speaks to the computer (WCAG 2.1.4). */
function shortcut(press) {
  if (press.ctrlKey || press.metaKey || press.altKey || press.target.matches("select")) return;
  const keys = { n: () => mayWrite() && actions.newEvent(state.chosen), t: goToToday, p: () => turn(-1), f: () => turn(1) };
  if (!(press.key in keys)) return;
  press.preventDefault();
  keys[press.key]();
}

function begin() {
  const { year, month, day } = { ...dayParts(today()), day: null, ...placeNow() };
  [state.year, state.month, state.chosen] = [year, month, day];
  prepareSheet({ opened: enterSheet, closed: () => leaveSheet(herePlace()) });
  forgetSheet();
  followHistory(moved);
  themeButton(byId("theme"));
  byId("previous").addEventListener("click", () => turn(-1));
  byId("next").addEventListener("click", () => turn(1));
  byId("go-today").addEventListener("click", goToToday);
  byId("jump").addEventListener("change", jump);
  byId("search").addEventListener("input", () => {
    state.most = AGENDA_STEP;
    draw();
  });
  byId("new-event").addEventListener("click", () => actions.newEvent(state.chosen));
  byId("clock").addEventListener("change", (event) => {
    state.clock = event.target.value;
    draw();
  });
  byId("clock-mine").textContent = `Your clock (${city(viewerZone)})`;
  prepareSignIn(() => statusWatch.now());
  byId("month").addEventListener("keydown", shortcut);
  document.documentElement.classList.toggle("clock-12", isTwelveHours);
  draw();
  statusWatch.now();
  // What is past moves out of sight, and the day changes, also when nothing is read.
  setInterval(() => document.hidden || isSheetOpen() || draw(), 60_000);
}

begin();
