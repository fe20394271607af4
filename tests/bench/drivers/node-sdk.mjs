// alipay-sdk for Node, from the body's bytes to its verdict: `node node-sdk.mjs ENTRY CASES.json`.

import { readFileSync } from "node:fs";
import { parse } from "node:querystring";

import { serve } from "./lines.mjs";

const [entry, file] = process.argv.slice(2);
const cases = JSON.parse(readFileSync(file, "utf8"));
const { AlipaySdk } = await import(entry);

/** As its README shows it: parsed by the framework, then checked. */
function verifier({ key, body }, signType) {
  const sdk = new AlipaySdk({ appId: "2021000000000000", privateKey: cases.own, alipayPublicKey: key, keyType: "PKCS8", signType });
  return () => sdk.checkNotifySignV2({ ...parse(body) });
}

await serve({ rsa: verifier(cases.rsa, "RSA"), rsa2: verifier(cases.rsa2, "RSA2") });
