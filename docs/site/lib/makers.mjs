// What `<!-- make: NAME -->` stands for in a page.

import { apiReference, apiSchemas } from "./api.mjs";
import { errors, refusals, reasons } from "./errors.mjs";
import { flow } from "./flow.mjs";
import { hours, support } from "./support.mjs";

/** Each takes the page's language and answers Markdown or HTML. */
export const MAKERS = {
  "api-reference": apiReference,
  "api-schemas": apiSchemas,
  errors,
  refusals,
  reasons,
  flow,
  "support-merchants": (lang) => support("merchants", lang),
  "support-shoppers": (lang) => support("shoppers", lang),
  "support-read": hours,
};
