// docs/openapi.yaml, read.

import { readFileSync } from "node:fs";
import { join } from "node:path";

import { parse } from "yaml";

import { ROOT } from "./places.mjs";

const METHODS = ["get", "post", "put", "patch", "delete"];

export const api = parse(readFileSync(join(ROOT, "docs", "openapi.yaml"), "utf8"));

/** What a local reference stands for. */
export function resolve(node) {
  if (node?.$ref === undefined) return node;
  return resolve(node.$ref.slice(2).split("/").reduce((at, part) => at[part], api));
}

/** Every operation: `{ path, method, spec }`. */
export function operations() {
  return Object.entries(api.paths).flatMap(([path, item]) => METHODS.filter((method) => method in item)
    .map((method) => ({ path, method: method.toUpperCase(), spec: item[method] })));
}
