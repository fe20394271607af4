// Every link leads somewhere: in the site as it is built, and in the Markdown as it is read in the repository. Links to
// other hosts are judged by their form alone: nothing here asks the network.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative, resolve } from "node:path";
import { after, test } from "node:test";

import { ROOT } from "../../xtask/npm/stack.mjs";

const SITE = mkdtempSync(join(tmpdir(), "docs-"));
after(() => rmSync(SITE, { recursive: true, force: true }));
execFileSync("node", [join(ROOT, "docs", "site", "build.mjs"), SITE], { stdio: ["ignore", "ignore", "inherit"] });

const files = (folder, ending) => readdirSync(folder, { recursive: true }).filter((name) => name.endsWith(ending)).map((name) => join(folder, name)).sort();
const pages = new Map(files(SITE, ".html").map((path) => [path, readFileSync(path, "utf8")]));
const idsOf = (html) => [...html.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
const unescaped = (text) => text.replaceAll("&amp;", "&").replaceAll("&quot;", '"').replaceAll("&lt;", "<");

/** What is wrong with a link to another host. */
function badForm(href) {
  if (/^mailto:[^\s@]+@[^\s@]+\.[a-z]+$/.test(href)) return false;
  if (!URL.canParse(href)) return true;
  const { protocol, hostname, username } = new URL(href);
  if (protocol === "http:") return hostname !== "127.0.0.1";
  return protocol !== "https:" || username !== "" || !hostname.includes(".") || /\s/.test(href);
}

const isElsewhere = (href) => /^[a-z][a-z+.-]*:/i.test(href);

test("every_link_and_file_of_the_site_is_there_and_so_is_every_place_in_it", () => {
  assert.equal(pages.size >= 25, true);
  const lost = [];
  let seen = 0;
  for (const [path, html] of pages) {
    for (const [, attribute, raw] of html.matchAll(/ (href|src|data-index|data-root)="([^"]*)"/g)) {
      const href = unescaped(raw);
      seen += 1;
      const where = `${relative(SITE, path)}: ${attribute} ${href}`;
      if (isElsewhere(href)) {
        if (badForm(href)) lost.push(where);
        continue;
      }
      const [name, fragment] = decodeURI(href).split("#");
      const target = resolve(dirname(path), name);
      const file = name === "" ? path : existsSync(target) && statSync(target).isDirectory() ? join(target, "index.html") : target;
      if (!existsSync(file)) lost.push(where);
      else if (fragment !== undefined && !idsOf(readFileSync(file, "utf8")).includes(fragment)) lost.push(where);
    }
  }
  assert.deepEqual(lost, []);
  assert.equal(seen > 1000, true);
});

test("no_page_has_an_id_twice_or_asks_another_host_for_anything", () => {
  for (const [path, html] of pages) {
    const ids = idsOf(html);
    assert.deepEqual([relative(SITE, path), ids.filter((id, at) => ids.indexOf(id) !== at)], [relative(SITE, path), []]);
    const loaded = [...html.matchAll(/<(?:script|link|img|iframe)[^>]* (?:src|href)="([^"]*)"/g)].map(([, href]) => href);
    assert.deepEqual(loaded.filter(isElsewhere), []);
    // Nothing inline: the pages are served under a policy without it.
    assert.equal(/<style|<script(?![^>]* src=)| style="| on[a-z]+="/.test(html.replace(/<pre[^]*?<\/pre>|<code[^]*?<\/code>/g, "")), false, path);
  }
});

test("search_finds_sections_that_are_there", () => {
  for (const lang of ["en", "zh"]) {
    const sections = JSON.parse(readFileSync(join(SITE, "assets", `search.${lang}.json`), "utf8"));
    const lost = sections.filter(({ url }) => {
      const [page, fragment] = url.split("#");
      const html = pages.get(join(SITE, page, "index.html"));
      return html === undefined || (fragment !== undefined && !idsOf(html).includes(fragment));
    });
    assert.deepEqual(lost, []);
    assert.equal(sections.length > 15, true);
  }
});

/** The fragments that GitHub gives to the headings of a Markdown file. */
function fragments(text) {
  const found = [];
  for (const [, heading] of text.replace(/^```[^]*?^```/gm, "").matchAll(/^#{1,6} (.*)$/gm)) {
    const slug = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, "$1").trim().toLowerCase().replace(/[^\p{L}\p{N}\p{M}_ -]/gu, "").replaceAll(" ", "-");
    const copies = found.filter((one) => one === slug || one.replace(/-\d+$/, "") === slug).length;
    found.push(copies === 0 ? slug : `${slug}-${copies}`);
  }
  return found;
}

test("every_link_of_a_markdown_file_is_there_and_so_is_every_heading", () => {
  const tracked = execFileSync("git", ["ls-files", "-z", "*.md"], { cwd: ROOT, encoding: "utf8" }).split("\0").filter(Boolean);
  assert.equal(tracked.includes("README.md"), true);
  const lost = [];
  for (const name of tracked) {
    const path = join(ROOT, name);
    const text = readFileSync(path, "utf8").replace(/^```[^]*?^```/gm, "").replace(/`[^`\n]*`/g, (code) => code.replace(/[[\]()<>]/g, "_"));
    const hrefs = [...text.matchAll(/\]\(([^)\s]+)\)/g), ...text.matchAll(/<(https?:[^>\s]+)>/g)].map(([, href]) => href);
    for (const href of hrefs) {
      if (isElsewhere(href)) {
        if (badForm(href)) lost.push(`${name}: ${href}`);
        continue;
      }
      const [file, fragment] = decodeURI(href).split("#");
      const target = file === "" ? path : resolve(dirname(path), file);
      if (!existsSync(target)) lost.push(`${name}: ${href}`);
      else if (fragment !== undefined && target.endsWith(".md") && !shown(target).includes(fragment)) lost.push(`${name}: ${href}`);
    }
  }
  assert.deepEqual(lost, []);
});

/** The fragments of a file; those of the site's own pages are known from the page that was built. */
function shown(path) {
  const home = join(ROOT, "docs", "site", "pages");
  if (!path.startsWith(home)) return fragments(readFileSync(path, "utf8"));
  const name = relative(home, path).replace(/\.md$/, "").replace(/(^|\/)index$/, "$1");
  return idsOf(pages.get(join(SITE, name, "index.html")));
}
