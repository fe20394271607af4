// For `import`: the edge is where the module came from, unless a bundler has taken it in; then
// the attribute `edge` names it.

import { start } from "./load.js";

const { origin } = new URL(import.meta.url);

export const AlipayCheckout = start(origin === "null" ? "" : origin);
