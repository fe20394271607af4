// Makes WebAssembly out of the text that the build puts in place of `WASM`: one character a byte, its
// code less `SHIFT`, modulo 256 (which is what an array of bytes takes).

import { CheckoutElement, initSync } from "@behaviour";
import { rest } from "./shell.js";

/** A function that makes the behaviour of an element. */
export async function load() {
  initSync({ module: await WebAssembly.compile(Uint8Array.from(WASM, (c) => c.charCodeAt() - SHIFT)) });
  return () => new CheckoutElement(rest.edge);
}
