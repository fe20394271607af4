// What pages gain by script: buttons that copy code, and the search. Everything can be read without it.

import { openSearch } from "./search.js";

const { copy, copied, notCopied } = document.body.dataset;

for (const pre of document.querySelectorAll("main pre")) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "copy";
  button.textContent = copy;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(pre.textContent.trimEnd());
      button.textContent = copied;
    } catch {
      // Refused, or not a secure page: by hand then.
      button.textContent = notCopied;
    }
    setTimeout(() => { button.textContent = copy; }, 2000);
  });
  const frame = document.createElement("div");
  frame.className = "code";
  pre.replaceWith(frame);
  frame.append(button, pre);
}

openSearch(document.querySelector("search"));
