// The merchant's side of the Worker, as its staff speaks to it.

import { createHash } from "node:crypto";

import { expect } from "@playwright/test";

import { runningStack } from "./running.mjs";

/** What stands before the first line of a trail. */
const BEGIN = "0".repeat(64);

/** The merchant's side of one Worker; the run's own unless said otherwise. */
export class Admin {
  constructor({ origin = runningStack().origins.edge, token = runningStack().secrets["admin.token"] } = {}) {
    this.origin = origin;
    this.token = token;
  }

  /** Any request; `body` is sent as JSON. Answers the response. */
  fetch(path, { method = "GET", body, headers = {} } = {}) {
    return fetch(`${this.origin}/admin/${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.token}`,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  }

  /** The JSON of an answer that must be 200. */
  async get(path) {
    const answer = await this.fetch(path);
    expect(answer.status, `GET ${path}`).toBe(200);
    return answer.json();
  }

  /** `[status, JSON]` of an act. */
  async post(path, body) {
    const answer = await this.fetch(path, { method: "POST", body });
    return [answer.status, await answer.json()];
  }

  /** `[status, code]` of an answer that is a problem. */
  async refusal(path, options) {
    const answer = await this.fetch(path, options);
    expect(answer.headers.get("content-type")).toBe("application/problem+json");
    return [answer.status, (await answer.json()).code];
  }

  order(out_trade_no) {
    return this.get(`orders/${out_trade_no}`);
  }

  /** Waits until the index has the order as `expected`, and answers its row. */
  async indexed(out_trade_no, expected = {}, timeout = 10_000) {
    const find = async () => (await this.get(`orders?q=${out_trade_no}`)).orders[0] ?? {};
    await expect.poll(find, { timeout }).toMatchObject({ out_trade_no, ...expected });
    return find();
  }

  /** The order's trail, checked line by line by this file's own arithmetic. */
  async trail(out_trade_no) {
    const answer = await this.fetch(`orders/${out_trade_no}/audit`);
    expect(answer.headers.get("content-type")).toBe("application/jsonl; charset=utf-8");
    const lines = (await answer.text()).trimEnd().split("\n").map((line) => JSON.parse(line));
    expect(lines.map(({ hash }) => hash)).toEqual(chain(lines));
    return lines;
  }
}

/** The hashes that lines must have: SHA-256 over each part with its length and a colon before it. */
export function chain(lines) {
  let before = BEGIN;
  return lines.map(({ seq, at_ms, by, act, detail }) => {
    const parts = [before, seq, at_ms, by, act, detail].map(String);
    const text = parts.map((part) => `${Buffer.byteLength(part)}:${part}`).join("");
    before = createHash("sha256").update(text).digest("hex");
    return before;
  });
}
