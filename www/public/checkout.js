// Three small things around the payment button; the button itself needs none of them.

const page = document.querySelector("[data-order]");
const widget = document.querySelector("alipay-checkout");

// 1. The edge says paid: show the receipt as soon as the shop's own record says so too.
let asking = false;
widget?.addEventListener("alipay-status", (event) => {
  if (event.detail.status === "paid") awaitReceipt();
});
// The button may have been quicker than this script.
if (widget?.getAttribute("state") === "paid") awaitReceipt();

async function awaitReceipt() {
  if (asking) return;
  asking = true;
  // The event is usually here already. If this backend was down, the edge tries again for hours,
  // so there is no error to show: the button says that it is paid, and a reload shows the receipt.
  for (let wait_ms = 250; wait_ms < 30_000; wait_ms *= 2) {
    const order = await shopRecord();
    if (order?.status === "paid") return showReceipt(order);
    await new Promise((resolve) => setTimeout(resolve, wait_ms));
  }
  asking = false;
}

async function shopRecord() {
  try {
    const response = await fetch(`/api/orders/${page.dataset.order}`);
    return response.ok ? await response.json() : null;
  } catch {
    return null;
  }
}

function showReceipt(order) {
  document.querySelector("#trade-no").textContent = order.trade_no;
  document.querySelector("#receipt").hidden = false;
}

// 2. The button's script could not be loaded: say so instead of leaving a gap.
addEventListener("load", () => {
  if (!widget || customElements.get("alipay-checkout")) return;
  widget.hidden = true;
  document.querySelector("#widget-missing").hidden = false;
});

// 3. The order is final already, so no button is on the page to clear up after the way back.
if (page.dataset.status !== "created") {
  localStorage.removeItem(`alipay-checkout:${page.dataset.order}`);
  if (location.hash.startsWith("#alipay-checkout=")) {
    history.replaceState(null, "", location.pathname + location.search);
  }
}
