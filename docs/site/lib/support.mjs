// Alipay's support channels, from the one file that has them.

import { readFileSync } from "node:fs";
import { join } from "node:path";

import { ROOT } from "./places.mjs";
import { table } from "./tables.mjs";

const SUPPORT = JSON.parse(readFileSync(join(ROOT, "docs", "support.json"), "utf8"));
const HEADS = {
  en: ["for", "how", `when (${SUPPORT.zone})`, "note"],
  zh: ["用途", "方式", `时间（${SUPPORT.zone}）`, "说明"],
};

/** The channels for `who`: merchants or shoppers. */
export function support(who, lang) {
  return table(HEADS[lang], SUPPORT.channels.filter((channel) => channel.who === who).map((channel) => [
    channel.about[lang], way(channel, lang), channel.hours?.[lang] ?? "–", channel.note?.[lang] ?? "",
  ]));
}

function way({ address, where }, lang) {
  return address === undefined ? where[lang] : `<${address}>`;
}

/** When that was read, and where. */
export function hours(lang) {
  return lang === "zh"
    ? `以下信息于 ${SUPPORT.read} 读自${SUPPORT.source.zh}。如有变动，以支付宝公布的为准。\n`
    : `Read ${SUPPORT.read} from ${SUPPORT.source.en}. Where Alipay says otherwise today, Alipay is right.\n`;
}
