import assert from "node:assert/strict";
import { test } from "node:test";

import { DOCTOR_TEXTS } from "../pages/doctor-texts.mjs";
import { readCapture } from "../public/doctor-capture.js";
import { shape, startShop } from "./trial-shop.mjs";

const policyOf = (answer) => answer.headers.get("content-security-policy").split("; ");

test("page_and_worker_of_the_doctor_may_ask_nobody", async (t) => {
  const { origin } = await startShop(t);
  for (const path of ["/doctor", "/doctor/engine.js", "/doctor/examples.js"]) {
    const policy = policyOf(await fetch(origin + path));
    for (const part of ["default-src 'none'", "connect-src 'none'", "form-action 'none'"]) assert.equal(policy.includes(part), true, `${path}: ${part}`);
    assert.equal(policy.some((part) => part.includes("edge.example")), false, path);
  }
});

test("no_control_of_the_doctor_has_a_name_that_a_form_would_send", async (t) => {
  const { origin } = await startShop(t);
  const [form] = /<form[^]*<\/form>/.exec(await (await fetch(`${origin}/doctor`)).text());
  assert.match(form, /^<form class="examination" autocomplete="off">/);
  assert.equal(/ (name|action|method)="/.test(form), false);
});

test("doctors_texts_are_the_same_in_both_languages", () => {
  assert.deepEqual(shape(DOCTOR_TEXTS.zh), shape(DOCTOR_TEXTS.en));
});

const REQUEST = "POST https://shop.example/notify?x=1 HTTP/1.1\nContent-Type: text/plain\n\n";

for (const [name, text, expected] of [
  ["form_body_is_left_as_it_is", " a=1&sign=x\n", { text: " a=1&sign=x\n", from: null }],
  ["request_is_left_as_it_is", "POST / HTTP/1.1\n\ncurl x", { text: "POST / HTTP/1.1\n\ncurl x", from: null }],
  ["json_of_antoms_is_left_as_it_is", '{"request":1}', { text: '{"request":1}', from: null }],
  ["curl_with_single_quotes", "curl 'https://shop.example/notify?x=1' \\\n  -H 'Content-Type: text/plain' \\\n  --data-raw 'a=%2B&b=it'\\''s' --compressed",
    { text: `${REQUEST}a=%2B&b=it's`, from: "curl" }],
  ["curl_with_double_quotes", String.raw`curl -X POST "https://shop.example/notify?x=1" --header "Content-Type: text/plain" -d "{\"a\": \"\$1\"}"`,
    { text: `${REQUEST}{"a": "$1"}`, from: "curl" }],
  ["curl_with_escapes_of_bash", String.raw`curl --url https://shop.example/notify?x=1 -A agent -H $'Content-Type: text/plain' --data-raw $'a=1\u0021\n'`,
    { text: `${REQUEST}a=1!\n`, from: "curl" }],
  ["curl_without_a_body_gets", "curl https://shop.example/return?sign=x", { text: "GET https://shop.example/return?sign=x HTTP/1.1\n\n", from: "curl" }],
  ["curl_without_an_address_is_left_as_it_is", "curl -v", { text: "curl -v", from: null }],
  ["length_of_what_was_sent_is_not_of_this_text", "curl https://shop.example/n -H 'Content-Length: 3' -d a=10", { text: "POST https://shop.example/n HTTP/1.1\n\na=10", from: "curl" }],
]) {
  test(name, () => assert.deepEqual(readCapture(text), expected));
}

test("one_entry_of_a_har_file_is_read_and_its_own_names_of_http_2_left_out", () => {
  const request = { method: "POST", url: "https://shop.example/notify?x=1", headers: [{ name: ":method", value: "POST" }, { name: "Content-Type", value: "text/plain" }], postData: { text: "a=1" } };
  assert.deepEqual(readCapture(JSON.stringify({ request })), { text: `${REQUEST}a=1`, from: "har" });
});

test("of_a_har_file_the_signed_request_is_read", () => {
  const entry = (url, headers, text) => ({ request: { method: "POST", url, headers, postData: { text } } });
  const signature = [{ name: "Signature", value: "algorithm=RSA256" }];
  const entries = [entry("https://shop.example/a", [], "x=1"), entry("https://shop.example/b", signature, "{}")];
  assert.deepEqual(readCapture(JSON.stringify({ log: { entries } })), {
    text: "POST https://shop.example/b HTTP/1.1\nSignature: algorithm=RSA256\n\n{}",
    from: "har",
  });
});
