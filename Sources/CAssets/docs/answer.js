// Shows an answer: how it went, what was wrong, header fields, body.

import { element } from "/assets/dom.js";
import { block, copyButton } from "/assets/code.js";
import { parsed } from "/assets/json.js";

/** What the body of an answer stands for; undefined for what is no JSON, or not all of it. */
export function jsonOf({ headers, text, isCut }) {
  const type = headers?.find(([name]) => name === "content-type")?.[1] ?? "";
  return isCut || !/^application\/(json|.*\+json)\b/.test(type) ? undefined : parsed(text);
}

/** The sheet of an answer, which knows what its body stands for as `json`. `askForToken` is called by who has none yet. */
export function answerView(answer, askForToken) {
  if (answer.failure) {
    return element("div", { class: "sheet" }, element("div", { class: "problem" },
      element("strong", {}, answer.failure), answer.note && element("p", {}, answer.note)));
  }
  const { json } = answer;
  const shown = json === undefined ? answer.text : JSON.stringify(json, null, 2);
  return element("div", { class: "sheet" },
    element("div", { class: "told" },
      statusMark(`${answer.status} ${answer.reason}`.trim()),
      element("span", {}, duration(answer.milliseconds)),
      element("span", {}, size(answer.size) + (answer.isCut ? " and more" : "")),
      shown && copyButton(() => shown)),
    answer.status >= 400 && problemView(answer.status, json, askForToken),
    element("details", {},
      element("summary", {}, `${answer.headers.length} header fields`),
      element("dl", {}, answer.headers.map(([name, value]) => [element("dt", {}, name), element("dd", {}, value)]))),
    shown && block(shown, { "aria-label": "Body of the answer" }));
}

/** One sentence for who does not see the sheet. */
export function announcement(answer) {
  if (answer.failure) return answer.failure;
  const error = answer.status >= 400 && answer.json?.error;
  return `${answer.status} ${answer.reason} in ${duration(answer.milliseconds)}${error ? `: ${error}` : ""}`;
}

/** The names of the fields that the server has refused. */
export function refusedFields(answer) {
  return problems(answer.json).map((each) => each.field);
}

/** The event that an answer is about. */
export function namedEvent({ status, json }) {
  const id = json?.id ?? json?.entries?.[0]?.id ?? json?.details?.event_id;
  return status < 300 && typeof id === "string" && id.startsWith("evt-") ? id : undefined;
}

/** A status, perhaps with its reason, in its colour. */
export function statusMark(text) {
  const kind = text < "300" ? "fine" : text < "400" ? "other" : "wrong";
  return element("strong", { class: `status ${kind}` }, text);
}

/** The one shape that all errors of the server have; what has another is shown by its body alone. */
function problemView(status, json, askForToken) {
  if (typeof json?.error !== "string") return null;
  const wait = json.details?.retry_after_seconds;
  const scope = json.details?.needed_scope;
  const note = json.reason === "insufficient_scope" && scope
    ? `The token is not good for this operation, which needs one with the scope ${scope}.` : NOTES[json.reason];
  return element("div", { class: "problem" },
    element("strong", {}, json.error),
    element("code", {}, json.reason),
    problems(json).length > 0 && element("ul", {}, problems(json).map((each) =>
      element("li", {}, element("code", {}, each.field), ` ${each.problem}`))),
    note && element("p", {}, note),
    wait && element("p", {}, `Worth another try in ${wait} s.`),
    status === 401 && element("button", { type: "button", onclick: askForToken }, "Enter a token"));
}

const NOTES = {
  unauthenticated: "This gateway asks for a token: one of LUMA_AUTH_TOKENS, or an API key.",
  invalid_token: "The gateway does not know this token.",
  read_only: "The gateway is started with LUMA_READ_ONLY: nothing can be changed through it.",
  event_not_accessible: "List the events first: the first one is then filled in here.",
  event_not_found: "List the events first: the first one is then filled in here.",
  confirmation_stale: "Ask again with dry_run=true, and send the new confirm.",
  refund_decision_required: "Guests have paid. Say with refund whether they get their money back.",
};

function problems(json) {
  const fields = json?.details?.fields;
  return Array.isArray(fields) ? fields.map((each) => ({ field: String(each.field), problem: String(each.problem) })) : [];
}

function duration(milliseconds) {
  return milliseconds < 1000 ? `${Math.max(1, Math.round(milliseconds))} ms` : `${(milliseconds / 1000).toFixed(1)} s`;
}

function size(bytes) {
  return bytes < 1000 ? `${bytes} bytes` : `${(bytes / 1000).toFixed(1)} kB`;
}
