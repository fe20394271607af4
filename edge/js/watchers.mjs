// The open streams of one order, as server-sent events. Rust decides what is told (`edge/src/order/live.rs`); here
// it is given to the runtime. A stream that wasm feeds costs more than all the rest of opening it, and
// would wait without end when wasm was made anew.

/** Below the 30 seconds after which common proxies drop a silent connection. */
const HEARTBEAT_MS = 15_000;

/** Five minutes: an open stream keeps the object in memory, which is paid for. The browser reconnects by itself. */
const HEARTBEATS = 20;

/** What a watcher may leave unread, in frames. The connection takes hundreds before one is left here. */
const MOST_UNREAD = 8;

const text = new TextEncoder();

export class Watchers {
  #context;
  #isLost;
  #all = new Set();
  #timer;

  /** `context` is the object's; `isLost` says whether the order that is watched is not the one that changes any more. */
  constructor(context, isLost) {
    this.#context = context;
    this.#isLost = isLost;
  }

  get size() {
    return this.#all.size;
  }

  /** The answer to one more watcher: a stream that begins with `frame`. */
  stream(version, frame) {
    const watcher = { version, beats: 0, controller: undefined };
    const body = new ReadableStream({
      start: (controller) => {
        watcher.controller = controller;
        controller.enqueue(text.encode(frame));
      },
      cancel: () => this.#forget(watcher),
    });
    this.#all.add(watcher);
    // One for all, as each costs more than what it does.
    this.#timer ??= setInterval(() => this.#beat(), HEARTBEAT_MS);
    return new Response(body);
  }

  /** An answer that is no stream. */
  answer(status, body) {
    return new Response(body, { status });
  }

  /** Tells a change when it is on disk, to those that have not heard of a later one. */
  tell(version, frame, isFinal) {
    const told = this.#context.storage.sync().then(
      () => {
        for (const watcher of this.#all) {
          if (watcher.version >= version) continue;
          watcher.version = version;
          this.#give(watcher, frame);
          if (isFinal) this.#end(watcher);
        }
      },
      // What became of the change is known to whoever asks anew.
      () => this.leave(),
    );
    this.#context.waitUntil(told);
  }

  /** Ends every stream; the browsers open them again and begin with the present status. */
  leave() {
    for (const watcher of this.#all) this.#end(watcher);
  }

  #beat() {
    if (this.#isLost()) {
      this.leave();
      return;
    }
    for (const watcher of this.#all) {
      this.#give(watcher, ": still here\n\n");
      watcher.beats += 1;
      if (watcher.beats === HEARTBEATS) this.#end(watcher);
    }
  }

  /** Whoever does not read is let go, so that nothing is kept for them without end. */
  #give(watcher, frame) {
    if (!this.#all.has(watcher)) return;
    if (watcher.controller.desiredSize <= -MOST_UNREAD) {
      this.#forget(watcher);
      watcher.controller.error(new Error("nobody reads"));
      return;
    }
    watcher.controller.enqueue(text.encode(frame));
  }

  #end(watcher) {
    if (!this.#all.has(watcher)) return;
    this.#forget(watcher);
    watcher.controller.close();
  }

  #forget(watcher) {
    this.#all.delete(watcher);
    if (this.#all.size > 0) return;
    // A timer keeps the object awake.
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
