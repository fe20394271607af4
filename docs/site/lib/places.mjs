// Where things are.

import { join, resolve } from "node:path";

/** The repository. */
export const ROOT = resolve(import.meta.dirname, "../../..");
export const SITE = join(ROOT, "docs", "site");
export const PAGES = join(SITE, "pages");
/** Ignored by git; the demo shop serves it at `/docs/`. */
export const OUTPUT = join(ROOT, "www", "build", "docs");
