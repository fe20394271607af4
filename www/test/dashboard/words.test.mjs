// The dashboard's texts: the same in every language, each used, none missing.

import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import en from '../../dashboard/lang/en.js';
import zh from '../../dashboard/lang/zh.js';
import { LANGUAGES, Words, languageOf } from '../../dashboard/lib/words.js';

const FOLDER = join(import.meta.dirname, '..', '..', 'dashboard');
const code = readdirSync(FOLDER, { recursive: true })
  .filter((name) => name.endsWith('.js') && !name.startsWith('lang'))
  .map((name) => readFileSync(join(FOLDER, name), 'utf8'))
  .join('\n');

const texts = (found) => (typeof found === 'string' ? [found] : Object.values(found));
const slots = (found) => [...new Set(texts(found).flatMap((text) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)))].sort();

test('every_language_has_the_same_texts_with_the_same_values', () => {
  assert.deepEqual(Object.keys(zh).sort(), Object.keys(en).sort());
  for (const key of Object.keys(en)) assert.deepEqual(slots(zh[key]), slots(en[key]), key);
});

test('no_text_is_empty_and_none_is_in_the_other_language', () => {
  for (const [key, found] of Object.entries(en)) for (const text of texts(found)) assert.ok(text.trim() && !/\p{Script=Han}/u.test(text), key);
  // What is a name, a code or nothing but values has no Han characters in Chinese either.
  const bare = Object.entries(zh).filter(([, found]) => texts(found).some((text) => !/\p{Script=Han}/u.test(text))).map(([key]) => key);
  assert.deepEqual(bare.sort(), ['act.unknown', 'order.notify_id', 'problem.other.do', 'provider.antom']);
});

test('every_text_that_has_forms_by_number_has_those_of_its_language', () => {
  for (const [language, { tag, words }] of Object.entries(LANGUAGES)) {
    const forms = new Intl.PluralRules(tag).resolvedOptions().pluralCategories.toSorted();
    for (const [key, found] of Object.entries(words)) if (typeof found !== 'string') assert.deepEqual(Object.keys(found).sort(), forms, `${language} ${key}`);
  }
});

test('every_text_that_the_code_names_is_there', () => {
  const named = [...code.matchAll(/(?:say|pieces|has)\('([\w.-]+)'/g)].map(([, key]) => key);
  assert.ok(named.length > 150, String(named.length));
  assert.deepEqual(named.filter((key) => !(key in en)), []);
});

test('every_text_is_used', () => {
  // Families whose keys are put together from a word of the Worker's.
  const made = [...code.matchAll(/`([\w.-]*)\$\{[^}]+\}([\w.-]*)`/g)].map(([, before, after]) => new RegExp(`^${before.replaceAll('.', '\\.')}[\\w-]+(\\.[\\w-]+)?${after.replaceAll('.', '\\.')}$`));
  const families = made.filter(({ source }) => /^\^\w+(\\\.|-)/.test(source));
  const idle = Object.keys(en).filter((key) => !code.includes(`'${key}'`) && !families.some((pattern) => pattern.test(key)));
  assert.deepEqual(idle, []);
});

test('values_are_put_in_by_name_numbers_by_the_language', () => {
  const words = new Words('en');
  assert.equal(words.say('flag.dead', { n: 1 }), '1 dead letter');
  assert.equal(words.say('flag.dead', { n: 1_200 }), '1,200 dead letters');
  assert.equal(new Words('zh').say('flag.dead', { n: 2 }), '2 封死信');
  assert.equal(words.say('page.order', { number: '{n} $& <b>' }), 'Order {n} $& <b>');
  assert.throws(() => words.say('no.such'), /no words for no\.such/);
});

test('the_language_is_the_first_wish_that_there_are_words_for', () => {
  for (const [wishes, language] of [[['zh-TW', 'en'], 'zh'], [['de-DE', 'zh-CN'], 'zh'], [['fr'], 'en'], [['', 'EN-gb'], 'en'], [[], 'en'], [['toString'], 'en']]) {
    assert.equal(languageOf(wishes), language, wishes.join());
  }
});
