// For `import`: the edge is where the module came from, unless a bundler has taken it in; then
// the attribute `edge` names it.

import { load } from "./load.js";
import { start } from "./rest.js";
import { AlipayCheckout as Shell } from "./shell.js";

const { origin } = new URL(import.meta.url);

start(origin === "null" ? "" : origin, load);

export const AlipayCheckout = globalThis.customElements?.get("alipay-checkout") ?? Shell;
