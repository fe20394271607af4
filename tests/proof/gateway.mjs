// Alipay's gateway as far as the Worker asks it back, obedient to the test: it can be away, slow, or
// talk nonsense. What it says of a trade is not signed: only a refusal needs no signature.

import { once } from "node:events";
import { createServer } from "node:http";

const NO_TRADE = '<?xml version="1.0" encoding="utf-8"?><alipay><is_success>F</is_success><error>TRADE_NOT_EXIST</error></alipay>';

/** What the gateway can be: each takes the service that is asked and the response. */
export const GATEWAYS = {
  confirms: (service, response) => response.end(service === "notify_verify" ? "true" : NO_TRADE),
  "knows of nothing": (service, response) => response.end(service === "notify_verify" ? "false" : NO_TRADE),
  "fails with 500": (_, response) => response.writeHead(500).end("true"),
  "talks nonsense": (_, response) => response.end("<html>true</html>"),
  redirects: (_, response) => response.writeHead(302, { location: "/true" }).end("true"),
  "hangs up": (_, response) => response.destroy(),
  "does not answer": () => {},
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
  const server = createServer((request, response) => {
    response.on("error", () => {});
    const query = new URL(request.url, "http://gateway").searchParams;
    asked.push({ service: query.get("service"), partner: query.get("partner") });
    behave(query.get("service"), response);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${server.address().port}/gateway.do`,
    asked,
    be: (name) => { behave = GATEWAYS[name]; },
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}
