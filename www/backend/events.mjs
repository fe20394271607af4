import { Webhook, WebhookVerificationError } from "standardwebhooks";

/** The event was refused; `status` and `code` are all that the sender hears. */
export class RefusedEvent extends Error {
  constructor(status, code) {
    super(code);
    this.status = status;
    this.code = code;
  }
}

/** Receives what the edge forwards: verifies it, keeps it once, and applies it to the order. */
export function openEvents(store, orders, webhookSecret) {
  const webhook = new Webhook(webhookSecret);
  const { events } = store.state;

  return {
    /** Newest first. */
    list: () => events.toReversed(),

    /** The events of one order, oldest first. */
    of: (out_trade_no) => events.filter((event) => event.out_trade_no === out_trade_no),

    /**
     * Returns once the event is on disk, and only then may the edge hear 204: it sends the event
     * again until it does. `body` is the text as received, because that is what is signed.
     *
     * Throws `RefusedEvent` when the event is not one that the edge signed, or is not an event.
     */
    receive(headers, body) {
      const event = verify(webhook, headers, body);
      const webhook_id = headers["webhook-id"];
      // At least once means that repeats come. The id is the same for every repeat of one event.
      if (events.some((kept) => kept.webhook_id === webhook_id)) return "repeated";
      const result = orders.apply(event);
      events.push({
        webhook_id,
        type: event.type,
        out_trade_no: typeof event.data?.out_trade_no === "string" ? event.data.out_trade_no : null,
        result,
        received_at: new Date().toISOString(),
      });
      store.save();
      return result;
    },
  };
}

function verify(webhook, headers, body) {
  let event;
  try {
    event = webhook.verify(body, headers);
  } catch (error) {
    if (error instanceof WebhookVerificationError) throw new RefusedEvent(401, "signature_refused");
    if (error instanceof SyntaxError) throw new RefusedEvent(400, "body_not_json");
    throw error;
  }
  if (typeof event?.type !== "string") throw new RefusedEvent(400, "not_an_event");
  return event;
}
