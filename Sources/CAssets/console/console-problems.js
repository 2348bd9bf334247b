// What the gateway says of single fields, in sentences for whoever fills in the form. The gateway sends data: a code, the values that
// belong to it, and what would do instead. Its words are for programs.

import { city, locale, timeText } from "/assets/console-zones.js";

const NEEDED = {
  name: "Give the event a name.", start_at: "Say when it starts.", timezone: "Choose a time zone from the list.",
  end_at: "Say when it ends.",
};
const CLEARED = {
  meeting_url: "Luma does not let a meeting link be taken away. Write another link, or open the event on Luma and make it one on site there.",
};

const count = (number) => number?.toLocaleString(locale);
/** 2027-07-01 19:00 is a time to people, as their clocks write it. */
const localTime = (text) => timeText(Date.parse(`${text.slice(0, 16).replace(" ", "T")}Z`), "UTC");
const zoneOf = ({ timezone }) => (timezone ? city(timezone) : "this time zone");

/** By code. Each is given the values of the problem, the field's name, and its label. */
const SENTENCES = {
  required: (_, name, label) => NEEDED[name] ?? `${label} is needed.`,
  empty: (_, name, label) => NEEDED[name] ?? `${label} is needed.`,
  too_long: ({ length, maximum }) => `This is too long: it has ${count(length)} characters, and ${count(maximum)} fit.`,
  bad_length: ({ maximum }) => `This is too long: ${count(maximum)} characters fit.`,
  control_characters: () => "There is a hidden character in it, such as a line break. Type it anew.",
  unknown_zone: () => NEEDED.timezone,
  damaged_zone: () => "The gateway cannot use this time zone. Choose another one nearby.",
  zone_unusable: () => "The gateway does not know the event’s time zone. Choose one from the list.",
  skipped_time: (values) => `The clocks in ${zoneOf(values)} skip this time. Which one do you mean?`,
  doubled_time: (values) => `This time comes twice in ${zoneOf(values)}: the clocks are set back. Which one do you mean?`,
  invalid_time: () => "The time is not complete.",
  end_not_after_start: () => "It must end after it starts.",
  too_early: () => "Is the year right? This is too long ago for an event.",
  too_far: () => "Is the year right? This is too far ahead for an event.",
  start_in_past: () => "This is in the past.",
  invalid_url: () => "This is no web address: one begins with https://",
  cannot_be_cleared: (_, name, label) => CLEARED[name] ?? `${label} cannot be taken away again.`,
  out_of_range: () => "This number is too large.",
  too_small: ({ minimum }) => `Write ${count(minimum)} or more.`,
  wrong_type: (_, name, label) => (name === "max_capacity" ? "Write a whole number, such as 40." : `${label} cannot be this.`),
};

/**
 * What to show, by the form's fields: one sentence for one cause. What only follows from another field is left out.
 * @param {Map<string, object[]>} fields as `Refused.fields` has them
 * @returns {Map<string, {sentence: string, candidates: string[]}>}
 */
export function sentences(fields, labelOf) {
  const told = new Map();
  const isZoneWrong = fields.has("timezone");
  for (const [name, entries] of fields) {
    const own = entries.filter((entry) => !(isZoneWrong && entry.code === "zone_unusable" && name !== "timezone"));
    if (own.length > 0) told.set(name, toldOf(own[0], name, labelOf(name)));
  }
  return told;
}

function toldOf(entry, name, label) {
  const { code, values = {}, candidates = [], problem } = entry;
  const sentence = SENTENCES[code]?.(values, name, label) ?? `${label} ${problem}.`;
  const suggested = candidates.length > 0 ? candidates : [values.suggestion].filter(Boolean);
  return { sentence, candidates: suggested };
}

/** What the gateway says of something that it has done, by code. Each is given the values of the remark. */
const REMARKS = {
  start_in_past: () => "It is in the past.",
  very_long: ({ days }) => `It lasts ${count(days)} days.`,
  fixed_offset_zone: ({ suggestion }) => `Its time zone has no summer time: was ${city(suggestion)} meant?`,
  clock_moves: ({ before, after, timezone }) => `The instant stays: ${localTime(before)} is ${localTime(after)} in ${city(timezone)} now.`,
  left_out: ({ fields }) => `Luma sets this itself, so it was not taken over: ${fields.join(", ")}.`,
  approval_not_set: ({ approval, total, ticket_types: types, message }) => {
    const words = `Approval could not be switched ${approval ? "on" : "off"}`;
    if (!types) return `${words}: ${message}.`;
    const named = types.map((type) => `${type.name ?? type.id ?? "one without a name"} (${type.message})`);
    return `${words} for ${types.length} of ${total} ticket types: ${named.join(", ")}.`;
  },
  answer_not_kept: () => "It had been done before.",
};

/** The remarks of an answer, as sentences; without the one that the event could not be read back, which is shown otherwise. */
export function remarks(entries = []) {
  return entries.filter(({ code }) => code !== "not_read_back")
    .map(({ code, values = {}, sentence }) => REMARKS[code]?.(values) ?? `${sentence}.`);
}
