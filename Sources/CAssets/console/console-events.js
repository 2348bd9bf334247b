// The events that the page knows, and what of them it has asked for.
//
// Starts are read in one unbroken span of time, which grows as somebody looks further: forwards page by page, backwards month by
// month. What is read stands in for what was known of that part of the span, so that an event which is gone is gone here.

import { ask } from "/assets/console-api.js";

const PAGE = 100;
/** Nobody reads more in one go; a calendar that holds more says so. */
const MOST_PAGES = 20;
/** Milliseconds for which what a write here has done is believed more than a reading, which may be from before it. */
const HELD = 30_000;

/** Luma's event as this page uses it. */
export function eventOf(raw) {
  const start = Date.parse(raw.start_at);
  const end = Date.parse(raw.end_at);
  return {
    id: raw.id, name: raw.name || "Without a name", start, end: end >= start ? end : start,
    zone: raw.timezone || "UTC", raw,
  };
}

/** What is compared of two answers, and how each is read. */
const TOLD = {
  name: (name) => name?.trim(), start_at: Date.parse, end_at: Date.parse, timezone: (zone) => zone, visibility: (who) => who,
  max_capacity: (most) => most ?? null, meeting_url: (link) => link || null, geo_address_json: placeKey,
};

/** A place by Google's identifier, else by its address: what was written has fewer words for it than what is read. */
function placeKey(place) {
  return place?.google_maps_place_id ?? place?.place_id ?? place?.address ?? place?.full_address ?? null;
}

/** Whether two answers say the same of what a list shows. What one of them does not mention is no difference. */
function isSame(a, b) {
  return Object.entries(TOLD).every(([name, read]) => !(name in a && name in b) || Object.is(read(a[name]), read(b[name])));
}

export class Events {
  #byId = new Map();
  /** What was written here a moment ago, by id: the event, null when it is cancelled, and until when a reading does not change it. */
  #written = new Map();
  /** Starts from here on are known, */
  #from = Infinity;
  /** up to here. */
  #to = -Infinity;
  /** Where the next page begins; null when there is none. */
  #cursor = null;
  /** What the pages began with: a cursor belongs to its query. */
  #after;
  /** The last reading. */
  #last = Promise.resolve();
  /** There were more events than are read in one go. */
  isCut = false;
  /** Luma did not answer, and the gateway gave what it knew. */
  isStale = false;
  /** Also events of other platforms, those that may only be viewed, and those that wait for approval. */
  showsAll = false;
  /** What Luma has and the list does not, by the gateway's words. */
  leftOut = [];
  readAt = 0;

  get all() {
    return [...this.#byId.values()].sort((a, b) => a.start - b.start || (a.id < b.id ? -1 : 1));
  }

  /** The first and the last start that are known. */
  get span() {
    const { all } = this;
    return all.length === 0 ? null : [all[0].start, all.at(-1).start];
  }

  get hasMore() {
    return this.#cursor !== null;
  }

  get(id) {
    return this.#byId.get(id);
  }

  /** Takes what a write has done. */
  write(raw) {
    this.#written.set(raw.id, { raw, until: Date.now() + HELD });
    this.#set(raw);
  }

  /** Takes that an event is cancelled, or gone. */
  remove(id) {
    this.#written.set(id, { raw: null, until: Date.now() + HELD });
    this.#byId.delete(id);
  }

  /** Takes what was read, unless it is from before what was written here. */
  put(raw) {
    const known = this.#lately(raw.id);
    if (known === undefined) return this.#set(raw);
    if (known === null) return undefined;
    if (!isSame(known, raw)) return this.#set(known);
    this.#written.delete(raw.id);
    return this.#set(raw);
  }

  #set(raw) {
    const event = eventOf(raw);
    if (!Number.isNaN(event.start)) this.#byId.set(event.id, event);
  }

  /** What was written a moment ago; undefined for nothing, null for an event that is gone. */
  #lately(id) {
    const written = this.#written.get(id);
    if (written && written.until < Date.now()) this.#written.delete(id);
    return this.#written.get(id)?.raw;
  }

  /**
   * Reads anew what is near and what is looked at.
   * @param {number} from the first start that is near
   * @param {number} until at least until here
   * @param {{from: number, to: number}} shown
   */
  refresh(from, until, shown) {
    return this.#inTurn(async () => {
      this.isCut = false;
      const { entries, cursor, end } = await this.#pages({ after: from }, (last) => last < until);
      this.#replace(entries, from, end);
      if (end >= this.#to || this.#to === Infinity) [this.#to, this.#cursor, this.#after] = [end, cursor, from];
      this.#from = Math.min(this.#from, from);
      this.readAt = Date.now();
      if (shown.from >= from && shown.to <= end) return;
      // Only what is known already: the rest is read when somebody gets there.
      const window = { after: Math.max(shown.from, this.#from), before: Math.min(shown.to, this.#to) };
      if (window.after >= window.before) return;
      const part = await this.#pages(window, () => true);
      this.#replace(part.entries, window.after, Math.min(window.before, part.end));
    });
  }

  /** Makes sure that what starts in this part of time is known. */
  reach(from, until) {
    return this.#inTurn(async () => {
      if (from < this.#from) {
        const { entries, end } = await this.#pages(
          { after: from, before: this.#from }, (last) => last > from, "-start_at");
        for (const raw of entries) this.put(raw);
        this.#from = end === Infinity ? from : end;
      }
      while (this.#to < until && this.#cursor !== null) await this.#further();
    });
  }

  /** Reads one page further. */
  more() {
    return this.#inTurn(() => this.#further());
  }

  async #further() {
    if (this.#cursor === null) return;
    const { entries, cursor, end } = await this.#pages({ after: this.#after, cursor: this.#cursor }, () => false);
    for (const raw of entries) this.put(raw);
    [this.#to, this.#cursor] = [end, cursor];
  }

  #replace(entries, from, end) {
    for (const [id, event] of this.#byId) if (event.start >= from && event.start < end && !this.#lately(id)) this.#byId.delete(id);
    for (const raw of entries) this.put(raw);
  }

  /** One reading at a time: each relies on what the one before it has found. */
  #inTurn(reading) {
    const turn = this.#last.then(reading, reading);
    this.#last = turn;
    return turn;
  }

  /** Shows all that Luma has, or what is on the calendar; the next reading reads it. */
  showAll(showsAll) {
    return this.#inTurn(async () => {
      this.showsAll = showsAll;
      this.#byId.clear();
      [this.#from, this.#to, this.#cursor] = [Infinity, -Infinity, null];
    });
  }

  /** Pages from the first on, as long as `goesOn` says so of the last start. `end` is infinite when all was read. */
  async #pages(span, goesOn, sort = "start_at") {
    if (!this.showsAll) return this.#list({}, span, goesOn, sort);
    const read = await this.#list({ show: "all", status: "approved" }, span, goesOn, sort);
    // What waits is another list at Luma: all of it in the same part of time.
    const { after, before } = span;
    const part = sort === "start_at" ? { after, before: Math.min(before ?? Infinity, read.end) } : { after, before };
    const waiting = await this.#list({ show: "all", status: "pending" }, part, () => true, "start_at");
    this.leftOut = [];
    return { ...read, entries: [...read.entries, ...waiting.entries.map((raw) => ({ ...raw, status: "pending" }))] };
  }

  async #list(filter, { after, before, cursor = null }, goesOn, sort) {
    const entries = [];
    for (let pages = 0; pages < MOST_PAGES; pages += 1) {
      const parameters = new URLSearchParams({ ...filter, limit: PAGE, sort, after: new Date(after).toISOString() });
      if (Number.isFinite(before)) parameters.set("before", new Date(before).toISOString());
      if (cursor !== null) parameters.set("cursor", cursor);
      const { body, headers } = await ask("GET", `/events/?${parameters}`);
      this.isStale = headers.get("X-Cache") === "STALE";
      this.leftOut = body.left_out ?? [];
      entries.push(...body.entries);
      cursor = body.has_more ? body.next_cursor : null;
      if (cursor === null) return { entries, cursor, end: Infinity };
      const last = Date.parse(entries.at(-1)?.start_at);
      if (!Number.isNaN(last) && !goesOn(last)) return { entries, cursor, end: last };
    }
    this.isCut = true;
    return { entries, cursor, end: Date.parse(entries.at(-1)?.start_at) };
  }
}
