// Plays the bundle's bridge as a host does, by lines, against a gateway that answers anything.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createServer } from "node:http";
import { createInterface } from "node:readline";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";

const BRIDGE = process.env.BRIDGE ?? fileURLToPath(new URL("../../Packaging/mcpb/server/bridge.mjs", import.meta.url));
const TOKEN = "bridge-token-0123456789";
const JSON_TYPE = { "Content-Type": "application/json" };
const STREAM_TYPE = { "Content-Type": "text/event-stream" };

let server;
let port;
/** What the gateway was asked: method, headers and body. */
const asked = [];
/** What it answers to a POST; given the message and the response. */
let script;

before(async () => {
  server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk) => (body += chunk));
    request.on("end", () => {
      asked.push({ method: request.method, headers: request.headers, body });
      if (request.method !== "POST") return response.writeHead(405).end();
      script(JSON.parse(body), response);
    });
  });
  await new Promise((resume) => server.listen(0, "127.0.0.1", resume));
  port = server.address().port;
});
after(() => {
  server.closeAllConnections();
  server.close();
});

/** Answers each request with its own method, as a gateway that knows everything. */
function echo(message, response) {
  if (message.id === undefined || message.method === undefined) return response.writeHead(202).end();
  response.writeHead(200, JSON_TYPE).end(JSON.stringify({ jsonrpc: "2.0", id: message.id, result: { method: message.method } }));
}

class Host {
  constructor(settings = {}) {
    asked.length = 0;
    const environment = { PATH: process.env.PATH, LUMA_GATEWAY_URL: `http://127.0.0.1:${port}`, LUMA_GATEWAY_TOKEN: TOKEN, ...settings };
    this.process = spawn(process.execPath, [BRIDGE], { env: environment, stdio: ["pipe", "pipe", "pipe"] });
    this.errors = "";
    this.process.stderr.on("data", (text) => (this.errors += text));
    this.lines = createInterface({ input: this.process.stdout })[Symbol.asyncIterator]();
    this.exit = new Promise((resume) => this.process.on("exit", (code, signal) => resume(signal ?? code)));
  }

  write(text) {
    this.process.stdin.write(text);
  }

  async read() {
    const { value, done } = await this.lines.next();
    assert.ok(!done, `the bridge ended: ${this.errors}`);
    return JSON.parse(value);
  }

  ask(id, method = "tools/list") {
    this.write(JSON.stringify({ jsonrpc: "2.0", id, method }) + "\n");
    return this.read();
  }

  /** It is still there, and ends well. */
  async end() {
    script = echo;
    assert.deepEqual((await this.ask("last", "ping")).result, { method: "ping" });
    await this.close();
  }

  async close() {
    this.process.stdin.end();
    assert.equal(await this.exit, 0, this.errors);
    assert.ok(!this.errors.includes(TOKEN), "the token is in the log");
  }
}

const INVALID = [
  ["null", -32600], ["1", -32600], ['"x"', -32600], ["true", -32600], ["[]", -32600], ["{}", -32600], ['{"id":7}', -32600, 7],
  ['{"jsonrpc":"1.0","id":"a","method":"x"}', -32600, "a"], ['{"jsonrpc":"2.0","id":3}', -32600, 3], ['{"jsonrpc":"2.0","method":5}', -32600],
  ["{", -32700], ["not json", -32700], ["\u0000", -32700], ['{"jsonrpc":"2.0",}', -32700], ["\ud83d", -32700],
  [`"${"a".repeat(4 * 1024 * 1024)}"`, -32700], ["[".repeat(100000), -32700],
];

test("every line that is no message gets an error, and the next one is served", async () => {
  script = echo;
  const host = new Host();
  for (const [line, code, id = null] of INVALID) {
    host.write(line + "\n");
    const answer = await host.read();
    assert.equal(answer.jsonrpc, "2.0");
    assert.equal(answer.id, id, line.slice(0, 40));
    assert.equal(answer.error.code, code, line.slice(0, 40));
    assert.deepEqual((await host.ask(1)).result, { method: "tools/list" });
  }
  assert.equal(asked.length, INVALID.length, "what is no message was not passed on");
  await host.end();
});

test("blank lines, carriage returns, pieces and notifications get no answer", async () => {
  script = echo;
  const host = new Host();
  host.write('\n  \n\r\n{"jsonrpc":"2.0","method":"notifications/x"}\r\n');
  for (const octet of '{"jsonrpc":"2.0","id":"ü","method":"ping"}\n') host.write(octet);
  assert.equal((await host.read()).id, "ü");
  await host.end();
});

test("a line that does not end is not kept", async () => {
  script = echo;
  const host = new Host();
  const piece = "a".repeat(1 << 20);
  for (let count = 0; count < 64; count += 1) host.write(piece);
  host.write("\n");
  assert.equal((await host.read()).error.code, -32700);
  await host.end();
});

test("the last line needs no end", async () => {
  script = echo;
  const host = new Host();
  host.write('{"jsonrpc":"2.0","id":5,"method":"ping"}');
  host.process.stdin.end();
  assert.equal((await host.read()).id, 5);
  assert.equal(await host.exit, 0);
});

test("a batch is passed on, whatever stands in it", async () => {
  script = (message, response) => response.writeHead(200, JSON_TYPE).end(JSON.stringify(message.map((part) => ({ jsonrpc: "2.0", id: part?.id ?? null, result: {} }))));
  const host = new Host();
  host.write('[null,1,{"jsonrpc":"2.0","id":8,"method":"ping"}]\n');
  assert.deepEqual((await host.read()).map((part) => part.id), [null, null, 8]);
  await host.end();
});

const STRANGE = {
  "a page": (response) => response.writeHead(200, { "Content-Type": "text/html" }).end("<html>"),
  "JSON that is null": (response) => response.writeHead(200, JSON_TYPE).end("null"),
  "JSON that is a number": (response) => response.writeHead(200, JSON_TYPE).end("1"),
  "an empty array": (response) => response.writeHead(200, JSON_TYPE).end("[]"),
  "an array of null": (response) => response.writeHead(200, JSON_TYPE).end("[null]"),
  "JSON of another kind": (response) => response.writeHead(200, JSON_TYPE).end('{"status":"ok"}'),
  "half of JSON": (response) => response.writeHead(200, JSON_TYPE).end('{"jsonrpc":"2.0","id":1,'),
  "nothing": (response) => response.writeHead(200, JSON_TYPE).end(),
  "nothing at all": (response) => response.writeHead(204).end(),
  "an answer to something else": (response) => response.writeHead(200, JSON_TYPE).end('{"jsonrpc":"2.0","id":"other","result":{}}'),
  "an empty stream": (response) => response.writeHead(200, STREAM_TYPE).end(),
  "a stream of pages": (response) => response.writeHead(200, STREAM_TYPE).end("data: <html>\n\ndata: null\n\ndata: [1]\n\n"),
  "a stream that breaks off": (response) => response.writeHead(200, STREAM_TYPE).write('data: {"jsonrpc"', () => response.destroy()),
  "a body that breaks off": (response) => response.writeHead(200, { ...JSON_TYPE, "Content-Length": "100" }).write("{", () => response.destroy()),
  "no answer": (response) => response.destroy(),
  "a page with an error": (response) => response.writeHead(502, { "Content-Type": "text/html" }).end("<html>"),
  "an error that is null": (response) => response.writeHead(500, JSON_TYPE).end('{"error":null}'),
  "an error in numbers": (response) => response.writeHead(500, JSON_TYPE).end('{"error":{"code":"x","message":7}}'),
  "a way elsewhere": (response) => response.writeHead(307, { Location: "http://127.0.0.1:1/mcp" }).end(),
};

for (const [name, answer] of Object.entries(STRANGE)) {
  test(`a request gets an error when its answer is ${name}`, async () => {
    const host = new Host();
    script = (message, response) => answer(response);
    host.write('{"jsonrpc":"2.0","id":1,"method":"tools/list"}\n');
    let told;
    do told = await host.read();
    while (Array.isArray(told) || told.id !== 1);
    assert.equal(told.error.code, -32000);
    assert.match(told.error.message, /gateway/i);
    await host.end();
  });
}

test("a refusal keeps its sentence and its code", async () => {
  const host = new Host();
  script = (message, response) =>
    response.writeHead(401, JSON_TYPE).end(JSON.stringify({ jsonrpc: "2.0", id: message.id, error: { code: -32600, message: "The token is wrong" } }));
  assert.deepEqual((await host.ask(1)).error, { code: -32600, message: "The token is wrong" });
  script = (message, response) => response.writeHead(503, JSON_TYPE).end('{"error":"Too busy","code":"503"}');
  assert.deepEqual((await host.ask(2)).error, { code: -32000, message: "Too busy" });
  await host.end();
});

test("what the host has cancelled gets no answer", async () => {
  const host = new Host();
  let open;
  script = (message, response) => {
    if (message.method === "tools/call") open = response.writeHead(200, STREAM_TYPE);
    else echo(message, response);
    if (message.method === "notifications/cancelled") open.end();
  };
  host.write('{"jsonrpc":"2.0","id":1,"method":"tools/call"}\n');
  while (!open) await new Promise((resume) => setTimeout(resume, 5));
  host.write('{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}\n');
  while (!open.writableEnded) await new Promise((resume) => setTimeout(resume, 5));
  // The answer to the next one comes first, because there is no other.
  await host.end();
});

test("several calls that find their session gone begin one new one", async () => {
  const host = new Host();
  let sessions = 0;
  let known = "";
  script = (message, response) => {
    if (message.method === "initialize") {
      known = `session-${(sessions += 1)}`;
      response.setHeader("Mcp-Session-Id", known);
      return echo(message, response);
    }
    const { headers } = asked.findLast((request) => request.body === JSON.stringify(message));
    if (headers["mcp-session-id"] !== known) return response.writeHead(404, JSON_TYPE).end('{"error":"gone"}');
    echo(message, response);
  };
  await host.ask(0, "initialize");
  known = "none";
  for (const id of [1, 2, 3, 4]) host.write(`{"jsonrpc":"2.0","id":${id},"method":"tools/list"}\n`);
  for (let count = 0; count < 4; count += 1) assert.deepEqual((await host.read()).result, { method: "tools/list" });
  assert.equal(sessions, 2);
  await host.close();
});

test("a token is not sent in the clear to another machine", async () => {
  script = echo;
  // It leads to this machine, but by its name it could be any.
  const address = `http://0.0.0.0:${port}`;
  const host = new Host({ LUMA_GATEWAY_URL: address });
  const { error } = await host.ask(1, "initialize");
  assert.match(error.message, /unencrypted.*https:\/\/.*LUMA_GATEWAY_ALLOW_HTTP=true/);
  assert.match((await host.ask(2)).error.message, /unencrypted/);
  host.write('{"jsonrpc":"2.0","method":"notifications/initialized"}\n');
  await host.close();
  assert.match(host.errors, /unencrypted/);
  assert.equal(asked.length, 0);

  for (const value of ["", "false", "1", "${user_config.allow_http}"]) {
    const other = new Host({ LUMA_GATEWAY_URL: address, LUMA_GATEWAY_ALLOW_HTTP: value });
    assert.match((await other.ask(1)).error.message, /unencrypted/);
    await other.close();
    assert.equal(asked.length, 0);
  }
  const allowed = new Host({ LUMA_GATEWAY_URL: address, LUMA_GATEWAY_ALLOW_HTTP: "true" });
  await allowed.end();
  assert.equal(asked[0].headers.authorization, `Bearer ${TOKEN}`);
  const open = new Host({ LUMA_GATEWAY_URL: address, LUMA_GATEWAY_TOKEN: "${user_config.gateway_token}" });
  await open.end();
  assert.equal(asked[0].headers.authorization, undefined);
});

test("http is for this machine, by any of its names", async () => {
  for (const name of ["localhost", "LOCALHOST", "127.0.0.1", "127.1", "0x7f.1"]) {
    script = echo;
    const host = new Host({ LUMA_GATEWAY_URL: `http://${name}:${port}/mcp/` });
    await host.end();
    assert.equal(asked[0].headers.authorization, `Bearer ${TOKEN}`, name);
  }
  for (const name of ["localhost.evil.example", "127.0.0.1.evil.example", "10.0.0.1", "[::ffff:10.0.0.1]", "127.0.0.1@evil.example"]) {
    const host = new Host({ LUMA_GATEWAY_URL: `http://${name}:1` });
    assert.match((await host.ask(1)).error.message, /unencrypted|name or password/, name);
    await host.close();
  }
});

test("settings that cannot be used are told in every answer", async () => {
  const wrong = [
    [{ LUMA_GATEWAY_URL: "no-address" }, /not a URL/], [{ LUMA_GATEWAY_URL: "ftp://localhost" }, /https:\/\//],
    [{ LUMA_GATEWAY_URL: "https://a:b@localhost" }, /name or password/], [{ LUMA_GATEWAY_TOKEN: "two words" }, /character/],
    [{ LUMA_GATEWAY_TOKEN: "schlüssel" }, /character/],
  ];
  for (const [settings, words] of wrong) {
    const host = new Host(settings);
    assert.match((await host.ask(1, "initialize")).error.message, words);
    assert.match((await host.ask(2)).error.message, words);
    await host.close();
    for (const value of Object.values(settings)) assert.ok(!host.errors.includes(value), "the setting is in the log");
  }
});
