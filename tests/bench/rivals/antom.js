// Antom's cashier as its documentation begins it. What it shows comes later from Antom's own hosts, which
// are not reached; so a plain button is added once its constructor has returned, the earliest that there
// could be one.

import { AMSCashierPayment } from "@alipay/ams-checkout";

new AMSCashierPayment({ environment: "sandbox", locale: "en_US", analytics: { enabled: false }, onLog: () => {}, onEventCallback: () => {} });
const button = document.createElement("button");
button.textContent = "Pay with Alipay";
button.onclick = () => fetch("/checkout", { method: "POST" });
document.querySelector("#pay").append(button);
