// The form that makes an event or changes one.
//
// The gateway judges what is typed; its 422 is shown at the fields. Each form has a key of its own, so that a second click and
// a repeat after a lost answer do not make a second event. The key stays while it is not known what the first attempt did, and
// is replaced once the gateway has surely done nothing with it.

import { element, fill } from "/assets/dom.js";
import { Refused, ask, newKey } from "/assets/console-api.js";
import { Control, candidateText, templateChoice } from "/assets/console-controls.js";
import { FIELDS } from "/assets/console-fields.js";
import { drawPreview } from "/assets/console-preview.js";
import { closeSheet, openSheet } from "/assets/console-sheet.js";
import { isoDay, viewerZone } from "/assets/console-zones.js";

const TIMES = ["start_at", "end_at"];

/** A form for a new event, perhaps on a day. @param actions saved(raw, isNew) */
export function openNew(day, templates, actions) {
  const start = day === null ? "" : `${isoDay(day)}T18:00`;
  new EventForm({ raw: { visibility: "public" }, start, templates, actions }).open("New event");
}

/** A form for an event as it was read, with the tag of what was read. @param actions saved(raw, isNew), reopen(id) */
export function openEdit(raw, tag, actions) {
  new EventForm({ raw, tag, actions }).open("Edit the event");
}

class EventForm {
  #id;
  #tag;
  #actions;
  #templates;
  #template = null;
  #key = newKey();
  #isBusy = false;
  /** Something was sent, and it is not known what became of it. */
  #isOpen = false;
  #controls = new Map();
  /** Times that were chosen among candidates, with their offset. */
  #exact = new Map();
  #first = new Map();
  #trouble = element("div", { role: "alert" });
  #preview = element("output", { class: "preview", "aria-label": "What the clocks say" });
  #button;
  #form;

  constructor({ raw, tag, start = "", templates = null, actions }) {
    this.#id = raw.id;
    this.#tag = tag;
    this.#actions = actions;
    this.#templates = templates;
    for (const row of FIELDS) {
      let value = row.read(raw);
      if (this.#isNew && row.name === "start_at") value = start;
      if (this.#isNew && row.name === "timezone") value = viewerZone;
      const control = new Control(row, value);
      this.#controls.set(row.name, control);
      this.#first.set(row.name, value);
      control.input.addEventListener("input", () => this.#changed(row.name));
    }
    this.#button = element("button", { type: "submit", class: "primary" }, this.#isNew ? "Create the event" : "Save the changes");
    this.#form = this.#layout();
    this.#changed("");
  }

  get #isNew() {
    return this.#id === undefined;
  }

  open(title) {
    openSheet(title, this.#form, { keeps: () => this.#isDirty, kind: "form" });
    this.#controls.get("name").input.focus();
  }

  get #isDirty() {
    return [...this.#controls].some(([name, control]) => control.value !== this.#first.get(name));
  }

  #layout() {
    const fields = (...names) => names.map((name) => this.#controls.get(name).element);
    return element("form", { class: "event-form", novalidate: true, onsubmit: (event) => this.#submit(event) },
      this.#isNew && templateChoice(this.#templates, (type) => this.#choose(type)),
      fields("name"),
      element("div", { class: "times" }, fields("start_at", "end_at", "timezone")),
      this.#preview,
      element("div", { class: "pair" }, fields("meeting_url", "geo_address_json")),
      element("div", { class: "pair" }, fields("max_capacity", "visibility")),
      fields("require_rsvp_approval", "description_md"),
      this.#trouble,
      element("div", { class: "actions" }, this.#button, element("button", { type: "button", onclick: closeSheet }, "Leave it")));
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
    if (name) this.#controls.get(name).problems([]);
    const hours = this.#template?.default_duration_hours;
    this.#controls.get("end_at").hint.textContent = this.#isNew
      ? hours ? `Empty for ${hours} ${hours === 1 ? "hour" : "hours"}.` : "Empty for Luma's own length."
      : "Empty for the end that it has: an event needs one.";
    for (const time of TIMES) {
      if (time === "end_at" && !this.#exact.has(time)) continue;
      this.#controls.get(time).hint.textContent = this.#exact.has(time)
        ? `Taken as ${candidateText(this.#exact.get(time))}.` : "By the clocks there.";
    }
    drawPreview(this.#preview, {
      start: this.#time("start_at"), end: this.#time("end_at") || this.#first.get("end_at"),
      zone: this.#controls.get("timezone").value.trim(), defaultLength: hours ? hours * 3_600_000 : null,
    });
  }

  #time(name) {
    return this.#exact.get(name) ?? this.#controls.get(name).value;
  }

  /** What is to be sent: all of a new event, of a known one what was changed. */
  #body() {
    const body = {};
    if (this.#template) body.template_type = this.#template.type;
    const isMoved = this.#controls.get("timezone").value !== this.#first.get("timezone");
    for (const [name, control] of this.#controls) {
      const value = TIMES.includes(name) ? this.#time(name) : control.value;
      const isSame = value === this.#first.get(name) && !(isMoved && TIMES.includes(name));
      if (isSame && !(this.#isNew && ["name", "start_at", "timezone"].includes(name))) continue;
      const written = control.row.write(value, this.#isNew);
      if (written !== undefined) body[name] = written;
    }
    return body;
  }

  async #submit(event) {
    event.preventDefault();
    if (this.#isBusy) return;
    const body = this.#body();
    if (Object.keys(body).length === 0) return fill(this.#trouble, element("p", { class: "none" }, "Nothing has changed."));
    this.#setBusy(true);
    for (const control of this.#controls.values()) control.problems([]);
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
    this.#actions.saved(saved, this.#isNew);
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
    if (error.reason === "precondition_failed" || error.reason === "event_not_found") {
      const again = element("button", { type: "button", onclick: () => this.#actions.reopen(this.#id) }, "Look at it as it is now");
      return say("Somebody else has changed this event in the meantime. ", again);
    }
    if (error.reason === "validation_failed") return this.#point(error);
    const luma = error.details.luma?.message;
    say(luma ? `Luma says: ${luma}` : `${error.message}.`);
  }

  /** Shows what is wrong at each field, and goes to the first. */
  #point(error) {
    let first = null;
    const others = [];
    for (const [name, entries] of error.fields) {
      const control = this.#controls.get(name);
      if (!control) {
        others.push(...entries.map(({ field, problem }) => `${field} ${problem}`));
        continue;
      }
      control.problems(entries, (candidate) => this.#take(name, candidate));
      first ??= control.input;
    }
    fill(this.#trouble, element("p", { class: "problem" }, first ? "Some fields need another look." : error.message),
      others.map((text) => element("p", { class: "problem" }, text)));
    first?.focus();
  }

  #take(name, candidate) {
    const control = this.#controls.get(name);
    control.value = candidate.slice(0, 16);
    control.problems([]);
    this.#exact.set(name, candidate);
    this.#changed("");
    control.input.focus();
  }
}
