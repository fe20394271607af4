// `npm run attacks`: the forgeries of attacks.spec.mjs, put to the Worker and to alipay-sdk for Node,
// and a table of who accepts what. The SDK is asked what its users ask it: fields as node:querystring
// reads them, and `checkNotifySignV2`. It says whether a signature holds; the rest is its caller's.

import { parse } from "node:querystring";

import { cli } from "../../xtask/npm/stack.mjs";
import { paidFields, signed } from "../stack/notification.mjs";
import { encoded, openBench } from "./bench.mjs";
import { CLASSICS, FORGERIES } from "./forgeries.mjs";
import { alipaySdk, sdkVerifier } from "./peers.mjs";

const line = (cells) => `${cells[0].padEnd(5)}${cells[1].padEnd(58)}${cells[2].padEnd(26)}${cells[3]}\n`;

/** What the SDK says of a body. */
function ask(verify, body) {
  try {
    return verify({ ...parse(encoded(body).toString()) }) ? "ACCEPTS" : "refuses";
  } catch (error) {
    return `throws ${error.name}`;
  }
}

await cli(async () => {
  const { entry, version } = await alipaySdk();
  const bench = await openBench();
  try {
    const verify = await sdkVerifier(entry, bench.secrets);
    const genuine = signed(paidFields("A1"));
    if (ask(verify, genuine) !== "ACCEPTS") throw new Error("alipay-sdk refuses a genuine notification");
    process.stdout.write(line(["row", "forgery", "ours", `alipay-sdk ${version}`]));
    const accepted = { ours: 0, sdk: 0 };
    const rows = [...CLASSICS, ...FORGERIES].sort(([a], [b]) => (a < b ? -1 : Number(a > b)));
    for (const [row, name, forge, { headers, query } = {}] of rows) {
      const order = await bench.register();
      const fields = paidFields(order.out_trade_no);
      const body = forge(fields);
      const answer = await bench.notify(body, headers, `/notify/gateway${query ? `?${query(fields)}` : ""}`);
      // What is compressed or stands in the address never reaches a verifier of fields.
      const sdk = headers ? "not its matter" : ask(verify, body);
      const ours = answer.body === "success" ? "ACCEPTS" : answer.refusal;
      accepted.ours += Number(ours === "ACCEPTS");
      accepted.sdk += Number(sdk === "ACCEPTS");
      process.stdout.write(line([row, name.replaceAll("_", " "), ours, sdk]));
    }
    process.stdout.write(`\n${rows.length} forgeries; accepted: ours ${accepted.ours}, alipay-sdk ${accepted.sdk}\n`
      + "For the SDK, ACCEPTS means that the signature holds; account, amount and names are left to its caller.\n");
    return accepted.ours === 0 ? 0 : 1;
  } finally {
    await bench.close();
  }
});
