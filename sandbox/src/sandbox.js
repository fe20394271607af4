// Keeps two pages up to date; both say the same without it, after a reload.

for (const waiting of document.querySelectorAll("[data-live]")) {
  const events = new EventSource(waiting.dataset.live);
  events.addEventListener("status", ({ data }) => {
    if (data === "waiting") return;
    events.close();
    location.replace(waiting.dataset.next);
  });
}

const traffic = document.querySelector("[data-traffic]");
if (traffic !== null) {
  const state = document.querySelector("#live");
  const events = new EventSource(traffic.dataset.traffic);
  events.addEventListener("open", () => {
    state.textContent = state.dataset.live;
    state.classList.add("done");
  });
  events.addEventListener("error", () => {
    state.textContent = state.dataset.not;
    state.classList.remove("done");
  });
  // The server made and escaped it, as it does for the page itself.
  events.addEventListener("entry", ({ data }) => {
    document.querySelector("#none")?.remove();
    traffic.insertAdjacentHTML("afterbegin", JSON.parse(data));
    while (traffic.children.length > 100) traffic.lastElementChild.remove();
  });
}
