// The way of a payment, drawn: lanes from left to right, time from top to bottom. Colours come from the style sheet.

const LANES = {
  en: ["Backend", "Page", "Edge", "Alipay"],
  zh: ["商户后端", "页面", "边缘", "支付宝"],
};
const X = [48, 136, 224, 312];
const HEAD = 34;
const STEP = 42;

/** From lane, to lane, words; `proof` is what moves the order. */
const STEPS = {
  en: [
    { from: 0, to: 1, says: "order token" },
    { from: 1, to: 2, says: "POST /checkout" },
    { from: 2, to: 1, says: "pay URL" },
    { from: 1, to: 3, says: "the shopper pays at Alipay" },
    { from: 3, to: 2, says: "notification", proof: true },
    { from: 2, to: 2, says: "verified, durable" },
    { from: 2, to: 3, says: "success" },
    { from: 3, to: 1, says: "return, by way of the edge" },
    { from: 2, to: 1, says: "status: paid" },
    { from: 2, to: 0, says: "signed event, until 2xx", proof: true },
  ],
  zh: [
    { from: 0, to: 1, says: "订单令牌" },
    { from: 1, to: 2, says: "POST /checkout" },
    { from: 2, to: 1, says: "支付地址" },
    { from: 1, to: 3, says: "顾客在支付宝付款" },
    { from: 3, to: 2, says: "异步通知", proof: true },
    { from: 2, to: 2, says: "验签并落盘" },
    { from: 2, to: 3, says: "success" },
    { from: 3, to: 1, says: "经边缘返回" },
    { from: 2, to: 1, says: "状态：已付款" },
    { from: 2, to: 0, says: "签名事件，直到 2xx", proof: true },
  ],
};
const TITLE = {
  en: "The ten steps of a payment, between your backend, the page, the edge and Alipay. They are told one by one below.",
  zh: "一次付款的十个步骤：商户后端、页面、边缘与支付宝之间。下文逐一说明。",
};

/** The drawing, as HTML in one block. */
export function flow(lang) {
  const steps = STEPS[lang];
  const height = HEAD + STEP * (steps.length + 0.5);
  const lanes = LANES[lang].map((name, at) => (
    `<line class="lane" x1="${X[at]}" x2="${X[at]}" y1="${HEAD}" y2="${height}"/>`
    + `<rect class="head" x="${X[at] - 42}" y="6" width="84" height="26" rx="6"/>`
    + `<text class="name" x="${X[at]}" y="23" text-anchor="middle">${name}</text>`));
  const arrows = steps.map((step, at) => arrow(step, at + 1, HEAD + STEP * (at + 1)));
  return `<figure class="flow"><svg viewBox="0 0 360 ${height}" role="img" aria-label="${TITLE[lang]}">${lanes.join("")}${arrows.join("")}</svg></figure>\n`;
}

function arrow({ from, to, says, proof }, number, y) {
  const kind = proof ? "arrow proof" : "arrow";
  const label = (x) => `<text class="says" x="${x}" y="${y - 7}" text-anchor="middle">${number}. ${says}</text>`;
  if (from === to) {
    return `<g class="${kind}"><rect class="note" x="${X[from] - 60}" y="${y - 22}" width="120" height="24" rx="12"/>`
      + `<text class="says" x="${X[from]}" y="${y - 6}" text-anchor="middle">${number}. ${says}</text></g>`;
  }
  const way = Math.sign(to - from);
  const tip = X[to] - way * 2;
  const middle = Math.min(Math.max((X[from] + X[to]) / 2, 72), 288);
  return `<g class="${kind}"><line x1="${X[from]}" x2="${tip - way * 5}" y1="${y}" y2="${y}"/>`
    + `<path d="M${tip} ${y}l${-way * 8} -4v8z"/>${label(middle)}</g>`;
}
