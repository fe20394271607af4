// The run's Worker is configured for RSA2. The two older ways of signing get a stack of their own
// and one paid journey each.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { startStack } from "../../xtask/npm/stack.mjs";
import { expect, test } from "../stack/fixtures.mjs";
import { Cashier, Shop, StandIn } from "../stack/parts.mjs";

for (const SIGN_TYPE of ["RSA", "MD5"]) {
  test(`journey_signed_with_${SIGN_TYPE}_is_paid`, async ({ page }) => {
    test.setTimeout(120_000);
    const home = mkdtempSync(join(tmpdir(), "alipay-checkout-tests-"));
    const stack = await startStack({ home, env: { SIGN_TYPE } });
    try {
      const shop = new Shop(stack.origins.shop);
      const standIn = new StandIn(stack.origins.alipay);
      await standIn.faults({ return_delay_ms: 0 });
      const out_trade_no = await shop.order(page);
      const [request] = await Promise.all([
        page.waitForRequest((request) => request.url().startsWith(`${stack.origins.alipay}/gateway.do`)),
        shop.button(page).click(),
      ]);
      expect(new URL(request.url()).searchParams.get("sign_type")).toBe(SIGN_TYPE);
      await new Cashier(page).pay();
      await page.waitForURL(`${shop.origin}/checkout/${out_trade_no}*`);
      await expect(page.locator("#receipt")).toBeVisible();
      expect((await shop.record(out_trade_no)).status).toBe("paid");
      const { deliveries } = await standIn.trade(out_trade_no);
      expect(deliveries.map(({ status, body }) => [status, body])).toEqual([[200, "success"]]);
      // One altered byte is refused under this way of signing too.
      const { status, body } = await standIn.notify(out_trade_no, "total_fee");
      expect([status, body]).toEqual([403, "fail"]);
    } finally {
      await stack.stop();
      rmSync(home, { recursive: true });
    }
  });
}
