// The yardstick in the Worker runtime: what a careful JavaScript developer would write to verify, by
// WebCrypto and with keys imported once. POST `{ times, message }`, as to /compare/repeat of ours.

const keys = new Map();
const bytes = (base64) => Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
const encoder = new TextEncoder();

function imported(spki, hash) {
  const name = `${hash} ${spki}`;
  if (!keys.has(name)) {
    keys.set(name, crypto.subtle.importKey("spki", bytes(spki), { name: "RSASSA-PKCS1-v1_5", hash }, false, ["verify"]));
  }
  return keys.get(name);
}

/** Of a form: the fields, and the text that is signed. */
function read(body) {
  const fields = new URLSearchParams(body);
  const text = [...fields]
    .filter(([name, value]) => name !== "sign" && name !== "sign_type" && value !== "")
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`)
    .join("&");
  return { fields, text };
}

async function rsa({ key, body }, hash) {
  const { fields, text } = read(body);
  return crypto.subtle.verify("RSASSA-PKCS1-v1_5", await imported(key, hash), bytes(fields.get("sign")), encoder.encode(text));
}

async function md5({ key, body }) {
  const { fields, text } = read(body);
  const digest = encoder.encode(hex(await crypto.subtle.digest("MD5", encoder.encode(text + key))));
  const sign = encoder.encode(fields.get("sign"));
  return sign.length === digest.length && crypto.subtle.timingSafeEqual(sign, digest);
}

const hex = (buffer) => [...new Uint8Array(buffer)].map((byte) => byte.toString(16).padStart(2, "0")).join("");

async function antom({ key, client, path, time, signature, body }) {
  const sign = bytes(decodeURIComponent(/signature=([^,]*)/.exec(signature)[1]));
  const text = encoder.encode(`POST ${path}\n${client}.${time}.${body}`);
  const held = await crypto.subtle.verify("RSASSA-PKCS1-v1_5", await imported(key, "SHA-256"), sign, text);
  return held && JSON.parse(body).paymentRequestId !== undefined;
}

const VERIFY = { md5, antom, rsa: (form) => rsa(form, "SHA-1"), rsa2: (form) => rsa(form, "SHA-256") };

export default {
  async fetch(request) {
    if (request.method !== "POST") return Response.json({ ok: true });
    const { times, message } = await request.json();
    const [[kind, given]] = Object.entries(message);
    for (let done = 0; done < times; done += 1) {
      if (!(await VERIFY[kind](given))) return new Response("did not verify", { status: 500 });
    }
    return new Response("held");
  },
};
