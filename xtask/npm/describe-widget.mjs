// Writes what describes the widget: into `dist/` with every build, and the tables into `widget/README.md`:
//
//   node xtask/npm/describe-widget.mjs

import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isMain } from './cli.mjs';
import { ROOT } from './project.mjs';
import { editorData, manifest, packageJson, withTables } from './widget-manifest.mjs';
import { react, svelte, typescript, vue } from './widget-types.mjs';

/** What the package has besides: its text for people, and the licences. */
const COPIES = { 'README.md': 'widget/README.md', 'LICENSE-APACHE': 'LICENSE-APACHE', 'LICENSE-MIT': 'LICENSE-MIT' };

/** The names of the files that only the npm package needs; no page asks the edge for them. */
export const PACKAGE_ONLY = ['package.json', ...Object.keys(COPIES)];

/** Files by name: everything but `package.json`, which lists what lies beside it. */
export function descriptions(root = ROOT) {
  const json = (value) => `${JSON.stringify(value, null, 2)}\n`;
  const read = (path) => readFileSync(join(root, path), 'utf8');
  const api = JSON.parse(read('widget/api.json'));
  const textKeys = Object.keys(JSON.parse(read('widget/lang/en.json')));
  return {
    'alipay-checkout.d.ts': typescript(api, textKeys),
    'react.d.ts': react(api),
    'vue.d.ts': vue(api),
    'svelte.d.ts': svelte(api),
    'custom-elements.json': json(manifest(api)),
    'vscode.html-custom-data.json': json(editorData(api)),
    ...Object.fromEntries(Object.entries(COPIES).map(([name, path]) => [name, read(path)])),
  };
}

/** The `package.json` for what lies in `dist`, which must be all of it. */
export function packageOf(dist, root = ROOT) {
  const api = JSON.parse(readFileSync(join(root, 'widget', 'api.json'), 'utf8'));
  const names = readdirSync(dist, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
    .map((entry) => join(entry.parentPath, entry.name).slice(dist.length + 1));
  const { version, license } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  return `${JSON.stringify(packageJson({ version, license }, api, names), null, 2)}\n`;
}

function fillReadme() {
  const path = join(ROOT, 'widget', 'README.md');
  const api = JSON.parse(readFileSync(join(ROOT, 'widget', 'api.json'), 'utf8'));
  writeFileSync(path, withTables(readFileSync(path, 'utf8'), api));
}

if (isMain(import.meta)) fillReadme();
