// Other people's verifiers, installed into an ignored folder when they are first asked.

import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

import { LOCAL, run } from "../../xtask/npm/stack.mjs";

const PEERS = join(LOCAL, "peers");
const PACKAGE = join(PEERS, "node_modules", "alipay-sdk");
export const VERSION = "4.14.0";

/** Where alipay-sdk for Node is, installed where it was not: `{ entry, version }`. */
export async function alipaySdk() {
  const version = () => JSON.parse(readFileSync(join(PACKAGE, "package.json"), "utf8")).version;
  if (!existsSync(join(PACKAGE, "package.json")) || version() !== VERSION) {
    mkdirSync(PEERS, { recursive: true });
    await run("install-peers", "npm", ["install", "--prefix", PEERS, "--no-audit", "--no-fund", `alipay-sdk@${VERSION}`]);
  }
  return { entry: pathToFileURL(join(PACKAGE, "dist", "esm", "index.js")).href, version: version() };
}

/** Its verifier of notifications: fields to whether it takes them. */
export async function sdkVerifier(entry, secrets) {
  const { AlipaySdk } = await import(entry);
  const bare = (pem) => pem.replace(/-----[A-Z ]+-----|\s/g, "");
  const sdk = new AlipaySdk({
    appId: "2021000000000000",
    privateKey: bare(secrets["merchant-private.pem"]),
    alipayPublicKey: bare(secrets["alipay-public.pem"]),
    keyType: "PKCS8",
    signType: "RSA2",
  });
  return (fields) => sdk.checkNotifySignV2(fields);
}
