// Bundles a shop's code as the shop would: each framework by its own compiler, our package as it is built. A warning is
// a failure, as whoever copies the code would get it too.

import { readFileSync } from "node:fs";
import { join } from "node:path";

import { build } from "esbuild";

import { ROOT } from "../../xtask/npm/stack.mjs";

/** Compiles Vue's single files and Svelte's, as their own plugins for bundlers do. */
const COMPILERS = {
  name: "compilers",
  setup({ onLoad, onResolve }) {
    onResolve({ filter: /^alipay-checkout$/ }, () => ({ path: join(ROOT, "dist", "alipay-checkout.inline.mjs") }));
    onLoad({ filter: /\.vue$/ }, async ({ path }) => {
      const { compileScript, parse } = await import("vue/compiler-sfc");
      const { descriptor, errors } = parse(readFileSync(path, "utf8"), { filename: path });
      if (errors.length > 0) throw errors[0];
      const compilerOptions = { isCustomElement: (tag) => tag === "alipay-checkout" };
      const { content } = compileScript(descriptor, { id: "shop", inlineTemplate: true, templateOptions: { compilerOptions } });
      return { contents: content, loader: "ts" };
    });
    onLoad({ filter: /\.svelte$/ }, async ({ path }) => {
      const { compile } = await import("svelte/compiler");
      const { js, warnings } = compile(readFileSync(path, "utf8"), { filename: path, generate: "client" });
      if (warnings.length > 0) throw new Error(warnings[0].message);
      return { contents: js.code, loader: "js" };
    });
  },
};

/** One script for a browser; `entry` is esbuild's `entryPoints` or `stdin`. */
export async function bundled(entry) {
  const { outputFiles, warnings } = await build({
    ...entry,
    bundle: true,
    charset: "utf8",
    conditions: ["browser", "production"],
    define: { "process.env.NODE_ENV": '"production"', __VUE_OPTIONS_API__: "true", __VUE_PROD_DEVTOOLS__: "false", __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: "false" },
    format: "esm",
    jsx: "automatic",
    nodePaths: [join(ROOT, "node_modules")],
    plugins: [COMPILERS],
    target: "es2022",
    write: false,
  });
  if (warnings.length > 0) throw new Error(warnings[0].text);
  return outputFiles[0].text;
}
