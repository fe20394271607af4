// What was measured on, and what of: without both, a number says nothing.

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { cpus, release, totalmem, type } from "node:os";
import { join } from "node:path";

import { ROOT, environment } from "../../xtask/npm/stack.mjs";
import config from "../playwright.config.mjs";

const said = (command, ...args) => {
  try {
    return execFileSync(command, args, { cwd: ROOT, env: environment(), stdio: ["ignore", "pipe", "ignore"] }).toString().trim();
  } catch {
    return undefined;
  }
};

/** `{ CPU, cores, memory, system }`. */
export function machine() {
  const processors = cpus();
  return {
    CPU: processors[0]?.model.trim() ?? "unknown",
    cores: processors.length,
    memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
    system: `${type()} ${release().split(".").slice(0, 2).join(".")}`,
  };
}

/** The commit, and whether the tree differs from it. */
export function commit() {
  const changes = said("git", "status", "--porcelain", "--untracked-files=no");
  // What a run writes itself is no change of what it measures.
  const own = /^...(tests\/bench\/RESULTS\.(md|json)|README\.md|docs\/scale\.md)$/;
  const changed = (changes ?? "").split("\n").some((line) => line !== "" && !own.test(line));
  return `${said("git", "rev-parse", "--short", "HEAD") ?? "unknown"}${changed ? " with changes" : ""}`;
}

/** Versions of the tools; a tool that is absent has no entry. */
export function versions() {
  const installed = (name) => JSON.parse(readFileSync(join(ROOT, "node_modules", name, "package.json"), "utf8")).version;
  const found = {
    workerd: installed("workerd"),
    Node: said("node", "--version")?.slice(1),
    rustc: said("rustc", "--version")?.split(" ")[1],
    OpenSSL: said("openssl", "version")?.split(" ")[1],
    Python: said("python3", "--version")?.split(" ")[1],
    Chromium: said(config.use.launchOptions.executablePath, "--version")?.split(" ")[1],
  };
  return Object.fromEntries(Object.entries(found).filter(([, version]) => version !== undefined));
}
