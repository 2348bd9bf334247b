// The events that the page knows, and what of them it has asked for.
//
// Starts are read in one unbroken span of time, which grows as somebody looks further: forwards page by page, backwards month by
// month. What is read stands in for what was known of that part of the span, so that an event which is gone is gone here.

import { ask } from "/assets/console-api.js";

const PAGE = 100;
/** Nobody reads more in one go; a calendar that holds more says so. */
const MOST_PAGES = 20;

/** Luma's event as this page uses it. */
export function eventOf(raw) {
  const start = Date.parse(raw.start_at);
  const end = Date.parse(raw.end_at);
  return {
    id: raw.id, name: raw.name || "Without a name", start, end: end >= start ? end : start,
    zone: raw.timezone || "UTC", raw,
  };
}

export class Events {
  #byId = new Map();
  /** Starts from here on are known, */
  #from = Infinity;
  /** up to here. */
  #to = -Infinity;
  /** Where the next page begins; null when there is none. */
  #cursor = null;
  /** What the pages began with: a cursor belongs to its query. */
  #after;
  /** There were more events than are read in one go. */
  isCut = false;
  /** Luma did not answer, and the gateway gave what it knew. */
  isStale = false;
  readAt = 0;

  get all() {
    return [...this.#byId.values()].sort((a, b) => a.start - b.start || (a.id < b.id ? -1 : 1));
  }

  get hasMore() {
    return this.#cursor !== null;
  }

  get(id) {
    return this.#byId.get(id);
  }

  /** Takes what a write has answered. */
  put(raw) {
    const event = eventOf(raw);
    if (!Number.isNaN(event.start)) this.#byId.set(event.id, event);
  }

  remove(id) {
    this.#byId.delete(id);
  }

  /** Reads anew, from an instant until everything that starts before another is known. */
  async read(from, until) {
    const { entries, cursor, end } = await this.#pages({ after: from, sort: "start_at" }, (last) => last < until);
    for (const [id, event] of this.#byId) if (event.start >= from && event.start < end) this.#byId.delete(id);
    for (const raw of entries) this.put(raw);
    this.#from = Math.min(this.#from, from);
    [this.#to, this.#cursor, this.#after] = [end, cursor, from];
    this.readAt = Date.now();
  }

  /** Makes sure that what starts in this part of time is known. */
  async reach(from, until) {
    if (this.#from === Infinity) return this.read(from, until);
    if (from < this.#from) {
      const { entries, end } = await this.#pages({ after: from, before: this.#from, sort: "-start_at" }, (last) => last > from);
      for (const raw of entries) this.put(raw);
      this.#from = end === Infinity ? from : end;
    }
    while (this.#to < until && this.#cursor !== null) await this.more();
  }

  /** Reads one page further. */
  async more() {
    if (this.#cursor === null) return;
    const { entries, cursor, end } = await this.#pages(
      { after: this.#after, sort: "start_at", cursor: this.#cursor }, () => false);
    for (const raw of entries) this.put(raw);
    [this.#to, this.#cursor] = [end, cursor];
  }

  /** Pages from the first on, as long as `goesOn` says so of the last start. `end` is infinite when all was read. */
  async #pages(query, goesOn) {
    const entries = [];
    let cursor = query.cursor ?? null;
    for (let pages = 0; pages < MOST_PAGES; pages += 1) {
      const parameters = new URLSearchParams({ limit: PAGE, sort: query.sort });
      if (query.after !== undefined) parameters.set("after", new Date(query.after).toISOString());
      if (query.before !== undefined) parameters.set("before", new Date(query.before).toISOString());
      if (cursor !== null) parameters.set("cursor", cursor);
      const { body, headers } = await ask("GET", `/events/?${parameters}`);
      this.isStale = headers.get("X-Cache") === "STALE";
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
