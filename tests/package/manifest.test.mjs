// The custom-elements manifest and the tables of the README: valid, and the same as widget/api.json.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { test } from "node:test";

import Ajv from "ajv";

import { ROOT } from "../../xtask/npm/stack.mjs";

const json = (path) => JSON.parse(readFileSync(path, "utf8"));
const api = json(join(ROOT, "widget", "api.json"));
const manifest = json(join(ROOT, "dist", "custom-elements.json"));
const readme = readFileSync(join(ROOT, "widget", "README.md"), "utf8");
const names = (list) => list.map(({ name }) => name);

test("manifest_is_valid_by_the_schema_it_names", () => {
  const schema = json(createRequire(import.meta.url).resolve("custom-elements-manifest/schema.json"));
  const ajv = new Ajv({ strict: false, allErrors: true });
  const valid = ajv.validate(schema, manifest);
  assert.deepEqual(ajv.errors ?? [], []);
  assert.equal(valid, true);
  assert.equal(manifest.schemaVersion, "2.1.0");
});

test("manifest_names_what_the_table_names_and_nothing_else", () => {
  const [{ declarations, exports, path }] = manifest.modules;
  const [element] = declarations;
  assert.deepEqual([declarations.length, element.tagName, element.name], [1, api.tag, api.class]);
  assert.deepEqual(names(element.attributes), names(api.attributes));
  assert.deepEqual(names(element.events), names(api.events));
  assert.deepEqual(names(element.slots), names(api.slots));
  assert.deepEqual(names(element.cssParts), names(api.parts));
  assert.deepEqual(names(element.cssProperties), names(api.cssProperties));
  assert.deepEqual(names(element.members).sort(), [
    ...api.attributes.map(({ property }) => property), ...names(api.properties), ...names(api.methods), ...names(api.staticMethods),
  ].sort());
  assert.deepEqual(exports.map(({ kind, name }) => [kind, name]), [["js", api.class], ["custom-element-definition", api.tag]]);
  assert.equal(readFileSync(join(ROOT, "dist", path)).length > 0, true);
});

/** The first cells of a table of the README, without their marks. */
function firstCells(marker) {
  const [, table] = new RegExp(`<!-- api:${marker} -->\n([^]*?)<!-- /api -->`).exec(readme) ?? [];
  assert.notEqual(table, undefined, `widget/README.md has no table ${marker}`);
  return table.trim().split("\n").slice(2).map((row) => /`([^`]+)`/.exec(row)[1]);
}

for (const [marker, expected] of [
  ["attributes", names(api.attributes)],
  ["properties", names(api.properties)],
  ["methods", [...names(api.methods).map((name) => `${name}()`), ...api.staticMethods.map(({ name, parameters }) => `${api.class}.${name}(${names(parameters).join(", ")})`)]],
  ["events", names(api.events)],
  ["parts", names(api.parts)],
  ["slots", names(api.slots)],
  ["css-properties", names(api.cssProperties)],
]) {
  test(`readme_has_the_${marker}_of_the_table`, () => assert.deepEqual(firstCells(marker), expected));
}

test("readme_describes_every_row_as_the_table_does", () => {
  // `node xtask/npm/describe-widget.mjs` writes them anew.
  const rows = [api.attributes, api.properties, api.methods, api.staticMethods, api.events, api.parts, api.slots].flat();
  assert.deepEqual(rows.filter(({ description }) => !readme.includes(`| ${description} |`)).map(({ name }) => name), []);
});

test("every_type_of_an_event_is_declared", () => {
  const types = readFileSync(join(ROOT, "dist", "alipay-checkout.d.ts"), "utf8");
  for (const { name, detail } of api.events) {
    assert.equal(types.includes(`"${name}": CustomEvent<`), true, name);
    for (const field of Object.keys(detail)) assert.match(types, new RegExp(`  readonly ${field}\\??: `), `${name} ${field}`);
  }
  assert.deepEqual(api.attributes.filter(({ property }) => !types.includes(`\n  ${property}: `)), []);
});
