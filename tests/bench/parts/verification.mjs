// Part 1: how many genuine messages a verifier takes each second, on one core, from the body's bytes to
// the verdict. Every verifier gets the same bytes, signed here by node:crypto.

import { execFileSync } from "node:child_process";
import { createHash, createSign, generateKeyPairSync, randomBytes } from "node:crypto";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { ROOT, environment, freePorts, joinWorker, run } from "../../../xtask/npm/stack.mjs";
import { alipaySdk } from "../../proof/peers.mjs";
import { Workerd, builtWorker, plainWorker } from "../../proof/workerd.mjs";
import { CLIENT, PATH, paidMessage } from "../../stack/antom.mjs";
import { paidFields, signedText } from "../../stack/notification.mjs";
import { Driver, WorkerDriver } from "../drivers/driver.mjs";
import { PLACE, pythonPeers } from "../peers.mjs";

const PARTNER = "2088101122136241";
const DRIVERS = join(import.meta.dirname, "..", "drivers");
const WORKER = join(PLACE, "worker");

const bare = (key, type) => key.export({ type, format: "der" }).toString("base64");
const rsaSign = (hash, text, key) => createSign(hash).update(text).sign(key, "base64");

/** The messages, with the keys that verify them, in their bare text form. */
export function cases() {
  const own = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const small = generateKeyPairSync("rsa", { modulusLength: 1024 });
  const md5Key = randomBytes(16).toString("hex");
  const form = (sign_type, key, signer) => {
    const fields = paidFields("BENCH-1", { buyer_email: "shopper@example.com", subject: "龙井茶 50 g" });
    return { key, body: new URLSearchParams({ ...fields, sign: signer(signedText(fields)), sign_type }).toString() };
  };
  const spki = bare(own.publicKey, "spki");
  const time = String(Date.now());
  const body = JSON.stringify(paidMessage("BENCH-1"));
  const signature = rsaSign("RSA-SHA256", `POST ${PATH}\n${CLIENT}.${time}.${body}`, own.privateKey);
  return {
    partner: PARTNER,
    own: bare(own.privateKey, "pkcs8"),
    md5: form("MD5", md5Key, (text) => createHash("md5").update(text + md5Key).digest("hex")),
    rsa: form("RSA", bare(small.publicKey, "spki"), (text) => rsaSign("RSA-SHA1", text, small.privateKey)),
    rsa2: form("RSA2", spki, (text) => rsaSign("RSA-SHA256", text, own.privateKey)),
    antom: {
      key: spki, client: CLIENT, path: PATH, time, body,
      signature: `algorithm=RSA256,keyVersion=1,signature=${encodeURIComponent(signature)}`,
    },
  };
}

/** What `openssl speed -mr` says of RSA verifications each second, by bits: the last field; signing is the one before. */
export function opensslSpeed(text) {
  const found = [...text.matchAll(/^\+F2:\d+:(\d+):[^:]+:([^:\n]+)/gm)];
  return Object.fromEntries(found.map(([, bits, rate]) => [bits, Number(rate)]));
}

const openssl = () => {
  try {
    return opensslSpeed(execFileSync("openssl", ["speed", "-elapsed", "-seconds", "1", "-mr", "rsa1024", "rsa2048"], { stdio: ["ignore", "pipe", "ignore"] }).toString());
  } catch {
    return undefined;
  }
};

/** The native binary and the Worker with both backends, as they are released. */
async function build(note) {
  note("cargo: protocol's example");
  await run("bench-rates", "cargo", ["build", "--release", "--locked", "-p", "alipay-protocol", "--example", "rates"], { onLine: note });
  note("the Worker with both backends");
  await run("bench-worker", "worker-build", ["--release", "--out-dir", join("..", ".local", "bench", "worker"), ".", "--locked", "--features", "compare"], {
    cwd: join(ROOT, "edge"), env: environment(), onLine: note,
  });
  await joinWorker(WORKER);
}

async function workers(home, all) {
  const modules = readdirSync(WORKER).filter((name) => name.endsWith(".wasm")).map((name) => join(WORKER, name));
  const start = async (name, worker) => {
    const { edge: port } = await freePorts();
    const workerd = new Workerd({ home: join(home, name), port, variables: {}, worker });
    await workerd.start(() => fetch(workerd.origin).then(() => true, () => false));
    return workerd;
  };
  const ours = await start("ours", { ...builtWorker(), main: join(WORKER, "index.js"), modules });
  const plain = await start("plain", { ...plainWorker(join(DRIVERS, "verify-worker.mjs")), objects: [] });
  const message = (name) => ({ [name]: { partner: PARTNER, ...all[name] } });
  const repeat = (crates) => new WorkerDriver(`${ours.origin}/compare/repeat`, (name, times) => ({ crates, times, message: message(name) }));
  return {
    webcrypto: repeat(false),
    crates: repeat(true),
    javascript: new WorkerDriver(plain.origin, (name, times) => ({ times, message: message(name) })),
    close: () => Promise.all([ours.kill(), plain.kill()]),
  };
}

/** Rows: who verifies, which driver does it, and which cases it knows by which name. */
function rows({ native, sdk, python, worker, version, missing }) {
  const same = (...names) => Object.fromEntries(names.map((name) => [name, name]));
  const all = same("md5", "rsa", "rsa2", "antom");
  return [
    { id: "native", name: "ours, native", driver: native, cases: all },
    { id: "node-sdk", name: `alipay-sdk ${version} for Node`, driver: sdk, cases: same("rsa", "rsa2"),
      unlike: "Ours also refuses what can be split in two ways, names given twice, other accounts and strange charsets; the SDK checks the signature alone. It cannot do MD5 or Antom.",
      why: "its RSA is OpenSSL's hand-written assembly, ours is the Rust crate `rsa` without `unsafe` of ours. aws-lc-rs in the native build would change it (the row of the limit); the Worker, which merchants deploy, has WebCrypto." },
    { id: "python-sdk", name: "python-alipay-sdk 3.4.0", driver: python, missing, cases: same("rsa", "rsa2"),
      unlike: "Signature alone, as above; RSA by pycryptodomex. It cannot do MD5 or Antom.",
      why: "pycryptodomex computes RSA with GMP, which has assembly; see alipay-sdk." },
    { id: "antom-python", name: "Antom's SDK for Python (global-open-sdk-python 1.7.1)", driver: python, missing, cases: same("antom"),
      unlike: "It reads the key anew for each message and verifies by the pure Python package `rsa`; ours also reads the JSON into a type. Antom publishes no server SDK for Node.",
      why: "see alipay-sdk." },
    { id: "limit", name: "the limit: aws-lc, signature alone", driver: native, cases: { rsa: "rsa-limit", rsa2: "rsa2-limit", antom: "rsa2-limit" },
      unlike: "No form is read and no text is made: what remains when everything but the RSA arithmetic is free. For Antom it is the figure of RSA2.",
      why: "hand-written assembly for the multiplication, beside portable Rust, and nothing else to do. Building with aws-lc-rs natively would take nearly all of it; its C and assembly are why the crate does without." },
    { id: "worker", name: "ours, in the Worker (WebCrypto)", driver: worker.webcrypto, cases: all, against: null,
      unlike: "What is deployed: form, text and gates in wasm, RSA by the runtime's BoringSSL." },
    { id: "javascript-worker", name: "plain JavaScript Worker (WebCrypto)", driver: worker.javascript, cases: all, against: "worker",
      unlike: "What a careful developer writes (`drivers/verify-worker.mjs`): signature alone, keys imported once.",
      why: "each message is copied into wasm and its text and signature out of it again, the key is found by a digest, and every await passes between Rust and JavaScript; and ours checks what the other does not. Fewer crossings would change it: text signed in one buffer, keys held instead of looked up." },
    { id: "crates", name: "ours, in the Worker (Rust crates, wasm)", driver: worker.crates, cases: all, against: null,
      unlike: "Not what is deployed: the second opinion of the tests, and what a Worker costs that brings its own RSA." },
  ];
}

/** Measures everything, `rounds` times in turns. */
export async function measure({ rounds, quick, note, say }) {
  await build(note);
  const { entry, version } = await alipaySdk();
  const { python, missing } = await pythonPeers();
  const home = mkdtempSync(join(tmpdir(), "alipay-checkout-bench-"));
  const all = cases();
  const file = join(home, "cases.json");
  writeFileSync(file, JSON.stringify(all), { mode: 0o600 });
  const open = [];
  const driver = (...how) => open[open.push(new Driver(...how)) - 1];
  let worker;
  try {
    worker = await workers(home, all);
    const native = driver(join(ROOT, "target", "release", "examples", "rates"), [file]);
    const sdk = driver("node", [join(DRIVERS, "node-sdk.mjs"), entry, file]);
    const snake = python && driver(python, [join(DRIVERS, "sdks.py"), file]);
    const table = rows({ native, sdk, python: snake, worker, version, missing });
    const milliseconds = quick ? 100 : 400;
    const found = new Map(table.map(({ id, cases: known }) => [id, Object.fromEntries(Object.keys(known).map((name) => [name, []]))]));
    const speed = { rsa: [], rsa2: [], antom: [] };
    // The first round warms up.
    for (let round = 0; round <= rounds; round += 1) {
      for (const column of ["md5", "rsa", "rsa2", "antom"]) {
        for (const { id, driver: asked, cases: known } of table) {
          if (asked === undefined || known[column] === undefined) continue;
          note(`round ${round}: ${column}, ${id}`);
          const rate = await asked.rate(known[column], milliseconds);
          if (round > 0) found.get(id)[column].push(rate);
        }
      }
      const limit = round > 0 && openssl();
      if (limit) {
        speed.rsa.push(limit[1024]);
        for (const name of ["rsa2", "antom"]) speed[name].push(limit[2048]);
      }
    }
    if (speed.rsa.length === 0) say("openssl is not installed: its row says so");
    const ready = table.map(({ driver: asked, cases: known, missing: lacking, ...row }) => (
      asked === undefined ? { ...row, missing: lacking } : { ...row, values: found.get(row.id) }
    ));
    const at = ready.findIndex(({ id }) => id === "limit");
    ready.splice(at + 1, 0, {
      id: "openssl", name: "the limit: `openssl speed`, signature alone",
      ...(speed.rsa.length > 0 ? { values: speed } : { missing: "openssl is not installed" }),
      unlike: "A prepared key and a digest, nothing hashed, nothing decoded.",
      why: "see aws-lc.",
    });
    return [{
      id: "verify",
      title: "Genuine notifications verified each second, one core",
      says: `The same bytes for everybody: a form of ${all.rsa2.body.length} bytes (RSA2), a JSON of ${all.antom.body.length} bytes (Antom). `
        + "From the body to the verdict; keys are read once, unless the row says otherwise. RSA is 1024 bits with SHA-1, RSA2 and Antom 2048 bits with SHA-256.",
      base: "native",
      columns: [
        { id: "md5", name: "MD5", better: "more", digits: 0 },
        { id: "rsa", name: "RSA", better: "more", digits: 0 },
        { id: "rsa2", name: "RSA2", better: "more", digits: 0 },
        { id: "antom", name: "Antom", better: "more", digits: 0 },
      ],
      rows: ready,
    }];
  } finally {
    for (const one of open) one.close();
    await worker?.close();
    rmSync(home, { recursive: true, force: true });
  }
}
