// Alipay's gateway as far as the Worker asks it back, obedient to the test: it can be away, slow, or
// talk nonsense. A trade that a test tells it of it signs as Alipay does; a refusal needs no signature.

import { once } from "node:events";
import { createServer } from "node:http";

import { SIGNERS, signed } from "../stack/notification.mjs";

/** The account of a local run. */
const PARTNER = "2088123412341234";
const NO_TRADE = '<?xml version="1.0" encoding="utf-8"?><alipay><is_success>F</is_success><error>TRADE_NOT_EXIST</error></alipay>';

const GIVEN = '<?xml version="1.0" encoding="utf-8"?><alipay><is_success>T</is_success></alipay>';

/** A trade as Alipay answers it: the children of `trade` are what is signed; another `signer` is a forger. */
export function tradeAnswer(trade, sign_type = "RSA2", signer = SIGNERS[sign_type]) {
  const { sign } = signed(trade, { sign_type, signer });
  const inner = Object.entries(trade).map(([name, value]) => `<${name}>${value}</${name}>`).join("");
  const asked = `<request><param name="out_trade_no">${trade.out_trade_no}</param></request>`;
  return `<?xml version="1.0" encoding="utf-8"?><alipay><is_success>T</is_success>${asked}<response><trade>${inner}</trade></response>`
    + `<sign>${sign}</sign><sign_type>${sign_type}</sign_type></alipay>`;
}

/** What Alipay says of the trade that a notification tells of. */
export const tradeOf = ({ out_trade_no, trade_no, trade_status, total_fee }) => ({ out_trade_no, seller_id: PARTNER, total_fee, trade_no, trade_status });

/** What the gateway can be: each takes the service that is asked, the response, and the answer about the trade. */
export const GATEWAYS = {
  confirms: (service, response, trade) => response.end({ notify_verify: "true", forex_refund: GIVEN }[service] ?? trade),
  "forgets notifications": (service, response, trade) => response.end(service === "notify_verify" ? "false" : trade),
  "knows of nothing": (service, response) => response.end(service === "notify_verify" ? "false" : NO_TRADE),
  "fails with 500": (_, response) => response.writeHead(500).end("true"),
  "talks nonsense": (_, response) => response.end("<html>true</html>"),
  redirects: (_, response) => response.writeHead(302, { location: "/true" }).end("true"),
  "hangs up": (_, response) => response.destroy(),
  "does not answer": () => {},
  "begins an answer and never ends it": (_, response) => response.write("t"),
  "answers without end": (_, response) => {
    response.write("true");
    const more = setInterval(() => response.write("x".repeat(65_536)), 1);
    response.on("close", () => clearInterval(more));
  },
};

/** Opens a gateway that confirms everything; `be` changes it, `asked` are the services asked for. */
export async function openGateway() {
  let behave = GATEWAYS.confirms;
  const asked = [];
  const trades = new Map();
  const refunds = new Map();
  const server = createServer((request, response) => {
    response.on("error", () => {});
    const query = new URL(request.url, "http://gateway").searchParams;
    if (query.get("service") === "forex_refund") {
      const number = query.get("out_trade_no");
      refunds.set(number, (refunds.get(number) ?? new Set()).add(`${query.get("out_return_no")} ${query.get("return_amount")}`));
    }
    asked.push({ service: query.get("service"), partner: query.get("partner") });
    behave(query.get("service"), response, trades.get(query.get("out_trade_no")) ?? NO_TRADE);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${server.address().port}/gateway.do`,
    asked,
    /** What was to be given back of an order, each refund once: Alipay gives once for each number. */
    refunds: (out_trade_no) => [...refunds.get(out_trade_no) ?? []],
    be: (name) => { behave = GATEWAYS[name]; },
    /** Has it answer these very words about an order. */
    say: (out_trade_no, answer) => { trades.set(out_trade_no, answer); },
    /** Has it know a trade: what a notification would say of it. */
    know: ({ out_trade_no, trade_no, trade_status, total_fee }, sign_type = "RSA2") => {
      trades.set(out_trade_no, tradeAnswer(tradeOf({ out_trade_no, trade_no, trade_status, total_fee }), sign_type));
    },
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}
