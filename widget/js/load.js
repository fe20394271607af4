// Makes WebAssembly out of the text that the build puts in place of `WASM`: one character a byte,
// its code less `SHIFT`, modulo 256 (which is what an array of bytes takes). Both entry files use it.

import { CheckoutElement, initSync } from "@behaviour";
import en from "./texts/en.json";
import zh from "./texts/zh.json";
import style from "./style.css";
import { define } from "./element.js";

export const start = (edge) =>
  define({
    texts: { en, zh },
    style,
    load: async () => {
      initSync({ module: await WebAssembly.compile(Uint8Array.from(WASM, (c) => c.charCodeAt() - SHIFT)) });
      return () => new CheckoutElement(edge);
    },
  });
