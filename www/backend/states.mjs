import { fileURLToPath } from "node:url";

import express, { Router } from "express";

import { chosen, statesPage, statesTile } from "../pages/states.mjs";
import { allow } from "./policy.mjs";

/** The built widget. Served by the shop itself, so that these pages need no edge. */
const WIDGET = fileURLToPath(new URL("../../dist", import.meta.url));

/** The pages that show the button in every state; not a part of a shop. */
export function statesRoutes() {
  const routes = Router();
  routes.use("/v1", express.static(WIDGET, { index: false, redirect: false }));

  routes.get("/states", (request, response) => {
    allow(response, "frame-src", "'self'");
    response.send(statesPage(response.locals.page, { choices: chosen(request.query) }));
  });

  routes.get("/states/tile", (request, response) => {
    allow(response, "frame-ancestors", "'self'");
    response.send(statesTile({ choices: chosen(request.query), host: request.get("host") }));
  });

  // Where the played edge sends the shopper: a browser that is answered nothing stays where it is.
  routes.get("/states/nowhere", (_request, response) => response.status(204).end());
  return routes;
}
