// One event as its guests and its organiser see it.

import { element, factList, fill } from "/assets/dom.js";
import { placeOf, tagsOf } from "/assets/console-agenda.js";
import { Refused, ask } from "/assets/console-api.js";
import { eventOf } from "/assets/console-events.js";
import { openSheet } from "/assets/console-sheet.js";
import { markdown } from "/assets/console-markdown.js";
import { foreign, webLink } from "/assets/console-texts.js";
import { city, distanceText, isViewers, lengthText, spanText, usable, viewerZone, zoneAt } from "/assets/console-zones.js";

/** Milliseconds that a person waits for the rest of an event. */
const PATIENCE = 12_000;

/**
 * @param {object} options luma: where the event can be managed, null when nowhere
 * @param actions edit(raw, tag), duplicate(raw), cancel(event), gone(event), known(raw)
 */
export async function openDetails(event, { mayWrite, luma }, actions) {
  if (event.raw.platform === "external") return openStranger(event);
  const more = element("div", { class: "details-more", "aria-busy": "true" }, element("p", { class: "none" }, "Reading the rest …"));
  const buttons = element("div", { class: "actions" });
  const known = element("div", {}, when(event), facts(event, luma));
  const duplicate = (raw) => element("button", { type: "button", onclick: () => actions.duplicate(raw) }, "Duplicate");
  const title = foreign(event.name);
  openSheet(title, [known, more, buttons], { kind: "details", event: event.id });
  const edit = (raw, tag) => element("button", { type: "button", class: "primary", onclick: () => actions.edit(raw, tag) }, "Edit");
  const cancel = (now) => element("button", { type: "button", class: "danger", onclick: () => actions.cancel(now) }, "Cancel this event");
  const read = async () => {
    more.setAttribute("aria-busy", "true");
    fill(more, element("p", { class: "none" }, "Reading the rest …"));
    try {
      const { body, headers } = await ask("GET", `/events/${encodeURIComponent(event.id)}`, { patience: PATIENCE });
      // It may have changed since the list was read.
      const now = eventOf(body);
      title.textContent = now.name;
      actions.known(body);
      fill(known, when(now), facts(now, luma));
      fill(more, guests(body), description(body));
      if (mayWrite) fill(buttons, edit(body, headers.get("ETag")), duplicate(body), cancel(now));
    } catch (error) {
      const isGone = error instanceof Refused && error.isAbsence;
      fill(more, element("p", { class: "problem", role: "alert" }, isGone ? "This event is no longer there." : `${error.message}.`),
        !isGone && element("p", { class: "details-again" }, "What you see is what the list tells. ",
          element("button", { type: "button", onclick: read }, "Try again")));
      if (isGone) actions.gone(event);
      // The list tells all but the description, which stays as it is.
      else if (mayWrite) fill(buttons, edit({ ...event.raw, isPartial: true }, null), cancel(event));
    } finally {
      more.removeAttribute("aria-busy");
    }
  };
  await read();
}

/** An event of another platform, which the calendar only announces: Luma has no more of it. */
function openStranger(event) {
  openSheet(foreign(event.name), [when(event), facts(event, null),
    element("p", { class: "none" }, "This event is on another platform: it is changed and cancelled there.")],
  { kind: "details", event: event.id });
}

/** The time there, and what the reader's clock shows. */
function when(event) {
  const zone = usable(event.zone);
  return element("div", { class: "when" },
    element("p", { class: "when-there" }, spanText(event.start, event.end, zone)),
    element("p", {}, `in ${zoneAt(event.start, zone)}, ${distanceText(event.start, Date.now(), zone)}`,
      event.end > event.start && `, lasts ${lengthText(event.end - event.start)}`),
    !isViewers(event.start, zone) && element("p", {}, `For you: ${spanText(event.start, event.end, viewerZone)} in ${city(viewerZone)}`));
}

function facts(event, luma) {
  const { raw } = event;
  const place = placeOf(event);
  const list = factList([
    raw.meeting_url && ["Meeting", webLink(raw.meeting_url)],
    place && place !== "online" && ["Place", foreign(place)],
    typeof raw.max_capacity === "number" && ["Room for", `${raw.max_capacity} guests`],
    typeof raw.spots_remaining === "number" && ["Still free", String(raw.spots_remaining)],
    raw.url && ["Page", webLink(raw.url)],
    luma && raw.access !== "view" && ["Guests, tickets, mails", webLink(`${luma}/event/manage/${encodeURIComponent(event.id)}`, "Manage on Luma")],
  ]);
  return [
    tagsOf(event).length > 0 && element("p", { class: "tags" }, tagsOf(event).map((tag) => element("span", { class: "tag" }, tag))),
    list,
  ];
}

const STATUSES = {
  approved: "coming", pending_approval: "wait for approval", waitlist: "on the waitlist", invited: "invited",
  declined: "declined", checked_in: "checked in",
};

function guests(raw) {
  const counts = Object.entries(raw.guest_counts ?? {}).filter(([, count]) => count?.guests > 0);
  if (counts.length === 0) return element("p", { class: "none" }, "No guests so far.");
  return element("ul", { class: "counts", "aria-label": "Guests" },
    counts.map(([status, count]) => element("li", {}, element("strong", {}, count.guests), ` ${STATUSES[status] ?? status.replaceAll("_", " ")}`)));
}

function description(raw) {
  const text = raw.description_md || raw.description;
  return text ? element("div", { class: "description" }, markdown(text)) : null;
}
