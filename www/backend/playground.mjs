import { Router } from "express";

import { LANGUAGES } from "../pages/states.mjs";
import { cashierPage, playgroundPage, previewPage } from "../pages/playground.mjs";
import { AROUND } from "../public/playground-settings.js";
import { allow } from "./policy.mjs";

/** The page that sets the button up by hand; not a part of a shop. The widget is served by the states' routes. */
export function playgroundRoutes() {
  const routes = Router();
  routes.get("/playground", (_request, response) => {
    allow(response, "frame-src", "'self'");
    response.send(playgroundPage(response.locals.page));
  });
  routes.get("/playground/preview", ({ query }, response) => {
    allow(response, "frame-ancestors", "'self'");
    const one = (name, values) => (values.includes(query[name]) ? query[name] : values[0]);
    const lang = one("lang", LANGUAGES.map(({ tag }) => tag));
    response.send(previewPage({ lang, dir: one("dir", AROUND.dir), colours: one("colours", AROUND.colours) }));
  });
  routes.get("/playground/cashier", (_request, response) => {
    allow(response, "frame-ancestors", "'self'");
    response.send(cashierPage(response.locals.page));
  });
  return routes;
}
