// A load generator that takes as little of the two cores as it can: requests are bytes made before,
// connections are kept, and of an answer only its length and its last word are read.

import { connect } from "node:net";

const END_OF_HEAD = Buffer.from("\r\n\r\n");

/** A POST of a form as it goes over the wire. */
export function post(origin, path, body) {
  const { host } = new URL(origin);
  const head = `POST ${path} HTTP/1.1\r\nhost: ${host}\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n`;
  return Buffer.from(head + body);
}

/**
 * Sends `requests`, each once, over `connections`. Answers `{ seconds, latencies_ms, bodies }`, the
 * latencies sorted, the bodies in the order of the requests where `keep` is set. Throws unless every
 * answer has this `status`.
 */
export async function fire(origin, requests, { connections = 16, keep = false, status = 200 } = {}) {
  const { hostname, port } = new URL(origin);
  const latencies_ms = [];
  const bodies = [];
  let next = 0;
  const began = performance.now();
  await Promise.all(Array.from({ length: connections }, () => new Promise((done, refuse) => {
    const socket = connect(Number(port), hostname).setNoDelay(true);
    let at;
    let sent;
    let got = Buffer.alloc(0);
    const send = () => {
      if (next >= requests.length) {
        socket.destroy();
        done();
        return;
      }
      at = next;
      next += 1;
      sent = performance.now();
      socket.write(requests[at]);
    };
    socket.on("connect", send).on("error", refuse).on("close", () => refuse(new Error("the connection was closed")));
    socket.on("data", (chunk) => {
      got = got.length === 0 ? chunk : Buffer.concat([got, chunk]);
      const body = answered(got);
      if (body === undefined) return;
      const head = got.toString("latin1", 0, 12);
      got = Buffer.alloc(0);
      latencies_ms.push(performance.now() - sent);
      if (head !== `HTTP/1.1 ${status}`) {
        socket.destroy();
        refuse(new Error(`${head}: ${body}`));
        return;
      }
      if (keep) bodies[at] = body.toString();
      send();
    });
  })));
  const seconds = (performance.now() - began) / 1000;
  return { seconds, latencies_ms: latencies_ms.sort((a, b) => a - b), bodies };
}

/** The body of a whole answer, or `undefined` while some of it is missing. */
function answered(bytes) {
  const end = bytes.indexOf(END_OF_HEAD);
  if (end < 0) return undefined;
  const head = bytes.toString("latin1", 0, end).toLowerCase();
  const length = /\r\ncontent-length: (\d+)/.exec(head);
  const body = bytes.subarray(end + 4);
  if (length !== null) return body.length >= Number(length[1]) ? body : undefined;
  // Chunked: the answers of these routes come in one chunk.
  if (!body.includes("0\r\n\r\n")) return undefined;
  return body.subarray(body.indexOf("\r\n") + 2, body.lastIndexOf("\r\n0\r\n"));
}
