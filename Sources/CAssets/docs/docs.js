// The documentation page: reads /openapi.json and shows what the server can do.
//
// spec.js reads the document, operation.js shows one operation of it, with schema.js for what it takes and practice.js
// for trying it out; search.js is the index, and menu.js opens it on a narrow screen. Nothing is kept when the page is
// closed, and nothing leaves for elsewhere.

import { byId, element, fill } from "/assets/dom.js";
import { prose } from "/assets/code.js";
import { closeMenu, prepareMenu } from "/assets/menu.js";
import { operationView } from "/assets/operation.js";
import { clearSearch, startIndex } from "/assets/search.js";
import { Specification } from "/assets/spec.js";
import { themeButton } from "/assets/theme.js";

async function start() {
  const main = byId("content");
  main.setAttribute("aria-busy", "true");
  try {
    const specification = new Specification(await description());
    introduce(specification);
    fill(byId("operations"), specification.groups.map((group) => groupView(specification, group)));
    startIndex(specification);
    showMode();
    goToPlace();
    addEventListener("hashchange", goToPlace);
  } catch (error) {
    byId("lead").textContent = "The description of this server is not there.";
    fill(byId("operations"), failureView(error));
  } finally {
    main.removeAttribute("aria-busy");
  }
}

async function description() {
  const response = await fetch("/openapi.json", { headers: { Accept: "application/json" }, credentials: "omit" });
  if (!response.ok) throw new Error(`${response.status} ${response.statusText}`);
  return response.json();
}

/** Whether what is tried out here is real. `/health` tells it to everybody. */
async function showMode() {
  try {
    const told = await (await fetch("/health", { credentials: "omit", cache: "no-store" })).json();
    // Only what can be out of reach can fail: an emulator that is a part of the gateway never is.
    const mode = told.reason ? "luma" : told.mode;
    if (mode !== "luma" && mode !== "sandbox") return;
    const [word, rest] = mode === "luma" ? ["Real", ": what you send is carried out"] : ["Emulator", ": nothing here is real"];
    fill(byId("mode"), word, element("span", {}, rest));
    byId("mode").classList.add(mode);
  } catch {
    // Then the page does not say it.
  }
}

function introduce(specification) {
  const { title, version, summary, description: about } = specification.info;
  byId("version").textContent = version;
  byId("title").textContent = `${title} API`;
  byId("lead").textContent = summary ?? "";
  fill(byId("about"), prose(about ?? ""));
  byId("about").after(element("dl", { class: "places" },
    element("dt", {}, "Server"), element("dd", {}, element("code", {}, specification.server)),
    element("dt", {}, "Description"), element("dd", {}, element("a", { href: "/openapi.json" }, "/openapi.json"),
      ` (OpenAPI ${specification.document.openapi})`),
    element("dt", { class: "keys" }, "Keys"), element("dd", { class: "keys" },
      element("kbd", {}, "/"), " searches, ",
      element("kbd", {}, "↑"), " ", element("kbd", {}, "↓"), " move through the index, ",
      element("kbd", {}, "Enter"), " goes there.")));
}

function groupView(specification, group) {
  return element("section", { class: "group", "aria-labelledby": `group-${group.name}` },
    element("h2", { id: `group-${group.name}` }, group.name),
    element("p", {}, prose(group.description)),
    group.operations.map((operation) => operationView(specification, operation)));
}

function failureView(error) {
  return element("div", { class: "notice", role: "alert" },
    element("h2", {}, "This page could not be filled"),
    element("p", {}, element("code", {}, "/openapi.json"), ` could not be read: ${error.message}`),
    element("button", { type: "button", onclick: start }, "Try again"));
}

/** What an address names; a part of it that is no escape stands for itself. */
function named(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Goes to the operation that the address names, whatever is being searched, and lets the keyboard go on from there. */
function goToPlace() {
  const place = byId(named(location.hash.slice(1)));
  if (!place?.matches("article")) return;
  if (place.hidden) clearSearch();
  closeMenu();
  place.scrollIntoView();
  place.querySelector("h3 a").focus({ preventScroll: true });
}

prepareMenu();
themeButton(byId("theme"));
start();
