// The index beside the operations, and the search that leaves of both what fits.

import { byId, element, fill } from "/assets/dom.js";
import { openMenu } from "/assets/menu.js";
import { methodMark } from "/assets/operation.js";

/** Fills the index and lets it follow the page: what is searched, and what is being read. */
export function startIndex(specification) {
  const links = new Map();
  const chapters = [...document.querySelectorAll("article.chapter")];
  const guides = section("Guides", chapters.map((chapter) => {
    const link = element("a", { href: `#${chapter.id}` }, element("span", {}, chapter.querySelector("h3").textContent));
    links.set(chapter.id, link);
    return element("li", {}, link);
  }));
  const sections = specification.groups.map((group) => {
    const items = group.operations.map((operation) => {
      const link = element("a", { href: `#${operation.id}` },
        methodMark(operation.method), element("span", {}, operation.summary));
      links.set(operation.id, link);
      return element("li", {}, link);
    });
    return section(group.name, items);
  });
  const nothing = element("p", { class: "nothing", hidden: true }, "Nothing fits.");
  sections.unshift(guides);
  fill(byId("links"), sections, nothing);
  const texts = new Map([
    ...chapters.map((chapter) => [chapter.id, chapter.textContent.toLowerCase()]),
    ...specification.operations.map((operation) => [operation.id, searchable(specification, operation)]),
  ]);
  const search = byId("search");
  search.addEventListener("input", () => {
    const count = show(search.value, texts, links);
    for (const section of [...sections, ...document.querySelectorAll(".group")]) {
      section.hidden = !section.querySelector("li:not([hidden]), article:not([hidden])");
    }
    nothing.hidden = count > 0;
    byId("found").textContent = search.value ? `${count} found` : "";
  });
  keys(search, links);
  followReading(links);
}

/** Shows all that a place in the page may be about, before it is gone to. */
export function clearSearch() {
  const search = byId("search");
  search.value = "";
  search.dispatchEvent(new Event("input"));
}

function section(name, items) {
  return element("section", {}, element("h2", {}, name), element("ul", {}, items));
}

/** All words of a search must be somewhere in an operation's names, or in a chapter. */
function show(query, texts, links) {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  let count = 0;
  for (const [id, text] of texts) {
    const fits = words.every((word) => text.includes(word));
    links.get(id).parentElement.hidden = !fits;
    byId(id).hidden = !fits;
    if (fits) count += 1;
  }
  return count;
}

/** What an operation is called, what it takes and gives, field by field, and how it fails. */
function searchable(specification, operation) {
  const { id, method, path, summary, description, group, parameters, body, answers } = operation;
  const names = new Set(parameters.map((parameter) => parameter.name));
  if (body) fieldNames(specification, body.schema, names);
  for (const answer of answers) {
    names.add(answer.status);
    for (const field of answer.fields) names.add(field.name);
    for (const media of answer.content) {
      if (answer.isError) media.examples.forEach((example) => names.add(example.name));
      else fieldNames(specification, media.schema, names);
    }
  }
  return [id, method, path, summary, description, group, ...names].join(" ").toLowerCase();
}

/** Adds the names of all members of a schema, those of its members included. */
function fieldNames(specification, schema, names, depth = 0) {
  const node = specification.resolve(schema);
  if (depth > 8) return;
  for (const [name, member] of Object.entries(node.properties ?? {})) {
    names.add(name);
    fieldNames(specification, member, names, depth + 1);
  }
  for (const part of [node.items, ...(node.anyOf ?? []), ...(node.allOf ?? []), ...(node.oneOf ?? [])]) {
    if (part) fieldNames(specification, part, names, depth + 1);
  }
}

/** `/` leads to the search, the arrows through what it has found, Escape back to everything. */
function keys(search, links) {
  const shown = () => [...links.values()].filter((link) => link.checkVisibility());
  document.addEventListener("keydown", (event) => {
    const isWriting = event.target.closest("input, textarea, select, dialog[open]");
    if (event.key === "/" && !isWriting && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      openMenu();
      search.focus();
      search.select();
    }
  });
  byId("index").addEventListener("keydown", (event) => {
    const list = shown();
    const now = list.indexOf(document.activeElement);
    if (event.target === search && event.key === "Escape") return clearSearch();
    if (event.target === search && event.key === "Enter") return list[0]?.click();
    if (event.target !== search && now < 0) return;
    const next = { ArrowDown: now + 1, ArrowUp: now - 1 }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    (next < 0 ? search : list[Math.min(next, list.length - 1)])?.focus();
  });
}

/** Marks the operation that stands at the top of the window. */
function followReading(links) {
  const observer = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) {
      const link = links.get(target.id);
      if (isIntersecting) {
        link.setAttribute("aria-current", "true");
        bringIntoView(link);
      } else link.removeAttribute("aria-current");
    }
  }, { rootMargin: "-15% 0px -80%" });
  for (const id of links.keys()) observer.observe(byId(id));
}

/** Scrolls the index, and only that, until it shows the link above the token field. */
function bringIntoView(link) {
  const index = byId("index");
  const { top, bottom } = link.getBoundingClientRect();
  const above = index.getBoundingClientRect().top - top;
  const below = bottom - index.querySelector(".access").getBoundingClientRect().top;
  if (above > 0) index.scrollTop -= above + link.offsetHeight;
  else if (below > 0) index.scrollTop += below + link.offsetHeight;
}
