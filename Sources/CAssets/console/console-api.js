// Asks the gateway. The token lives in this module: closing the page forgets it. Who wishes so keeps it for the tab.

import { parsed } from "/assets/json.js";

const KEPT = "luma-mcp token";
let token = kept();

/** @param {boolean} isKept also when the page is loaded anew, until the tab is closed */
export function setToken(text, isKept = false) {
  token = text;
  try {
    if (isKept) sessionStorage.setItem(KEPT, text);
    else sessionStorage.removeItem(KEPT);
  } catch {
    // A browser may keep nothing for anybody; then the page does.
  }
}

function kept() {
  try {
    return sessionStorage.getItem(KEPT) ?? "";
  } catch {
    return "";
  }
}

export function hasToken() {
  return token !== "";
}

/** The gateway has answered, and refused. */
export class Refused extends Error {
  constructor(status, body, retryAfter) {
    super(body?.error ?? `The gateway answered with ${status}`);
    this.status = status;
    this.reason = body?.reason ?? "";
    this.details = body?.details ?? {};
    this.requestId = body?.request_id ?? "";
    this.retryAfter = retryAfter;
  }

  /** What is wrong with single fields, by the first part of their path. */
  get fields() {
    const fields = new Map();
    for (const entry of this.details.fields ?? []) {
      const name = entry.field.split(/[.[]/)[0];
      if (!fields.has(name)) fields.set(name, []);
      fields.get(name).push(entry);
    }
    return fields;
  }

  /** Luma shows no event of this id: it is cancelled, or never was here. */
  get isAbsence() {
    return this.reason === "event_not_found" || this.reason === "event_not_accessible";
  }

  /** Nobody knows whether the request took effect, or it is still under way. */
  get isOpen() {
    return this.status >= 500 || this.reason === "request_in_progress";
  }
}

/** No answer has come: the gateway is gone, or the way to it. */
class Unreachable extends Error {
  constructor() {
    super("The gateway does not answer");
  }

  get isOpen() {
    return true;
  }
}

/** The gateway may answer yet, but nobody waits for it any more. */
class Slow extends Unreachable {
  constructor() {
    super();
    this.message = "No answer has come for a while";
  }
}

/** Longer than the gateway lets any request take. */
const PATIENCE = 70_000;

/**
 * Sends one request.
 * @param {object} options body: what becomes JSON; headers: further fields; patience: milliseconds.
 * @returns {Promise<{status: number, body: any, headers: Headers}>}
 * @throws {Refused | Unreachable}
 */
export async function ask(method, path, { body, headers = {}, patience = PATIENCE } = {}) {
  const fields = { Accept: "application/json", ...headers };
  if (body !== undefined) fields["Content-Type"] = "application/json";
  if (token) fields.Authorization = `Bearer ${token}`;
  let response;
  let text;
  try {
    response = await fetch(path, {
      method,
      headers: fields,
      body: body === undefined ? undefined : JSON.stringify(body),
      cache: "no-store",
      credentials: "omit",
      redirect: "error",
      signal: AbortSignal.timeout(patience),
    });
    text = await response.text();
  } catch (error) {
    throw error.name === "TimeoutError" ? new Slow() : new Unreachable();
  }
  const json = parsed(text);
  if (!response.ok) throw new Refused(response.status, json, Number(response.headers.get("Retry-After")) || undefined);
  if (json === undefined && text !== "") throw new Refused(502, { error: "What answers here is not the gateway" });
  return { status: response.status, body: json, headers: response.headers };
}

/**
 * A whole file, which may take long: only a while in which nothing of it comes ends the wait.
 * @returns {Promise<Blob>}
 * @throws {Refused | Unreachable}
 */
export async function download(path) {
  const wait = new AbortController();
  let timer;
  const goOn = () => {
    clearTimeout(timer);
    timer = setTimeout(() => wait.abort(), PATIENCE);
  };
  const parts = [];
  let response;
  try {
    goOn();
    const headers = token ? { Authorization: `Bearer ${token}` } : {};
    response = await fetch(path, { headers, cache: "no-store", credentials: "omit", redirect: "error", signal: wait.signal });
    const reader = response.body.getReader();
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      parts.push(part.value);
      goOn();
    }
  } catch {
    throw wait.signal.aborted ? new Slow() : new Unreachable();
  } finally {
    clearTimeout(timer);
  }
  const blob = new Blob(parts, { type: response.headers.get("Content-Type") ?? "" });
  if (!response.ok) throw new Refused(response.status, parsed(await blob.text()));
  return blob;
}

/** A key that makes a repeated write one write. `crypto.randomUUID` is missing on pages that came without TLS. */
export function newKey() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
