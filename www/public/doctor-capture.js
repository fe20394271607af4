// What browsers and proxies copy, made into a plain HTTP request: a cURL command, a HAR file. Pure.

/** Answers `{ text, from }`: `from` is `curl`, `har`, or null where the text is left as it is. */
export function readCapture(text) {
  const trimmed = text.trim();
  if (/^curl\s/.test(trimmed)) {
    const request = fromCurl(words(trimmed));
    if (request) return { text: request, from: "curl" };
  }
  if (trimmed.startsWith("{") && trimmed.includes('"request"')) {
    const request = fromHar(trimmed);
    if (request) return { text: request, from: "har" };
  }
  return { text, from: null };
}

const VALUED = {
  "-X": "method", "--request": "method", "-H": "header", "--header": "header", "--url": "url",
  "-d": "data", "--data": "data", "--data-raw": "data", "--data-binary": "data", "--data-ascii": "data",
};
/** Options with a value that says nothing about the request's bytes. */
const IGNORED = new Set(["-A", "--user-agent", "-b", "--cookie", "-o", "--output", "-e", "--referer", "-u", "--user", "-m", "--max-time"]);

function fromCurl([, ...rest]) {
  const found = { header: [], data: [] };
  while (rest.length > 0) {
    const word = rest.shift();
    if (IGNORED.has(word)) rest.shift();
    else if (VALUED[word] === "header" || VALUED[word] === "data") found[VALUED[word]].push(rest.shift() ?? "");
    else if (VALUED[word]) found[VALUED[word]] = rest.shift();
    else if (!word.startsWith("-")) found.url ??= word;
  }
  if (!found.url) return null;
  const body = found.data.join("&");
  const headers = found.header.map((line) => line.split(/:\s*/, 1).concat(line.replace(/^[^:]*:\s*/, "")));
  return request(found.method ?? (found.data.length > 0 ? "POST" : "GET"), found.url, headers, body);
}

function fromHar(text) {
  let parsed;
  try {
    parsed = JSON.parse(text);
  } catch {
    return null;
  }
  const entries = parsed.log?.entries ?? [parsed];
  const requests = (Array.isArray(entries) ? entries : []).map((entry) => entry?.request).filter((one) => one?.url);
  const bodyOf = (one) => one.postData?.text ?? "";
  const signed = (one) => /(^|&)sign=/.test(bodyOf(one)) || /[?&]sign=/.test(one.url) || one.headers?.some(({ name }) => /^signature$/i.test(name));
  const one = requests.find(signed) ?? requests[0];
  if (!one) return null;
  return request(one.method, one.url, (one.headers ?? []).map(({ name, value }) => [name, value]), bodyOf(one));
}

function request(method, url, headers, body) {
  // The address with its origin: the doctor cuts that off. A length would be of what was sent, not of this text;
  // names with a colon in front are HTTP/2's own.
  const kept = headers.filter(([name]) => !/^(:.*|content-length)$/i.test(name));
  return `${method} ${url} HTTP/1.1\n${kept.map(([name, value]) => `${name}: ${value}\n`).join("")}\n${body}`;
}

/** The words of a shell's command line: quotes of both kinds, `$'…'`, backslashes, lines that go on. */
function words(line) {
  const found = [];
  let word = null;
  const pattern = /\$'((?:[^'\\]|\\[^])*)'|'([^']*)'|"((?:[^"\\]|\\[^])*)"|\\\r?\n|\\([^])|(\s+)|([^\s'"\\$]+|\$)/g;
  for (const [, ansi, single, double, escaped, space, plain] of line.matchAll(pattern)) {
    if (space !== undefined) {
      if (word !== null) found.push(word);
      word = null;
      continue;
    }
    const part = single ?? escaped ?? plain ?? (ansi !== undefined ? unescape(ansi) : double?.replace(/\\(["\\$`])/g, "$1").replace(/\\\r?\n/g, ""));
    if (part !== undefined) word = (word ?? "") + part;
  }
  if (word !== null) found.push(word);
  return found;
}

const ESCAPES = { n: "\n", r: "\r", t: "\t" };

function unescape(text) {
  return text.replace(/\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|([^]))/g, (_, unicode, byte, one) =>
    one === undefined ? String.fromCharCode(parseInt(unicode ?? byte, 16)) : ESCAPES[one] ?? one,
  );
}
