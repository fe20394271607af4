// What tools read about the widget, made from `widget/api.json`: the custom-elements manifest, the data for
// editors, the package.json of the npm package, and the tables of `widget/README.md`. Pure functions.

import { attributeType, detailName, union } from './widget-types.mjs';

/** For bundlers, which would not take the wasm along. */
const MODULE = 'alipay-checkout.inline.mjs';

/** https://github.com/webcomponents/custom-elements-manifest, schema 2.1.0. */
export function manifest(api) {
  const method = ({ name, parameters, returns, description }, more = {}) => ({
    kind: 'method',
    name,
    description,
    ...(parameters.length > 0 && { parameters: parameters.map(({ name: one, type }) => ({ name: one, type: { text: type } })) }),
    return: { type: { text: returns } },
    ...more,
  });
  const declaration = {
    kind: 'class',
    customElement: true,
    name: api.class,
    tagName: api.tag,
    description: 'A payment button for Alipay.',
    superclass: { name: 'HTMLElement' },
    attributes: api.attributes.map((attribute) => ({
      name: attribute.name,
      fieldName: attribute.property,
      type: { text: written(attribute) },
      default: JSON.stringify(attribute.default),
      description: attribute.description,
    })),
    members: [
      ...api.staticMethods.map((one) => method(one, { static: true })),
      ...api.attributes.map((attribute) => ({
        kind: 'field',
        name: attribute.property,
        attribute: attribute.name,
        reflects: true,
        type: { text: written(attribute) },
        default: JSON.stringify(attribute.default),
        description: attribute.description,
      })),
      ...api.properties.map(({ name, type, description }) => ({
        kind: 'field', name, readonly: true, type: { text: type }, description,
      })),
      ...api.methods.map((one) => method(one)),
    ],
    events: api.events.map((event) => ({
      name: event.name,
      type: { text: `CustomEvent<${detailName(event)}>` },
      description: event.description,
    })),
    slots: api.slots,
    cssParts: api.parts,
    cssProperties: api.cssProperties.map(({ name, default: value }) => ({ name, default: value })),
  };
  const reference = { name: api.class, module: MODULE };
  return {
    schemaVersion: '2.1.0',
    readme: 'README.md',
    modules: [{
      kind: 'javascript-module',
      path: MODULE,
      declarations: [declaration],
      exports: [
        { kind: 'js', name: api.class, declaration: reference },
        { kind: 'custom-element-definition', name: api.tag, declaration: reference },
      ],
    }],
  };
}

/** What Visual Studio Code offers in HTML (`html.customData`). */
export function editorData(api) {
  return {
    version: 1.1,
    tags: [{
      name: api.tag,
      description: 'A payment button for Alipay.',
      attributes: api.attributes.map(({ name, description, values, type }) => ({
        name,
        description,
        ...(values && { values: values.filter(Boolean).map((value) => ({ name: value })) }),
        ...(type === 'boolean' && { valueSet: 'v' }),
      })),
    }],
  };
}

/** The package that `npm pack` makes of `dist/`. `names` are the files that lie there, by their paths. */
export function packageJson({ version, license }, api, names) {
  const types = (file) => ({ types: `./${file}` });
  const listed = {
    '.': { types: './alipay-checkout.d.ts', default: `./${MODULE}` },
    './classic': './alipay-checkout.js',
    ...(names.includes('server.mjs') && {
      './server': { ...(names.includes('server.d.ts') && types('server.d.ts')), default: './server.mjs' },
    }),
    './react': types('react.d.ts'),
    './vue': types('vue.d.ts'),
    './svelte': types('svelte.d.ts'),
    './custom-elements.json': './custom-elements.json',
    './integrity.json': './integrity.json',
    './package.json': './package.json',
  };
  return {
    name: api.tag,
    version,
    description: 'A payment button for Alipay: one custom element, Rust compiled to WebAssembly',
    keywords: ['alipay', 'payment', 'checkout', 'button', 'custom-element', 'web-component'],
    license,
    type: 'module',
    // For tools that know no `exports`.
    types: './alipay-checkout.d.ts',
    exports: listed,
    // Importing either defines the element: a bundler must not drop the import.
    sideEffects: [`./${MODULE}`, './alipay-checkout.js'],
    customElements: './custom-elements.json',
    files: names.filter((name) => !['package.json', 'README.md'].includes(name)).sort(),
  };
}

/** The tables of the README, by the name in their markers. */
export function tables(api) {
  return {
    attributes: table(['attribute', 'property', 'values', 'default', ''], api.attributes.map((attribute) => [
      code(attribute.name), code(attribute.property), valuesOf(attribute), defaultOf(attribute), attribute.description,
    ])),
    properties: table(['property', 'type', ''], api.properties.map(({ name, type, description }) => [code(name), code(type), description])),
    methods: table(['method', 'answers', ''], [
      ...api.methods.map((method) => [code(`${method.name}()`), code(method.returns), method.description]),
      ...api.staticMethods.map(({ name, parameters, returns, description }) => [
        code(`${api.class}.${name}(${parameters.map((parameter) => parameter.name).join(', ')})`), code(returns), description,
      ]),
    ]),
    events: table(['event', '`detail`', ''], api.events.map(({ name, detail, description, cancelable }) => [
      `${code(name)}${cancelable ? ', cancelable' : ''}`,
      Object.keys(detail).map((field) => code(field) + (detail[field].endsWith('?') ? '?' : '')).join(', '),
      description,
    ])),
    parts: table(['part', ''], api.parts.map(({ name, description }) => [code(name), description])),
    slots: table(['slot', ''], api.slots.map(({ name, description }) => [code(name), description])),
    'css-properties': table(['property', 'default'], api.cssProperties.map((property) => [code(property.name), code(property.default)])),
  };
}

/** `text` with every generated table in its place; a marker that names no table, or a table without one, is an error. */
export function withTables(text, api) {
  const all = tables(api);
  const used = new Set();
  const filled = text.replace(/(<!-- api:([\w-]+) -->\n)[^]*?(<!-- \/api -->)/g, (_, start, name, end) => {
    if (!all[name]) throw new Error(`api.json has no table ${name}`);
    used.add(name);
    return `${start}${all[name]}${end}`;
  });
  const missing = Object.keys(all).find((name) => !used.has(name));
  if (missing) throw new Error(`the README has no place for the table ${missing}`);
  return filled;
}

function table(head, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |\n`;
  return line(head) + `|${'---|'.repeat(head.length)}\n` + rows.map((cells) => line(cells.map((cell) => cell.replaceAll('|', '\\|')))).join('');
}

const code = (text) => `\`${text}\``;
const written = (attribute) => (attribute.values ? union(attribute.values) : attributeType(attribute));
const valuesOf = ({ values, type }) => (values ? values.filter(Boolean).map(code).join(', ') : type === 'boolean' ? 'present or not' : 'text');
const defaultOf = ({ default: value }) => (value === '' || value === false ? '–' : code(value));
