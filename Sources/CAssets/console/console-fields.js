// The fields of an event's form as data: how each is asked, shown and sent. Whether a value is good is for the gateway to say.

import { usable, localText } from "/assets/console-zones.js";

/**
 * name: in the API; kind: of the control; isNeeded: an event has it; read(raw): the text it starts with; write(text, isNew): what is sent, undefined for
 * nothing.
 */
export const FIELDS = [
  { name: "name", label: "Name", kind: "text", isNeeded: true, read: (raw) => raw.name ?? "", write: (text) => text },
  {
    name: "start_at", label: "Starts", kind: "datetime-local", isNeeded: true, read: (raw) => local(raw.start_at, raw), write: optional,
  },
  { name: "end_at", label: "Ends", kind: "datetime-local", read: (raw) => local(raw.end_at, raw), write: optional },
  {
    name: "timezone", label: "Time zone", kind: "zone", isNeeded: true, read: (raw) => raw.timezone ?? "",
    write: (text) => text.trim(),
  },
  {
    name: "meeting_url", label: "Meeting link", kind: "text", hint: "For an event online.",
    read: (raw) => raw.meeting_url ?? "", write: clearable,
  },
  {
    name: "geo_address_json", label: "Address", kind: "text", hint: "For an event on site.",
    read: (raw) => raw.geo_address_json?.address ?? raw.geo_address_json?.full_address ?? "",
    write: (text, isNew) => (text.trim() ? { type: "manual", address: text } : isNew ? undefined : null),
  },
  {
    name: "max_capacity", label: "Most guests", kind: "number", hint: "Empty for no limit.",
    read: (raw) => (raw.max_capacity === null || raw.max_capacity === undefined ? "" : String(raw.max_capacity)),
    write: (text, isNew) => (/^\s*\d{1,9}\s*$/.test(text) ? Number(text) : clearable(text, isNew)),
  },
  {
    name: "visibility", label: "Who sees it", kind: "choice",
    choices: [["public", "Everybody"], ["members-only", "Members"], ["private", "Who has the link"]],
    read: (raw) => raw.visibility ?? "public", write: (text) => text,
  },
  {
    name: "require_rsvp_approval", label: "Guests wait for approval", kind: "check",
    read: (raw) => raw.require_approval === true, write: (isOn) => isOn,
  },
  {
    name: "description_md", label: "Description", kind: "long", hint: "Markdown.", read: (raw) => raw.description_md ?? "",
    write: (text, isNew) => (text === "" && isNew ? undefined : text),
  },
];

function optional(text) {
  return text === "" ? undefined : text;
}

function clearable(text, isNew) {
  return text.trim() === "" ? (isNew ? undefined : null) : text.trim();
}

function local(time, raw) {
  const instant = Date.parse(time);
  return Number.isNaN(instant) ? "" : localText(instant, usable(raw.timezone));
}
