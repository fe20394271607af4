// Choices apply at once, and each tile is as high as its content.

const form = document.querySelector(".controls");
form.addEventListener("change", () => form.requestSubmit());

for (const frame of document.querySelectorAll("iframe")) {
  frame.addEventListener("load", () => fit(frame));
  if (frame.contentDocument?.readyState === "complete") fit(frame);
}

function fit(frame) {
  const { body } = frame.contentDocument;
  const measure = () => (frame.style.blockSize = `${Math.ceil(body.getBoundingClientRect().height)}px`);
  new ResizeObserver(measure).observe(body);
  measure();
}
