// The audit trail's chain, checked here as well: whoever looks should not have to believe the server.

/** What stands before the first line. */
export const BEGIN = '0'.repeat(64);

/** The hash of a line after one whose hash is `before`: docs/openapi.yaml, `adminAudit`. */
export async function seal(before, { seq, at_ms, by, act, detail }) {
  const bytes = new TextEncoder();
  const parts = [before, seq, at_ms, by, act, detail].map(String);
  const text = parts.map((part) => `${bytes.encode(part).length}:${part}`).join('');
  const digest = await crypto.subtle.digest('SHA-256', bytes.encode(text));
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/**
 * Checks lines that follow one with the number `seq` and the hash `before`. Answers `{ seq, hash }` at their end, with
 * `broken`: the number of the first line that does not follow, if one does not.
 */
export async function follow(lines, { seq = 0, hash = BEGIN } = {}) {
  for (const line of lines) {
    if (line.seq !== seq + 1 || line.hash !== await seal(hash, line)) return { seq, hash, broken: line.seq };
    ({ seq, hash } = line);
  }
  return { seq, hash };
}
