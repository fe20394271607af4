/** What the shop sells: one tea in three sizes. Amounts are US cents. */
export const SIZES = {
  tin50: { grams: 50, amount: 1990 },
  tin100: { grams: 100, amount: 3490 },
  tin250: { grams: 250, amount: 7900 },
};

export const CURRENCY = "USD";

/** What the shopper reads at Alipay. The gateway does not take `&`, `=` or `"` in it. */
export function subject(size, quantity, locale) {
  const { grams } = SIZES[size];
  return locale === "zh-CN" ? `雨前龙井 ${grams} 克 × ${quantity}` : `Dragon Well tea ${grams} g × ${quantity}`;
}
