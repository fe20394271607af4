// docs/openapi.yaml as a judge of answers, and as a source of bad requests.

import { readFileSync } from "node:fs";
import { join } from "node:path";

import { Ajv2020 } from "ajv/dist/2020.js";
import { parse } from "yaml";

import { ROOT } from "../../xtask/npm/stack.mjs";

const METHODS = ["get", "post", "put", "patch", "delete"];
const FORMATS = { "date-time": (text) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(text) };

export const api = parse(readFileSync(join(ROOT, "docs", "openapi.yaml"), "utf8"));

/** Every operation by its id: `{ id, path, method, spec }`. */
export const operations = Object.fromEntries(Object.entries(api.paths).flatMap(([path, item]) => (
  METHODS.filter((method) => method in item).map((method) => {
    const spec = item[method];
    return [spec.operationId, { id: spec.operationId, path, method: method.toUpperCase(), spec }];
  })
)));

/** What a local reference stands for. */
export function resolve(node) {
  if (node?.$ref === undefined) return node;
  return resolve(node.$ref.slice(2).split("/").reduce((at, part) => at[part], api));
}

// Readers must expect members that are new; this suite must not, or what is undocumented goes unseen.
// So every schema is closed where it is used, but for the parts of an `allOf`.
function closed(node, inAllOf = false) {
  if (Array.isArray(node)) return node.map((one) => closed(one));
  if (node === null || typeof node !== "object") return node;
  const copy = Object.fromEntries(Object.entries(node).map(([name, value]) => {
    if (name === "allOf") return [name, value.map((one) => closed(one, true))];
    if (name === "properties") return [name, Object.fromEntries(Object.entries(value).map(([key, one]) => [key, closed(one)]))];
    return [name, closed(value)];
  }));
  const object = "$ref" in copy || "allOf" in copy || "properties" in copy;
  if (object && !inAllOf && !("additionalProperties" in copy)) copy.unevaluatedProperties = false;
  return copy;
}

const ajv = new Ajv2020({ strict: false, allErrors: true, formats: FORMATS });
// Definitions stay open at their top: whoever refers to them closes them.
const schemas = Object.fromEntries(Object.entries(api.components.schemas).map(([name, schema]) => [name, closed(schema, true)]));
ajv.addSchema({ $id: "https://api.example/", components: { schemas } });

const compiled = new Map();
function faults(schema, value) {
  const text = JSON.stringify(closed(schema)).replaceAll('"#/', '"https://api.example/#/');
  if (!compiled.has(text)) compiled.set(text, ajv.compile(JSON.parse(text)));
  const validate = compiled.get(text);
  return validate(value) ? [] : validate.errors.map(({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`);
}

/**
 * Reads an answer and answers what is wrong with it by the document: `{ faults, code, body }`, `code`
 * being the problem's, the refusal's, or none.
 */
export async function judge(operation, answer) {
  const wrong = (text) => ({ faults: [`${operation.id} ${answer.status}: ${text}`] });
  const documented = resolve(operation.spec.responses[answer.status]);
  if (documented === undefined) return wrong(`is not documented: ${(await answer.text()).slice(0, 200)}`);
  const headers = Object.entries(documented.headers ?? {});
  for (const [name, header] of headers) {
    const value = answer.headers.get(name);
    if (value === null && header.required) return wrong(`has no ${name}`);
    if (value !== null && faults(header.schema, value).length > 0) return wrong(`has a ${name} that is not documented`);
  }
  const text = await answer.text();
  const refusal = answer.headers.get("x-refusal") ?? undefined;
  if (documented.content === undefined) return text === "" ? { faults: [], code: refusal } : wrong("has a body");
  const type = (answer.headers.get("content-type") ?? "").split(";")[0];
  const content = documented.content[type];
  if (content === undefined) return wrong(`has the media type ${type}`);
  const values = read(type, text);
  const found = values.flatMap((value) => faults(content.schema, value)).map((fault) => `${operation.id} ${answer.status} ${fault}`);
  const [body] = values;
  if (type === "application/problem+json" && body.status !== answer.status) found.push(`${operation.id}: status ${body.status} in an answer ${answer.status}`);
  return { faults: found, code: refusal ?? (type === "application/problem+json" ? body.code : undefined), body };
}

function read(type, text) {
  if (/[/+]json$/.test(type)) return [JSON.parse(text)];
  if (type === "application/jsonl") return text.split("\n").filter((line) => line !== "").map((line) => JSON.parse(line));
  return [text];
}

/** Every status and code that the document promises: `["checkout 401 order_token_expired", …]`. */
export function promised() {
  return Object.values(operations).flatMap(({ id, spec }) => Object.entries(spec.responses).flatMap(([status, response]) => {
    const problem = resolve(response).content?.["application/problem+json"];
    const codes = problem?.schema.allOf[1].properties.code.enum;
    return codes === undefined ? [`${id} ${status}`] : codes.map((code) => `${id} ${status} ${code}`);
  }));
}

/** Values that a parameter's or member's schema forbids, each with what is wrong with it. */
export function badValues(schema) {
  const { type, minimum, maximum, enum: choices, pattern, format } = resolve(schema);
  if (choices !== undefined) return [["no_choice", "no-such"], ["empty", ""], ["in_capitals", String(choices[0]).toUpperCase()]].filter(([, value]) => !choices.includes(value));
  if (type === "integer") {
    return [["below", minimum - 1], ["above", maximum + 1], ["huge", "9".repeat(30)], ["fraction", "1.5"], ["word", "one"], ["empty", ""], ["signed", `+${minimum}`], ["hex", "0x1"]];
  }
  if (format === "date-time") return [["date", "2026-11-21"], ["word", "now"], ["empty", ""], ["number", "1795255200000"], ["month_13", "2026-13-01T00:00:00Z"]];
  if (pattern !== undefined) {
    return [["empty", ""], ["long", "A".repeat(200)], ["quote", "A'B"], ["percent", "%"], ["nul", "A\0"], ["slash", "A/B"], ["not_ascii", "订单"], ["space", "A B"]];
  }
  return [];
}
