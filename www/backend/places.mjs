import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { to } from "../pages/layout.mjs";

/** The built documentation. Where nobody has built it, nothing leads there. */
export const DOCUMENTATION = fileURLToPath(new URL("../build/docs", import.meta.url));

/** Everything that there is to try around this shop, in the order in which one comes to want it. */
export function places(page, { edgeOrigin, standInOrigin }) {
  return [
    { name: "shop", href: to(page, "/") },
    { name: "playground", href: to(page, "/playground") },
    { name: "doctor", href: to(page, "/doctor") },
    { name: "states", href: to(page, "/states") },
    standInOrigin && { name: "traffic", href: `${standInOrigin}/` },
    { name: "dashboard", href: `${edgeOrigin}/dashboard/` },
    existsSync(`${DOCUMENTATION}/index.html`) && { name: "documentation", href: page.texts.lang === "zh" ? "/docs/zh/" : "/docs/" },
  ].filter(Boolean);
}
