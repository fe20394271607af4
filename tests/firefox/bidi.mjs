// A Firefox that is driven by its own WebDriver BiDi, with no driver program between: only what the tests
// here need of it.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

import WebSocket from "ws";

const START_MS = 60_000;
const ANSWER_MS = 30_000;

// Nothing is asked of the network, and a page is kept for Back as people have it.
const PREFERENCES = {
  "app.normandy.enabled": false,
  "browser.chrome.site_icons": false,
  "browser.safebrowsing.malware.enabled": false,
  "browser.safebrowsing.phishing.enabled": false,
  "browser.shell.checkDefaultBrowser": false,
  "browser.startup.homepage_override.mstone": "ignore",
  "datareporting.policy.dataSubmissionEnabled": false,
  "dom.disable_open_during_load": true,
  "extensions.update.enabled": false,
  "network.captive-portal-service.enabled": false,
  "network.connectivity-service.enabled": false,
  "services.settings.server": "data:,",
  "toolkit.telemetry.enabled": false,
};

/** Starts the Firefox at `program`; `preferences` come on top of those that every test has. */
export async function launch(program, preferences = {}) {
  const profile = await mkdtemp(join(tmpdir(), "firefox-"));
  const lines = Object.entries({ ...PREFERENCES, ...preferences }).map(([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});`);
  await writeFile(join(profile, "user.js"), lines.join("\n"));
  const options = ["--headless", "--no-remote", "--profile", profile, "--remote-debugging-port", "0", "about:blank"];
  // A group of its own, so that its content processes end with it.
  const child = spawn(program, options, { detached: true, stdio: ["ignore", "ignore", "pipe"], env: { ...process.env, HOME: profile } });
  const gone = once(child, "exit");
  async function end() {
    try {
      process.kill(-child.pid, "SIGKILL");
    } catch {
      // It has gone by itself.
    }
    await gone;
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  }
  try {
    const address = await within(START_MS, addressIn(child.stderr), "Firefox did not say where it listens");
    const socket = new WebSocket(`${address}/session`);
    await once(socket, "open");
    const firefox = new Firefox(socket, end);
    await firefox.send("session.new", { capabilities: {} });
    return firefox;
  } catch (error) {
    await end();
    throw error;
  }
}

async function addressIn(stream) {
  for await (const line of createInterface({ input: stream })) {
    const found = /WebDriver BiDi listening on (ws:\S+)/.exec(line);
    if (found) return found[1];
  }
  throw new Error("Firefox ended before it listened");
}

async function within(ms, promise, otherwise) {
  let timer;
  const late = new Promise((_, refuse) => {
    timer = setTimeout(() => refuse(new Error(`${otherwise} within ${ms / 1000} s`)), ms);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

class Firefox {
  #socket;
  #end;
  #waiting = new Map();
  #last = 0;

  constructor(socket, end) {
    this.#socket = socket;
    this.#end = end;
    socket.on("message", (text) => {
      const { id, type, result, error, message } = JSON.parse(text);
      const waits = this.#waiting.get(id);
      if (!waits) return;
      this.#waiting.delete(id);
      if (type === "error") waits.refuse(new Error(`${waits.method}: ${error}: ${message}`));
      else waits.settle(result);
    });
  }

  send(method, params) {
    const id = (this.#last += 1);
    const answer = new Promise((settle, refuse) => this.#waiting.set(id, { method, settle, refuse }));
    this.#socket.send(JSON.stringify({ id, method, params }));
    return within(ANSWER_MS, answer, `${method} was not answered`);
  }

  /** A tab with cookies and storage of its own. `userAgent` is its name; `before` run in each of its pages first. */
  async openTab({ userAgent, before = [] } = {}) {
    const { userContext } = await this.send("browser.createUserContext", {});
    const { context } = await this.send("browsingContext.create", { type: "tab", userContext });
    if (userAgent) await this.send("emulation.setUserAgentOverride", { userAgent, contexts: [context] });
    for (const run of before) await this.send("script.addPreloadScript", { functionDeclaration: String(run), contexts: [context] });
    return new Tab(this, context, userContext);
  }

  async close() {
    this.#socket.close();
    await this.#end();
  }
}

class Tab {
  #firefox;
  #context;
  #userContext;

  constructor(firefox, context, userContext) {
    this.#firefox = firefox;
    this.#context = context;
    this.#userContext = userContext;
  }

  /** Opens a page, and waits for that much of it. */
  async goto(url, wait = "complete") {
    await this.#firefox.send("browsingContext.navigate", { context: this.#context, url, wait });
  }

  async back() {
    await this.#firefox.send("browsingContext.traverseHistory", { context: this.#context, delta: -1 });
  }

  /** What a function of the page's answers; it gets and gives JSON. */
  async evaluate(run, argument) {
    const { result, exceptionDetails } = await this.#firefox.send("script.callFunction", {
      functionDeclaration: `async () => JSON.stringify([await (${run})(${JSON.stringify(argument)})])`,
      awaitPromise: true,
      target: { context: this.#context },
    });
    if (exceptionDetails) throw new Error(exceptionDetails.text);
    return JSON.parse(result.value)[0];
  }

  /** Clicks the middle of the node that a function of the page's answers, as a mouse does. */
  async click(find) {
    const { result, exceptionDetails } = await this.#firefox.send("script.callFunction", {
      functionDeclaration: `() => (${find})()`,
      awaitPromise: false,
      target: { context: this.#context },
    });
    if (exceptionDetails) throw new Error(exceptionDetails.text);
    const origin = { type: "element", element: { sharedId: result.sharedId } };
    const actions = [
      { type: "pointerMove", x: 0, y: 0, origin },
      { type: "pointerDown", button: 0 },
      { type: "pointerUp", button: 0 },
    ];
    await this.#firefox.send("input.performActions", { context: this.#context, actions: [{ type: "pointer", id: "mouse", actions }] });
  }

  async close() {
    await this.#firefox.send("browser.removeUserContext", { userContext: this.#userContext });
  }
}
