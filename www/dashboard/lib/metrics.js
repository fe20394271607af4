// Reads OpenMetrics text as `/admin/metrics` writes it. Pure.

const SAMPLE = /^([a-z_]+)(?:\{([a-z_]+)="([^"]*)"\})? (\d+)$/;

/** `[{ name, kind, help, samples: [{ label, value, count }] }]`, in the text's own order. */
export function readMetrics(text) {
  const families = [];
  const of = (name) => families.findLast((family) => name === family.name || name === `${family.name}_total` || name === `${family.name}_info`);
  for (const line of text.split('\n')) {
    const [, word, name, rest] = /^# (TYPE|HELP) ([a-z_]+) (.+)$/.exec(line) ?? [];
    if (word === 'TYPE') families.push({ name, kind: rest, help: '', samples: [] });
    if (word === 'HELP') of(name).help = rest;
    const [, sample, label = '', value = '', counted] = SAMPLE.exec(line) ?? [];
    if (sample !== undefined) of(sample)?.samples.push({ label, value, count: Number(counted) });
  }
  return families;
}

/** One number; `undefined` where the text has none: nothing is made up where the index does not answer. */
export function metric(families, name, value = '') {
  return families.find((family) => family.name === `alipay_checkout_${name}`)?.samples.find((sample) => sample.value === value)?.count;
}
