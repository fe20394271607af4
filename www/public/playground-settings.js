// The settings of the playground as the fragment of its address, and back. Pure: a fragment may be anybody's, so
// that only what the element knows is taken from it.

/** What is chosen around the button; the first of each is taken unless another is asked for. */
export const AROUND = {
  scene: ["paid", "late", "unpaid", "closed", "refunded", "failed", "expired", "elsewhere", "slow", "offline", "blocked", "no-wasm"],
  colours: ["light", "dark"],
  width: ["wide", "phone"],
  dir: ["ltr", "rtl"],
};

/** Reads a fragment. `api` is widget/api.json, `keys` the names of the button's texts, `languages` its tags. */
export function readSettings(fragment, { api, keys, languages }) {
  const given = new URLSearchParams(fragment.replace(/^#/, ""));
  const settings = { attributes: {}, css: {}, texts: {}, logo: given.has("logo"), prevent: given.has("prevent") };
  for (const { name, type, values, default: usual } of api.attributes) {
    const value = given.get(name);
    if (type === "boolean" && value !== null) settings.attributes[name] = true;
    else if (value && value !== usual && (!values || values.includes(value))) settings.attributes[name] = value;
  }
  for (const { name } of api.cssProperties) {
    const value = given.get(name);
    // What would end a declaration is none of its value.
    if (value && !/[<>{};]/.test(value)) settings.css[name] = value;
  }
  for (const key of keys) if (given.get(`text.${key}`)) settings.texts[key] = given.get(`text.${key}`);
  for (const [name, values] of Object.entries(AROUND)) {
    settings[name] = values.includes(given.get(name)) ? given.get(name) : values[0];
  }
  settings.lang = languages.includes(given.get("lang")) ? given.get("lang") : languages[0];
  // The language that the button speaks, and so the one of which texts are changed.
  settings.locale = settings.attributes.locale ?? settings.lang;
  return settings;
}

/** Writes settings; what is as it would be anyway is left out. */
export function writeSettings(settings, { languages }) {
  const written = new URLSearchParams();
  for (const [name, value] of Object.entries(settings.attributes)) written.set(name, value === true ? "" : value);
  for (const [name, value] of Object.entries(settings.css)) written.set(name, value);
  for (const [key, value] of Object.entries(settings.texts)) written.set(`text.${key}`, value);
  if (settings.logo) written.set("logo", "");
  if (settings.prevent) written.set("prevent", "");
  for (const [name, [first]] of Object.entries({ ...AROUND, lang: languages })) {
    if (settings[name] !== first) written.set(name, settings[name]);
  }
  return String(written);
}
