// The captures to click on the demo's page `/doctor`: vectors as others made them, and what commonly
// happens to such messages on their way. All keys in them are published test keys.

import { createHash } from 'node:crypto';

/** Answers `[{ name, capture, settings }]`; settings are those that differ from the form's own. */
export function examples(gateway, antom) {
  const vector = (list, id) => {
    const found = list.vectors.find((one) => one.id === id);
    if (found === undefined) throw new Error(`there is no vector ${id}`);
    return found;
  };
  const of = (id) => vector(gateway, id);
  const rsa2 = of('edge-rsa2-base');
  const md5 = of('edge-base');
  const gbk = of('edge-gbk');
  const own = gateway.keys['kaligo-test-rsa-2048'].spki_b64;
  const key = (one) => ({ key: one.key, sign_type: one.sign_type });
  const example = (name, capture, settings) => ({ name, capture, settings });
  const paid = vector(antom, 'ntf-paid-python');
  const rewritten = vector(antom, 'bad-body-reserialised');
  const slash = vector(antom, 'bad-uri-slash');
  const ofAntom = (one) => ({ key: one.public_key_pem, client_id: one.client_id });

  return [
    example('valid', rsa2.raw_body, key(rsa2)),
    example('valid_antom', request(paid), ofAntom(paid)),
    example('own_key', rsa2.raw_body, { ...key(rsa2), key: own, own_key: own }),
    example('other_key', rsa2.raw_body, { ...key(rsa2), key: own, other_keys: rsa2.key }),
    example('sign_type', rsa2.raw_body, { ...key(rsa2), sign_type: 'RSA' }),
    example('amount', replaced(rsa2.raw_body, 'total_fee=8.00', 'total_fee=8'), key(rsa2)),
    example('html', rsa2.raw_body.replaceAll('&', '&amp;'), key(rsa2)),
    example('plus', replaced(rsa2.raw_body, '%2B', '+'), key(rsa2)),
    example('unsorted', unsorted(md5), key(md5)),
    example('query', curl(`${rsa2.raw_body}&shop=7`), key(rsa2)),
    example('gbk', gbk.raw_body, key(gbk)),
    example('antom_json', request(rewritten), ofAntom(rewritten)),
    example('antom_path', request(slash), ofAntom(slash)),
    example('return', of('edge-return-replayed-as-notification').raw_body, key(md5)),
    example('resplit', of('edge-resplit-forged-notification').raw_body, key(md5)),
    example('altered', replaced(rsa2.raw_body, 'total_fee=8.00', 'total_fee=0.01'), key(rsa2)),
  ];
}

function replaced(text, part, other) {
  if (!text.includes(part)) throw new Error(`there is no ${part}`);
  return text.replaceAll(part, other);
}

/** A notification of Antom's as a server receives it. */
function request({ method, uri, client_id, time, signature_header, body }) {
  const headers = { 'content-type': 'application/json; charset=UTF-8', 'client-id': client_id, 'request-time': time, signature: signature_header };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  return `${method} ${uri} HTTP/1.1\n${lines.join('\n')}\n\n${body}`;
}

/** As a browser's or a proxy's "copy as cURL" writes it. */
function curl(body) {
  return `curl 'https://shop.example/alipay/notify' \\\n  -H 'Content-Type: application/x-www-form-urlencoded; charset=utf-8' \\\n  --data-raw '${body}'`;
}

/** Signed by somebody who joined the fields in the order in which they stood: `trade_status` first. */
function unsorted({ params, key }) {
  const { sign: _, sign_type, ...fields } = params;
  const pairs = Object.entries(fields).toReversed();
  const text = pairs.map(([name, value]) => `${name}=${value}`).join('&');
  const sign = createHash('md5').update(text + key).digest('hex');
  return new URLSearchParams([...pairs, ['sign_type', sign_type], ['sign', sign]]).toString();
}
