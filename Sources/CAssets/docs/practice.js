// The side of an operation that does something: examples to copy, the form to try it out, and the answer.

import { byId, element, fill } from "/assets/dom.js";
import { announcement, answerView, jsonOf, namedEvent, refusedFields } from "/assets/answer.js";
import { block, copyButton } from "/assets/code.js";
import { languages } from "/assets/examples.js";
import { noteEvent, RequestForm } from "/assets/form.js";
import { openMenu } from "/assets/menu.js";
import { send } from "/assets/send.js";

/** One choice for the whole page: who reads curl reads it everywhere. */
const choice = new EventTarget();
choice.language = Object.keys(languages)[0];

export function practiceView(specification, operation) {
  const form = new RequestForm(specification, operation);
  return element("div", { class: "practice" }, exampleSheet(form, operation), tryView(form, operation));
}

/** The example follows the form as one types, and the token field, of which it shows that there is one. */
function exampleSheet(form, operation) {
  let text = "";
  const panel = element("div", { role: "tabpanel", id: `${operation.id}-example`, "aria-label": "Example" });
  const tabs = Object.keys(languages).map((language) => element("button", {
    type: "button", role: "tab", "aria-controls": panel.id,
    onclick: () => choose(language),
  }, language));
  const show = () => {
    text = languages[choice.language]({ ...form.request, needsToken: operation.scope !== "" && byId("token").value !== "" });
    for (const tab of tabs) {
      const isChosen = tab.textContent === choice.language;
      tab.setAttribute("aria-selected", String(isChosen));
      tab.tabIndex = isChosen ? 0 : -1;
    }
    fill(panel, block(text, { "aria-label": `${choice.language} example` }));
  };
  const list = element("div", {
    role: "tablist", "aria-label": "Language of the example", onkeydown: (event) => moveTab(event, tabs),
  }, tabs);
  choice.addEventListener("change", show);
  byId("token").addEventListener("input", show);
  form.show = show;
  show();
  return element("div", { class: "sheet example" }, element("header", {}, list, copyButton(() => text)), panel);
}

function choose(language) {
  choice.language = language;
  choice.dispatchEvent(new Event("change"));
}

/** The keys of a list of tabs (ARIA Authoring Practices). */
function moveTab(event, tabs) {
  const now = tabs.indexOf(document.activeElement);
  const next = { ArrowRight: now + 1, ArrowLeft: now - 1, Home: 0, End: tabs.length - 1 }[event.key];
  if (next === undefined) return;
  event.preventDefault();
  const tab = tabs[(next + tabs.length) % tabs.length];
  tab.click();
  tab.focus();
}

function tryView(form, operation) {
  const told = element("p", { class: "aside", role: "status" });
  const result = element("section", { class: "result", "aria-label": `Answer to: ${operation.summary}` });
  const button = element("button", { class: "primary" }, "Send");
  const stop = element("button", { type: "button", hidden: true }, "Stop");

  let isBusy = false;
  // A button that is disabled would lose the focus, and with it the place of who uses the keyboard.
  const setBusy = (value) => {
    isBusy = value;
    button.setAttribute("aria-disabled", String(value));
    if (!value && document.activeElement === stop) button.focus();
    stop.hidden = !value;
  };
  const submit = async () => {
    const request = form.request;
    if (isBusy || !(await isMeant(operation, request))) return;
    const controller = new AbortController();
    stop.onclick = () => controller.abort();
    setBusy(true);
    told.textContent = "Sent";
    const answer = await send(request, byId("token").value.trim(), controller.signal);
    answer.json = jsonOf(answer);
    setBusy(false);
    fill(result, answerView(answer, askForToken));
    result.scrollIntoView({ block: "nearest" });
    told.textContent = announcement(answer);
    form.mark(answer.failure ? [] : refusedFields(answer));
    const event = namedEvent(answer);
    if (event) noteEvent(event);
  };
  const view = element("form", {
    oninput: () => form.show(),
    onchange: () => form.show(),
    onsubmit: (event) => { event.preventDefault(); submit(); },
  }, form.nodes, element("div", { class: "buttons" }, button, stop));
  return [
    element("details", { class: "try" }, element("summary", {}, "Try it out"), view),
    told, result,
  ];
}

/** What cannot be undone is asked about first. */
async function isMeant(operation, request) {
  if (operation.method !== "DELETE" || new URL(request.url).searchParams.get("dry_run") === "true") return true;
  byId("ask-title").textContent = `${operation.summary}?`;
  byId("ask-text").textContent = operation.description;
  byId("ask-request").textContent = `${request.method} ${decodeURI(new URL(request.url).pathname)}`;
  byId("ask-yes").textContent = operation.summary;
  const dialog = byId("ask");
  dialog.returnValue = "no";
  dialog.showModal();
  await new Promise((resolve) => dialog.addEventListener("close", resolve, { once: true }));
  return dialog.returnValue === "yes";
}

/** Leads to the token field, which the index holds; on a phone that is closed at first. */
function askForToken() {
  openMenu();
  byId("token").focus();
}
