// Every RSA vector through both cryptographic backends in the real runtime: WebCrypto, which the Worker
// uses, and the Rust crates in wasm, the second opinion. Their verdicts must be the same, and the one
// that the vector's maker gave; signatures must be equal byte for byte.
//
//   node tests/proof/backends.mjs

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { cli, environment, freePorts, joinWorker, ROOT } from "../../xtask/npm/stack.mjs";
import { conclude, few } from "./checks.mjs";
import { builtWorker, Workerd } from "./workerd.mjs";

const VECTORS = join(ROOT, "protocol", "tests", "vectors");
/** The Worker of this test, beside the one that is published. */
const BUILD = join(ROOT, ".local", "compare");
const AT_ONCE = 100;

const json = (name) => JSON.parse(readFileSync(join(VECTORS, name), "utf8"));
const base64 = (bytes) => Buffer.from(bytes).toString("base64");

/** `{ name, question, expected }` of each vector; `expected` is what its maker says. */
function* cases() {
  for (const name of ["rsa_signature_2048_sha256_test", "rsa_signature_4096_sha256_test"]) {
    yield* wycheproof(json(join("wycheproof", `${name}.json`)), name, false);
  }
  yield* wycheproof(json("rsa_signature_2048_sha1_derived.json"), "sha1_derived", true);
  yield* gateway(json("gateway.json"));
  yield* antom(json("antom.json"));
}

function* wycheproof({ testGroups }, file, sha1) {
  for (const { publicKeyDer, tests } of testGroups) {
    const key = base64(Buffer.from(publicKeyDer, "hex"));
    for (const { tcId, msg, sig, result } of tests) {
      const text = base64(Buffer.from(msg, "hex"));
      const signature = base64(Buffer.from(sig, "hex"));
      // "acceptable" (a parameter is missing) is refused.
      yield verify(`${file} ${tcId}`, { key, sha1, text, signature }, result === "valid");
    }
  }
}

function* gateway({ vectors, keys }) {
  for (const vector of vectors.filter(({ sign_type }) => sign_type.startsWith("RSA"))) {
    const { id, sign_type, key_id, key, string_to_sign, string_to_sign_hex, sign, valid } = vector;
    const text = base64(string_to_sign_hex ? Buffer.from(string_to_sign_hex, "hex") : Buffer.from(string_to_sign ?? ""));
    // What is no strict base64 is refused before any backend; here it is decoded as leniently as can be.
    const signature = base64(Buffer.from(sign, "base64"));
    const strict = signature === sign;
    const public_key = keys[key_id]?.spki_b64 ?? key;
    const sha1 = sign_type === "RSA";
    yield verify(`gateway ${id}`, { key: public_key, sha1, text, signature }, strict ? valid : undefined);
    const own = keys[`${key_id}-priv`]?.pem;
    if (own && valid && strict) yield { name: `gateway ${id} signed`, question: { sign: { key: own, sha1, text } }, expected: sign };
  }
}

function* antom({ vectors }) {
  for (const { id, method, uri, client_id, time, body_b64, content_sha256, public_key_pem, private_key_pem, signature_header, valid } of vectors) {
    const content = Buffer.concat([Buffer.from(`${method} ${uri}\n${client_id}.${time}.`), Buffer.from(body_b64, "base64")]);
    const found = /signature=([^,]*)/.exec(signature_header)?.[1];
    // Some vectors are about the header's or the text's own form: the backends see the bytes only.
    const same = createHash("sha256").update(content).digest("hex") === content_sha256;
    if (!found || !same) continue;
    const sign = decodeURIComponent(found);
    const signature = base64(Buffer.from(sign, "base64"));
    const strict = signature === sign;
    const text = base64(content);
    yield verify(`antom ${id}`, { key: public_key_pem, sha1: false, text, signature }, valid && strict ? true : undefined);
    if (private_key_pem && valid && strict) {
      yield { name: `antom ${id} signed`, question: { sign: { key: private_key_pem, sha1: false, text } }, expected: sign };
    }
  }
}

function verify(name, question, valid) {
  return { name, question: { verify: question }, expected: valid === undefined ? undefined : valid ? "holds" : "refused" };
}

function build() {
  execFileSync("worker-build", ["--dev", "--no-opt", "--out-dir", join("..", ".local", "compare"), ".", "--locked", "--features", "compare"], {
    cwd: join(ROOT, "edge"),
    env: environment(),
    stdio: ["ignore", "pipe", "pipe"],
  });
}

await cli(async () => {
  build();
  await joinWorker(BUILD);
  const home = mkdtempSync(join(tmpdir(), "alipay-checkout-backends-"));
  const { edge: port } = await freePorts();
  const modules = readdirSync(BUILD).filter((name) => name.endsWith(".wasm")).map((name) => join(BUILD, name));
  const worker = { ...builtWorker(), main: join(BUILD, "index.js"), modules };
  const workerd = new Workerd({ home, port, variables: {}, worker });
  const all = [...cases()];
  const differ = [];
  const wrong = [];
  try {
    // There is no configuration, so that nothing but /compare answers: 503 is enough to go on.
    await workerd.start(() => fetch(workerd.origin).then(({ status }) => status === 503, () => false));
    for (let at = 0; at < all.length; at += AT_ONCE) {
      const part = all.slice(at, at + AT_ONCE);
      const body = JSON.stringify(part.map(({ question }) => question));
      const answer = await fetch(`${workerd.origin}/compare`, { method: "POST", body });
      if (!answer.ok) throw new Error(`/compare answers ${answer.status}: ${await answer.text()}`);
      for (const [n, { webcrypto, crates }] of (await answer.json()).entries()) {
        const { name, expected } = part[n];
        if (webcrypto !== crates) differ.push(`${name}: ${webcrypto.slice(0, 20)} / ${crates.slice(0, 20)}`);
        else if (expected !== undefined && webcrypto !== expected) wrong.push(`${name}: ${webcrypto.slice(0, 20)}, expected ${expected.slice(0, 20)}`);
      }
    }
  } finally {
    await workerd.kill();
    rmSync(home, { recursive: true, force: true });
  }
  const signed = all.filter(({ question }) => "sign" in question).length;
  process.stdout.write(`${all.length - signed} signatures verified and ${signed} made by both backends in workerd\n`);
  return conclude([
    ["there_are_vectors_of_every_file", all.length > 600 && signed > 10, `${all.length}, ${signed} signed`],
    ["both_backends_say_the_same", differ.length === 0, few(differ)],
    ["what_they_say_is_what_the_vectors_say", wrong.length === 0, few(wrong)],
  ]);
});
