// For `import` of an address: the edge is where the module came from.

import { beside } from "./load.js";
import { start } from "./rest.js";
import { AlipayCheckout as Shell } from "./shell.js";

start(new URL(import.meta.url).origin, () => beside(import.meta.url));

export const AlipayCheckout = globalThis.customElements?.get("alipay-checkout") ?? Shell;
