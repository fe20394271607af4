// The parts of `npm run bench`, in the order of the page. Each is loaded when it is run, because some need
// what only a build leaves.

const later = (name, title, says) => ({
  name,
  title,
  says,
  measure: async (context) => (await import(`./${name}.mjs`)).measure(context),
});

export const PARTS = [
  later("verification", "Verification", "messages verified each second, beside the SDKs and the limit"),
  later("notify", "Notification path", "from Alipay's POST to a durable acknowledgement; memory; cold start"),
  later("button", "Button", "bytes, and time until it is painted and takes a click, beside the others' buttons"),
  later("end-to-end", "End to end", "from the click to paid on the screen, and from the notification to the merchant's event"),
  later("growth", "Growth", "latency, bytes and queries at 100 to 100,000 orders"),
];
