// Draws the code for the phone. The encoder is Rust, in a file of its own that comes only now; numbers
// go in and out, so that it needs no glue.

import { edge_of } from "./shell.js";

/** Light modules around the code, without which readers do not find it. */
export const MARGIN = 4;

/** How large the code is about to be; larger where it must. */
const SIDE_PX = 264;

/** Draws `text` as a QR code; rejects where the encoder does not come or the text does not fit. */
export async function qr(host, canvas, text) {
  const url = `${edge_of(host)}/v1/alipay-checkout-qr.wasm`;
  const response = await fetch(url, { credentials: "omit", integrity: QR_INTEGRITY });
  const module = await WebAssembly.compile(await response.arrayBuffer());
  const imports = {};
  // What wasm-bindgen would set up for objects and panics, of which there are none.
  for (const { module: from, name } of WebAssembly.Module.imports(module)) (imports[from] ??= {})[name] = () => {};
  const { exports } = await WebAssembly.instantiate(module, imports);
  for (const byte of new TextEncoder().encode(text)) exports.push(byte);
  const side = exports.encode();
  if (!side) throw new Error("too long for a QR code");
  const whole = side + 2 * MARGIN;
  // Whole pixels for each module: uneven ones are hard to read.
  const scale = Math.max(2, Math.floor(SIDE_PX / whole));
  canvas.width = canvas.height = whole * scale;
  const paper = canvas.getContext("2d");
  paper.fillStyle = "#fff";
  paper.scale(scale, scale);
  paper.fillRect(0, 0, whole, whole);
  paper.fillStyle = "#000";
  for (let place = 0; place < side * side; place += 1) {
    const [x, y] = [place % side, Math.trunc(place / side)];
    if (exports.is_dark(x, y)) paper.fillRect(x + MARGIN, y + MARGIN, 1, 1);
  }
}
