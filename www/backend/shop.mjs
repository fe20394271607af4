import { randomUUID } from "node:crypto";
import { STATUS_CODES } from "node:http";
import { fileURLToPath } from "node:url";

import express from "express";

import { checkoutPage } from "../pages/checkout.mjs";
import { messagePage } from "../pages/message.mjs";
import { ordersPage } from "../pages/orders.mjs";
import { productPage } from "../pages/product.mjs";
import { TEXTS } from "../pages/texts.mjs";
import { doctorRoutes } from "./doctor.mjs";
import { openEvents, RefusedEvent } from "./events.mjs";
import { orderTokenSigner } from "./order-token.mjs";
import { InvalidOrder, openOrders } from "./orders.mjs";
import { DOCUMENTATION, places } from "./places.mjs";
import { playgroundRoutes } from "./playground.mjs";
import { statesRoutes } from "./states.mjs";
import { openStore } from "./store.mjs";

const PUBLIC = fileURLToPath(new URL("../public", import.meta.url));
/** A forwarded event is about 600 bytes; Standard Webhooks asks for less than 20 kB. */
const MOST_EVENT_BYTES = 64 * 1024;

/** The shop's own cookie, for the session: the order that this browser made last. */
const LAST_ORDER = "last_order";

/** Wires the shop's routes. The two a merchant needs are `/checkout/…` and `/alipay/events`. */
export function createShop(settings) {
  const store = openStore(settings.stateFile);
  const orders = openOrders(store, settings.providers);
  const events = openEvents(store, orders, settings.webhookSecret);
  const orderToken = orderTokenSigner(settings);

  const shop = express();
  shop.disable("x-powered-by");
  shop.set("query parser", "simple");
  shop.use(securityHeaders(settings.edgeOrigin));
  shop.use("/assets", express.static(PUBLIC, { index: false, redirect: false, maxAge: "1h" }));
  shop.use(pageFor(settings));

  shop.get("/", (request, response) => {
    const lastOrder = orders.find(lastOrderOf(request));
    response.send(productPage(response.locals.page, { ...settings, cart: randomUUID(), lastOrder }));
  });

  shop.post("/orders", express.urlencoded({ extended: false, limit: "2kb" }), (request, response) => {
    const { size, quantity, cart, provider } = request.body ?? {};
    const { locale } = response.locals.page.texts;
    const order = orders.place({ size, quantity, cart, provider, locale });
    // Who cancels at Alipay may come back to the shop's front page: it must lead on to the order.
    const secure = settings.shopOrigin.startsWith("https:");
    response.cookie(LAST_ORDER, order.out_trade_no, { httpOnly: true, sameSite: "lax", secure });
    response.redirect(303, `/checkout/${order.out_trade_no}`);
  });

  shop.get("/checkout/:out_trade_no", async (request, response, next) => {
    const order = orders.find(request.params.out_trade_no);
    if (!order) return next();
    // An order keeps the language it was made in, also when the shopper comes back from Alipay.
    const page = { ...response.locals.page, texts: chosenTexts(request) ?? textsOf(order.locale) };
    const token = order.status === "created" ? await orderToken(order) : null;
    response.send(checkoutPage(page, { ...settings, order, token }));
  });

  shop.get("/orders", (request, response) => {
    response.send(ordersPage(response.locals.page, { orders: orders.list(), events: events.list() }));
  });

  shop.get("/api/orders/:out_trade_no", (request, response) => {
    const order = orders.find(request.params.out_trade_no);
    if (!order) return problem(response, 404, "order_not_found");
    const { out_trade_no, status, amount, currency, trade_no } = order;
    const received = events
      .of(out_trade_no)
      .map(({ webhook_id, type, received_at }) => ({ webhook_id, type, received_at }));
    response.set("cache-control", "no-store");
    response.json({ out_trade_no, status, amount, currency, trade_no, events: received });
  });

  shop.use(statesRoutes());
  shop.use(playgroundRoutes());
  shop.use(doctorRoutes());
  shop.use("/docs", express.static(DOCUMENTATION, { maxAge: "1h" }));

  // The signature covers the body as received, so it is read as text and not parsed as JSON first.
  const rawText = express.text({ type: () => true, limit: MOST_EVENT_BYTES, inflate: false });
  shop.post("/alipay/events", rawText, (request, response) => {
    events.receive(request.headers, request.body ?? "");
    response.status(204).end();
  });

  shop.use((request, response) => answerFailure(request, response, 404, "not_found"));
  // Express knows an error handler by its four parameters.
  shop.use((error, request, response, _next) => {
    if (error instanceof InvalidOrder) return answerFailure(request, response, 400, "invalid_order");
    if (error instanceof RefusedEvent) return answerFailure(request, response, error.status, error.code);
    // body-parser and Express itself mark what the client did wrong with a 4xx status.
    if (error.status >= 400 && error.status < 500) {
      return answerFailure(request, response, error.status, "request_refused");
    }
    console.error(`shop: ${request.method} ${request.route?.path ?? "?"} failed: ${error.name}`);
    answerFailure(request, response, 500, "internal_error");
  });
  return shop;
}

/** Only this shop and the edge may run or be talked to; nothing inline, nothing evaluated but wasm. */
function securityHeaders(edgeOrigin) {
  const policy = [
    "default-src 'none'",
    `script-src 'self' ${edgeOrigin} 'wasm-unsafe-eval'`,
    `connect-src 'self' ${edgeOrigin}`,
    "style-src 'self'",
    "img-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
  return (request, response, next) => {
    response.set({
      "content-security-policy": policy,
      "referrer-policy": "strict-origin-when-cross-origin",
      "x-content-type-options": "nosniff",
      // Not `no-store`: the browser could not keep the page for Back, and Back is a common way home.
      "cache-control": "private, no-cache",
    });
    next();
  };
}

/** `?lang=` wins over the browser's languages and is carried along in the links. */
function pageFor(settings) {
  return (request, response, next) => {
    const texts = chosenTexts(request) ?? TEXTS[request.acceptsLanguages("en", "zh") || "en"];
    response.vary("Accept-Language");
    const page = { texts, path: request.path, chosen: chosenTexts(request) !== null };
    response.locals.page = { ...page, places: places(page, settings) };
    next();
  };
}

function lastOrderOf(request) {
  return new RegExp(`(?:^|; )${LAST_ORDER}=([A-Z0-9-]+)`).exec(request.headers.cookie ?? "")?.[1];
}

function chosenTexts(request) {
  const { lang } = request.query;
  return lang === "en" || lang === "zh" ? TEXTS[lang] : null;
}

function textsOf(locale) {
  return Object.values(TEXTS).find((texts) => texts.locale === locale) ?? TEXTS.en;
}

function answerFailure(request, response, status, code) {
  const forPeople = request.path !== "/alipay/events" && !request.path.startsWith("/api/");
  if (!forPeople) return problem(response, status, code);
  response.status(status).send(messagePage(response.locals.page, { status }));
}

function problem(response, status, code) {
  response.status(status).type("application/problem+json");
  response.send(JSON.stringify({ type: "about:blank", title: STATUS_CODES[status], status, code }));
}
