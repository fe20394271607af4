// Makes WebAssembly out of the text that the build puts in place of `WASM`: one character a byte, its
// code less `SHIFT`, modulo 256 (which is what an array of bytes takes).

import { CheckoutElement, initSync } from "@behaviour";

/** A function that makes the behaviour of an element. */
export async function load() {
  // The paint goes first.
  await new Promise((begin) => setTimeout(begin, 0));
  const text = WASM;
  // Not `Uint8Array.from` of the text, which takes ten times as long.
  const bytes = new Uint8Array(text.length).map((_, i) => text.charCodeAt(i) - SHIFT);
  initSync(await WebAssembly.compile(bytes));
  return () => new CheckoutElement();
}
