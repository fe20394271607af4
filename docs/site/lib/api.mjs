// The API reference, from docs/openapi.yaml.

import { api, operations, resolve } from "./openapi.mjs";
import { code, table } from "./tables.mjs";

/** A section for each tag, and in it one for each operation. */
export function apiReference() {
  const all = operations();
  return [
    api.info.description,
    ...api.tags.map(({ name, description }) => [
      `## ${TITLES[name]}\n\n${description}\n`,
      ...all.filter(({ spec }) => spec.tags.includes(name)).map(operation),
    ].join("\n")),
  ].join("\n");
}

const TITLES = { checkout: "Pages and apps", alipay: "From Alipay", admin: "The merchant's side", operations: "Operations" };

function operation({ path, method, spec }) {
  const parameters = (spec.parameters ?? []).map(resolve);
  const body = Object.entries(resolve(spec.requestBody)?.content ?? {});
  const parts = [`### \`${method} ${path}\`\n\n${spec.summary}\n`];
  if (spec.description !== undefined) parts.push(`${spec.description}\n`);
  if (parameters.length > 0) {
    parts.push(table(["parameter", "in", "form", "meaning"], parameters.map((one) => [
      `${code(one.name)}${one.required ? ", required" : ""}`, one.in, type(one.schema), one.description ?? resolve(one.schema).description ?? "",
    ])));
  }
  if (body.length > 0) {
    parts.push(`Body: ${body.map(([media]) => code(media)).join(" or ")}\n`);
    // The media types of one route differ in form only.
    parts.push(members(body[0][1].schema));
  }
  parts.push(table(["answer", "meaning", "content"], Object.entries(spec.responses).map(([status, answer]) => [
    code(status), resolve(answer).description, content(resolve(answer)),
  ])));
  return parts.join("\n");
}

/** What comes with an answer: the codes of a problem, or the schema. */
function content(answer) {
  return Object.entries(answer.content ?? {}).map(([media, { schema }]) => {
    if (media === "application/problem+json") return (schema.allOf ?? []).flatMap((part) => part.properties?.code?.enum ?? []).map(code).join(", ");
    return `${code(media)}${schema === undefined ? "" : `: ${type(schema)}`}`;
  }).join("<br>");
}

/** The schemas that have a name. */
export function apiSchemas() {
  return Object.entries(api.components.schemas).map(([name, schema]) => {
    const words = schema.description === undefined ? "" : `${schema.description}\n`;
    return `### ${name}\n\n${words}\n${members(schema) || `${type({ ...schema, description: undefined })}\n`}`;
  }).join("\n");
}

/** A table of an object's members, those of its parts included. */
function members(node) {
  const schema = resolve(node);
  const parts = [schema, ...(schema.allOf ?? []).map(resolve)];
  const required = parts.flatMap((part) => part.required ?? []);
  const inherited = (schema.allOf ?? []).filter(({ $ref }) => $ref !== undefined).map(({ $ref }) => type({ $ref }));
  const own = (schema.allOf ?? []).filter(({ $ref }) => $ref === undefined);
  const rows = [schema, ...own].flatMap((part) => Object.entries(part.properties ?? {})).map(([name, member]) => [
    `${code(name)}${required.includes(name) ? ", required" : ""}`, type(member), resolve(member).description ?? "",
  ]);
  if (rows.length === 0) return "";
  return `${inherited.length > 0 ? `All members of ${inherited.join(", ")}, and:\n\n` : ""}${table(["member", "form", "meaning"], rows)}`;
}

/** A schema in a few words. */
function type(node) {
  if (node.$ref !== undefined) {
    const name = node.$ref.split("/").at(-1);
    return `[${name}](#${name.toLowerCase()})`;
  }
  if (node.const !== undefined) return `exactly ${code(typeof node.const === "string" ? node.const : JSON.stringify(node.const))}`;
  if (node.enum !== undefined) return node.enum.map(code).join(", ");
  if (node.allOf !== undefined) return node.allOf.map(type).join(" and ");
  if (node.oneOf !== undefined) return node.oneOf.map(type).join(", or ");
  if (node.type === "array") return `list of ${type(node.items)}`;
  const kinds = [node.type].flat().map((kind) => (kind === "null" ? "null" : kind === undefined ? "anything" : kind)).join(" or ");
  if (node.type === "object" && node.properties !== undefined) {
    return `{ ${Object.entries(node.properties).map(([name, member]) => `${code(name)}: ${type(member)}`).join(", ")} }`;
  }
  return [kinds, ...limits(node)].join(", ");
}

function limits({ minimum, maximum, maxLength, pattern, format, default: value }) {
  return [
    minimum !== undefined && maximum !== undefined && `${minimum}–${maximum}`,
    maximum === undefined && minimum !== undefined && minimum > 0 && `at least ${minimum}`,
    maxLength !== undefined && `at most ${maxLength} characters`,
    pattern !== undefined && code(pattern),
    format !== undefined && format,
    value !== undefined && `default ${code(value)}`,
  ].filter(Boolean);
}
