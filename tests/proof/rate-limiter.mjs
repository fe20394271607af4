// A stand-in for Cloudflare's Rate Limiting binding, in the Worker's own process: two refusals by key. Two
// addresses make it fail.

class Ratelimit {
  #counts = new Map();

  async limit({ key }) {
    if (key.endsWith(":192.0.2.250")) throw new Error("no counter");
    if (key.endsWith(":192.0.2.251")) return new Promise(() => {});
    const count = (this.#counts.get(key) ?? 0) + 1;
    this.#counts.set(key, count);
    // What it is asked about is seen in the runtime's log.
    console.log(`limit ${key} ${count}`);
    return { success: count <= 2 };
  }
}

export default () => new Ratelimit();
