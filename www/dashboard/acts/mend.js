// Saying that an endpoint is there again.

import { el } from '../lib/dom.js';
import { allowed, confirm } from '../parts/dialog.js';

export function mend(context, { name, origin }) {
  const { words, api, again } = context;
  if (!allowed(context, 'operate')) return;
  confirm(context, {
    title: words.say('mend.title', { endpoint: name }),
    text: el('p', {}, words.say('mend.text', { origin })),
    go: words.say('mend.go', { endpoint: name }),
    unsure: words.say('problem.unavailable.do'),
    act: async () => {
      await api.post(`endpoints/${name}/mend`);
      return el('p', {}, words.say('mend.did', { endpoint: name }));
    },
    done: again,
  });
}
