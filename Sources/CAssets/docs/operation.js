// One operation of the document as an article: what it is, what it takes, what it answers, and its practice.

import { element } from "/assets/dom.js";
import { statusMark } from "/assets/answer.js";
import { block, prose } from "/assets/code.js";
import { practiceView } from "/assets/practice.js";
import { fieldRow, later, schemaView, typeName } from "/assets/schema.js";

export function operationView(specification, operation) {
  const title = `${operation.id}-title`;
  return element("article", { class: "operation", id: operation.id, "aria-labelledby": title },
    element("h3", { id: title }, element("a", { href: `#${operation.id}` }, operation.summary)),
    element("p", { class: "line" },
      methodMark(operation.method, operation.method),
      element("code", {}, operation.path),
      element("span", { class: "scope" }, operation.scope ? `Scope ${operation.scope}` : "Needs no token")),
    operation.description && element("p", { class: "description" }, prose(operation.description)),
    element("div", { class: "columns" },
      practiceView(specification, operation),
      element("div", { class: "facts" },
        parameters(specification, operation, "path", "In the path"),
        parameters(specification, operation, "query", "In the query"),
        bodyFields(specification, operation),
        parameters(specification, operation, "header", "Header fields"),
        answers(specification, operation))));
}

/** A method in its colour, by default in a few letters. */
export function methodMark(method, text = method === "DELETE" ? "DEL" : method) {
  return element("span", { class: `method ${method.toLowerCase()}` }, text);
}

function parameters(specification, operation, place, title) {
  const rows = operation.parameters.filter((each) => each.in === place);
  return rows.length > 0 && [
    element("h4", {}, title),
    element("dl", { class: "fields" }, rows.map((row) => fieldRow(specification, row))),
  ];
}

function bodyFields(specification, operation) {
  if (!operation.body) return null;
  return [element("h4", {}, "Body"), schemaView(specification, operation.body.schema)];
}

function answers(specification, operation) {
  const fine = operation.answers.filter((answer) => !answer.isError);
  const errors = operation.answers.filter((answer) => answer.isError);
  return [
    element("h4", {}, "Answers"),
    element("div", { class: "answers" },
      fine.map((answer) => later(
        [statusMark(answer.status), " ", prose(answer.description)], () => fineAnswer(specification, answer))),
      errors.length > 0 && later(`Errors (${errors.length} statuses)`, () => reasons(errors))),
  ];
}

function fineAnswer(specification, answer) {
  return [
    answer.content.map((media) => [
      element("p", { class: "type" }, element("code", {}, media.type), ` ${typeName(specification, media.schema)}`),
      media.examples.map((example) => element("div", { class: "sheet" },
        block(JSON.stringify(example.value, null, 2), { "aria-label": "Example of the answer" }))),
      schemaView(specification, media.schema),
    ]),
    answer.fields.length > 0 && [
      element("p", { class: "type" }, "Header fields"),
      element("dl", { class: "fields" }, answer.fields.map((field) => fieldRow(specification, field))),
    ],
  ];
}

/** All errors have one shape, so what differs is enough: the status, the reason, and what it says. */
function reasons(errors) {
  return element("dl", { class: "reasons" }, errors.map((answer) => [
    element("dt", {}, statusMark(answer.status), " ",
      answer.content.flatMap((media) => media.examples).map((example) => [element("code", {}, example.name), " "])),
    element("dd", {}, prose(answer.description)),
  ]));
}
