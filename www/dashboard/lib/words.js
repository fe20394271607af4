// The page's words, in the language of whoever looks. Values are put in as text, never as markup.

import en from '../lang/en.js';
import zh from '../lang/zh.js';

export const LANGUAGES = { en: { tag: 'en', name: 'English', words: en }, zh: { tag: 'zh-CN', name: '简体中文', words: zh } };

const KEPT = 'alipay-checkout-dashboard:language';

/** The language of a list of wishes, most wanted first. */
export const languageOf = (wishes) => wishes.map((wish) => wish.slice(0, 2).toLowerCase()).find((wish) => Object.hasOwn(LANGUAGES, wish)) ?? 'en';

/** Words in one language. */
export class Words {
  constructor(language) {
    this.language = language;
    this.tag = LANGUAGES[language].tag;
    this.words = LANGUAGES[language].words;
    this.plural = new Intl.PluralRules(this.tag);
  }

  has(key) {
    return Object.hasOwn(this.words, key);
  }

  /** The text of a key with its values; where `n` decides the form, the text is `{ one, other }`. */
  say(key, values = {}) {
    return this.pieces(key, values).join('');
  }

  /** The same as a list, so that a value may be an element. */
  pieces(key, values = {}) {
    const found = this.words[key];
    if (found === undefined) throw new Error(`no words for ${key}`);
    const text = typeof found === 'string' ? found : (found[this.plural.select(values.n)] ?? found.other);
    return text.split(/\{(\w+)\}/).map((piece, at) => {
      if (at % 2 === 0) return piece;
      const value = values[piece];
      return typeof value === 'number' ? new Intl.NumberFormat(this.tag).format(value) : value ?? '';
    });
  }
}

/** What was chosen here before, else what the browser wishes. */
export function chosenLanguage(storage = localStorage, wishes = navigator.languages) {
  return languageOf([storage.getItem(KEPT) ?? '', ...wishes]);
}

export function choose(language, storage = localStorage) {
  storage.setItem(KEPT, language);
}
