// Adyen's Alipay button as its documentation mounts a redirect component, tree-shaken, its analytics off.

import { AdyenCheckout, Redirect } from "@adyen/adyen-web";
import "@adyen/adyen-web/styles/adyen.css";

const checkout = await AdyenCheckout({
  environment: "test",
  clientKey: "test_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
  locale: "en-US",
  countryCode: "CN",
  amount: { value: 1990, currency: "USD" },
  analytics: { enabled: false },
  paymentMethodsResponse: { paymentMethods: [{ type: "alipay", name: "Alipay" }] },
  onSubmit: async ({ data }, _component, actions) => {
    await fetch("/checkout", { method: "POST", body: JSON.stringify(data) });
    actions.reject();
  },
});
new Redirect(checkout, { type: "alipay", showPayButton: true }).mount("#pay");
