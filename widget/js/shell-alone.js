// The shell by itself, as it stands at the beginning of every script: the build weighs it.

import { define } from "./shell.js";

define(new URL(document.currentScript.src).origin);
