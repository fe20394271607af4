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

/** Everything that the page's origin keeps in the browser. */
export async function storageOf(page) {
  const { cookies, origins } = await page.context().storageState({ indexedDB: true });
  const kept = await page.evaluate(async () => ({
    local: { ...localStorage },
    session: { ...sessionStorage },
    databases: (await indexedDB.databases()).map(({ name }) => name),
    caches: await caches.keys(),
  }));
  return { cookies, indexed: origins.flatMap(({ indexedDB = [] }) => indexedDB), ...kept };
}

export const NOTHING_STORED = { cookies: [], indexed: [], local: {}, session: {}, databases: [], caches: [] };

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
