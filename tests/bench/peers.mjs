// The peers, by their package names and pinned versions, in a folder that git ignores. What cannot be
// installed is told by the rows that need it; nothing is left out silently.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { LOCAL, run } from "../../xtask/npm/stack.mjs";

export const PLACE = join(LOCAL, "bench");

const MANIFEST = readFileSync(join(import.meta.dirname, "rivals", "package.json"), "utf8");

/** alipay-sdk for Node is pinned where `npm run load` installs it: tests/proof/peers.mjs. */
export const NPM = JSON.parse(MANIFEST).dependencies;
export const PYTHON = { "python-alipay-sdk": "3.4.0", "global-open-sdk-python": "1.7.1" };

/** The folder of the npm peers' `node_modules`: `{ place }`, or `{ missing }` with the reason. */
export async function npmPeers() {
  const place = join(PLACE, "npm");
  const has = ([name, version]) => {
    const file = join(place, "node_modules", name, "package.json");
    return existsSync(file) && JSON.parse(readFileSync(file, "utf8")).version === version;
  };
  if (Object.entries(NPM).every(has)) return { place };
  mkdirSync(place, { recursive: true });
  // Without one of its own, npm would install into the workspace around it.
  writeFileSync(join(place, "package.json"), MANIFEST);
  const { code } = await run("bench-npm", "npm", ["install", "--prefix", place, "--no-audit", "--no-fund"], { mayFail: true, cwd: place });
  return code === 0 ? { place } : { missing: "npm could not install it (.local/logs/bench-npm.log)" };
}

/** A Python with the Python peers: `{ python }`, or `{ missing }` with what to install. */
export async function pythonPeers() {
  const place = join(PLACE, "python");
  const python = join(place, "bin", "python");
  const wanted = Object.entries(PYTHON).map(([name, version]) => `${name}==${version}`);
  const stamp = join(place, "peers.txt");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted.join("\n")) return { python };
  mkdirSync(PLACE, { recursive: true });
  const command = (name, program, args) => run(name, program, args, { mayFail: true }).catch(() => ({ code: 1 }));
  const made = await command("bench-venv", "python3", ["-m", "venv", "--clear", place]);
  if (made.code !== 0) return { missing: "python3 with venv is not installed (Debian: apt-get install python3-venv)" };
  const installed = await command("bench-pip", python, ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", ...wanted]);
  if (installed.code !== 0) return { missing: "pip could not install it (.local/logs/bench-pip.log)" };
  writeFileSync(stamp, wanted.join("\n"));
  return { python };
}
