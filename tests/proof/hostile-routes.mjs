// Strange input at every route that docs/openapi.yaml has, made from what it says there: what is added to the document is attacked
// without another word here. Each route is also asked as it should be, so that a suite which never gets past a
// gate is found out: it proves nothing of what lies behind.

import { sign as signBytes } from "node:crypto";

import { paidMessage, signedMessage } from "../stack/antom.mjs";
import { paidFields, signed } from "../stack/notification.mjs";
import { badValues, operations, resolve } from "../stack/openapi.mjs";
import { freshNumber, orderToken } from "../stack/tokens.mjs";
import { encoded } from "./bench.mjs";

const FORM = "application/x-www-form-urlencoded";
const JSON_TYPE = "application/json";
/** What a refund needs, which no order has at once. */
const SETTLED = [200, 404, 409];

/** One number at a time is right for a path or a query. */
const usual = (schema, random) => {
  const { type, enum: choices, default: usually, minimum = 0 } = resolve(schema);
  if (choices !== undefined) return random.of(choices);
  if (type === "integer") return usually ?? minimum;
  return undefined;
};

export class Routes {
  /** The statuses with which each operation answered. */
  answers = Object.fromEntries(Object.keys(operations).map((id) => [id, new Set()]));

  /** `token` is that of staff who may do everything. */
  constructor({ bench, random, mutate, token }) {
    Object.assign(this, { bench, random, mutate, token });
  }

  /** One request to one operation: as it should be, or with one part of it bent. */
  next(order, { id, path, method, spec } = this.random.of(Object.values(operations))) {
    const { random, mutate } = this;
    const parameters = (spec.parameters ?? []).map(resolve);
    const names = { ...this.#names(id, order) };
    const query = new URLSearchParams(names.query);
    const { headers, body } = this.#sent(id, order);
    const made = { id, method, headers: { ...headers }, body };
    if (spec.security !== undefined) made.headers.authorization = `Bearer ${this.token}`;
    random.of([
      // As it should be, more often than bent.
      () => {},
      () => {},
      () => { names[random.of(Object.keys(names))] = mutate.text(order.out_trade_no); },
      () => this.#bendQuery(query, parameters),
      () => { if (body !== undefined) made.body = this.#bentBody(made.headers["content-type"], body); },
      () => { if (body !== undefined) made.body = mutate.noise(3000); },
      () => { made.headers[random.of(["accept", "if-none-match", "content-type", "content-encoding", "authorization"])] = mutate.text("W/\"1\", *"); },
      () => { made.method = random.of(["GET", "POST", "PUT", "DELETE", "OPTIONS", "HEAD", "PATCH"]); },
    ])();
    const filled = path.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(wellFormed(names[name] ?? "1")));
    const asked = query.toString();
    made.path = asked === "" ? filled : `${filled}?${asked}`;
    return made;
  }

  /** Notes how an operation answered. */
  note(id, status) {
    this.answers[id]?.add(status);
  }

  /** One more request to what nothing has got through to, by chance; `undefined` where there is no such operation. */
  again(order) {
    const [id] = this.missed;
    return id === undefined ? undefined : this.next(order, operations[id]);
  }

  /** The operations that nothing has got through to. */
  get missed() {
    const through = (id, status) => (id === "adminSettleRefund" ? SETTLED.includes(status) : status >= 200 && status < 400);
    return Object.keys(operations).filter((id) => ![...this.answers[id]].some((status) => through(id, status)));
  }

  /** What a path and a query name where all is well. */
  #names(id, order) {
    const names = { out_trade_no: order.out_trade_no, mark: order.back.split("/").at(-1), out_return_no: `R${order.out_trade_no}`, name: "1" };
    if (id === "status" || id === "result") names.query = { token: order.status_token };
    if (id === "return") names.query = signed(returnFields(order.out_trade_no));
    return names;
  }

  /** Headers and body where all is well. */
  #sent(id, order) {
    const form = (fields) => ({ headers: { "content-type": FORM }, body: typeof fields === "string" ? fields : encoded(fields) });
    const json = (value) => ({ headers: { "content-type": JSON_TYPE }, body: JSON.stringify(value) });
    const { out_trade_no, status_token } = order;
    const out_return_no = `R${out_trade_no}`;
    const made = {
      checkout: () => form({ order_token: orderToken(this.bench.claims()), terminal: this.random.of(["pc", "wap", "app"]) }),
      pay: () => form({ order_token: orderToken(this.bench.claims()) }),
      appResult: () => json({ out_trade_no, status_token, result: this.#appResult(order) }),
      notify: () => form(signed(paidFields(out_trade_no))),
      notifyAntom: () => signedMessage(paidMessage(freshNumber())),
      adminReplay: () => json({}),
      adminRefund: () => json({ out_return_no, amount: 1, currency: "USD", reason: "late" }),
      adminSettleRefund: () => json({ outcome: "refused", reason: "Alipay's support says so" }),
      adminReplayDead: () => json({ limit: 1 }),
      adminRebuild: () => json({ out_trade_nos: [out_trade_no] }),
    }[id];
    return made?.() ?? { headers: {}, body: undefined };
  }

  /** What Alipay's SDK gives back in an app. */
  #appResult({ out_trade_no }) {
    const text = `partner="2088123412341234"&out_trade_no="${out_trade_no}"&total_fee="19.90"&currency="USD"&success="true"`;
    const by = signBytes("RSA-SHA1", Buffer.from(text), this.bench.secrets["alipay-private.pem"]).toString("base64");
    return `resultStatus={9000};memo={};result={${text}&sign_type="RSA"&sign="${by}"}`;
  }

  #bendQuery(query, parameters) {
    const { random, mutate } = this;
    const asked = parameters.filter((one) => one.in === "query");
    const { name, schema = {} } = random.of([...asked, { name: "x" }]);
    const bad = badValues(schema).map(([, value]) => value);
    const value = random.of([mutate.text("1"), usual(schema, random) ?? "1", ...bad]);
    if (random.below(3) === 0) query.append(name, query.get(name) ?? "1");
    query.append(name, wellFormed(String(value)));
  }

  #bentBody(type, body) {
    if (type?.startsWith(JSON_TYPE) && this.random.below(2) === 0) {
      const value = JSON.parse(body);
      return JSON.stringify(this.mutate.claims(Object.keys(value).length > 0 ? value : { x: 1 }));
    }
    return this.mutate.text(body);
  }
}

/** What Alipay signs into the address that the shopper comes back by. */
function returnFields(out_trade_no) {
  const { trade_no, total_fee, currency } = paidFields(out_trade_no);
  return { out_trade_no, trade_no, total_fee, currency, trade_status: "TRADE_FINISHED" };
}

/** Half a pair of surrogates has no form in an address. */
const wellFormed = (text) => text.toWellFormed();
