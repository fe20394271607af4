// What is where: every page of the site, and which page shows which file of the repository.

import { existsSync, readFileSync, readdirSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";

import { CONTENTS } from "./contents.mjs";
import { PAGES, ROOT, SITE } from "./places.mjs";

/** A line of a page that stands for (a section of) another file: `<!-- include: ../../README.md#a-heading -->`. */
export const INCLUDE = /^<!-- include: (\S+?)(?:#(\S+))? -->\s*$/;

/** `pages/start.md` is `start/`, `pages/zh/index.md` is `zh/`. */
export function urlOf(inputPath) {
  const name = relative(PAGES, resolve(SITE, inputPath)).replaceAll("\\", "/").replace(/\.md$/, "");
  return name.replace(/(^|\/)index$/, "$1").replace(/([^/])$/, "$1/");
}

/** Reads all pages. */
export function atlas() {
  const pages = new Map();
  const shown = new Map();
  for (const name of readdirSync(PAGES, { recursive: true }).filter((file) => file.endsWith(".md")).sort()) {
    const path = join(PAGES, name);
    const url = urlOf(path);
    const text = readFileSync(path, "utf8");
    const title = /^---\n(?:[^]*?\n)?title: (.+)\n/.exec(text)?.[1];
    if (title === undefined) throw new Error(`${name} has no title`);
    pages.set(url, { url, title, lang: url.startsWith("zh/") ? "zh" : "en", path });
    for (const line of text.split("\n")) {
      const found = INCLUDE.exec(line);
      if (found === null) continue;
      const file = resolve(dirname(path), found[1]);
      if (!existsSync(file)) throw new Error(`${name} includes ${found[1]}, which is not there`);
      if (!shown.has(file)) shown.set(file, []);
      shown.get(file).push({ url, section: found[2] });
    }
  }
  expectContents(pages);
  return {
    get: (url) => pages.get(url),
    all: () => [...pages.values()],

    /** The same page in the other language, or that language's first page. */
    counterpart(url) {
      const twin = url.startsWith("zh/") ? url.slice("zh/".length) : `zh/${url}`;
      return pages.get(twin) ?? pages.get(url.startsWith("zh/") ? "" : "zh/");
    },

    /** Where the site shows the file `path`, or its heading `fragment`; `headings(path, section)` are those below a heading. */
    placeOf(path, fragment, headings) {
      const at = (url) => (fragment === undefined ? url : `${url}#${fragment}`);
      const own = pages.get(path.startsWith(PAGES) && path.endsWith(".md") ? urlOf(path) : "\0");
      if (own !== undefined) return at(own.url);
      const places = shown.get(path) ?? [];
      const whole = places.find(({ section }) => section === undefined);
      if (fragment === undefined) return (whole ?? places[0])?.url;
      // A section is included without its own heading, so that a link to it is one to the page.
      const same = places.find(({ section }) => section === fragment);
      if (same !== undefined) return same.url;
      const holding = places.find(({ section }) => section !== undefined && headings(path, section).includes(fragment));
      return holding === undefined && whole === undefined ? undefined : at((holding ?? whole).url);
    },
  };
}

/** A page that the contents forget cannot be found by anybody. */
function expectContents(pages) {
  const listed = Object.values(CONTENTS).flat().flatMap(({ urls }) => urls);
  const lost = [...pages.keys()].filter((url) => !listed.includes(url));
  const absent = listed.filter((url) => !pages.has(url));
  if (lost.length + absent.length > 0) throw new Error(`contents.mjs: not listed ${lost}; listed and not there ${absent}`);
}

/** The name of a file for people: its path in the repository. */
export const nameOf = (path) => relative(ROOT, path).replaceAll("\\", "/");
