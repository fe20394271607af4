// Builds the documentation into `www/build/docs`, which the demo shop serves at `/docs/`:
//
//   node docs/site/build.mjs [FOLDER]

import { rmSync } from "node:fs";
import { resolve } from "node:path";

import Eleventy from "@11ty/eleventy";

import { SITE, OUTPUT } from "./lib/places.mjs";

const output = resolve(process.argv[2] ?? OUTPUT);
// Pages that are no longer written must not stay reachable.
rmSync(output, { recursive: true, force: true });
// Eleventy takes input and output relative to where it is started.
process.chdir(SITE);
await new Eleventy("pages", output, { configPath: "eleventy.config.mjs", quietMode: true }).write();
