// Google Pay's element as its README uses it. The page stands in for pay.js (parts/button.mjs).

import "@google-pay/button-element";

const button = document.createElement("google-pay-button");
Object.assign(button, {
  id: "pay",
  environment: "TEST",
  paymentRequest: {
    apiVersion: 2,
    apiVersionMinor: 0,
    allowedPaymentMethods: [{
      type: "CARD",
      parameters: { allowedAuthMethods: ["PAN_ONLY"], allowedCardNetworks: ["VISA"] },
      tokenizationSpecification: { type: "PAYMENT_GATEWAY", parameters: { gateway: "example", gatewayMerchantId: "example" } },
    }],
    merchantInfo: { merchantId: "12345678901234567890", merchantName: "Tea" },
    transactionInfo: { totalPriceStatus: "FINAL", totalPrice: "19.90", currencyCode: "USD", countryCode: "US" },
  },
});
document.querySelector("#place").replaceWith(button);
