// The documentation's snippets against the Worker itself: it takes what each language signs, and each language verifies what
// it sends and refuses it altered. tests/docs/snippets.test.mjs has the cases without the Worker.

import { expect, test } from "@playwright/test";

import { accepted, eventLine, missing, orderLine, run, snippets } from "../stack/languages.mjs";
import { notify, paidFields, signed } from "../stack/notification.mjs";
import { Gate } from "../stack/parts.mjs";
import { runningStack } from "../stack/running.mjs";
import { checkout, claims } from "../stack/tokens.mjs";

const { origins, secrets } = runningStack();
const nameOf = ({ language, needs }) => [language, needs].filter(Boolean).join("_");

for (const snippet of snippets("order-tokens.md")) {
  test(`documentation_signs_an_order_token_in_${nameOf(snippet)}_that_the_worker_takes`, async () => {
    const absent = missing(snippet);
    test.skip(absent !== undefined, absent);
    const { aud, exp, ...order } = claims({ subject: "龙井茶, 50 g" });
    const [token] = run(snippet, [orderLine(order)], { ORDER_SECRET: secrets["order.secret"], EDGE_ORIGIN: origins.edge });
    const answer = await fetch(`${origins.edge}/checkout`, { method: "POST", body: new URLSearchParams({ order_token: token }) });
    const { out_trade_no, amount, currency, code } = await answer.json();
    expect({ status: answer.status, code, out_trade_no, amount, currency })
      .toEqual({ status: 200, code: undefined, out_trade_no: order.out_trade_no, amount: 1990, currency: "USD" });
  });
}

test("documentation_verifies_in_every_language_what_the_worker_sends_and_refuses_it_altered", async () => {
  const order = claims();
  await checkout(order);
  expect((await notify(signed(paidFields(order.out_trade_no)))).body).toBe("success");
  const [{ headers, body }] = await new Gate(origins.gate).arrived(order.out_trade_no);
  const altered = body.replace("1990", "1");
  const present = snippets("events.md").filter((snippet) => missing(snippet) === undefined);
  expect(present.map(({ language }) => language)).toContain("node");
  for (const snippet of present) {
    const verdicts = run(snippet, [eventLine(headers, body), eventLine(headers, altered)], { FORWARD_SECRET: secrets["webhook.secret"] });
    expect([snippet.language, ...verdicts]).toEqual([snippet.language, accepted(body), "refused: no signature holds"]);
  }
});
