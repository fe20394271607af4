// What axe finds wrong with a page as it stands. The one judge of every suite.

import AxeBuilder from "@axe-core/playwright";

/** A line for each rule of axe that is broken, with where; rules in `without` are left out, and what `exclude` selects. */
export async function violations(page, { without = [], exclude = [] } = {}) {
  const rules = Object.fromEntries(without.map((rule) => [rule, { enabled: false }]));
  // Only frames need the second page that adds up what was found, and what holds need not be told.
  const alone = page.frames().length === 1;
  const axe = new AxeBuilder({ page }).setLegacyMode(alone).options({ resultTypes: ["violations"], rules });
  for (const selector of exclude) axe.exclude(selector);
  const { violations: found } = await axe.analyze();
  return found.map(({ id, nodes }) => `${id}: ${nodes.map(({ target, failureSummary }) => `${target.flat().join(" ")} ${failureSummary}`).join(", ")}`);
}
