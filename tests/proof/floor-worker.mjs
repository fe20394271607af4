// What the runtime itself costs, for `npm run load`: every request is answered at once. Nothing is read,
// verified or kept, so that no Worker can be quicker.

import { DurableObject } from "cloudflare:workers";

export default {
  fetch() {
    return new Response("success");
  },
};

/** For a configuration like that of the others; nobody calls it. */
export class OrderObject extends DurableObject {}
