// Makes elements. Text goes in as text and never as markup, so nothing that a server says can become code.

/**
 * An element with its attributes and children.
 *
 *     element("p", { class: "note", hidden: !note }, "Since ", element("time", {}, date))
 *
 * An attribute that is false, null or undefined is left out, one that is true has no value; one whose name begins with
 * "on" is a listener. A child is an element or a text; null, undefined and false are left out, lists are flattened.
 */
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else made.setAttribute(key, value === true ? "" : value);
  }
  made.append(...shown(children));
  return made;
}

/** Puts these children in the place of all that an element has. */
export function fill(parent, ...children) {
  parent.replaceChildren(...shown(children));
}

/** A list of what things are: rows of a name and its value, of which those that are false are left out. */
export function factList(rows) {
  return element("dl", { class: "facts" }, rows.filter(Boolean).map(([name, value]) => element("div", {},
    element("dt", {}, name), element("dd", {}, value))));
}

/** The element with this id. */
export function byId(id) {
  return document.getElementById(id);
}

function shown(children) {
  return children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false);
}
