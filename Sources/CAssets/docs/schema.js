// Shows JSON schemas: one row for each field, and what is inside it when it is opened.

import { element } from "/assets/dom.js";
import { prose } from "/assets/code.js";

/** More values than this are shown when they are asked for. */
const FEW = 8;
/** A longer pattern helps nobody who reads. */
const SHORT = 48;

/** The fields of a schema, or what it is when it has none. */
export function schemaView(specification, schema) {
  const known = flattened(specification, schema);
  const parts = [];
  if (known.properties) {
    const required = new Set(known.required ?? []);
    parts.push(element("dl", { class: "fields" }, Object.entries(known.properties).map(([name, property]) =>
      fieldRow(specification, { name, schema: property, required: required.has(name) }))));
  }
  const variants = known.oneOf ?? known.anyOf ?? [];
  parts.push(...variants.map((variant, place) => later(variantName(specification, variant, place), () =>
    schemaView(specification, variant))));
  if (parts.length === 0) parts.push(element("p", { class: "type" }, typeName(specification, schema)));
  return parts;
}

/** One field: `{ name, schema, required, description }`. */
export function fieldRow(specification, field) {
  const schema = specification.resolve(field.schema);
  const description = field.description ?? schema.description;
  return element("div", {},
    element("dt", {},
      element("code", {}, field.name),
      element("span", { class: "type" }, typeName(specification, field.schema)),
      field.required && element("span", { class: "must" }, "required")),
    element("dd", {},
      description && element("p", {}, prose(description)),
      bounds(schema, description ?? "").map((text) => element("p", {}, text)),
      values(schema),
      within(specification, schema)));
}

/** What a schema takes, in words. */
export function typeName(specification, schema) {
  const known = specification.resolve(schema);
  const name = schema?.$ref?.split("/").pop();
  if (known.const !== undefined) return JSON.stringify(known.const);
  if (known.oneOf || known.anyOf) return name ?? "one of several";
  if (known.allOf) return name ?? "object";
  const types = [known.type ?? (known.enum ? "string" : "anything")].flat().map((type) =>
    type === "array" && known.items ? `list of ${typeName(specification, known.items)}` : type);
  const text = types.map((type) => (type === "string" && known.format ? known.format : type)).join(" or ");
  return name && known.type === "object" ? name : text;
}

/** What a description says of characters is nearer to what is meant than the length of a text in JSON. */
function bounds(schema, description) {
  const told = [];
  const range = (least, most, what) => {
    if (least === 1 && most === undefined) told.push("Not empty.");
    else if (Number.isSafeInteger(least) && Math.abs(least) < 1e15 && Math.abs(most ?? 0) < 1e15) {
      told.push(most === undefined ? `At least ${least}${what}.` : `${least} to ${most}${what}.`);
    } else if (most !== undefined && Math.abs(most) < 1e15) told.push(`At most ${most}${what}.`);
  };
  if (schema.minimum !== undefined || schema.maximum !== undefined) range(schema.minimum, schema.maximum, "");
  if (!description.includes("character")) range(schema.minLength, schema.maxLength, " characters");
  range(schema.minItems, schema.maxItems, " items");
  if (schema.exclusiveMinimum !== undefined) told.push(`More than ${schema.exclusiveMinimum}.`);
  if (schema.default !== undefined) told.push(["Otherwise ", element("code", {}, JSON.stringify(schema.default)), "."]);
  if (schema.pattern && schema.pattern.length <= SHORT) told.push(["Matches ", element("code", {}, schema.pattern)]);
  const example = schema.examples?.[0];
  if (example !== undefined) told.push(["Such as ", element("code", {}, String(example))]);
  return told;
}

function values(schema) {
  const choice = schema.enum ?? schema.items?.enum;
  if (!choice) return null;
  const isLong = choice.length > FEW;
  const list = () => element("div", { class: isLong ? "values many" : "values", tabindex: isLong && "0" },
    choice.map((value) => element("code", {}, value === null ? "null" : String(value))));
  return isLong ? later(`${choice.length} values`, list) : list();
}

/** The schema of a field's own fields, opened when it is asked for. */
function within(specification, schema) {
  const inner = [schema.type].flat().includes("array") ? specification.resolve(schema.items) : schema;
  const known = flattened(specification, inner);
  if (!known.properties && !known.oneOf && !known.anyOf) return null;
  const count = Object.keys(known.properties ?? {}).length;
  return later(count ? `${count} fields` : "Variants", () => schemaView(specification, inner));
}

/** Something that is made when it is opened: most of a long page is never looked at. */
export function later(title, make) {
  const details = element("details", {}, element("summary", {}, title));
  details.addEventListener("toggle", () => details.append(element("div", {}, make())), { once: true });
  return details;
}

/** A schema with the fields of all that it is made of. */
function flattened(specification, schema) {
  const known = specification.resolve(schema);
  if (!known.allOf) return known;
  const parts = known.allOf.map((part) => flattened(specification, part));
  return {
    ...known,
    properties: Object.assign({}, ...parts.map((part) => part.properties ?? {})),
    required: parts.flatMap((part) => part.required ?? []),
  };
}

/** A variant is called by its reference, or by what its constant fields say. */
function variantName(specification, variant, place) {
  if (variant.$ref) return variant.$ref.split("/").pop();
  const known = flattened(specification, variant);
  const constant = Object.entries(known.properties ?? {}).find(([, property]) => property.const !== undefined);
  if (constant) return `${constant[0]}: ${constant[1].const}`;
  return known.properties ? `With ${Object.keys(known.properties).slice(0, 3).join(", ")}` : `Variant ${place + 1}`;
}
