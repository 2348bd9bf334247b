// Lines, Server-Sent Events and the shape of messages: what the bridge reads, from whomever.

/** The JSON of a text; undefined when it is none. */
export function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Whether a value is a message of JSON-RPC 2.0, or a batch of such. What stands in a batch is its reader's to judge. */
export function isMessage(value) {
  if (Array.isArray(value)) return value.length > 0;
  if (value === null || typeof value !== "object" || value.jsonrpc !== "2.0") return false;
  return typeof value.method === "string" || (value.id !== undefined && (value.result !== undefined || value.error !== undefined));
}

/** Whether it is a message that wants an answer. */
export function isRequest(value) {
  return isMessage(value) && typeof value.method === "string" && value.id !== undefined;
}

/** Cuts octets into lines, and drops lines that are too long without keeping them. */
export class LineSplitter {
  #limit;
  #each;
  #tooLong;
  #parts = [];
  #length = 0;
  #decoder = new TextDecoder();

  constructor(limit, each, tooLong) {
    this.#limit = limit;
    this.#each = each;
    this.#tooLong = tooLong;
  }

  add(octets) {
    for (let start = 0; start < octets.length; ) {
      const end = octets.indexOf(0x0a, start);
      this.#keep(octets.subarray(start, end < 0 ? octets.length : end));
      if (end < 0) return;
      this.end();
      start = end + 1;
    }
  }

  /** The line is over, or the input is. */
  end() {
    const [parts, length] = [this.#parts, this.#length];
    this.#parts = [];
    this.#length = 0;
    if (length > this.#limit) return this.#tooLong();
    const line = this.#decoder.decode(Buffer.concat(parts));
    if (line.trim()) this.#each(line);
  }

  #keep(part) {
    this.#length += part.length;
    if (this.#length > this.#limit) this.#parts = [];
    else if (part.length) this.#parts.push(part);
  }
}

/** The text of a body. */
export async function readText(body, limit) {
  if (!body) return "";
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of body) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length > limit) throw new Error("it is too long");
  }
  return text + decoder.decode();
}

/** Server-Sent Events: calls `each` with the data of every event. */
export async function readEvents(body, limit, each) {
  const decoder = new TextDecoder();
  let rest = "";
  let data = [];
  let length = 0;
  for await (const chunk of body) {
    rest += decoder.decode(chunk, { stream: true });
    const lines = rest.split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop();
    for (const line of lines) {
      if (line === "") {
        if (data.length) each(data.join("\n"));
        data = [];
        length = 0;
      } else if (line.startsWith("data:")) {
        data.push(line.slice(line[5] === " " ? 6 : 5));
        length += line.length;
      }
    }
    if (rest.length + length > limit) throw new Error("an event is too long");
  }
}
