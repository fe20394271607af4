// For `<script src>`: the edge is where the script came from.

import { start } from "./rest.js";

const source = globalThis.document?.currentScript?.src;

start(source ? new URL(source).origin : "");
