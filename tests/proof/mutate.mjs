// Input that no honest sender makes: genuine messages bent by chance, and noise.

const TOKENS = [
  "", "%", "%0", "%00", "%zz", "%C0%AE", "%ED%A0%80", "\0", "\r\n", "&", "&&", "=", "==", "&=", "[]", "[0]", ".", ";", "+", "%2B",
  "__proto__", "constructor", "-1", "0", "1e309", "NaN", "Infinity", "9007199254740993", "18446744073709551616", "0.1", "-0.00",
  "null", "true", "{}", "[", "\"", "'", "<script>", "../..", "//", "\\", "🀄", "\ud800", "\u202e", "\ufeff", "支付宝", "x".repeat(300),
  "RSA2", "MD5", "TRADE_FINISHED", "2088123412341234", "USD", "CNY", "2026-13-41 25:61:61", "A".repeat(65),
];

/** Makes strange things of good ones; `random` is {@link chance}'s. */
export class Mutator {
  constructor(random) {
    this.random = random;
  }

  /** One to four changes to a text: letters lost, doubled, swapped or replaced, tokens put in. */
  text(text) {
    let bent = text;
    for (let n = this.random.below(4); n >= 0; n -= 1) {
      const at = this.random.below(bent.length + 1);
      const length = this.random.below(8);
      bent = this.random.of([
        () => bent.slice(0, at) + bent.slice(at + length),
        () => bent.slice(0, at) + this.random.of(TOKENS) + bent.slice(at),
        () => bent.slice(0, at) + this.random.of(TOKENS) + bent.slice(at + length),
        () => bent.slice(0, at) + bent.slice(at, at + length).repeat(3) + bent.slice(at + length),
        () => bent.slice(0, at),
        () => String.fromCharCode(...[...bent].map((letter, i) => letter.charCodeAt(0) ^ (i === at ? 1 << this.random.below(8) : 0))),
      ])();
    }
    return bent;
  }

  /** Fields with one of them changed, taken away, added, or given another's value. */
  fields(fields) {
    const bent = { ...fields };
    const names = Object.keys(bent);
    const name = this.random.of(names);
    this.random.of([
      () => { bent[name] = this.random.of(TOKENS); },
      () => { bent[name] = this.text(String(bent[name])); },
      () => { delete bent[name]; },
      () => { bent[this.random.of(TOKENS) || "x"] = this.random.of(TOKENS); },
      () => { bent[name] = bent[this.random.of(names)]; },
      () => { bent[this.text(name)] = bent[name]; },
    ])();
    return bent;
  }

  /** Claims of a token: also values of other types. */
  claims(claims) {
    const values = [null, true, 0, -1, 1.5, 1e300, [], {}, [[]], { a: {} }, ["x"], "", "\0"];
    if (this.random.below(2) === 0) return this.fields(claims);
    return { ...claims, [this.random.of(Object.keys(claims))]: this.random.of(values) };
  }

  /** Bytes without any sense. */
  noise(most) {
    return Buffer.from(Array.from({ length: this.random.below(most) }, () => this.random.below(256)));
  }
}
