// Pages that watch an order, for specs.

/** Opens a status stream: `{ status, headers, ended, text, leave }`; `ended` resolves with all that was read. */
export async function watch({ origin }, { out_trade_no, status_token }, headers = {}) {
  const controller = new AbortController();
  const answer = await fetch(`${origin}/status/${out_trade_no}?token=${status_token}`, {
    headers: { accept: "text/event-stream", ...headers },
    signal: controller.signal,
  });
  const stream = { status: answer.status, headers: answer.headers, text: "", leave: () => controller.abort() };
  stream.ended = (async () => {
    try {
      for await (const chunk of answer.body.pipeThrough(new TextDecoderStream())) stream.text += chunk;
    } catch (error) {
      if (error.name !== "AbortError") throw error;
    }
    return stream.text;
  })();
  return stream;
}

/** The statuses that a stream has told so far, each `[id, status]`. */
export const told = ({ text }) => [...text.matchAll(/^id: (\d+)\nevent: status\ndata: (.*)\n\n/gm)].map(([, id, data]) => [Number(id), JSON.parse(data).status]);

/** The heartbeats so far. */
export const beats = ({ text }) => text.split(": still here\n\n").length - 1;
