// A Chromium of the measurements' own, and what one visit of a page tells.

import { chromium } from "@playwright/test";

import config from "../playwright.config.mjs";

/**
 * The two conditions. The figures of "slow" are those of the "Fast 3G" preset of Chrome's developer tools
 * (called "Slow 4G" since Chrome 125): 1.6 Mbit/s down and 750 kbit/s up, of which nine tenths arrive, and
 * 150 ms times 3.75 before each answer. The processor is four times slower.
 */
export const CONDITIONS = {
  unthrottled: { says: "unthrottled" },
  slow: {
    says: "4× CPU, Fast 3G",
    cpu: 4,
    network: {
      offline: false,
      latency: 562.5,
      downloadThroughput: (1_600_000 / 8) * 0.9,
      uploadThroughput: (750_000 / 8) * 0.9,
    },
  },
};

/** Nothing takes this long; a page that does has lost the click. */
const DEADLINE_MS = 30_000;

/** Starts Chromium; `more` are arguments beside those that every test has. */
export const launch = (more = []) => {
  const { args = [], ...rest } = config.use.launchOptions;
  return chromium.launch({ ...rest, args: [...args, ...more] });
};

/**
 * Opens `url` with nothing cached and answers milliseconds from the start of the navigation: `painted`,
 * when the button was on the screen and took clicks, and `working`, when the request of a click made at
 * that moment left; besides `shift`, how far the page had moved, `bytes` that had come by then, and `outside`,
 * the hosts that the page asked before the click's request and that are not its own, once for each request.
 * With `cashier`, the path that the page goes to in the end, also `away`: when that was asked for.
 */
export async function visit(browser, url, { cpu, network } = {}, cashier) {
  // A context of its own has a cache of its own.
  const context = await browser.newContext({ viewport: { width: 390, height: 844 } });
  try {
    const page = await context.newPage();
    const tools = await context.newCDPSession(page);
    await tools.send("Network.enable");
    await tools.send("Runtime.enable");
    await tools.send("Runtime.addBinding", { name: "tellPainted" });
    const painted = new Promise((settle) => {
      tools.on("Runtime.bindingCalled", ({ payload }) => settle(JSON.parse(payload)));
    });
    const own = new URL(url).host;
    const outside = [];
    let goAway;
    const gone = new Promise((settle) => (goAway = settle));
    const sent = new Promise((settle) => {
      tools.on("Network.requestWillBeSent", ({ request, wallTime }) => {
        const { protocol, host, pathname } = new URL(request.url);
        if (pathname === cashier) goAway(wallTime * 1000);
        if (protocol.startsWith("http") && host !== own) outside.push(host);
        // Others report to their own hosts by POST as well.
        else if (request.method === "POST") settle(wallTime * 1000);
      });
    });
    let bytes = 0;
    tools.on("Network.loadingFinished", ({ encodedDataLength }) => (bytes += encodedDataLength));
    if (network) await tools.send("Network.emulateNetworkConditions", network);
    if (cpu) await tools.send("Emulation.setCPUThrottlingRate", { rate: cpu });

    await page.goto(url, { waitUntil: "commit" });
    const told = await beforeDeadline(painted, `${url}: no button`);
    const left = await beforeDeadline(sent, `${url}: the click was lost`);
    const seen = { painted: told.painted, working: left - told.origin, shift: told.shift, bytes, outside: [...outside] };
    if (!cashier) return seen;
    return { ...seen, away: (await beforeDeadline(gone, `${url}: nobody came to the cashier`)) - told.origin };
  } finally {
    await context.close();
  }
}

async function beforeDeadline(promise, otherwise) {
  let timer;
  const late = new Promise((_, refuse) => {
    timer = setTimeout(() => refuse(new Error(`${otherwise} within ${DEADLINE_MS / 1000} s`)), DEADLINE_MS);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
