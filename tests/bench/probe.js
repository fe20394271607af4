// Runs inside every measured page, before everything else, and is the same in all of them. Tells the
// run outside when the button is on the screen and takes a click, then clicks it once, as the quickest
// shopper would.

const shifts = [];
new PerformanceObserver((list) => shifts.push(...list.getEntries())).observe({ type: "layout-shift", buffered: true });

/** The button that stands where `id="pay"` is: itself, or inside that element's shadow, or among its children. */
function button() {
  const host = document.querySelector("#pay");
  return host?.localName === "button" ? host : (host?.shadowRoot?.querySelector("button") ?? host?.querySelector("button"));
}

/** Laid out, with words in it, and what a finger at its middle would hit. */
function takesClicks(found) {
  const box = found.getBoundingClientRect();
  if (box.height < 20 || found.innerText.trim() === "") return false;
  const hit = found.getRootNode().elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
  return hit !== null && found.contains(hit);
}

function look() {
  const found = button();
  if (!found || !takesClicks(found)) return requestAnimationFrame(look);
  // This frame paints it; a task after the next one's start comes when it has been painted.
  requestAnimationFrame(() => {
    setTimeout(() => {
      const shift = shifts.reduce((sum, { value }) => sum + value, 0);
      tellPainted(JSON.stringify({ painted: performance.now(), origin: performance.timeOrigin, shift }));
      found.click();
    });
  });
}

requestAnimationFrame(look);
