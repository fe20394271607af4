// The documentation's snippets, taken out of the Markdown and run in their own languages.
//
// Each snippet stands behind `<!-- test: KIND LANGUAGE [PACKAGE] -->` and defines one function. A driver around it reads a
// case from each line of its input and writes what came of it, one line each; bytes travel as base64.

import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { ROOT } from "../../xtask/npm/stack.mjs";
import { DRIVERS } from "./drivers.mjs";

const PAGES = join(ROOT, "docs", "site", "pages");
/** A compiler on a busy machine; a hang is a failure all the same. */
const PATIENCE_MS = 120_000;

/** Every snippet of a page: `{ kind, language, needs, code }`. */
export function snippets(page) {
  const text = readFileSync(join(PAGES, page), "utf8");
  return [...text.matchAll(/<!-- test: (\w+) (\w+)(?: (\S+))? -->\n```\w+\n([^]*?)```/g)]
    .map(([, kind, language, needs, code]) => ({ kind, language, needs, code }));
}

/** The README's example of that language, with a library: it defines `receive`. */
export function readmeExample(language, needs) {
  const code = new RegExp(`<!-- test: ${language} -->\n\`\`\`\\w+\n([^]*?)\`\`\``).exec(readFileSync(join(ROOT, "README.md"), "utf8"))[1];
  return { kind: "receive", language, needs, code };
}

const LANGUAGES = {
  node: {
    there: () => true,
    files: ({ kind, code }) => ({ "snippet.mjs": code, "driver.mjs": DRIVERS.node[kind] }),
    run: ["node", "driver.mjs"],
  },
  python: {
    there: (needs) => succeeds("python3", ["-c", needs === undefined ? "" : `import ${MODULES[needs]}`]),
    install: (needs) => (needs === undefined ? "apt-get install python3" : `pip install ${needs}`),
    files: ({ kind, code }) => ({ "snippet.py": code, "driver.py": DRIVERS.python[kind] }),
    run: ["python3", "driver.py"],
  },
  php: {
    there: () => succeeds("php", ["--version"]),
    install: () => "apt-get install php-cli",
    files: ({ kind, code }) => ({ "snippet.php": code, "driver.php": DRIVERS.php[kind] }),
    run: ["php", "driver.php"],
  },
  go: {
    there: () => succeeds("go", ["version"]),
    install: () => "apt-get install golang-go",
    files: ({ kind, code }) => ({ "go.mod": "module example\n\ngo 1.18\n", "shop/snippet.go": code, "main.go": DRIVERS.go[kind] }),
    run: ["go", "run", "."],
  },
  java: {
    there: () => succeeds("javac", ["--version"]),
    install: () => "apt-get install default-jdk-headless",
    files: ({ kind, code }) => ({ [`${/public final class (\w+)/.exec(code)[1]}.java`]: code, "Driver.java": DRIVERS.java[kind] }),
    build: ["javac", "-encoding", "UTF-8", "-d", ".", "Driver.java"],
    run: ["java", "-Dfile.encoding=UTF-8", "-cp", ".", "Driver"],
  },
  ruby: {
    there: () => succeeds("ruby", ["--version"]),
    install: () => "apt-get install ruby",
    files: ({ kind, code }) => ({ "snippet.rb": code, "driver.rb": DRIVERS.ruby[kind] }),
    run: ["ruby", "driver.rb"],
  },
};

/** The name under which a package is imported. */
const MODULES = { PyJWT: "jwt", standardwebhooks: "standardwebhooks" };

function succeeds(command, args) {
  return spawnSync(command, args, { stdio: "ignore" }).status === 0;
}

/** Why a snippet cannot be run on this machine, with what to do; `undefined` where it can. Node is always there. */
export function missing({ language, needs }) {
  const { there, install } = LANGUAGES[language];
  return there(needs) ? undefined : `not run: ${[language, needs].filter(Boolean).join(" ")} (not installed: ${install(needs)})`;
}

/** Runs a snippet for each of `lines` and answers the lines that it wrote. */
export function run(snippet, lines, env) {
  const { files, build, run: command } = LANGUAGES[snippet.language];
  const folder = mkdtempSync(join(tmpdir(), "snippet-"));
  try {
    for (const [name, text] of Object.entries(files(snippet))) {
      mkdirSync(join(folder, name, ".."), { recursive: true });
      writeFileSync(join(folder, name), text);
    }
    if (build !== undefined) done(build, folder);
    const text = done(command, folder, { input: lines.map((line) => `${line}\n`).join(""), env: { ...process.env, GO111MODULE: "on", ...env } });
    return text.split("\n").filter(Boolean);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function done([command, ...args], cwd, options = {}) {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd, encoding: "utf8", timeout: PATIENCE_MS, ...options });
  if (status !== 0) throw new Error(`${command} ${args.join(" ")}: ${error ?? `exit code ${status}`}\n${stderr}`);
  return stdout;
}

/** A line for an event's driver: `headers` as received, `body` as text or bytes. */
export function eventLine(headers, body) {
  return [Buffer.from(body).toString("base64"), headers["webhook-id"], headers["webhook-timestamp"], headers["webhook-signature"]].join("\t");
}

const base64 = (value) => Buffer.from(value).toString("base64");
/** What an event's driver writes for a body that was accepted. */
export const accepted = (body) => `accepted ${base64(body)}`;
/** A line for a token's driver. */
export const orderLine = (order) => base64(JSON.stringify(order));
