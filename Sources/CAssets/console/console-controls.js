// The controls of a form, made from the rows of FIELDS: a label, the control, a hint, and a place for what is wrong with it.

import { element, fill } from "/assets/dom.js";
import { foreign } from "/assets/console-texts.js";
import { allZones, city, timeText } from "/assets/console-zones.js";

/** A control with its label. `value` is its text, or whether it is on; `problem(told, take)` shows what is wrong with it. */
export class Control {
  constructor(row, value) {
    this.row = row;
    const id = `field-${row.name}`;
    this.input = inputOf(row, value, id);
    this.trouble = element("div", { id: `${id}-trouble`, class: "trouble" });
    this.hint = element("p", { id: `${id}-hint`, class: "hint" }, row.hint);
    this.input.setAttribute("aria-describedby", `${id}-hint ${id}-trouble`);
    const label = element("label", { for: id }, row.label);
    this.element = element("div", { class: "field", "data-field": row.name },
      ...(row.kind === "check" ? [element("div", { class: "check" }, this.input, label)] : [label, this.input]),
      row.kind === "zone" && element("datalist", { id: "zones" }, allZones().map((zone) => element("option", { value: zone, label: city(zone) }))),
      this.hint, this.trouble);
  }

  get value() {
    return this.row.kind === "check" ? this.input.checked : this.input.value;
  }

  set value(value) {
    if (this.row.kind === "check") this.input.checked = value;
    else this.input.value = value;
  }

  get name() {
    return this.row.name;
  }

  /** A date of which a part is missing has no value, though something stands there. */
  get isIncomplete() {
    return this.input.validity.badInput;
  }

  /**
   * @param {{sentence: string, candidates: string[]} | null} told nothing is wrong when it is null
   * @param take called with a candidate that was chosen
   */
  problem(told, take) {
    this.input.setAttribute("aria-invalid", told ? "true" : "false");
    fill(this.trouble, told && [
      element("p", { class: "problem" }, foreign(told.sentence, "span", { dir: "ltr" })),
      told.candidates.length > 0 && element("div", { class: "candidates" }, told.candidates.map((candidate) => element("button",
        { type: "button", onclick: () => take(candidate) }, candidateText(candidate)))),
    ]);
  }
}

/** 2027-10-31T02:30:00.000+01:00 is 02:30, UTC+1 to people. */
export function candidateText(candidate) {
  const match = /^(\d{4}-\d\d-\d\dT\d\d:\d\d).*?(Z|[+-]\d\d:\d\d)$/.exec(candidate);
  if (!match) return candidate;
  const [, local, offset] = match;
  const time = timeText(Date.parse(`${local}Z`), "UTC");
  const short = offset === "Z" ? "" : offset.replace("-", "−").replace(/^([+−])0/, "$1").replace(":00", "");
  return `${time}, UTC${short}`;
}

function inputOf(row, value, id) {
  const common = { id, name: row.name, "aria-required": row.isNeeded ? "true" : null };
  switch (row.kind) {
    case "long": {
      const input = element("textarea", { ...common, rows: 5, dir: "auto" });
      input.value = value;
      return input;
    }
    case "choice": {
      const isKnown = row.choices.some(([choice]) => choice === value);
      const choices = isKnown ? row.choices : [[value, value], ...row.choices];
      const input = element("select", common, choices.map(([choice, text]) => element("option", { value: choice }, text)));
      input.value = value;
      return input;
    }
    case "check": {
      const input = element("input", { ...common, type: "checkbox" });
      input.checked = value;
      return input;
    }
    default: {
      const kinds = {
        "datetime-local": { type: "datetime-local", step: 60, max: "9999-12-31T23:59" },
        zone: { type: "text", list: "zones", spellcheck: "false", autocapitalize: "off" },
        number: { type: "text", inputmode: "numeric" },
        text: { type: "text", dir: "auto" },
      };
      const input = element("input", { ...common, autocomplete: "off", ...kinds[row.kind] });
      input.value = value;
      return input;
    }
  }
}

/** The kinds of event to start from, one of which is chosen. */
export function templateChoice(templates, choose) {
  const card = ({ type, name, description, facts }, isFirst) => element("label", { class: "template", title: description },
    element("input", { type: "radio", name: "template_type", value: type, checked: isFirst, onchange: () => choose(type) }),
    element("span", { class: "template-name" }, name), element("span", { class: "template-facts" }, facts));
  const kinds = templates.map((template) => ({
    ...template,
    facts: [`${template.default_duration_hours} h`, template.is_virtual && "online", template.require_rsvp_approval && "approval"]
      .filter(Boolean).join(", "),
  }));
  const blank = { type: "", name: "Blank", description: "Nothing is filled in.", facts: "your own" };
  return element("fieldset", { class: "templates" }, element("legend", {}, "What kind of event?"),
    element("div", { class: "template-cards" }, [blank, ...kinds].map((kind, index) => card(kind, index === 0))));
}
