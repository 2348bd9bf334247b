// The form that makes an event or changes one.
//
// The gateway judges what is typed; its 422 is shown at the fields. Each form has a key of its own, so that a second click and
// a repeat after a lost answer do not make a second event. The key stays while it is not known what the first attempt did, and
// is replaced once the gateway has surely done nothing with it.

import { element, fill } from "/assets/dom.js";
import { Refused, ask, newKey } from "/assets/console-api.js";
import { Control, candidateText, templateChoice } from "/assets/console-controls.js";
import { FIELDS } from "/assets/console-fields.js";
import { outcome, written } from "/assets/console-outcome.js";
import { drawPreview } from "/assets/console-preview.js";
import { sentences } from "/assets/console-problems.js";
import { askToClose, closeSheet, openSheet } from "/assets/console-sheet.js";
import { isoDay, lengthText, readZoneNames, viewerZone, zonesFor } from "/assets/console-zones.js";

const TIMES = ["start_at", "end_at"];

/** A form for a new event, perhaps on a day. @param actions saved(raw, isNew) */
export function openNew(day, templates, actions) {
  const start = day === null ? "" : `${isoDay(day)}T18:00`;
  new EventForm({ raw: { visibility: "public" }, start, templates, actions }).open("New event");
}

/** A form for a new event that is like another one: everything but its times. */
export function openLike(raw, actions) {
  const { name, timezone, meeting_url, geo_address_json, max_capacity, visibility, require_approval, description_md, start_at, end_at } = raw;
  const like = { name, timezone, meeting_url, geo_address_json, max_capacity, visibility, require_approval, description_md };
  const length = Date.parse(end_at) - Date.parse(start_at);
  new EventForm({ raw: like, templates: [], isCopy: true, length: length > 0 ? length : null, actions }).open("New event like this one");
}

/** A form for an event as it was read, with the tag of what was read. @param actions saved(raw, isNew), reopen(id) */
export function openEdit(raw, tag, actions) {
  new EventForm({ raw, tag, actions }).open("Edit the event");
}

class EventForm {
  #id;
  /** The event as it was read; null for a new one. */
  #known;
  #tag;
  #actions;
  #templates;
  #template = null;
  #key = newKey();
  #isBusy = false;
  /** Something was sent, and it is not known what became of it. */
  #isOpen = false;
  #controls = new Map();
  /** Times with their offset, where the text alone would not say which one is meant. */
  #exact = new Map();
  /** Milliseconds from start to end, which are kept when the start moves; null while nobody knows them. */
  #length = null;
  /** It is like another event, whose values it sends as its own, also the place as Google knows it. */
  #isCopy;
  #place;
  #first = new Map();
  #trouble = element("div", { role: "alert" });
  #preview = element("output", { class: "preview", "aria-label": "What the clocks say" });
  #button;
  #form;

  constructor({ raw, tag, start = "", templates = null, isCopy = false, length = null, actions }) {
    this.#id = raw.id;
    this.#known = raw.id === undefined ? null : raw;
    this.#tag = tag;
    this.#actions = actions;
    this.#templates = templates;
    this.#isCopy = isCopy;
    this.#length = length;
    this.#place = isCopy ? raw.geo_address_json : null;
    for (const row of FIELDS) {
      let value = row.read(raw);
      if (this.#isNew && row.name === "start_at") value = start;
      if (this.#isNew && row.name === "timezone") value ||= viewerZone;
      const control = new Control(row, value);
      this.#controls.set(row.name, control);
      this.#first.set(row.name, value);
      control.input.addEventListener("input", () => this.#changed(row.name));
    }
    if (raw.isPartial) this.#controls.get("description_md").hint.textContent = "It has not been read: empty for the one that it has.";
    this.#controls.get("timezone").input.addEventListener("change", () => this.#findZone());
    this.#button = element("button", { type: "submit", class: "primary" }, this.#isNew ? "Create the event" : "Save the changes");
    this.#form = this.#layout();
    this.#measure();
    this.#changed("");
  }

  get #isNew() {
    return this.#id === undefined;
  }

  open(title) {
    readZoneNames();
    openSheet(title, this.#form, { keeps: () => this.#isDirty, kind: "form", event: this.#id ?? null });
    this.#controls.get("name").input.focus();
  }

  get #isDirty() {
    return [...this.#controls].some(([name, control]) => control.value !== this.#first.get(name) || control.isIncomplete);
  }

  #layout() {
    const fields = (...names) => names.map((name) => this.#controls.get(name).element);
    return element("form", { class: "event-form", novalidate: true, onsubmit: (event) => this.#submit(event) },
      this.#isNew && this.#templates.length > 0 && templateChoice(this.#templates, (type) => this.#choose(type)),
      this.#isCopy && element("p", { class: "hint" }, "Say when it starts. The cover, tickets and questions are not copied: they are set on Luma."),
      fields("name"),
      element("div", { class: "times" }, fields("start_at", "end_at", "timezone")),
      this.#preview,
      element("div", { class: "pair" }, fields("meeting_url", "geo_address_json")),
      element("div", { class: "pair" }, fields("max_capacity", "visibility")),
      fields("require_rsvp_approval", "description_md"),
      this.#trouble,
      element("div", { class: "actions" }, this.#button, element("button", { type: "button", onclick: askToClose }, "Cancel")));
  }

  /** Takes what a template sets, and leaves what was typed. */
  #choose(type) {
    this.#template = this.#templates.find((template) => template.type === type) ?? null;
    const approval = this.#controls.get("require_rsvp_approval");
    if (approval.value === this.#first.get(approval.name)) {
      approval.value = this.#template?.require_rsvp_approval ?? false;
      this.#first.set(approval.name, approval.value);
    }
    this.#changed("");
  }

  #changed(name) {
    if (TIMES.includes(name)) this.#exact.delete(name);
    if (name === "timezone") this.#exact.clear();
    if (name) this.#controls.get(name).problem(null);
    if (name === "start_at") this.#moveEnd();
    if (name === "end_at" || name === "timezone") this.#measure();
    this.#hint();
    const start = this.#controls.get("start_at");
    const made = this.#outcome(this.#times());
    this.#controls.get("timezone").hint.textContent = this.#zoneHint(made);
    drawPreview(this.#preview, made, {
      isEmpty: this.#time("start_at") === "", isIncomplete: start.isIncomplete || this.#controls.get("end_at").isIncomplete,
    });
  }

  #hint() {
    const hours = this.#template?.default_duration_hours;
    const kept = this.#length === null ? "the length that it has" : lengthText(this.#length);
    const empty = this.#isNew
      ? hours ? `Empty for ${hours} ${hours === 1 ? "hour" : "hours"}.` : "Empty for Luma’s own length."
      : `Empty for ${kept}: an event needs an end.`;
    for (const [time, words] of [["start_at", "By the clocks there."], ["end_at", this.#time("end_at") === "" ? empty : "Moves with the start."]]) {
      this.#controls.get(time).hint.textContent = this.#exact.has(time) ? `Taken as ${candidateText(this.#exact.get(time))}.` : words;
    }
  }

  /** What another zone does to an event: the form's times stay as they are, so it happens at another moment. */
  #zoneHint({ start, problems }) {
    const isSame = this.#isNew || this.#time("start_at") !== this.#first.get("start_at");
    const apart = isSame || problems.length > 0 ? 0 : start - Date.parse(this.#known.start_at);
    // Seconds are no part of the form.
    if (Math.abs(apart) < 60_000) return "";
    return `The times stay as they are, by the clocks there: it happens ${lengthText(Math.abs(apart))} ${apart > 0 ? "later" : "earlier"}.`;
  }

  #time(name) {
    return this.#exact.get(name) ?? this.#controls.get(name).value;
  }

  /** The times and the zone, as they are to be sent: of a known event when one of them is another than before. */
  #times() {
    const zone = this.#controls.get("timezone").value.trim();
    const [start, end] = TIMES.map((name) => this.#time(name));
    const [startMoves, endMoves] = TIMES.map((name) => this.#time(name) !== this.#first.get(name));
    const zoneMoves = zone !== this.#first.get("timezone");
    const named = {};
    if (this.#isNew || startMoves || zoneMoves) named.start_at = start || undefined;
    if (this.#isNew || startMoves || endMoves || zoneMoves) named.end_at = end || undefined;
    if (this.#isNew || zoneMoves) named.timezone = zone;
    return named;
  }

  #outcome(named) {
    const hours = this.#template?.default_duration_hours;
    return outcome(named, this.#known, hours ? hours * 3_600_000 : null);
  }

  /** Notes how long it lasts, when the fields say so. */
  #measure() {
    const { start, end, problems } = this.#outcome(this.#times());
    if (problems.length === 0 && start !== null && end !== null && end > start) this.#length = end - start;
  }

  /** The end moves with the start, as the gateway and Luma do it: what is shown is what is saved. */
  #moveEnd() {
    const end = this.#controls.get("end_at");
    if ((end.value === "" && !this.#isCopy) || end.isIncomplete || this.#length === null) return;
    const { start_at, timezone } = this.#times();
    if (start_at === undefined) return;
    const { start, zone, problems } = this.#outcome({ start_at, timezone });
    if (problems.length > 0) return;
    const { text, exact } = written(start + this.#length, zone);
    end.value = text;
    end.problem(null);
    if (exact) this.#exact.set("end_at", exact);
    else this.#exact.delete("end_at");
  }

  /** Puts the zone in the place of a city that has one. */
  #findZone() {
    const control = this.#controls.get("timezone");
    const found = zonesFor(control.value);
    if (found.length === 1) {
      control.value = found[0];
      this.#changed("timezone");
    } else if (control.value.trim()) {
      control.problem({ sentence: "Choose a time zone from the list.", candidates: found }, (zone) => this.#take("timezone", zone));
    }
  }

  /** What is to be sent: all of a new event, of a known one what was changed. */
  #body() {
    const body = {};
    if (this.#template) body.template_type = this.#template.type;
    const times = this.#times();
    for (const [name, control] of this.#controls) {
      if (name in times || TIMES.includes(name)) {
        if (times[name] !== undefined) body[name] = times[name];
        continue;
      }
      const isSame = control.value === this.#first.get(name);
      if (isSame && !this.#isCopy && !(this.#isNew && name === "name")) continue;
      const isPlace = isSame && name === "geo_address_json" && this.#place?.place_id;
      const sent = isPlace ? { type: "google", place_id: this.#place.place_id } : control.row.write(control.value, this.#isNew);
      if (sent !== undefined) body[name] = sent;
    }
    return body;
  }

  async #submit(event) {
    event.preventDefault();
    if (this.#isBusy) return;
    const incomplete = TIMES.filter((name) => this.#controls.get(name).isIncomplete);
    if (incomplete.length > 0) {
      return this.#show(new Map(incomplete.map((name) => [name, { sentence: "The time is not complete.", candidates: [] }])));
    }
    const body = this.#body();
    if (Object.keys(body).length === 0) return fill(this.#trouble, element("p", { class: "none" }, "Nothing has changed."));
    const made = this.#outcome(this.#times());
    this.#setBusy(true);
    for (const control of this.#controls.values()) control.problem(null);
    fill(this.#trouble);
    let saved;
    try {
      ({ body: saved } = await this.#send(body));
    } catch (error) {
      return this.#refused(error);
    } finally {
      this.#setBusy(false);
    }
    // Whoever did not wait may be at something else by now.
    if (this.#form.isConnected) closeSheet();
    this.#actions.saved({ ...this.#told(made, body), ...saved }, this.#isNew, saved.start_at !== undefined);
  }

  /** The event as the form says it, for when Luma cannot be asked for it. */
  #told({ start, end, zone }, { meeting_url, max_capacity, visibility, geo_address_json: place }) {
    const time = (instant) => (instant === null ? undefined : new Date(instant).toISOString());
    const sent = Object.entries({ meeting_url, max_capacity, visibility, geo_address_json: place }).filter(([, value]) => value !== undefined);
    return {
      ...this.#known, ...Object.fromEntries(sent), name: this.#controls.get("name").value.trim(), start_at: time(start), end_at: time(end ?? start),
      timezone: zone,
    };
  }

  #send(body) {
    const headers = { "Idempotency-Key": this.#key };
    if (this.#isNew) return ask("POST", this.#template ? "/templates/create" : "/events/", { body, headers });
    if (this.#tag) headers["If-Match"] = this.#tag;
    return ask("PATCH", `/events/${encodeURIComponent(this.#id)}`, { body, headers });
  }

  #setBusy(isBusy) {
    this.#isBusy = isBusy;
    this.#form.setAttribute("aria-busy", String(isBusy));
    if (isBusy) this.#button.setAttribute("aria-disabled", "true");
    else this.#button.removeAttribute("aria-disabled");
  }

  #refused(error) {
    const say = (...words) => fill(this.#trouble, element("p", { class: "problem" }, ...words));
    if (!(error instanceof Refused) || error.isOpen) {
      this.#isOpen = true;
      return say(`${error.message}. It may have arrived all the same: send it again as it is, and it still happens only once.`);
    }
    if (error.reason === "idempotency_key_reused") {
      this.#key = newKey();
      return say("What you sent first has arrived. Look for it in the calendar; sending again now makes another event.");
    }
    // What became of this attempt is known, and of any before it when Luma itself has refused: the next one is another request.
    if (error.reason === "upstream_refused") this.#isOpen = false;
    if (!this.#isOpen) this.#key = newKey();
    if (error.reason === "precondition_failed" || error.isAbsence) {
      const again = element("button", { type: "button", onclick: () => this.#actions.reopen(this.#id) }, "Look at it as it is now");
      return say("Somebody else has changed this event in the meantime. ", again);
    }
    if (error.reason === "validation_failed") return this.#point(error);
    const luma = error.details.luma?.message;
    say(luma ? `Luma says: ${luma}` : `${error.message}.`);
  }

  #point(error) {
    const others = [...error.fields].filter(([name]) => !this.#controls.has(name)).flatMap(([, entries]) => entries)
      .map(({ field, problem }) => `${field} ${problem}.`);
    this.#show(sentences(error.fields, (name) => this.#controls.get(name)?.row.label ?? name), others);
  }

  /** Shows what is wrong at each field, and goes to the first of them in the form. */
  #show(told, others = []) {
    const wrong = [...this.#controls.values()].filter(({ name }) => told.has(name));
    for (const control of wrong) control.problem(told.get(control.name), (candidate) => this.#take(control.name, candidate));
    const words = wrong.length > 1 ? "Some fields need another look." : wrong.length === 1 && `Look at “${wrong[0].row.label}” again.`;
    fill(this.#trouble, words && element("p", { class: "problem" }, words), others.map((text) => element("p", { class: "problem" }, text)));
    wrong[0]?.input.focus();
  }

  #take(name, candidate) {
    const control = this.#controls.get(name);
    if (TIMES.includes(name)) {
      control.value = candidate.slice(0, 16);
      this.#changed(name);
      this.#exact.set(name, candidate);
      if (name === "start_at") this.#moveEnd();
      else this.#measure();
      this.#changed("");
    } else {
      control.value = candidate;
      this.#changed(name);
    }
    control.input.focus();
  }
}
