// Which pages there are, in which order, and the words of the frame.

/** What is `background` comes after the rest in the search. */
export const CONTENTS = {
  en: [
    { name: "Start", urls: ["", "start/", "flow/", "testing/"] },
    { name: "Integrate", urls: ["embedding/", "order-tokens/", "events/", "refunds/", "migration/"] },
    { name: "Run", urls: ["deployment/", "keys/", "operating/", "configuration/"] },
    { name: "Trust", urls: ["guarantees/", "attacks/"] },
    { name: "Help", urls: ["troubleshooting/", "errors/", "faq/", "support/"] },
    { name: "Reference", urls: ["api/", "contracts/"] },
    {
      name: "Alipay's rules", background: true,
      urls: ["", "request/", "sign/", "notify/", "money/", "query/", "refund/", "files/", "app/", "openplatform/", "antom/"].map((name) => `alipay/${name}`),
    },
  ],
  zh: [
    { name: "入门", urls: ["zh/", "zh/start/", "zh/flow/"] },
    { name: "帮助", urls: ["zh/troubleshooting/", "zh/support/"] },
  ],
};

export const WORDS = {
  en: {
    locale: "en", site: "alipay-checkout", skip: "Skip to the text", pages: "All pages", menu: "Contents", outline: "On this page",
    previous: "Previous", next: "Next", search: "Search", searchHint: "Words to look for", nothing: "Nothing found.",
    unavailable: "The search could not be loaded.",
    found: "found", copy: "Copy", copied: "Copied", notCopied: "Select the text and copy it", language: "中文", other: "zh-Hans",
    footer: "Not affiliated with Alipay. No artwork of Alipay's is included.",
  },
  zh: {
    locale: "zh-Hans", site: "alipay-checkout", skip: "跳到正文", pages: "全部页面", menu: "目录", outline: "本页内容",
    previous: "上一页", next: "下一页", search: "搜索", searchHint: "要查找的词", nothing: "没有找到。",
    unavailable: "搜索无法加载。",
    found: "条结果", copy: "复制", copied: "已复制", notCopied: "请选中文字后复制", language: "English", other: "en",
    footer: "与支付宝没有关联，不含支付宝的图形素材。",
  },
};

/** The pages before and behind one, in the order of the contents. */
export function neighbours(pages, url) {
  const urls = CONTENTS[pages.get(url).lang].flatMap((group) => group.urls);
  const at = urls.indexOf(url);
  const page = (index) => (index in urls ? pages.get(urls[index]) : undefined);
  return { previous: page(at - 1), next: page(at + 1) };
}
