// For bundlers: all in one file. The edge is where that came from, unless a bundler has taken it in; then
// the attribute `edge` names it.

import { inside } from "./load.js";
import { start } from "./rest.js";
import { AlipayCheckout as Shell } from "./shell.js";

const { origin } = new URL(import.meta.url);

start(origin === "null" ? "" : origin, inside);

export const AlipayCheckout = globalThis.customElements?.get("alipay-checkout") ?? Shell;
