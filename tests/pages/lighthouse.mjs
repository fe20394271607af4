// Lighthouse over the demo's pages, on a phone with slow network and processor as it plays them: performance,
// accessibility and best practices must have 95 of 100 each. Everything is on this machine; nobody is asked.
//
//   node tests/pages/lighthouse.mjs [PATH…]


import { launch } from "chrome-launcher";
import lighthouse from "lighthouse";

import { cli, isMain } from "../../xtask/npm/stack.mjs";
import config from "../playwright.config.mjs";
import { conclude } from "../proof/checks.mjs";
import { openShop } from "../stack/shop-alone.mjs";

const PAGES = ["/", "/orders", "/playground", "/doctor", "/docs/", "/docs/zh/"];
const LEAST = 95;
const JUDGED = ["performance", "accessibility", "best-practices"];
/** A machine that does something else at the time makes a page slower, never quicker: the best of so many counts. */
const MOST_RUNS = 3;

/** Scores by category, and what keeps each judged one from 100. */
async function judge(url, port) {
  const { lhr } = await lighthouse(url, {
    port,
    logLevel: "error",
    locale: "en-US",
    onlyCategories: [...JUDGED, "seo"],
  });
  if (lhr.runtimeError) throw new Error(`${url}: ${lhr.runtimeError.message}`);
  return Object.fromEntries(Object.entries(lhr.categories).map(([name, { score, auditRefs }]) => {
    const failing = auditRefs
      .filter(({ weight, id }) => weight > 0 && lhr.audits[id].score !== null && lhr.audits[id].score < 0.995)
      .map(({ id }) => `${id} ${Math.round(lhr.audits[id].score * 100)}${lhr.audits[id].displayValue ? ` (${lhr.audits[id].displayValue})` : ""}${items(lhr.audits[id])}`);
    return [name, { score: Math.round(score * 100), failing }];
  }));
}

/** What an audit complains about: elements, addresses or messages, the first three. */
function items({ details }) {
  const all = (details?.items ?? []).map(({ node, url, description }) => node?.selector ?? description ?? url).filter(Boolean);
  return all.length > 0 ? `: ${all.slice(0, 3).join(", ")}` : "";
}

/** The best of some runs: one is enough where it is good. */
async function best(url, port) {
  let kept;
  for (let run = 1; run <= MOST_RUNS; run += 1) {
    const scores = await judge(url, port);
    if (!kept || scores.performance.score > kept.performance.score) kept = scores;
    if (JUDGED.every((name) => kept[name].score >= LEAST)) break;
  }
  return kept;
}

if (isMain(import.meta)) await cli(async () => {
  const { executablePath, args } = config.use.launchOptions;
  const shop = await openShop();
  const chrome = await launch({ chromePath: executablePath, chromeFlags: [...args, "--headless=new"], logLevel: "silent" });
  const checks = [];
  try {
    const asked = process.argv.slice(2);
    for (const path of asked.length > 0 ? asked : PAGES) {
      const scores = await best(shop.origin + path, chrome.port);
      const line = Object.entries(scores).map(([name, { score }]) => `${name} ${score}`).join(", ");
      process.stdout.write(`${path}  ${line}\n`);
      for (const [name, { failing }] of Object.entries(scores)) {
        for (const audit of failing) process.stdout.write(`    ${name}: ${audit}\n`);
      }
      for (const name of JUDGED) {
        const { score, failing } = scores[name];
        checks.push([`${path}_${name}_has_at_least_${LEAST}`, score >= LEAST, `${score}; ${failing.join("; ")}`]);
      }
    }
  } finally {
    chrome.kill();
    shop.close();
  }
  return conclude(checks);
});
