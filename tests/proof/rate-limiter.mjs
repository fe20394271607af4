// A stand-in for Cloudflare's Rate Limiting binding, in the Worker's own process: two refusals by key.

class Ratelimit {
  #counts = new Map();

  async limit({ key }) {
    const count = (this.#counts.get(key) ?? 0) + 1;
    this.#counts.set(key, count);
    // What it is asked about is seen in the runtime's log.
    console.log(`limit ${key} ${count}`);
    return { success: count <= 2 };
  }
}

export default () => new Ratelimit();
