// Texts that people outside have written. They only ever become text; here they are kept from harming the line around them.

import { element } from "/assets/dom.js";

/** A text that may run in the other direction, kept from turning what stands beside it. */
export function foreign(text, name = "bdi", attributes = {}) {
  return element(name, { dir: "auto", ...attributes }, text);
}

/** A link out, only for what leads to a web page; else the text alone. What it says is not what it leads to: that is told, too. */
export function webLink(address, text = address) {
  let url;
  try {
    url = new URL(address);
  } catch {
    return foreign(text);
  }
  if (url.protocol !== "https:" && url.protocol !== "http:") return foreign(text);
  return element("a", { href: url.href, target: "_blank", rel: "noopener noreferrer", title: text === address ? null : url.href },
    foreign(text));
}
