// Where things are, which tool versions belong to the tree, and the environment children run in.
// Node built-ins only: everything in this folder runs before `npm ci` has run.

import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';

export const ROOT = resolve(import.meta.dirname, '../..');
export const LOCAL = join(ROOT, '.local');
export const LOGS = join(LOCAL, 'logs');
export const TOOLS = join(ROOT, '.tools');
export const NODE_BIN = join(ROOT, 'node_modules', '.bin');
export const TARGET = join(ROOT, 'target');
export const SANDBOX_BINARY = join(TARGET, 'debug', 'alipay-sandbox');

/** Versions of the tools that `cargo install` brings. `cargo run -p xtask -- tidy` compares them with Cargo.lock. */
export const PINS = JSON.parse(readFileSync(join(import.meta.dirname, 'tools.json'), 'utf8'));

/**
 * The environment of every child: our own tools first on PATH, so that `node` is the Node 24 that
 * wrangler needs even where the system has an older one.
 */
export function environment(extra = {}, base = process.env) {
  const path = [NODE_BIN, join(TOOLS, 'bin'), base.PATH ?? '', join(homedir(), '.cargo', 'bin')];
  return {
    ...base,
    PATH: path.filter(Boolean).join(delimiter),
    // Pinned, so that the built files are where the next step looks for them.
    CARGO_TARGET_DIR: TARGET,
    CARGO_TERM_COLOR: 'never',
    // worker-build never searches PATH: without these it would download.
    WASM_BINDGEN_BIN: join(TOOLS, 'bin', 'wasm-bindgen'),
    WASM_OPT_BIN: join(NODE_BIN, 'wasm-opt'),
    ESBUILD_BIN: join(NODE_BIN, 'esbuild'),
    ...extra,
  };
}

/** The oldest Rust that builds the workspace, as Cargo.toml says it. */
export function oldestRust() {
  const found = /^rust-version = "([0-9.]+)"/m.exec(readFileSync(join(ROOT, 'Cargo.toml'), 'utf8'));
  if (found === null) throw new Error('Cargo.toml names no rust-version');
  return found[1];
}

/** Whether version `actual` (`1.95.0`) is at least `least` (`1.91`), number by number. */
export function atLeast(actual, least) {
  const [a, b] = [actual, least].map((version) => version.split('.').map(Number));
  for (let i = 0; i < b.length; i += 1) {
    if ((a[i] ?? 0) !== b[i]) return (a[i] ?? 0) > b[i];
  }
  return true;
}
