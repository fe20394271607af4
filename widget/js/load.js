// Makes the behaviour out of WebAssembly, which is a file of its own or, for bundlers, a text in the script.
// Words in capitals are put in by the build.

import { CheckoutElement, initSync } from "@behaviour";

/** Pauses before the file is asked for again: a phone's line breaks for a moment. */
const PAUSES_MS = [500, 2_000];

const pause = (ms) => new Promise((over) => setTimeout(over, ms));

async function behaviour(bytes) {
  initSync(await WebAssembly.compile(bytes));
  return () => new CheckoutElement();
}

/**
 * A function that makes the behaviour of an element, from the file beside the script at `source`. No other
 * file than the one that was built with the script counts, and its address changes with it: a cache that
 * holds an older one is not asked.
 */
export async function beside(source) {
  const url = new URL(`alipay-checkout.wasm?${WASM_INTEGRITY.slice(7, 15)}`, source);
  return behaviour(await bytes(url, PAUSES_MS));
}

async function bytes(url, [wait, ...more]) {
  try {
    const response = await fetch(url, { credentials: "omit", integrity: WASM_INTEGRITY });
    return await response.arrayBuffer();
  } catch (error) {
    if (!wait) throw error;
    await pause(wait);
    return bytes(url, more);
  }
}

/** The same from `WASM`: one character a byte, its code less `SHIFT`, modulo 256 (which an array of bytes takes). */
export async function inside() {
  const text = WASM;
  // Not `Uint8Array.from` of the text, which takes ten times as long.
  return behaviour(new Uint8Array(text.length).map((_, i) => text.charCodeAt(i) - SHIFT));
}
