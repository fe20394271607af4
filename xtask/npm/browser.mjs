// Chromium, chromedriver and Firefox for the tests: what the environment names, what is on PATH, or Debian's
// packages.

import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { Trouble, run } from './run.mjs';

const CHROMIUM = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const DRIVER = ['chromedriver'];
// The font shows the Chinese pages; Debian's Chromium brings none that could.
const PACKAGES = ['chromium', 'chromium-driver', 'fonts-wqy-microhei'];

const FIREFOX = ['firefox-esr', 'firefox'];
const FIREFOX_PACKAGE = 'firefox-esr';

/** A step for {@link Progress}: resolves with `{ browser: { CHROMIUM_BIN, CHROMEDRIVER } }`. */
export async function findBrowser(note, env = process.env) {
  let found = locate(env);
  if (missing(found).length > 0) {
    if (!mayInstall()) {
      throw new Trouble(`${missing(found).join(' and ')} not found.`, {
        hint: `install Chromium and chromedriver (Debian: apt-get install ${PACKAGES.join(' ')}), or set CHROMIUM_BIN and CHROMEDRIVER.`,
      });
    }
    await install(PACKAGES, note, env);
    found = locate(env);
    if (missing(found).length > 0) {
      throw new Trouble(`${missing(found).join(' and ')} not found after installing ${PACKAGES.join(', ')}.`);
    }
  }
  return { note: found.CHROMIUM_BIN, browser: found };
}

/** Where Firefox is; installed where that is possible. */
export async function findFirefox(note, env = process.env) {
  const find = () => named(env, 'FIREFOX_BIN') ?? onPath(FIREFOX, env.PATH);
  const found = find();
  if (found !== undefined) return found;
  if (!mayInstall()) {
    throw new Trouble('Firefox not found.', { hint: `install Firefox (Debian: apt-get install ${FIREFOX_PACKAGE}), or set FIREFOX_BIN.` });
  }
  await install([FIREFOX_PACKAGE], note, env);
  const installed = find();
  if (installed === undefined) throw new Trouble(`Firefox not found after installing ${FIREFOX_PACKAGE}.`);
  return installed;
}

async function install(packages, note, env) {
  note(`installing ${packages.join(', ')}`);
  const apt = { env: { ...env, DEBIAN_FRONTEND: 'noninteractive' }, hint: 'check the connection to the Debian mirror, then start again.' };
  await run('apt-update', 'apt-get', ['update'], apt);
  await run('apt-install', 'apt-get', ['install', '-y', '--no-install-recommends', ...packages], apt);
}

/** Where the two programs are. A path that the environment names is not replaced by another program. */
export function locate(env) {
  return {
    CHROMIUM_BIN: named(env, 'CHROMIUM_BIN') ?? onPath(CHROMIUM, env.PATH),
    CHROMEDRIVER: named(env, 'CHROMEDRIVER') ?? onPath(DRIVER, env.PATH),
  };
}

function named(env, variable) {
  const path = env[variable];
  if (path === undefined || path === '') return undefined;
  if (!isProgram(path)) throw new Trouble(`${variable}=${path} is not a program.`, { hint: `correct or unset ${variable}.` });
  return path;
}

function onPath(names, path = '') {
  const places = path.split(delimiter).filter(Boolean);
  return names.flatMap((name) => places.map((place) => join(place, name))).find(isProgram);
}

function isProgram(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function missing(found) {
  return Object.keys(found).filter((variable) => found[variable] === undefined)
    .map((variable) => (variable === 'CHROMIUM_BIN' ? 'Chromium' : 'chromedriver'));
}

function mayInstall() {
  return process.getuid?.() === 0 && existsSync('/etc/debian_version');
}
