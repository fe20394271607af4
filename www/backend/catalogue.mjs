/** What the shop sells: one tea in three sizes. Prices are minor units: US cents, fen. */
export const SIZES = {
  tin50: { grams: 50, prices: { USD: 1990, CNY: 12_800 } },
  tin100: { grams: 100, prices: { USD: 3490, CNY: 22_800 } },
  tin250: { grams: 250, prices: { USD: 7900, CNY: 51_800 } },
};

/**
 * What an order is paid in, by who collects it: the cross-border gateway takes the shop's own currency,
 * Antom takes yuan.
 */
export const CURRENCIES = { "alipay-gateway": "USD", antom: "CNY" };

/** What the shopper reads at Alipay. The gateway does not take `&`, `=` or `"` in it. */
export function subject(size, quantity, locale) {
  const { grams } = SIZES[size];
  return locale === "zh-CN" ? `雨前龙井 ${grams} 克 × ${quantity}` : `Dragon Well tea ${grams} g × ${quantity}`;
}
