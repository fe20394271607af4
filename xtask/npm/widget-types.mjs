// The widget's types, made from `widget/api.json`: for TypeScript, and for JSX, Vue and Svelte.
// Pure functions from the table to text.

/** `alipay-checkout.d.ts`: one declaration for each thing of the table, and one name for each text. */
export function typescript(api, textKeys) {
  const { attributes, properties, methods, staticMethods, events, states, statuses, blocked, codes } = api;
  const values = attributes.filter((attribute) => attribute.values);
  return `${[
    `/** What the button is doing; \`widget/README.md\` has the table. */\nexport type AlipayState = ${union(states)};`,
    `/** What the edge says about an order. */\nexport type AlipayStatus = ${union(statuses)};`,
    `/** The app in which Alipay does not open. */\nexport type AlipayBlocked = ${union(blocked)};`,
    `/** A reason of the element's own, or any code of the edge. */\nexport type AlipayErrorCode = ${union(codes)} | (string & {});`,
    `/** What the texts are called. */\nexport type AlipayTextKey = ${union(textKeys)};`,
    `/** The texts of one language. */\nexport type AlipayTexts = Record<AlipayTextKey, string>;`,
    ...values.map(({ name, values: all, description }) => `${comment(description)}export type ${typeName(name)} = ${union(all)};`),
    ...events.map(detail),
    `export interface AlipayCheckoutEventMap {\n${events.map((event) => (
      `${comment(event.description, 2)}  "${event.name}": CustomEvent<${detailName(event)}>;`
    )).join('\n')}\n}`,
    `/** The \`<${api.tag}>\` element. Importing this package defines it; on a server it is a class that nothing can be made of. */
export declare class ${api.class} extends HTMLElement {
${[
    ...staticMethods.map((method) => `${comment(method.description, 2)}  static ${signature(method)};`),
    ...attributes.map((attribute) => `${comment(attribute.description, 2)}  ${attribute.property}: ${attributeType(attribute)};`),
    ...properties.map(({ name, type, description }) => `${comment(description, 2)}  readonly ${name}: ${type};`),
    ...methods.map((method) => `${comment(method.description, 2)}  ${signature(method)};`),
    ...['addEventListener', 'removeEventListener'].flatMap((name) => listeners(name, api.class)),
  ].join('\n')}
}`,
    `declare global {\n  interface HTMLElementTagNameMap {\n    "${api.tag}": ${api.class};\n  }\n}`,
  ].join('\n\n')}\n`;
}

/**
 * The attributes as JSX, Vue and Svelte take them. Attributes and not properties: before the script has come, a
 * framework sees no property `orderToken` and would write an attribute of that name, which means nothing.
 */
function attributeProps(api, indent) {
  const pad = ' '.repeat(indent);
  return api.attributes.map((attribute) => (
    `${comment(attribute.description, indent)}${pad}"${attribute.name}"?: ${attributeType(attribute)};`
  ));
}

function eventProps(api, indent, prefix) {
  const pad = ' '.repeat(indent);
  return api.events.map((event) => (
    `${comment(event.description, indent)}${pad}"${prefix(event.name)}"?: (event: CustomEvent<${detailName(event)}>) => void;`
  ));
}

const importTypes = (api, from = './alipay-checkout.js') => {
  const names = [api.class, ...api.events.map(detailName), ...api.attributes.filter(({ values }) => values).map(({ name }) => typeName(name))];
  return `import type {\n${names.sort().map((name) => `  ${name},`).join('\n')}\n} from "${from}";`;
};

/** For React 19, which sets attributes and listens to events of custom elements by itself. */
export function react(api) {
  return `${importTypes(api)}
import type { DetailedHTMLProps, HTMLAttributes } from "react";

export interface AlipayCheckoutProps extends DetailedHTMLProps<HTMLAttributes<AlipayCheckout>, AlipayCheckout> {
${[...attributeProps(api, 2), ...eventProps(api, 2, (name) => `on${name}`)].join('\n')}
}

declare module "react" {
  namespace JSX {
    interface IntrinsicElements {
      "${api.tag}": AlipayCheckoutProps;
    }
  }
}
`;
}

/** For Vue's templates, as its language tools read them. */
export function vue(api) {
  return `${importTypes(api)}
import type { HTMLAttributes } from "vue";

export interface AlipayCheckoutProps extends /* @vue-ignore */ HTMLAttributes {
${[...attributeProps(api, 2), ...eventProps(api, 2, (name) => `onA${name.slice(1)}`)].join('\n')}
}

declare module "vue" {
  interface GlobalComponents {
    "${api.tag}": new () => ${api.class} & { $props: AlipayCheckoutProps };
  }
}
`;
}

/** For Svelte 5. */
export function svelte(api) {
  return `${importTypes(api)}
import type { HTMLAttributes } from "svelte/elements";

export interface AlipayCheckoutProps extends HTMLAttributes<AlipayCheckout> {
${[...attributeProps(api, 2), ...eventProps(api, 2, (name) => `on${name}`)].join('\n')}
}

declare module "svelte/elements" {
  interface SvelteHTMLElements {
    "${api.tag}": AlipayCheckoutProps;
  }
}
`;
}

/** `"a" | "b"` */
export const union = (values) => values.map((value) => JSON.stringify(value)).join(' | ');

/** The name of an attribute's own type: `appearance` has `AlipayAppearance`. */
const typeName = (name) => `Alipay${name[0].toUpperCase()}${name.slice(1)}`;

/** An attribute's type; one with a list of values has a type of its own. */
export const attributeType = ({ name, type, values }) => (values ? typeName(name) : type);

/** `alipay-start` has `AlipayStartDetail`. */
export const detailName = ({ name }) => `${name.split('-').map((word) => word[0].toUpperCase() + word.slice(1)).join('')}Detail`;

function detail(event) {
  const fields = Object.entries(event.detail).map(([name, type]) => (
    type.endsWith('?') ? `  readonly ${name}?: ${type.slice(0, -1)};` : `  readonly ${name}: ${fieldType(name, type)};`
  ));
  return `/** What \`${event.name}\` tells. */\nexport interface ${detailName(event)} {\n${fields.join('\n')}\n}`;
}

const fieldType = (name, type) => (name === 'code' ? 'AlipayErrorCode' : type);

const signature = ({ name, parameters, returns }) => (
  `${name}(${parameters.map((parameter) => `${parameter.name}: ${parameter.type}`).join(', ')}): ${returns}`
);

function listeners(name, className) {
  const options = name === 'addEventListener' ? 'boolean | AddEventListenerOptions' : 'boolean | EventListenerOptions';
  const one = (map) => `  ${name}<K extends keyof ${map}>(
    type: K,
    listener: (this: ${className}, event: ${map}[K]) => unknown,
    options?: ${options},
  ): void;`;
  return [
    one('AlipayCheckoutEventMap'),
    one('HTMLElementEventMap'),
    `  ${name}(type: string, listener: EventListenerOrEventListenerObject, options?: ${options}): void;`,
  ];
}

function comment(text, indent = 0) {
  return `${' '.repeat(indent)}/** ${text} */\n`;
}
