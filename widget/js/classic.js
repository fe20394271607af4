// For `<script src>`: the edge is where the script came from.

import { beside } from "./load.js";
import { start } from "./rest.js";

const source = globalThis.document?.currentScript?.src;

start(source ? new URL(source).origin : "", () => beside(source));
