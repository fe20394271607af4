// The doctor in a worker of its own: an examination tries thousands of signatures, and the page stays
// usable meanwhile. The wasm is in this file, because the policy of page and worker allows no request.
// WASM is its gzip in base64: `xtask/npm/build-doctor.mjs` puts it there.

import { examine, initSync } from "@doctor";

const packed = Uint8Array.from(atob(WASM), (character) => character.charCodeAt(0));
const unpacked = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
const ready = new Response(unpacked).arrayBuffer().then((module) => {
  initSync({ module });
  postMessage({ ready: true });
});

addEventListener("message", async ({ data: { number, capture, settings } }) => {
  await ready;
  postMessage({ number, answer: JSON.parse(examine(capture, JSON.stringify(settings))) });
});
