// Speaks MCP on standard input and output and passes every message on to a luma-mcp gateway over Streamable HTTP, so that a
// host which only starts programs (Claude Desktop on macOS and Windows) can use a gateway on another machine.
// Needs Node 18 (fetch, web streams) and nothing else. Standard output carries messages only; what a person should read goes to standard error.
import { LineSplitter, isMessage, isRequest, parse, readEvents, readText } from "./messages.mjs";

const MAX_LINE = 4 * 1024 * 1024;
const MAX_ANSWER = 16 * 1024 * 1024;
const RETRY_MILLISECONDS = [500, 1000, 2000, 5000, 10000];
const PARSE_ERROR = -32700;
const INVALID_REQUEST = -32600;
/** For what the bridge itself has to say: of the codes that the protocol leaves free. */
const NOT_DELIVERED = -32000;

/** A setting of the host's. Some hosts leave the placeholder of one that its user did not fill in. */
function setting(name) {
  const value = (process.env[name] ?? "").trim();
  return /^\$\{[^}]*\}$/.test(value) ? "" : value;
}

const token = setting("LUMA_GATEWAY_TOKEN");
const { target, problem } = endpoint(setting("LUMA_GATEWAY_URL") || "http://localhost:8000");

/** The endpoint of the gateway, `/mcp` unless the address already names it; or what is wrong with the settings. */
function endpoint(text) {
  let url;
  try {
    url = new URL(text);
  } catch {
    return { problem: "The gateway's address is not a URL: write it like https://luma.example.com" };
  }
  if (url.protocol !== "https:" && url.protocol !== "http:") return { problem: "The gateway's address must begin with https:// or http://" };
  if (url.username || url.password) return { problem: "The gateway's address must not have a name or password in it: the token has a setting of its own" };
  if (!/^[\x21-\x7e]*$/.test(token)) return { problem: "The token has a character that no token has: copy it again, without blanks" };
  if (token && url.protocol === "http:" && !isThisMachine(url.hostname) && setting("LUMA_GATEWAY_ALLOW_HTTP") !== "true") {
    return {
      problem: `The token would cross the network unencrypted to ${url.host}: use an https:// address, or allow http:// in the extension's settings (LUMA_GATEWAY_ALLOW_HTTP=true) on a network that you trust`,
    };
  }
  const path = url.pathname.replace(/\/+$/, "");
  url.pathname = path.endsWith("/mcp") ? path : path + "/mcp";
  url.hash = "";
  return { target: url };
}

/** Whether what is sent to a host does not leave this machine (RFC 6890, RFC 6761). */
function isThisMachine(host) {
  return host === "localhost" || host === "[::1]" || /^127\.\d+\.\d+\.\d+$/.test(host);
}

const ended = new AbortController();
let session;
/** The handshake that replaces a session which is gone, while it lasts. */
let renewal;
let revision;
let greeting;
let listening = false;
let running = 0;
let closed = false;
/** Requests that are on their way, and those of them that the host has cancelled: these get no answer any more. */
const underway = new Set();
const cancelled = new Set();

function log(text) {
  process.stderr.write(`luma-mcp bridge: ${token ? text.replaceAll(token, "…") : text}\n`);
}

function write(message) {
  process.stdout.write(JSON.stringify(message) + "\n");
}

function writeError(id, code, message) {
  write({ jsonrpc: "2.0", id, error: { code, message: token ? message.replaceAll(token, "…") : message } });
}

function fields(more) {
  const result = { ...more };
  if (token) result.Authorization = `Bearer ${token}`;
  if (session) result["Mcp-Session-Id"] = session;
  if (revision) result["MCP-Protocol-Version"] = revision;
  return result;
}

function post(message) {
  return fetch(target, {
    method: "POST",
    headers: fields({ "Content-Type": "application/json", Accept: "application/json, text/event-stream" }),
    body: JSON.stringify(message),
    signal: ended.signal,
    redirect: "error",
  });
}

/** The requests of a message or batch that have no answer yet. */
class Pending {
  constructor(message) {
    this.ids = new Set((Array.isArray(message) ? message : [message]).filter(isRequest).map((part) => part.id));
  }

  /** Passes on what the gateway says; false when it is no message. */
  take(text) {
    const message = parse(text);
    if (!isMessage(message)) return false;
    for (const part of Array.isArray(message) ? message : [message]) {
      if (part?.method === undefined) this.ids.delete(part?.id);
      revision = part?.result?.protocolVersion ?? revision;
    }
    write(message);
    return true;
  }

  /** Answers what the gateway has not answered, so that the host does not wait for it. */
  refuse(text, code = NOT_DELIVERED) {
    for (const id of this.ids) if (!cancelled.has(id)) writeError(id, code, text);
    this.ids.clear();
    log(text);
  }

  /** After the last octet of an answer. */
  end(text) {
    for (const id of this.ids) if (cancelled.has(id)) this.ids.delete(id);
    if (this.ids.size) this.refuse(text);
  }
}

async function pass(message) {
  const pending = new Pending(message);
  const ids = [...pending.ids];
  for (const id of ids) underway.add(id);
  try {
    if (problem) return pending.refuse(problem);
    await renewal;
    const used = session;
    let response = await post(message);
    if (response.status === 404 && used && message.method !== "initialize") {
      await response.body?.cancel();
      if (session === used) renewal ??= shakeHandsAgain().finally(() => (renewal = undefined));
      await renewal;
      response = await post(message);
    }
    await answer(response, pending);
    if (response.ok && session && !listening) listen();
  } catch (error) {
    if (!ended.signal.aborted) pending.refuse(`The gateway at ${target.origin} cannot be reached: ${cause(error)}`);
  } finally {
    for (const id of ids) {
      underway.delete(id);
      cancelled.delete(id);
    }
  }
}

function cause(error) {
  return error.cause?.code ?? error.cause?.message ?? error.message;
}

/** Passes on one answer of the gateway, whatever it is. */
async function answer(response, pending) {
  session = response.headers.get("mcp-session-id") ?? session;
  const type = (response.headers.get("content-type") ?? "").split(";")[0].trim().toLowerCase();
  const strange = `The gateway at ${target.origin} gave an answer that is none of MCP's (${response.status}, ${type || "no type"}): is the address right?`;
  try {
    if (response.ok && type === "text/event-stream") {
      await readEvents(response.body, MAX_ANSWER, (data) => {
        if (!pending.take(data)) log("an event of the gateway is no message");
      });
      return pending.end("The gateway's answer ended before it was complete");
    }
    const text = await readText(response.body, MAX_ANSWER);
    if (!response.ok) {
      const { message, code } = refusal(text);
      return pending.refuse(message ?? `The gateway answered ${response.status}`, code);
    }
    if (text && !pending.take(text)) return pending.refuse(strange);
    pending.end(strange);
  } catch (error) {
    if (!ended.signal.aborted) pending.refuse(`The gateway's answer broke off: ${cause(error)}`);
  }
}

/** The sentence of a refusal, whether it is JSON-RPC's error or the gateway's own, and the code of the former. */
function refusal(text) {
  const error = parse(text)?.error;
  if (typeof error === "string") return { message: error };
  return typeof error?.message === "string" ? { message: error.message, code: Number.isInteger(error.code) ? error.code : undefined } : {};
}

/** The gateway has forgotten the session (a 404 says so), which the host cannot know: a new one takes its place. */
async function shakeHandsAgain() {
  session = undefined;
  if (!greeting) return;
  const response = await post(greeting);
  await readText(response.body, MAX_ANSWER);
  session = response.headers.get("mcp-session-id") ?? undefined;
  if (session) await (await post({ jsonrpc: "2.0", method: "notifications/initialized" })).body?.cancel();
}

/** What the gateway says by itself: changes of resources, progress, questions. */
async function listen() {
  listening = true;
  for (let failures = 0; !ended.signal.aborted && session; failures += 1) {
    try {
      const response = await fetch(target, { headers: fields({ Accept: "text/event-stream" }), signal: ended.signal, redirect: "error" });
      const isStream = (response.headers.get("content-type") ?? "").startsWith("text/event-stream");
      if (response.ok && isStream) {
        failures = 0;
        await readEvents(response.body, MAX_ANSWER, (data) => new Pending([]).take(data));
      } else {
        await response.body?.cancel();
        if (response.ok || [401, 403, 404, 405].includes(response.status)) break;
      }
    } catch {
      // The next turn tries again; a call that fails says why.
    }
    if (ended.signal.aborted) break;
    await new Promise((resume) => setTimeout(resume, RETRY_MILLISECONDS[Math.min(failures, RETRY_MILLISECONDS.length - 1)]));
  }
  listening = false;
}

/** Ends once nothing runs any more: the host closes standard input and may still read answers. */
async function finish() {
  if (!closed || running > 0) return;
  ended.abort();
  if (session) {
    await fetch(target, { method: "DELETE", headers: fields({}), signal: AbortSignal.timeout(2000), redirect: "error" }).catch(() => {});
  }
  // Elsewhere than on Linux what was written may still be on its way.
  process.stdout.write("", () => process.exit(0));
}

// The handshake must be over before the rest is sent: the session's id comes with its answer.
let handshake = Promise.resolve();

function take(line) {
  const message = parse(line);
  if (message === undefined) return writeError(null, PARSE_ERROR, "Parse error: the line is no JSON");
  if (!isMessage(message)) {
    const id = ["string", "number"].includes(typeof message?.id) ? message.id : null;
    return writeError(id, INVALID_REQUEST, "Invalid Request: the line is no message of JSON-RPC 2.0");
  }
  if (message.method === "notifications/cancelled" && underway.has(message.params?.requestId)) cancelled.add(message.params.requestId);
  running += 1;
  const sent = handshake.then(() => pass(message));
  if (message.method === "initialize") {
    greeting = message;
    handshake = sent;
  }
  sent.finally(() => {
    running -= 1;
    finish();
  });
}

const lines = new LineSplitter(MAX_LINE, take, () => writeError(null, PARSE_ERROR, "Parse error: the line is too long"));
if (problem) log(problem);
process.stdin
  .on("data", (octets) => lines.add(octets))
  .on("end", () => {
    lines.end();
    closed = true;
    finish();
  });
// Nobody is left to hear anything.
process.stdout.on("error", () => process.exit(0));
process.on("SIGTERM", () => process.exit(0));
