// Every row of our list of attacks on payment notifications that reaches the Worker: from a fresh
// genuine message with one fault, the exact refusal, and nothing moved and nobody told.
//
// What api/notify.spec.mjs and api/checkout.spec.mjs assert already is not said twice. docs/threats.md has
// the rows, and for each of them its tests, here and elsewhere.

import { createHash, generateKeyPairSync } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { request } from "node:http";
import { connect } from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";

import { expect, test } from "@playwright/test";

import { paidFields, signed } from "../stack/notification.mjs";
import { freshNumber, orderToken } from "../stack/tokens.mjs";
import { ACCEPTED, encoded, openBench, refused } from "./bench.mjs";
import { FORGERIES } from "./forgeries.mjs";
import { openGateway } from "./gateway.mjs";

let bench;
const benches = [];
/** Orders that must never be heard of at the merchant's. */
const untold = [];

async function another(settings) {
  const made = await openBench(settings);
  benches.push(made);
  return made;
}

test.beforeAll(async () => {
  bench = await another();
});
test.afterAll(() => Promise.all(benches.map((one) => one.close())));

/** An order that must stay as it is. */
async function target(of = bench, changes = {}) {
  const order = await of.register(changes);
  untold.push([of, order]);
  return order;
}

async function expectUnmoved(order, of = bench) {
  expect(await order.status()).toBe("redirected");
  expect(of.receiver.attempts(order.out_trade_no)).toEqual([]);
}

for (const [row, name, forge, { refusal, status = 403, headers, query }] of FORGERIES) {
  test(`${row}_${name}_refused_as_${refusal}`, async () => {
    const order = await target();
    const fields = paidFields(order.out_trade_no);
    const path = query ? `/notify/gateway?${query(fields)}` : undefined;
    expect(await bench.notify(forge(fields), headers, path)).toEqual(refused(refusal, status));
    await expectUnmoved(order);
    // The same message without the fault, so that it is the fault which is refused.
    expect(await bench.tell(fields)).toEqual(ACCEPTED);
    untold.pop();
  });
}

test("a01_ampersand_in_a_value_stays_legal", async () => {
  const order = await bench.register();
  expect(await bench.tell(paidFields(order.out_trade_no, { subject: "A&B shop = tea & more" }))).toEqual(ACCEPTED);
  expect(await order.status()).toBe("paid");
});

test("a08_genuine_message_of_another_merchant_under_the_shared_key_refused", async () => {
  const gateway = await openGateway();
  const rsa = await another({ env: { SIGN_TYPE: "RSA", GATEWAY_URL: gateway.url } });
  const order = await target(rsa);
  const message = rsa.signed(paidFields(order.out_trade_no), "RSA");
  gateway.be("knows of nothing");
  expect(await rsa.notify(message)).toEqual(refused("notify_not_ours"));
  await expectUnmoved(order, rsa);
  // It is asked under our own number, whatever the message says.
  expect(gateway.asked).toEqual([
    { service: "notify_verify", partner: "2088123412341234" },
    { service: "single_trade_query", partner: "2088123412341234" },
  ]);
  await gateway.close();
});

test("a09_tenant_in_the_path_unknown", async () => {
  const order = await target();
  const message = signed(paidFields(order.out_trade_no));
  const answer = await fetch(`${bench.origin}/notify/gateway/2088999999999999`, { method: "POST", body: new URLSearchParams(message) });
  expect([answer.status, (await answer.json()).code]).toEqual([404, "route_unknown"]);
  await expectUnmoved(order);
});

test("a10_notification_of_a_cheap_order_moves_no_dear_one", async () => {
  const cheap = await bench.register({ amount: "0.01" });
  const dear = await target();
  expect(await bench.tell(paidFields(cheap.out_trade_no, { total_fee: "0.01" }))).toEqual(ACCEPTED);
  expect(await cheap.status()).toBe("paid");
  await expectUnmoved(dear);
});

test("a11_replay_of_a_genuine_notification_changes_nothing", async () => {
  const order = await bench.register();
  const message = signed(paidFields(order.out_trade_no, { notify_time: "2019-01-01 00:00:00" }));
  for (let n = 0; n < 20; n += 1) expect(await bench.notify(message)).toEqual(ACCEPTED);
  await told(order, ["payment.paid"]);
});

test("a11_notify_id_with_other_content_is_kept_aside_and_told", async () => {
  const order = await bench.register();
  const first = paidFields(order.out_trade_no, { trade_status: "WAIT_BUYER_PAY" });
  expect(await bench.tell(first)).toEqual(ACCEPTED);
  expect(await bench.tell({ ...first, trade_status: "TRADE_FINISHED" })).toEqual(ACCEPTED);
  expect(await order.status()).toBe("redirected");
  await told(order, ["payment.quarantined notify_id_reused"]);
});

for (const [name, options] of [
  ["of_1024_bits", { modulusLength: 1024 }],
  ["with_the_exponent_3", { modulusLength: 2048, publicExponent: 3 }],
]) {
  test(`a14_alipay_key_${name}_is_no_configuration`, async () => {
    const { publicKey } = generateKeyPairSync("rsa", options);
    const der = publicKey.export({ type: "spki", format: "der" });
    await expectMisconfigured({ ALIPAY_PUBLIC_KEY: der.toString("base64") }, "ALIPAY_PUBLIC_KEY");
  });
}

test("a16_md5_signatures_that_are_almost_right_refused", async () => {
  const md5 = await another({ env: { SIGN_TYPE: "MD5" } });
  const order = await target(md5);
  const fields = paidFields(order.out_trade_no);
  const genuine = md5.signed(fields, "MD5");
  for (const [name, sign] of [
    ["upper case", genuine.sign.toUpperCase()],
    ["a digit too few", genuine.sign.slice(1)],
    ["a digit too many", `${genuine.sign}0`],
    ["white space", `${genuine.sign} `],
    ["number that a loose comparison takes for zero", "0e462097431906509019562988736854"],
    ["no key", createHash("md5").update("").digest("hex")],
    ["base64", Buffer.from(genuine.sign, "hex").toString("base64")],
  ]) {
    expect([name, await md5.notify({ ...genuine, sign })]).toEqual([name, refused("bad_signature")]);
  }
  await expectUnmoved(order, md5);
  expect(await md5.notify(genuine)).toEqual(ACCEPTED);
  untold.pop();
});

test("a04_merchants_own_public_key_given_for_alipays_is_misconfigured", () => {
  const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const own = publicKey.export({ type: "spki", format: "der" }).toString("base64");
  const key = privateKey.export({ type: "pkcs8", format: "der" }).toString("base64");
  return expectMisconfigured({ MERCHANT_PRIVATE_KEY: key, ALIPAY_PUBLIC_KEY: own }, "ALIPAY_PUBLIC_KEY");
});

test("a16_md5_worker_without_a_key_is_misconfigured", () => expectMisconfigured({ SIGN_TYPE: "MD5", MD5_KEY: "" }, "MD5_KEY"));

test("a18_body_without_a_length_is_cut_at_the_limit", async () => {
  const order = await target();
  // The last chunk passes 64 KiB, and the body does not end there: whoever writes on after the refusal
  // may find the connection closed before the answer is read.
  const chunks = [encoded(signed(paidFields(order.out_trade_no))), "&body=", ...Array(8).fill("x".repeat(8192))];
  expect(await unended(chunks)).toEqual([413, "fail", "body_too_long"]);
  await expectUnmoved(order);
});

/** Posts bytes as they are: `[status line, refusal]`. */
function posted(lengths, body) {
  const { hostname, port } = new URL(bench.origin);
  const head = `POST /notify/gateway HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/x-www-form-urlencoded\r\n${lengths}\r\n`;
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => socket.write(`${head}${body}`));
    let got = "";
    // The answer comes before all is written; what is left to write may then break.
    const done = () => (got === "" ? undefined : resolve([got.split("\r\n")[0], /x-refusal: (\S+)/.exec(got)?.[1]]));
    socket.setEncoding("latin1").on("data", (text) => { got += text; done(); socket.destroy(); });
    socket.on("error", (error) => (got === "" ? reject(error) : done()));
  });
}

// A length is believed before the body is read in one piece, so that nobody may contradict it.
for (const [name, lengths, expected] of [
  ["beside_chunks", "content-length: 10\r\ntransfer-encoding: chunked\r\n", ["HTTP/1.1 413 Payload Too Large", "body_too_long"]],
  ["after_chunks", "transfer-encoding: chunked\r\ncontent-length: 10\r\n", ["HTTP/1.1 413 Payload Too Large", "body_too_long"]],
  ["given_twice", "content-length: 10\r\ncontent-length: 500000\r\n", ["HTTP/1.1 400 Bad Request", undefined]],
  ["given_as_a_list", "content-length: 10, 500000\r\n", ["HTTP/1.1 400 Bad Request", undefined]],
  ["below_zero", "content-length: -1\r\n", ["HTTP/1.1 400 Bad Request", undefined]],
  ["beyond_all_numbers", "content-length: 99999999999999999999999\r\n", ["HTTP/1.1 400 Bad Request", undefined]],
]) {
  test(`a18_length_${name}_is_not_believed`, async () => {
    const chunk = `2000\r\n${"x".repeat(8192)}\r\n`;
    expect(await posted(lengths, `${chunk.repeat(12)}0\r\n\r\n`)).toEqual(expected);
  });
}

test("a18_bodies_that_never_end_keep_nobody_waiting", async () => {
  const order = await bench.register();
  const { hostname, port } = new URL(bench.origin);
  const slow = Array.from({ length: 50 }, () => {
    const socket = connect(Number(port), hostname).on("error", () => {});
    socket.write("POST /notify/gateway HTTP/1.1\r\nhost: x\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: 600\r\n\r\nsign=");
    return socket;
  });
  expect(await bench.tell(paidFields(order.out_trade_no))).toEqual(ACCEPTED);
  for (const socket of slow) socket.destroy();
});

test("a19_flood_of_forgeries_refused_and_a_genuine_one_among_them_accepted", async () => {
  const order = await bench.register();
  const forged = { ...signed(paidFields(order.out_trade_no)), total_fee: "0.01" };
  const flood = Array.from({ length: 300 }, () => bench.notify(forged));
  const genuine = bench.tell(paidFields(order.out_trade_no));
  expect(await genuine).toEqual(ACCEPTED);
  expect(new Set((await Promise.all(flood)).map((answer) => JSON.stringify(answer)))).toEqual(
    new Set([JSON.stringify(refused("bad_signature"))]),
  );
  expect(await order.status()).toBe("paid");
});

for (const method of ["GET", "PUT", "DELETE", "PATCH", "OPTIONS"]) {
  test(`a20_${method}_is_never_acknowledged`, async () => {
    const order = await target();
    const query = new URLSearchParams(signed(paidFields(order.out_trade_no)));
    const answer = await fetch(`${bench.origin}/notify/gateway?${query}`, { method });
    expect([answer.status, await answer.text(), answer.headers.get("x-refusal")]).toEqual([405, "fail", "method"]);
    await expectUnmoved(order);
  });
}

for (const url of ["https://169.254.169.254/latest", "https://10.0.0.1/", "https://shop.internal/", "http://shop.example.com/", "https://[::1]/"]) {
  test(`a22_events_are_never_sent_to_${url}`, () => {
    const env = { DEVELOPMENT: "false", EDGE_ORIGIN: "https://pay.example.com", GATEWAY_URL: "https://intlmapi.alipay.com/gateway.do", ANTOM_URL: "https://open-sea-global.alipay.com" };
    return expectMisconfigured({ ...env, ALLOWED_ORIGINS: "https://shop.example.com", FORWARD_URL: url }, "FORWARD_URL");
  });
}

for (const query of ["return_url=https://evil.example/", "redirect=//evil.example", "out_trade_no=X&return_url=https://evil.example/"]) {
  test(`a23_return_with_${query}_goes_to_the_registered_page`, async () => {
    const order = await target();
    const answer = await fetch(`${bench.origin}${order.back}?${query}`, { redirect: "manual" });
    expect([answer.status, answer.headers.get("location")]).toEqual([303, order.return_url]);
    await expectUnmoved(order);
  });
}

for (const page of ["//evil.example/", "https:evil.example/", "\\\\evil.example\\", "data:text/html,x", "/checkout"]) {
  test(`a23_return_url_${page}_refused`, async () => {
    const answer = await bench.checkout(orderToken(bench.claims({ return_url: page })));
    expect([answer.status, answer.json.code]).toEqual([422, "order_claim"]);
  });
}

test("a23_markup_in_a_subject_is_never_answered_as_markup", async () => {
  const order = bench.claims({ subject: "<script>alert(1)</script>" });
  const answer = await bench.checkout(orderToken(order));
  expect(answer.status).toBe(200);
  expect(JSON.stringify(answer.json).includes("<script")).toBe(false);
});

test("a24_status_says_the_same_of_known_and_unknown_orders", async () => {
  const order = await target();
  const ask = async (out_trade_no, token) => {
    const answer = await fetch(`${bench.origin}/status/${out_trade_no}?token=${token}`);
    return [answer.status, await answer.text()];
  };
  const other = await bench.register();
  const known = await ask(order.out_trade_no, other.status_token);
  expect(known).toEqual(await ask(freshNumber(), other.status_token));
  expect([known[0], JSON.parse(known[1]).code]).toEqual([401, "status_token"]);
});

test("a24_stream_with_the_token_of_another_order_refused", async () => {
  const order = await target();
  const other = await bench.register();
  for (const token of [other.status_token, ""]) {
    const url = `${bench.origin}/status/${order.out_trade_no}?token=${token}`;
    const answer = await fetch(url, { headers: { accept: "text/event-stream" } });
    expect([answer.status, answer.headers.get("content-type"), (await answer.json()).code]).toEqual(
      [401, "application/problem+json", "status_token"],
    );
  }
});

test("a30_prototype_in_a_token_is_text_like_any_other", async () => {
  const number = freshNumber();
  const metadata = JSON.parse('{"__proto__":"x","constructor":"y"}');
  const order = await bench.register({ out_trade_no: number, metadata });
  expect(await bench.tell(paidFields(order.out_trade_no))).toEqual(ACCEPTED);
  await told(order, ["payment.paid"]);
  const [{ data }] = bench.receiver.attempts(order.out_trade_no);
  expect(JSON.stringify(data.metadata)).toBe('{"__proto__":"x","constructor":"y"}');
});

// The last two look back at everything above.
test("a25_log_of_it_all_holds_no_secret_no_message_and_no_token", async () => {
  const order = await bench.register({ subject: "Dragon Well, second flush" });
  const message = signed(paidFields(order.out_trade_no, { buyer_email: "buyer@example.com" }));
  expect(await bench.notify(message)).toEqual(ACCEPTED);
  await told(order, ["payment.paid"]);
  expect(await bench.notify({ ...message, total_fee: "0.01" })).toEqual(refused("bad_signature"));
  const log = benches.flatMap(({ workerd }) => workerd.log).join("\n");
  expect(log).toContain('"event":"notify_refused"');
  const words = [...Object.values(bench.secrets), order.status_token, order.subject, message.sign, "buyer@example.com", message.trade_no];
  expect(words.filter((word) => log.includes(word))).toEqual([]);
  const bare = Object.values(bench.secrets).map((pem) => pem.replace(/-----[A-Z ]+-----|\s/g, "").slice(0, 40));
  expect(bare.filter((word) => log.includes(word))).toEqual([]);
});

test("merchant_was_told_of_none_of_them", async () => {
  const forged = await target();
  expect(await bench.notify({ ...signed(paidFields(forged.out_trade_no)), total_fee: "0.01" })).toEqual(refused("bad_signature"));
  // What was queued before this one would have been delivered before it, or with it.
  const order = await bench.register();
  expect(await bench.tell(paidFields(order.out_trade_no))).toEqual(ACCEPTED);
  await told(order, ["payment.paid"]);
  for (const [of, { out_trade_no }] of untold) expect([out_trade_no, of.receiver.attempts(out_trade_no)]).toEqual([out_trade_no, []]);
});

test("every_row_of_the_list_of_attacks_names_tests_that_exist", () => {
  const tests = join(import.meta.dirname, "..");
  const list = readFileSync(join(tests, "..", "docs", "threats.md"), "utf8");
  const rows = [...list.matchAll(/^\| (A\d+) \|.*\|.*\|(.*)\|$/gm)];
  expect(rows.map(([, row]) => row)).toEqual(Array.from({ length: 30 }, (_, n) => `A${n + 1}`));
  const names = ([, row, cell]) => [...cell.matchAll(/`([^#`]+)#([^`]+)`/g)].map(([, file, part]) => [row, join(tests, `${file}.mjs`), part]);
  // This one says why it has none.
  expect(rows.filter((found) => names(found).length === 0).map(([, row]) => row)).toEqual(["A17"]);
  const absent = rows.flatMap(names).filter(([, file, part]) => !existsSync(file) || !readFileSync(file, "utf8").includes(part));
  expect(absent).toEqual([]);
});

/** Waits for the events of an order: their types, with the reason where there is one. */
async function told(order, types) {
  const seen = () => bench.receiver.attempts(order.out_trade_no).map(({ type, data }) => [type, data.reason].filter(Boolean).join(" "));
  await expect.poll(seen).toEqual(types);
}

/** Posts chunks to the notify route without ever ending the body: `[status, body, refusal]`. */
function unended(chunks) {
  return new Promise((resolve, reject) => {
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    const sent = request(`${bench.origin}/notify/gateway`, { method: "POST", headers }, (answer) => {
      text(answer).then((body) => resolve([answer.statusCode, body, answer.headers["x-refusal"]]), reject)
        .finally(() => sent.destroy());
    });
    sent.on("error", reject);
    for (const chunk of chunks) sent.write(chunk);
  });
}

/** A Worker with such a variable serves nothing; the log names the variable, the answer does not. */
async function expectMisconfigured(env, variable) {
  const listens = (origin) => fetch(`${origin}/healthz`).then(({ status }) => status === 503, () => false);
  const broken = await another({ env, probe: listens });
  for (const [method, path] of [["GET", "/healthz"], ["POST", "/checkout"], ["POST", "/notify/gateway"]]) {
    const answer = await fetch(broken.origin + path, { method });
    const json = await answer.json();
    expect([path, answer.status, json.code]).toEqual([path, 503, "misconfigured"]);
    expect(json.detail).toBe("its operator finds the setting in the log, or by npm run deploy -- --check");
  }
  const lines = broken.workerd.log.filter((line) => line.includes('"misconfigured"')).map((line) => line.slice(line.indexOf("{")));
  expect(new Set(lines.map((line) => JSON.parse(line).setting))).toEqual(new Set([variable]));
}
