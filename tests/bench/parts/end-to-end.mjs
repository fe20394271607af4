// Part 4: what a shopper and a merchant wait for. The real stand-in, shop and Worker; the shopper is
// Playwright, whose own time is not measured: pages tell by themselves when they were clicked and painted.

import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { errors } from "@playwright/test";

import { freePorts } from "../../../xtask/npm/stack.mjs";
import { encoded, openBench } from "../../proof/bench.mjs";
import { alipaySdk } from "../../proof/peers.mjs";
import { paidFields, signed } from "../../stack/notification.mjs";
import { Cashier, Shop, StandIn } from "../../stack/parts.mjs";
import { claims, orderToken } from "../../stack/tokens.mjs";
import { launch } from "../browser.mjs";
import { NodeServer } from "../servers.mjs";
import { openStack } from "../stack.mjs";
import { quantile } from "../statistics.mjs";

const DEADLINE_MS = 20_000;
/** Chromium loses a click now and then where the machine has other work; it never comes back from that. */
const LOST_MS = 10_000;
/** More than these in one run are no accident. */
const MOST_LOST = 3;

/** Runs in every page: tells when something was clicked, and when what we wait for was painted. */
const WATCH = `(() => {
  const at = () => performance.timeOrigin + performance.now();
  addEventListener("click", (event) => tellBench({ what: "click", at: at() }), true);
  const seen = {
    cashier: () => document.querySelector("#account"),
    paid: () => document.querySelector('alipay-checkout[state="paid"], #receipt:not([hidden])'),
  };
  const told = new Set();
  const look = () => {
    for (const [what, find] of Object.entries(seen)) {
      if (told.has(what) || !find()?.checkVisibility()) continue;
      told.add(what);
      requestAnimationFrame(() => setTimeout(() => tellBench({ what, at: at() })));
    }
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
})()`;

/** What the pages of a context tell, in the order in which it came. */
class Told {
  #all = [];

  static async by(context) {
    const told = new Told();
    await context.exposeBinding("tellBench", (_, entry) => told.#all.push(entry));
    await context.addInitScript(WATCH);
    return told;
  }

  /** Waits until `what` has been told after `since`, and answers when. */
  async when(what, since) {
    const end = Date.now() + DEADLINE_MS;
    for (;;) {
      const found = this.#all.find((one) => one.what === what && one.at >= since);
      if (found !== undefined) return found.at;
      if (Date.now() > end) throw new Error(`no ${what} within ${DEADLINE_MS / 1000} s`);
      await new Promise((done) => setTimeout(done, 5));
    }
  }

  /** The last click. */
  get click() {
    return this.#all.findLast(({ what }) => what === "click").at;
  }
}

/** Visits that the browser did not lose; those that it lost are repeated, and counted to be told. */
class Visits {
  lost = 0;

  async until(visit) {
    for (;;) {
      try {
        return await visit();
      } catch (error) {
        if (!(error instanceof errors.TimeoutError) || this.lost === MOST_LOST) throw error;
        this.lost += 1;
      }
    }
  }

  /** For the table. */
  get said() {
    return this.lost === 0 ? "" : ` The browser lost ${this.lost} more (nothing within ${LOST_MS / 1000} s of a click), which were repeated.`;
  }
}

/** A browser's window with nothing cached. */
async function opened(browser) {
  const context = await browser.newContext();
  context.setDefaultTimeout(LOST_MS);
  return context;
}

/** One payment in a browser of its own: `{ cashier, paid }` in milliseconds, each from its click. */
async function pay(browser, origins) {
  const context = await opened(browser);
  try {
    const told = await Told.by(context);
    const page = await context.newPage();
    const [shop, cashier] = [new Shop(origins.shop), new Cashier(page)];
    await shop.order(page);
    await shop.button(page).click();
    const shown = (await told.when("cashier", 0)) - told.click;
    await cashier.logIn();
    const began = Date.now();
    await cashier.enterPassword();
    const paid = await told.when("paid", began);
    return { cashier: shown, paid: paid - told.click };
  } finally {
    await context.close();
  }
}

/** A server of one page without script of ours, a fresh order in each; intercepting one instead would slow its requests. */
async function openPlain({ edge }) {
  const server = createServer((_, response) => {
    const token = orderToken(claims());
    response.writeHead(200, { "content-type": "text/html" }).end(
      `<!doctype html><form method="post" action="${edge}/pay"><input type="hidden" name="order_token" value="${token}"><button>Pay</button></form>`,
    );
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return server;
}

/** The form posts, and the cashier comes. Milliseconds from the click. */
async function byForm(browser, plain) {
  const context = await opened(browser);
  try {
    const told = await Told.by(context);
    const page = await context.newPage();
    await page.goto(`http://127.0.0.1:${plain.address().port}/`);
    await page.getByRole("button").click();
    return (await told.when("cashier", 0)) - told.click;
  } finally {
    await context.close();
  }
}

/** The shopper waits already; Alipay's notification comes late. Milliseconds from its sending to "paid". */
async function late(browser, origins, standIn) {
  const context = await opened(browser);
  try {
    const told = await Told.by(context);
    const page = await context.newPage();
    const shop = new Shop(origins.shop);
    await standIn.faults({ hold: true, return_delay_ms: 0 });
    const number = await shop.order(page);
    await shop.button(page).click();
    await new Cashier(page).pay();
    await page.locator('alipay-checkout[state="confirming"]').waitFor();
    const { at_ms } = await standIn.notify(number);
    return (await told.when("paid", at_ms)) - at_ms;
  } finally {
    await standIn.faults({ hold: false, return_delay_ms: 0 });
    await context.close();
  }
}

/** Milliseconds from the sending of a notification to its event at the merchant's, and to the acknowledgement. */
async function events({ rounds, each, note }) {
  const ours = await openBench();
  const { entry, version } = await alipaySdk();
  const keys = mkdtempSync(join(tmpdir(), "alipay-checkout-bench-"));
  for (const name of ["merchant-private.pem", "alipay-public.pem"]) writeFileSync(join(keys, name), ours.secrets[name], { mode: 0o600 });
  const { edge: port } = await freePorts();
  const node = new NodeServer(port, [
    join(import.meta.dirname, "..", "drivers", "node-forwarder.mjs"), entry, keys, String(port), `${ours.receiver.origin}/events`, ours.secrets["webhook.secret"],
  ]);
  try {
    await node.start();
    const found = { ours: { event: [], p90: [], acknowledged: [] }, node: { event: [], p90: [], acknowledged: [] } };
    for (let round = 0; round <= rounds; round += 1) {
      for (const [name, origin] of [["ours", ours.origin], ["node", node.origin]]) {
        note(`round ${round}: events, ${name}`);
        const waits = [];
        for (let n = 0; n < each; n += 1) waits.push(await told(ours, origin));
        if (round === 0) continue;
        const of = (what, share) => quantile(waits.map((one) => one[what]), share);
        found[name].event.push(of("event", 0.5));
        found[name].p90.push(of("event", 0.9));
        found[name].acknowledged.push(of("acknowledged", 0.5));
      }
    }
    return { found, version };
  } finally {
    await node.kill();
    await ours.close();
    rmSync(keys, { recursive: true, force: true });
  }
}

/** One order, registered and paid; the notification goes to `origin`. */
async function told(bench, origin) {
  const { out_trade_no } = await bench.register();
  const body = encoded(signed(paidFields(out_trade_no)));
  const arrived = new Promise((done) => {
    const look = ({ data }) => {
      if (data?.out_trade_no !== out_trade_no && bench.receiver.attempts(out_trade_no).length === 0) return;
      bench.receiver.off("attempt", look);
      done(performance.now());
    };
    bench.receiver.on("attempt", look);
  });
  const began = performance.now();
  const answer = await fetch(`${origin}/notify/gateway`, { method: "POST", body, headers: { "content-type": "application/x-www-form-urlencoded" } });
  if ((await answer.text()) !== "success") throw new Error(`${origin} answers ${answer.status}`);
  const acknowledged = performance.now() - began;
  return { acknowledged, event: (await arrived) - began };
}

const LESS = { better: "less" };

/** Measures everything, `rounds` times in turns. */
export async function measure({ rounds, quick, note }) {
  const each = quick ? 1 : 4;
  const stack = await openStack();
  const plain = await openPlain(stack.origins);
  const browser = await launch();
  const visits = new Visits();
  const found = { cashier: [], form: [], paid: [], late: [] };
  try {
    const standIn = new StandIn(stack.origins.alipay);
    await standIn.faults({ return_delay_ms: 0 });
    // The first payment warms up.
    for (let n = 0; n <= rounds * each; n += 1) {
      note(`payment ${n} of ${rounds * each}`);
      const { cashier, paid } = await visits.until(() => pay(browser, stack.origins));
      const form = await visits.until(() => byForm(browser, plain));
      const waited = await visits.until(() => late(browser, stack.origins, standIn));
      if (n === 0) continue;
      for (const [name, value] of Object.entries({ cashier, form, paid, late: waited })) found[name].push(value);
    }
  } finally {
    await browser.close();
    plain.close();
    await stack.close();
  }
  const { found: heard, version } = await events({ rounds, each: quick ? 10 : 50, note });
  const payments = rounds * each;
  const many = `${payments === 1 ? "One payment" : `${payments} payments`}, each in a fresh browser context with an empty cache, one after another.${visits.said}`;
  return [
    {
      id: "paid", title: "Click to paid, on the screen", base: "ours",
      says: `${many} Stand-in, shop and Worker (plain workerd, state in memory) on this machine, so that no line is measured; at Alipay its own time and the line's come on top. A person's typing is not counted.`,
      columns: [
        { id: "cashier", name: "click on the button to the cashier, ms", digits: 0, ...LESS }, { id: "paid", name: "click on \"pay\" to *paid* on the shop's page, ms", digits: 0, ...LESS },
        { id: "late", name: "late notification to *paid* on the waiting page, ms", digits: 0, ...LESS },
      ],
      rows: [
        { id: "ours", name: "ours", values: { cashier: found.cashier, paid: found.paid, late: found.late } },
        { id: "form", name: "ours, a plain form without script", values: { cashier: found.form },
          unlike: "`POST /pay` answers a redirect: no script, no wasm; the way back is the edge's own page.",
          why: "the browser follows one redirect, where script asks, reads the answer and then navigates: one more hop through the page." },
        { id: "peers", name: "Adyen, Antom, Google Pay", missing: "their cashiers are on their own hosts, which cannot be reached here" },
      ],
    },
    {
      id: "event", title: "Notification to the merchant's event", base: "ours",
      says: "One registered order after another: from the sending of Alipay's notification to the arrival of the signed event at the merchant's backend, and to the acknowledgement. State in memory.",
      columns: [{ id: "event", name: "event, p50 ms", ...LESS }, { id: "p90", name: "event, p90 ms", ...LESS }, { id: "acknowledged", name: "acknowledged, p50 ms", ...LESS }],
      rows: [
        { id: "ours", name: "ours", values: heard.ours },
        { id: "node-forwarder", name: `Node, alipay-sdk ${version}, tells the backend and then acknowledges`, values: heard.node,
          unlike: "`drivers/node-forwarder.mjs`: nothing is kept, no amount is compared, and while the backend is down Alipay gets no acknowledgement.",
          why: "ours is durable first and is told by the order's alarm, so that the event survives whatever happens next; the other does everything in one process and can lose it. An attempt before the alarm would be quicker, and one more way to send an event that is not yet written." },
      ],
    },
  ];
}
