// The list beside the month: what is coming up, or what one day holds.

import { byId, element } from "/assets/dom.js";
import { redraw } from "/assets/console-focus.js";
import { byClock } from "/assets/console-month.js";
import { found } from "/assets/console-search.js";
import { foreign } from "/assets/console-texts.js";
import { MOST_DAYS, city, dayText, daysText, isViewers, locale, timeText, usable, viewerZone } from "/assets/console-zones.js";

/**
 * @param {HTMLElement} root
 * @param {object} view placed (events as placedIn gives them), chosen (a day or null), today, now, most, zoneOf(event), mayWrite,
 *   hasMore, isLoaded
 * @param {object} actions openEvent(event), newEvent(day), showMore(), chooseDay(null)
 */
export function drawAgenda(root, view, actions) {
  const placed = view.placed.toSorted(byClock);
  if (view.query) return drawFound(root, placed, view, actions);
  tellFound("");
  if (view.chosen !== null) return drawDay(root, placed, view, actions);
  const coming = placed.filter(({ event }) => event.end > view.now || (event.end === event.start && event.start > view.now));
  const shown = coming.slice(0, view.most);
  const days = new Map();
  for (const entry of shown) {
    // What has begun already stands under today.
    const day = Math.max(entry.first, view.today);
    if (!days.has(day)) days.set(day, []);
    days.get(day).push(entry);
  }
  const inOrder = [...days].sort(([a], [b]) => a - b);
  const hidden = coming.length - shown.length;
  redraw(
    root,
    inOrder.map(([day, entries]) => element("section", { class: "agenda-day" },
      dayHeading(day, view), element("ul", {}, entries.map((entry) => row(entry, view, actions))))),
    coming.length === 0 && view.isLoaded && emptiness(view, actions),
    (hidden > 0 || view.hasMore) && element("button",
      { type: "button", class: "more", "data-key": "more", onclick: actions.showMore },
      hidden > 0 ? `Show more (${hidden}${view.hasMore ? " and on" : ""})` : "Look further ahead"),
  );
}

const LEFT_OUT = {
  external: "events of other platforms", view_only: "events that may only be viewed", pending: "events that wait for approval",
};

/** What the list hides, and the way to it; nothing before it is read. */
export function drawLeftOut(root, events, actions) {
  root.hidden = events === null || (events.leftOut.length === 0 && !events.showsAll);
  if (root.hidden) return;
  const kinds = events.leftOut.map((kind) => LEFT_OUT[kind] ?? kind).join(", ");
  redraw(root, events.showsAll ? "All that Luma has is shown. " : `Not shown: ${kinds}. `,
    element("button", { type: "button", class: "quiet", "data-key": "left-out", onclick: () => actions.showAll(!events.showsAll) },
      events.showsAll ? "Only the calendar’s own" : "Show them"));
}

/** What a search has found, with its days, and how far it has looked. */
function drawFound(root, placed, view, actions) {
  const all = found(placed, view.query, view.now);
  const entries = all.slice(0, view.most);
  const days = [];
  for (const entry of entries) {
    if (days.at(-1)?.[0] !== entry.first) days.push([entry.first, []]);
    days.at(-1)[1].push(entry);
  }
  const [from, to] = view.span;
  const words = `${all.length === 0 ? "Nothing" : all.length} found among the ${placed.length} events that are loaded${
    placed.length > 0 ? `, from ${dayText(from, SHORT)} to ${dayText(to, SHORT)}` : ""}.`;
  tellFound(words);
  redraw(
    root,
    days.map(([day, own]) => element("section", { class: "agenda-day" },
      dayHeading(day, view), element("ul", {}, own.map((entry) => row(entry, view, actions))))),
    element("div", { class: "day-actions" },
      (all.length > entries.length || view.hasMore) && element("button", { type: "button", "data-key": "more", onclick: actions.showMore },
        all.length > entries.length ? `Show more (${all.length - entries.length})` : "Look further ahead"),
      element("button", { type: "button", "data-key": "further-back", onclick: actions.lookBack }, "Look a year further back")),
  );
}

/** A reader of the screen is told what was found by a place that is always there, and once. */
function tellFound(words) {
  if (byId("found").textContent !== words) byId("found").textContent = words;
}

const SHORT = { day: "numeric", month: "short", year: "numeric" };

function drawDay(root, placed, view, actions) {
  const entries = placed.filter(({ first, last }) => first <= view.chosen && view.chosen <= last);
  redraw(
    root,
    element("section", { class: "agenda-day" },
      dayHeading(view.chosen, view),
      entries.length === 0 ? element("p", { class: "none" }, "Nothing on this day.")
        : element("ul", {}, entries.map((entry) => row(entry, view, actions)))),
    element("div", { class: "day-actions" },
      view.mayWrite && element("button",
        { type: "button", "data-key": "new-on-day", onclick: () => actions.newEvent(view.chosen) }, "New event on this day"),
      element("button", { type: "button", "data-key": "all-days", onclick: () => actions.chooseDay(null) }, "All that is coming up")),
  );
}

function dayHeading(day, view) {
  const away = day - view.today;
  return element("h3", {},
    element("span", { class: "agenda-date" }, dayText(day, { weekday: "short", day: "numeric", month: "long" })),
    element("span", { class: "agenda-near" }, Math.abs(away) < MOST_DAYS ? daysText(away) : dayText(day, { year: "numeric" })));
}

function emptiness(view, actions) {
  return element("div", { class: "none" },
    element("p", {}, "Nothing is coming up."),
    view.mayWrite && element("button", { type: "button", "data-key": "new-first", onclick: () => actions.newEvent(null) },
      "Create the first event"));
}

function row({ event, last, first }, view, actions) {
  const zone = view.zoneOf(event);
  const place = placeOf(event);
  const isOn = event.start <= view.now && event.end > view.now;
  return element("li", {},
    element("button", { type: "button", class: "row", "data-key": `row-${event.id}`, onclick: () => actions.openEvent(event) },
      element("span", { class: isOn ? "row-time now" : "row-time" }, isOn && view.chosen === null ? "now" : timeText(event.start, zone)),
      element("span", { class: "row-text" },
        foreign(event.name, "span", { class: "row-name" }),
        element("span", { class: "row-facts" },
          last > first && element("span", {}, `until ${dayText(last, { day: "numeric", month: "short", year: "numeric" })}`),
          element("span", {}, zoneText(event, view)),
          place && foreign(place, "span", { class: "row-place" }),
          tagsOf(event).map((tag) => element("span", { class: "tag" }, tag))))));
}

/** Which clock the time is by, and what the reader's own shows then. */
function zoneText(event, view) {
  const zone = usable(event.zone);
  const isSame = isViewers(event.start, zone);
  if (view.clock === "mine") return isSame ? city(zone) : `${timeText(event.start, zone)} in ${city(zone)}`;
  return isSame ? city(zone) : `${city(zone)}, ${timeText(event.start, viewerZone)} for you`;
}

export function placeOf({ raw }) {
  if (raw.meeting_url) return "online";
  return placeText(raw.geo_address_json);
}

/** An identifier of Google's is no place to people. */
function placeText(place) {
  if (!place) return "";
  const text = place.address || place.full_address || place.description || place.city_state || "";
  const isIdentifier = /^(Google place\s+)?(ChIJ|GhIJ|Ei)[\w-]{10,}$/.test(text);
  return isIdentifier || (text === "" && place.type === "google") ? place.city_state || "A place on Google Maps" : text;
}

/** How many are coming, as far as it is known: counted, else by the places that are taken. */
function guestsOf({ guest_counts: counts, max_capacity: most, spots_remaining: free }) {
  const coming = counts?.approved?.guests;
  if (typeof coming === "number") return typeof most === "number" ? `${coming} of ${most} guests` : coming === 1 ? "1 guest" : `${coming} guests`;
  return typeof most === "number" && typeof free === "number" && free > 0 ? `${Math.max(0, most - free)} of ${most} guests` : null;
}

export function tagsOf({ raw }) {
  return [
    guestsOf(raw),
    raw.status === "pending" && "waits for approval", raw.platform === "external" && "other platform",
    raw.visibility === "private" && "private", raw.visibility === "members-only" && "members",
    raw.require_approval && "approval", raw.display_price && priceText(raw.display_price),
    raw.spots_remaining === 0 && "full",
  ].filter(Boolean);
}

function priceText({ amount, currency }) {
  try {
    const format = new Intl.NumberFormat(locale, { style: "currency", currency });
    return format.format(amount / 10 ** format.resolvedOptions().maximumFractionDigits);
  } catch {
    return "paid";
  }
}

