// Markdown to HTML, with three things of our own: files are included instead of repeated, links between files
// become links between pages, and tables are made from the sources.

import { existsSync, readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";

import MarkdownIt from "markdown-it";

import { INCLUDE, nameOf, urlOf } from "./atlas.mjs";
import { highlight } from "./highlight.mjs";
import { SITE } from "./places.mjs";
import { MAKERS } from "./makers.mjs";
import { relativeUrl, slug } from "./urls.mjs";

/** `<!-- make: NAME -->`: what a function of ours makes, as Markdown or HTML. */
const MAKE = /^<!-- make: (\S+) -->\s*$/;
/** `<!-- snippet: FILE#NAME -->`: the code block of that file behind its `<!-- test: NAME -->`. */
const SNIPPET = /^<!-- snippet: (\S+?)#(\S+) -->\s*$/;

export class Markdown {
  #atlas;
  #md = new MarkdownIt({ html: true, highlight });
  /** What each page has turned out to hold. */
  #read = new Map();
  #headings = new Map();

  constructor(atlas) {
    this.#atlas = atlas;
    this.#md.renderer.rules.table_open = (tokens, index) => tableOpen(tokens[index]);
    this.#md.renderer.rules.table_close = () => "</table>\n</div>\n";
    // Code that is wider than the page is scrolled, also by keyboard.
    this.#md.renderer.rules.fence = (tokens, index) => fence(tokens[index]);
  }

  /** Called by Eleventy, with a page's data. */
  render(text, { page, lang }) {
    const path = resolve(SITE, page.inputPath);
    const url = urlOf(page.inputPath);
    const tokens = this.#parse(text, path, { level: 1, lang, used: new Set() });
    this.#link(tokens, url);
    this.#read.set(url, sectionsOf(tokens, this.#atlas.get(url).title));
    nameTables(tokens, this.#atlas.get(url).title);
    return this.#md.renderer.render(withoutEmptyHeads(tokens), this.#md.options, {});
  }

  /** The headings of a page, for its own contents. */
  outline(url) {
    return this.#read.get(url).filter(({ level }) => level === 2).map(({ heading, id }) => ({ heading, id }));
  }

  /** The sections of a page, for the search: `{ url, page, heading, text }`. */
  sections(url) {
    const { title } = this.#atlas.get(url);
    return this.#read.get(url).map(({ heading, id, text }) => ({ url: id === "" ? url : `${url}#${id}`, page: title, heading, text }));
  }

  /** Tokens with everything put in its place; `state.level` is that of the heading above. */
  #parse(text, path, state) {
    const parsed = this.#md.parse(text, {});
    const tokens = [];
    let { level } = state;
    parsed.forEach((token, index) => {
      if (token.type === "heading_open") {
        level = Number(token.tag.slice(1));
        identify(token, parsed[index + 1], state.used);
      }
      token.meta = { ...token.meta, path };
      const put = token.type === "html_block" ? this.#inPlaceOf(token.content, path, { ...state, level }) : undefined;
      tokens.push(...(put ?? [token]));
    });
    return tokens;
  }

  /** The tokens that a line of ours stands for; none where it is not ours. */
  #inPlaceOf(line, path, state) {
    if (/^<!-- (test|\/?api)\b/.test(line)) return [];
    const include = INCLUDE.exec(line);
    if (include !== null) {
      const [, name, section] = include;
      const file = resolve(dirname(path), name);
      return this.#shifted(section === undefined ? withoutTitle(file) : sectionOf(file, section), file, state);
    }
    const snippet = SNIPPET.exec(line);
    if (snippet !== null) return this.#parse(codeBlock(resolve(dirname(path), snippet[1]), snippet[2]), path, state);
    const make = MAKE.exec(line);
    if (make !== null) {
      if (!(make[1] in MAKERS)) throw new Error(`${nameOf(path)}: nothing makes ${make[1]}`);
      return this.#shifted(MAKERS[make[1]](state.lang), path, state);
    }
    return undefined;
  }

  /** An included text's headings stand below the heading above it. */
  #shifted(text, path, state) {
    const tokens = this.#parse(text, path, state);
    const headings = tokens.filter(({ type }) => type.startsWith("heading_"));
    const top = Math.min(...headings.map(({ tag }) => Number(tag.slice(1))));
    for (const heading of headings) heading.tag = `h${Math.min(6, Number(heading.tag.slice(1)) + state.level + 1 - top)}`;
    return tokens;
  }

  /** Links to files become links to the pages that show them; a file that the site does not show keeps its name only. */
  #link(tokens, url) {
    for (const block of tokens.filter(({ type }) => type === "inline")) {
      const stack = [];
      for (const token of block.children) {
        if (token.type === "image") token.attrSet("src", this.#picture(token, block.meta.path));
        if (token.type === "link_open") {
          const target = this.#target(token.attrGet("href"), block.meta.path, url);
          if (target === undefined) unlink(token);
          else token.attrSet("href", target);
          stack.push(token);
        }
        if (token.type === "link_close" && stack.pop().tag === "span") token.tag = "span";
      }
    }
  }

  #target(href, path, url) {
    if (/^[a-z]+:/.test(href)) return href;
    const [name, fragment] = decodeURI(href).split("#");
    const file = name === "" ? path : resolve(dirname(path), name);
    if (!existsSync(file)) throw new Error(`${nameOf(path)} links to ${href}, which is not there`);
    const place = this.#atlas.placeOf(file, fragment, (of, section) => this.#headingsIn(of, section));
    return place === undefined ? undefined : relativeUrl(url, place);
  }

  #headingsIn(file, section) {
    const key = `${file}#${section}`;
    if (!this.#headings.has(key)) {
      const used = new Set();
      const tokens = this.#md.parse(sectionOf(file, section), {});
      const ids = tokens.flatMap((token, index) => (token.type === "heading_open" ? [identify(token, tokens[index + 1], used)] : []));
      this.#headings.set(key, ids);
    }
    return this.#headings.get(key);
  }

  #picture(token, path) {
    throw new Error(`${nameOf(path)} shows ${token.attrGet("src")}: pictures are not copied into the site`);
  }
}

function unlink(token) {
  token.tag = "span";
  token.attrs = [["class", "file"]];
}

function identify(open, inline, used) {
  const words = plain(inline);
  let id = slug(words);
  for (let copy = 1; used.has(id); copy += 1) id = `${slug(words)}-${copy}`;
  used.add(id);
  open.attrSet("id", id);
  return id;
}

const plain = (inline) => inline.children.map(({ type, content }) => (type === "softbreak" ? " " : content)).join("");

/** The text of a file below its title. */
function withoutTitle(file) {
  return readFileSync(file, "utf8").replace(/^# .*\n/, "");
}

/** The text below the heading that has the fragment `section`, up to the next heading of its level or above. */
function sectionOf(file, section) {
  const found = [];
  let level = 0;
  let fenced = false;
  for (const line of readFileSync(file, "utf8").split("\n")) {
    if (/^```/.test(line)) fenced = !fenced;
    const heading = fenced ? null : /^(#{1,6}) (.*)$/.exec(line);
    if (heading !== null && level > 0 && heading[1].length <= level) break;
    if (level > 0) found.push(line);
    else if (heading !== null && slug(heading[2].replaceAll("`", "")) === section) level = heading[1].length;
  }
  if (level === 0) throw new Error(`${nameOf(file)} has no heading #${section}`);
  return found.join("\n");
}

function codeBlock(file, name) {
  const found = new RegExp(`<!-- test: ${name} -->\n(\`\`\`[^]*?\n\`\`\`)`).exec(readFileSync(file, "utf8"));
  if (found === null) throw new Error(`${nameOf(file)} has no code block behind <!-- test: ${name} -->`);
  return found[1];
}

function fence(token) {
  const lang = token.info.trim().split(/\s+/)[0];
  const code = highlight(token.content, lang);
  return `<pre tabindex="0"${lang === "" ? "" : ` data-lang="${lang}"`}><code>${code}</code></pre>\n`;
}

function tableOpen({ meta }) {
  const name = meta.heading.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;");
  return `<div class="table" tabindex="0" role="group" aria-label="${name}">\n<table>\n`;
}

/** What a table or its scrolling region is called: the heading above it. */
function nameTables(tokens, title) {
  let heading = title;
  tokens.forEach((token, index) => {
    if (token.type === "heading_open") heading = plain(tokens[index + 1]);
    if (token.type === "table_open") token.meta = { ...token.meta, heading };
  });
}

/** Markdown has no table without a head. A head without words is left out, and a cell of it without words heads nothing. */
function withoutEmptyHeads(tokens) {
  const kept = [];
  for (let index = 0; index < tokens.length; index += 1) {
    const end = tokens[index].type === "thead_open" ? tokens.findIndex((token, at) => at > index && token.type === "thead_close") : -1;
    const cells = tokens.slice(index, end + 1).filter(({ type }) => type === "inline");
    if (end >= 0 && cells.every(({ content }) => content === "")) {
      index = end;
      continue;
    }
    if (tokens[index].type === "th_open" && tokens[index + 1].content === "") {
      tokens[index].tag = "td";
      tokens[index + 2].tag = "td";
    }
    kept.push(tokens[index]);
  }
  return kept;
}

/** The page cut at its headings: `{ id, level, heading, text }`, the first one being what stands before any. */
function sectionsOf(tokens, title) {
  const sections = [{ id: "", level: 1, heading: title, text: "" }];
  tokens.forEach((token, index) => {
    const last = sections.at(-1);
    if (token.type === "heading_open") {
      sections.push({ id: token.attrGet("id"), level: Number(token.tag.slice(1)), heading: plain(tokens[index + 1]), text: "" });
    } else if (token.type === "inline" && tokens[index - 1]?.type !== "heading_open") {
      last.text += `${plain(token)} `;
    } else if (token.type === "fence" || token.type === "code_block") {
      last.text += `${token.content} `;
    }
  });
  return sections.map((section) => ({ ...section, text: section.text.replace(/\s+/g, " ").trim() }));
}
