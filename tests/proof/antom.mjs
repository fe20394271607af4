// Antom as far as the Worker asks it, obedient to the test: it can be away, slow, forged, or not sure.
// It judges what the merchant signs, and signs by its own rules.

import { once } from "node:events";
import { createServer } from "node:http";

import { CLIENT, isTheMerchants, paymentId, result, signature } from "../stack/antom.mjs";

/** Answers by what is asked: `pay` and `inquiryPayment`. Each is given the request, and may refuse. */
const FOUND = {
  pay: (asked, antom) => ({ result: result("U", "PAYMENT_IN_PROCESS"), ...antom.begun(asked), normalUrl: `https://open-sea.alipayplus.com/cashier/${asked.paymentRequestId}` }),
  inquiryPayment: (asked, antom) => ({ result: result("S", "SUCCESS"), ...antom.begun(asked), paymentStatus: "PROCESSING" }),
};

/** Opens an Antom at which every payment is in process. */
export async function openAntom() {
  const antom = {
    /** `[{ api, genuine, body, asked }]`, in the order in which they came. */
    requests: [],
    /** How the next answers are made: `(asked, antom, api) => answer`, or `undefined` for the usual. */
    say: undefined,
    /** How the next answers are sent: `({ response, body, headers }) => {}`, or `undefined`. */
    deliver: undefined,
    payments: new Map(),
    /** What is told of a payment everywhere; the first request to pay makes it. */
    begun: (asked) => {
      const number = asked.paymentRequestId;
      if (!antom.payments.has(number)) antom.payments.set(number, { paymentId: paymentId(), paymentAmount: asked.paymentAmount });
      return { paymentRequestId: number, ...antom.payments.get(number), paymentCreateTime: "2026-11-21T18:00:00+08:00" };
    },
    /** The requests of one kind for one order. */
    asked: (api, number) => antom.requests.filter((one) => one.api === api && one.asked.paymentRequestId === number),
  };
  const server = createServer(async (request, response) => {
    response.on("error", () => {});
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    const asked = JSON.parse(body);
    const api = request.url.split("/").at(-1);
    antom.requests.push({ api, asked, body: body.toString(), genuine: isTheMerchants(request, body), path: request.url });
    const answer = JSON.stringify((antom.say ?? FOUND[api])(asked, antom, api));
    const time = "2026-11-21T18:00:00+08:00";
    const headers = {
      "content-type": "application/json; charset=UTF-8",
      "client-id": CLIENT,
      "response-time": time,
      signature: signature(answer, { path: request.url, time }),
    };
    if (antom.deliver) antom.deliver({ response, body: answer, headers });
    else response.writeHead(200, headers).end(answer);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return Object.assign(antom, {
    url: `http://127.0.0.1:${server.address().port}`,
    usual: () => { antom.say = undefined; antom.deliver = undefined; },
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  });
}
