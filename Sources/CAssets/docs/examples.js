// A request as a program would write it. The token stands in a variable of the environment, never in the text.

import { parsed } from "/assets/json.js";

const VARIABLE = "LUMA_GATEWAY_TOKEN";

/** The languages by name: each makes a text of a request `{ method, url, headers, body, needsToken }`. */
export const languages = { curl, Python: python, JavaScript: javaScript };

function curl({ method, url, headers, body, needsToken }) {
  const lines = [method === "GET" ? `curl ${shell(url)}` : `curl -X ${method} ${shell(url)}`];
  if (needsToken) lines.push(`-H "Authorization: Bearer $${VARIABLE}"`);
  for (const [name, value] of headers) lines.push(`-H ${shell(`${name}: ${value}`)}`);
  if (body !== undefined) lines.push(`--data-raw ${shell(body)}`);
  return lines.join(" \\\n  ");
}

function python({ method, url, headers, body, needsToken }) {
  const value = parsed(body);
  const uses = [value !== undefined && "json", needsToken && "os", "urllib.request"].filter(Boolean);
  const fields = headers.map(([name, text]) => `        ${quoted(name)}: ${quoted(text)},`);
  if (needsToken) fields.unshift(`        "Authorization": "Bearer " + os.environ["${VARIABLE}"],`);
  const lines = [`    ${quoted(url)},`];
  if (method !== "GET") lines.push(`    method="${method}",`);
  if (fields.length) lines.push("    headers={", ...fields, "    },");
  if (value !== undefined) lines.push(`    data=json.dumps(${pythonLiteral(value, "    ")}).encode(),`);
  else if (body !== undefined) lines.push(`    data=${quoted(body)}.encode(),`);
  return [
    ...uses.map((name) => `import ${name}`), "",
    "request = urllib.request.Request(", ...lines, ")",
    "with urllib.request.urlopen(request) as answer:",
    "    print(answer.status, answer.read().decode())",
  ].join("\n");
}

function javaScript({ method, url, headers, body, needsToken }) {
  const value = parsed(body);
  const fields = headers.map(([name, text]) => `    ${quoted(name)}: ${quoted(text)},`);
  if (needsToken) fields.unshift(`    "Authorization": \`Bearer \${process.env.${VARIABLE}}\`,`);
  const lines = [];
  if (method !== "GET") lines.push(`  method: "${method}",`);
  if (fields.length) lines.push("  headers: {", ...fields, "  },");
  if (value !== undefined) lines.push(`  body: JSON.stringify(${indented(JSON.stringify(value, null, 2), "  ")}),`);
  else if (body !== undefined) lines.push(`  body: ${quoted(body)},`);
  const options = lines.length ? `, {\n${lines.join("\n")}\n}` : "";
  return `const answer = await fetch(${quoted(url)}${options});\nconsole.log(answer.status, await answer.text());`;
}

/** One word of a POSIX shell. */
function shell(text) {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** A string of JSON is one of Python and of JavaScript too. */
function quoted(text) {
  return JSON.stringify(text);
}

function indented(text, by) {
  return text.replaceAll("\n", `\n${by}`);
}

function pythonLiteral(value, by) {
  if (value === null) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value !== "object") return JSON.stringify(value);
  const deeper = `${by}    `;
  const [open, close, items] = Array.isArray(value)
    ? ["[", "]", value.map((item) => pythonLiteral(item, deeper))]
    : ["{", "}", Object.entries(value).map(([key, item]) => `${quoted(key)}: ${pythonLiteral(item, deeper)}`)];
  if (items.length === 0) return open + close;
  return `${open}\n${items.map((item) => `${deeper}${item},\n`).join("")}${by}${close}`;
}
