// The site: Markdown from `pages/`, one layout, and what `lib/` makes from the sources of the project.

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { atlas, urlOf } from "./lib/atlas.mjs";
import { CONTENTS, WORDS, neighbours } from "./lib/contents.mjs";
import { Markdown } from "./lib/markdown.mjs";
import { relativeUrl } from "./lib/urls.mjs";

export default function configure(eleventy) {
  const pages = atlas();
  const markdown = new Markdown(pages);
  eleventy.setLibrary("md", markdown);
  eleventy.addPassthroughCopy({ public: "assets" });
  eleventy.addGlobalData("eleventyComputed", {
    permalink: ({ page }) => `${urlOf(page.inputPath)}index.html`,
    lang: ({ page }) => pages.get(urlOf(page.inputPath)).lang,
    words: ({ page }) => WORDS[pages.get(urlOf(page.inputPath)).lang],
  });

  const here = (page) => urlOf(page.inputPath);
  eleventy.addFilter("to", (target, page) => relativeUrl(here(page), target));
  eleventy.addFilter("outline", (page) => markdown.outline(here(page)));
  eleventy.addFilter("other", (page) => pages.counterpart(here(page)));
  eleventy.addFilter("around", (page) => neighbours(pages, here(page)));
  eleventy.addFilter("groups", (lang) => CONTENTS[lang].map(({ name, urls }) => ({
    name, pages: urls.map((url) => pages.get(url)),
  })));

  // The search index has the words of every section; a page loads that of its language when it is asked.
  eleventy.on("eleventy.after", ({ directories, dir }) => {
    const output = directories?.output ?? dir.output;
    mkdirSync(join(output, "assets"), { recursive: true });
    for (const lang of Object.keys(CONTENTS)) {
      const sections = CONTENTS[lang].flatMap(({ urls, background }) => (
        urls.flatMap((url) => markdown.sections(url)).map((section) => ({ ...section, background }))));
      writeFileSync(join(output, "assets", `search.${lang}.json`), JSON.stringify(sections));
    }
  });

  return {
    dir: { input: "pages", includes: "../layouts", layouts: "../layouts" },
    templateFormats: ["md"],
    // Braces in Markdown are text.
    markdownTemplateEngine: false,
    htmlTemplateEngine: "njk",
  };
}
