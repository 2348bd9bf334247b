// Shows code and prose: colours for what is code, and a sheet that it can be copied from.

import { element } from "/assets/dom.js";

/** Longer texts are shown without colours: each would be an element. */
const COLOURED = 60_000;
const STRING = /("(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')(\s*:)?/;
const WORD = /\b(true|false|null|None|True|False|import|from|with|as|const|await|print)\b/;
const NUMBER = /(-?\b\d+(?:\.\d+)?(?:[eE][+-]?\d+)?\b)/;
const TOKEN = new RegExp([STRING, WORD, NUMBER].map((each) => each.source).join("|"), "g");

/** A text as nodes, its strings, numbers and words in their colours. */
function coloured(text) {
  if (text.length > COLOURED) return [text];
  const nodes = [];
  let end = 0;
  for (const match of text.matchAll(TOKEN)) {
    const [, string, colon, word, number] = match;
    const kind = string ? (colon ? "key" : "string") : word ? "word" : number && "number";
    nodes.push(text.slice(end, match.index), element("span", { class: kind }, string ?? word ?? number), colon ?? "");
    end = match.index + match[0].length;
  }
  return [...nodes, text.slice(end)];
}

/** A text with its `code` as code. */
export function prose(text) {
  return text.split("`").map((part, place) => (place % 2 ? element("code", {}, part) : part));
}

/** A block that shows a text and scrolls when it is wide. */
export function block(text, attributes = {}) {
  return element("pre", { tabindex: "0", ...attributes }, element("code", {}, coloured(text)));
}

/** A button that copies what `text` gives, and says so. */
export function copyButton(text) {
  const button = element("button", { type: "button", class: "copy" }, "Copy");
  const told = element("span", { class: "aside", role: "status" });
  button.addEventListener("click", async () => {
    const done = await copy(text());
    button.textContent = done ? "Copied" : "Press Ctrl+C";
    told.textContent = done ? "Copied" : "Could not be copied";
    setTimeout(() => { button.textContent = "Copy"; told.textContent = ""; }, 2000);
  });
  return [button, told];
}

/** Only pages of HTTPS and of this machine may use the clipboard as such; elsewhere a selection is copied. */
async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = element("textarea", { class: "aside", readonly: true }, text);
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    return done;
  }
}
