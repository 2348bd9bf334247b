// A description as Luma shows it. Markdown becomes elements with texts in them and never markup: what is no known sign of it, HTML
// included, is shown as it is written.

import { element } from "/assets/dom.js";
import { foreign, webLink } from "/assets/console-texts.js";

/** More of one description is not read as Markdown but shown as it is, so that no text keeps the page busy. */
const MOST_CHARACTERS = 50_000;

/** @returns {HTMLElement[]} the blocks of a text */
export function markdown(text) {
  if (text.length > MOST_CHARACTERS) return [foreign(text, "p", { class: "as-written" })];
  return blocks(text.replace(/\r\n?/g, "\n").split("\n"));
}

// No pattern has two parts that take the same characters, one behind the other: each line is read once.
const HEADING = /^ {0,3}#{1,6}\s+(.*)$/;
const ITEM = /^ {0,3}(?:([-*+])|(\d{1,9})[.)])\s+(.*)$/;
const RULE = /^ {0,3}([-*_])(?:\s*\1){2,}\s*$/;

function blocks(lines) {
  const made = [];
  let paragraph = [];
  const flush = () => {
    if (paragraph.length > 0) made.push(foreign(inline(paragraph.join("\n")), "p"));
    paragraph = [];
  };
  for (let index = 0; index < lines.length; index += 1) {
    const line = lines[index];
    const fence = /^ {0,3}(```+|~~~+)/.exec(line)?.[1];
    // The text until the block's end, and how many lines that took.
    const take = (goesOn, part) => {
      flush();
      const taken = [];
      while (index < lines.length && goesOn(lines[index])) taken.push(part(lines[index++]));
      index -= 1;
      return taken;
    };
    if (fence) {
      flush();
      let end = index + 1;
      while (end < lines.length && !lines[end].trim().startsWith(fence)) end += 1;
      made.push(element("pre", { tabindex: "0" }, element("code", {}, lines.slice(index + 1, end).join("\n"))));
      index = end;
    } else if (RULE.test(line)) {
      flush();
      made.push(element("hr"));
    } else if (HEADING.test(line)) {
      flush();
      // The dialog's title is the second level; below it the text has one of its own.
      made.push(foreign(inline(headline(HEADING.exec(line)[1])), "h3"));
    } else if (ITEM.test(line)) {
      const isCounted = ITEM.exec(line)[2] !== undefined;
      const items = take((other) => ITEM.test(other) || (/^\s+\S/.test(other) && !HEADING.test(other)), (other) => ITEM.exec(other)?.[3] ?? other.trim());
      made.push(element(isCounted ? "ol" : "ul", {}, items.map((item) => foreign(inline(item), "li"))));
    } else if (/^ {0,3}>/.test(line)) {
      const quoted = take((other) => /^ {0,3}>/.test(other), (other) => other.replace(/^ {0,3}> ?/, ""));
      made.push(element("blockquote", {}, foreign(inline(quoted.join("\n")), "p")));
    } else if (line.trim() === "") flush();
    else paragraph.push(line.trimEnd());
  }
  flush();
  return made;
}

/** The text of a heading, which may be closed by the signs that it begins with. */
function headline(text) {
  let end = text.trimEnd().length;
  while (text[end - 1] === "#") end -= 1;
  return text.slice(0, end).trimEnd();
}

/**
 * Code, links, pictures (as links), bold, italic, addresses, and signs that are escaped; nothing else has a meaning. Whatever repeats is
 * bounded, and a row of backticks is looked at once, at its beginning: a text takes time that grows with its length alone.
 */
const SIGNS = new RegExp([
  "\\\\([!-/:-@[-`{-~])", "(?<!`)(`{1,50})(?!`)([^`]+)\\2(?!`)", "!?\\[([^\\][\\n]{0,500})\\]\\(\\s*<?([^\\s()<>]{1,2000})>?(?:\\s+\"[^\"\\n]{0,200}\")?\\s*\\)",
  "(\\*\\*|__)(?=\\S)([^\\n]{1,1000}?\\S)\\6", "([*_])(?=\\S)([^*_\\n]{1,1000}?)\\8(?!\\w)", "<?(https?:\\/\\/[^\\s<>\"]{1,2000}[^\\s<>\".,;:!?)'*_])>?",
].join("|"), "g");

function inline(text) {
  const made = [];
  let at = 0;
  for (const match of text.matchAll(SIGNS)) {
    const [all, escaped, , code, label, target, , strong, , emphasis, address] = match;
    made.push(...broken(text.slice(at, match.index)));
    at = match.index + all.length;
    if (escaped !== undefined) made.push(escaped);
    else if (code !== undefined) made.push(element("code", {}, code));
    else if (target !== undefined) made.push(webLink(target, label || target));
    else if (strong !== undefined) made.push(element("strong", {}, inline(strong)));
    else if (emphasis !== undefined) made.push(element("em", {}, inline(emphasis)));
    else made.push(webLink(address));
  }
  made.push(...broken(text.slice(at)));
  return made;
}

/** A line ends where its writer has ended it. */
function broken(text) {
  return text.split("\n").flatMap((line, index) => (index === 0 ? [line] : [element("br"), line]));
}
