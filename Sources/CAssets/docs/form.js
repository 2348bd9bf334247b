// The form of one operation, and the request that it stands for.

import { element } from "/assets/dom.js";
import { offers } from "/assets/spec.js";

/** What the last answers have named: the next operation is most often about the same event. */
const seen = { event_id: "" };
const forms = new Set();

/** Offers an event that an answer has named to all forms whose own was not written by hand. */
export function noteEvent(id) {
  seen.event_id = id;
  for (const form of forms) form.takeOver();
}

export class RequestForm {
  #specification;
  #operation;
  #inputs;
  #body;

  constructor(specification, operation) {
    this.#specification = specification;
    this.#operation = operation;
    const types = offers(operation);
    const accept = { name: "Accept", in: "header", schema: { enum: types }, optional: types.length > 1 };
    const parameters = types.length > 1 ? [...operation.parameters, accept] : operation.parameters;
    this.#inputs = parameters.map((parameter) => this.#input(parameter));
    if (operation.body) this.#body = this.#bodyInput(operation.body);
    forms.add(this);
  }

  /** What is filled in often stands first; header fields come when they are asked for. */
  get nodes() {
    const [rarely, often] = [true, false].map((isHeader) =>
      this.#inputs.filter((input) => (input.in === "header") === isHeader).map((input) => input.node));
    return [
      often.length > 0 && element("div", { class: "inputs" }, often),
      this.#body?.node,
      rarely.length > 0 && element("details", { class: "rarely" },
        element("summary", {}, "Header fields"), element("div", { class: "inputs" }, rarely)),
    ];
  }

  /** The request as it stands in the form, for sending and for examples. */
  get request() {
    const given = this.#inputs.filter((input) => input.control.value !== "");
    const of = (place) => given.filter((input) => input.in === place).map((input) => [input.name, input.control.value]);
    let path = this.#operation.path;
    for (const input of this.#inputs.filter((each) => each.in === "path")) {
      path = path.replace(`{${input.name}}`, encodeURIComponent(input.control.value) || `{${input.name}}`);
    }
    const query = new URLSearchParams(of("query")).toString();
    const headers = of("header");
    if (this.#body) headers.unshift(["Content-Type", this.#operation.body.type]);
    return {
      method: this.#operation.method,
      url: this.#specification.server + path + (query && `?${query}`),
      headers,
      body: this.#body?.control.value,
    };
  }

  /** Marks what the server has found wrong: the names of fields. */
  mark(names) {
    for (const input of this.#inputs) this.#setInvalid(input.control, names.includes(input.name));
    const others = names.filter((name) => !this.#inputs.some((input) => input.name === name));
    if (this.#body) this.#setInvalid(this.#body.control, others.length > 0);
  }

  takeOver() {
    const input = this.#inputs.find((each) => each.name === "event_id" && each.in === "path");
    if (!input || input.isOwn) return;
    input.control.value = seen.event_id;
    input.control.dispatchEvent(new Event("change", { bubbles: true }));
  }

  #setInvalid(control, isInvalid) {
    if (isInvalid) control.setAttribute("aria-invalid", "true");
    else control.removeAttribute("aria-invalid");
  }

  #input(parameter) {
    const schema = this.#specification.resolve(parameter.schema);
    const id = `${this.#operation.id}-${parameter.name}`;
    const choices = schema.type === "boolean" ? ["true", "false"] : schema.enum;
    const control = choices
      ? element("select", { id, name: parameter.name },
        element("option", { value: "" }, ""), choices.map((choice) => element("option", {}, choice)))
      : element("input", {
        id, name: parameter.name, required: parameter.required, autocomplete: "off", spellcheck: "false",
        inputmode: schema.type === "integer" && "numeric",
        placeholder: schema.default ?? schema.examples?.[0] ?? "",
      });
    if (parameter.required && parameter.example !== undefined) control.value = parameter.example;
    const input = { name: parameter.name, in: parameter.in, control, isOwn: false };
    control.addEventListener("input", () => { input.isOwn = true; this.#setInvalid(control, false); });
    input.node = element("div", {},
      element("label", { for: id },
        parameter.name, parameter.required && element("span", { class: "must" }, " required")),
      control);
    return input;
  }

  #bodyInput(body) {
    const id = `${this.#operation.id}-body`;
    const text = (example) => JSON.stringify(example.value, null, 2);
    const control = element("textarea", {
      id, rows: "8", spellcheck: "false", autocomplete: "off", "aria-describedby": `${id}-hint`,
    });
    const hint = element("p", { class: "hint", id: `${id}-hint`, role: "status" });
    const show = (example) => {
      control.value = text(example);
      control.rows = Math.min(18, Math.max(4, control.value.split("\n").length + 1));
    };
    const check = () => {
      this.#setInvalid(control, false);
      hint.textContent = problem(control.value);
    };
    control.addEventListener("input", check);
    const choose = (event) => {
      show(body.examples[event.target.selectedIndex]);
      check();
    };
    if (body.examples.length > 0) show(body.examples[0]);
    const choice = body.examples.length > 1 && element("div", {},
      element("label", { for: `${id}-example` }, "Example"),
      element("select", { id: `${id}-example`, onchange: choose },
        body.examples.map((example) => element("option", {}, example.title))));
    const node = element("div", { class: "body" }, choice, element("label", { for: id }, "Body"), control, hint);
    return { control, node };
  }
}

/** What is wrong with a text that should be JSON; it may be sent all the same, to see what the server says. */
function problem(text) {
  try {
    JSON.parse(text);
    return "";
  } catch (error) {
    return `This is not JSON: ${error.message}`;
  }
}
