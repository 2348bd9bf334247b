// Speaks MCP on standard input and output and passes every message on to a luma-mcp gateway over Streamable HTTP, so that a
// host which only starts programs (Claude Desktop on macOS and Windows) can use a gateway on another machine.
// Needs Node 18 (fetch, web streams) and nothing else. Standard output carries messages only; what a person should read goes to standard error.
import { createInterface } from "node:readline";

const MAX_LINE = 4 * 1024 * 1024;
const RETRY_MILLISECONDS = [500, 1000, 2000, 5000, 10000];

const address = process.env.LUMA_GATEWAY_URL || "http://localhost:8000";
const token = process.env.LUMA_GATEWAY_TOKEN || "";

/** The endpoint of the gateway: `/mcp` unless the address already names it. */
function endpoint(text) {
  let url;
  try {
    url = new URL(text);
  } catch {
    fail(`the gateway's address is not a URL: ${text}`);
  }
  if (url.protocol !== "https:" && url.protocol !== "http:") fail(`the gateway's address must begin with https:// or http://`);
  const path = url.pathname.replace(/\/+$/, "");
  url.pathname = path.endsWith("/mcp") ? path : path + "/mcp";
  return url;
}

function fail(text) {
  process.stderr.write(`luma-mcp bridge: ${text}\n`);
  process.exit(1);
}

const target = endpoint(address);
const ended = new AbortController();
let session;
let revision;
let greeting;
let listening = false;
let running = 0;
let closed = false;

function write(message) {
  process.stdout.write(JSON.stringify(message) + "\n");
}

function fields(more) {
  const result = { ...more };
  if (token) result.Authorization = `Bearer ${token}`;
  if (session) result["Mcp-Session-Id"] = session;
  if (revision) result["MCP-Protocol-Version"] = revision;
  return result;
}

/** Answers a request that could not be delivered, so that the host does not wait for it. */
function refuse(message, text) {
  const requests = (Array.isArray(message) ? message : [message]).filter((part) => part && part.method && part.id !== undefined);
  for (const request of requests) write({ jsonrpc: "2.0", id: request.id, error: { code: -32000, message: text } });
  process.stderr.write(`luma-mcp bridge: ${text}\n`);
}

/** Server-Sent Events: calls `each` with the data of every event. */
async function readEvents(body, each) {
  const decoder = new TextDecoder();
  let rest = "";
  let data = [];
  for await (const chunk of body) {
    rest += decoder.decode(chunk, { stream: true });
    const lines = rest.split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop();
    if (rest.length > MAX_LINE) throw new Error("an event of the gateway is too long");
    for (const line of lines) {
      if (line === "") {
        if (data.length) each(data.join("\n"));
        data = [];
      } else if (line.startsWith("data:")) {
        data.push(line.slice(line[5] === " " ? 6 : 5));
      }
    }
  }
}

function receive(text) {
  let message;
  try {
    message = JSON.parse(text);
  } catch {
    return;
  }
  if (message && message.result && message.result.protocolVersion) revision = message.result.protocolVersion;
  write(message);
}

async function pass(message, again = true) {
  let response;
  try {
    response = await fetch(target, {
      method: "POST",
      headers: fields({ "Content-Type": "application/json", Accept: "application/json, text/event-stream" }),
      body: JSON.stringify(message),
      signal: ended.signal,
      redirect: "error",
    });
  } catch (error) {
    if (!ended.signal.aborted) refuse(message, `the gateway at ${target.origin} cannot be reached: ${error.cause?.code ?? error.message}`);
    return;
  }
  if (response.status === 404 && session && again && message.method !== "initialize") {
    await shakeHandsAgain();
    return pass(message, false);
  }
  const given = response.headers.get("mcp-session-id");
  if (given) session = given;
  const type = (response.headers.get("content-type") ?? "").split(";")[0].trim();
  try {
    if (type === "text/event-stream") {
      await readEvents(response.body, receive);
      return;
    }
    const text = await response.text();
    if (response.ok) {
      if (text) receive(text);
    } else {
      refuse(message, sentence(text) ?? `the gateway answered ${response.status}`);
    }
  } catch (error) {
    if (!ended.signal.aborted) refuse(message, `the gateway's answer broke off: ${error.message}`);
  }
  if (response.ok && session && !listening) listen();
}

/** The gateway has forgotten the session (a 404 says so), which the host cannot know: a new one takes its place. */
async function shakeHandsAgain() {
  session = undefined;
  if (!greeting) return;
  const headers = fields({ "Content-Type": "application/json", Accept: "application/json, text/event-stream" });
  const send = (message) => fetch(target, { method: "POST", headers: { ...headers, ...fields({}) }, body: JSON.stringify(message), signal: ended.signal, redirect: "error" });
  try {
    const response = await send(greeting);
    await response.text();
    session = response.headers.get("mcp-session-id") ?? undefined;
    if (session) await (await send({ jsonrpc: "2.0", method: "notifications/initialized" })).text();
  } catch {
    // The message that is sent next says why.
  }
}

/** The sentence of a refusal, whether it is JSON-RPC's error or the gateway's own. */
function sentence(text) {
  try {
    const { error } = JSON.parse(text);
    return typeof error === "string" ? error : error?.message;
  } catch {
    return undefined;
  }
}

/** What the gateway says by itself: changes of resources, progress, questions. */
async function listen() {
  listening = true;
  for (let failures = 0; !ended.signal.aborted; ) {
    try {
      const response = await fetch(target, { headers: fields({ Accept: "text/event-stream" }), signal: ended.signal, redirect: "error" });
      if (response.status === 405 || response.status === 404 || response.status === 401) break;
      if (response.ok) {
        failures = 0;
        await readEvents(response.body, receive);
      }
    } catch {
      // The next turn tries again; a call that fails says why.
    }
    if (ended.signal.aborted) break;
    await new Promise((resume) => setTimeout(resume, RETRY_MILLISECONDS[Math.min(failures, RETRY_MILLISECONDS.length - 1)]));
    failures += 1;
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
  process.exit(0);
}

// The handshake must be over before the rest is sent: the session's id comes with its answer.
let handshake = Promise.resolve();

createInterface({ input: process.stdin, crlfDelay: Infinity })
  .on("line", (line) => {
    if (!line.trim()) return;
    let message;
    try {
      if (line.length > MAX_LINE) throw new Error("too long");
      message = JSON.parse(line);
    } catch {
      write({ jsonrpc: "2.0", id: null, error: { code: -32700, message: "Parse error" } });
      return;
    }
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
  })
  .on("close", () => {
    closed = true;
    finish();
  });
process.on("SIGTERM", () => process.exit(0));
