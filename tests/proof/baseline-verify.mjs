// What the yardsticks of `npm run load` have in common: Alipay's signature on a form, by WebCrypto, as a careful
// JavaScript developer would check it.

let key;

/** The verifying key, imported once per isolate. */
function verifyingKey(env) {
  key ??= crypto.subtle.importKey(
    "spki",
    Uint8Array.from(atob(env.ALIPAY_PUBLIC_KEY), (letter) => letter.charCodeAt(0)),
    { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" },
    false,
    ["verify"],
  );
  return key;
}

const answer = (body, status) => new Response(body, { status, headers: { "content-type": "text/plain; charset=utf-8" } });

/** A Worker of the notify route alone, with no gate but the signature; `keep(env, raw, fields)` comes before `success`. */
export const receiving = (keep) => ({
  async fetch(request, env) {
    if (new URL(request.url).pathname !== "/notify/gateway") return Response.json({ ok: true });
    const raw = await request.text();
    const fields = new URLSearchParams(raw);
    if (!(await verified(env, fields))) return answer("fail", 403);
    await keep(env, raw, fields);
    return answer("success", 200);
  },
});

/** Whether Alipay has signed these fields. */
export async function verified(env, fields) {
  const text = [...fields]
    .filter(([name, value]) => name !== "sign" && name !== "sign_type" && value !== "")
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`)
    .join("&");
  const sign = Uint8Array.from(atob(fields.get("sign") ?? ""), (letter) => letter.charCodeAt(0));
  return crypto.subtle.verify("RSASSA-PKCS1-v1_5", await verifyingKey(env), sign, new TextEncoder().encode(text));
}
