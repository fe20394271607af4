// What a page does, written down from outside: its requests, its storage, its policy violations.

/** Collects the page's requests from now on: `{ method, url, origin }`. */
export function watchRequests(page) {
  const requests = [];
  page.on("request", (request) => {
    const url = request.url();
    requests.push({ method: request.method(), url, origin: new URL(url).origin });
  });
  return requests;
}

/** Collects errors of the page from now on: uncaught ones, and what the browser refused to run. */
export function watchErrors(page) {
  const errors = [];
  page.on("pageerror", (error) => errors.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error") errors.push(message.text());
  });
  return errors;
}

/**
 * Everything that the page's origin keeps in the browser. Cookies do not tell ports apart, so those of
 * the stand-in's cashier are there too and are left out; the shop's own one is named.
 */
export async function storageOf(page) {
  const { cookies, origins } = await page.context().storageState({ indexedDB: true });
  const kept = await page.evaluate(async () => ({
    local: { ...localStorage },
    session: { ...sessionStorage },
    databases: (await indexedDB.databases()).map(({ name }) => name),
    caches: await caches.keys(),
  }));
  const ours = cookies.filter(({ path }) => !path.startsWith("/cashier/"));
  return { cookies: ours.map(({ name }) => name), indexed: origins.flatMap(({ indexedDB = [] }) => indexedDB), ...kept };
}

/** What there is without the button: the shop's own cookie, which an order sets. */
export const ONLY_THE_SHOPS = { cookies: ["last_order"], indexed: [], local: {}, session: {}, databases: [], caches: [] };

/**
 * Writes down, in the page, when the button's state became `state` (Unix milliseconds). Taken in the
 * page itself, because asking from outside would add the asking to the time.
 */
export async function noteTimeOf(page, state) {
  await page.locator("alipay-checkout").evaluate((widget, wanted) => {
    const note = () => {
      if (widget.getAttribute("state") === wanted) widget.dataset.reachedAt ??= String(Date.now());
    };
    note();
    new MutationObserver(note).observe(widget, { attributes: true, attributeFilter: ["state"] });
  }, state);
  return async () => Number(await page.locator("alipay-checkout").getAttribute("data-reached-at"));
}
