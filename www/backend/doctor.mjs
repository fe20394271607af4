import { fileURLToPath } from "node:url";

import express, { Router } from "express";

import { doctorPage } from "../pages/doctor.mjs";

/** What `npm run build` has made of `www/doctor`: the wasm in a script, and the examples. */
const BUILT = fileURLToPath(new URL("../build/doctor", import.meta.url));

/**
 * Keys are typed into this page, so the browser is told to let nothing out: no request, no form, no frame.
 * Its own scripts and style are all that is loaded. The worker's policy is its script's, hence the same.
 */
const POLICY = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "worker-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'none'",
  "form-action 'none'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** The page that says why a signature does not hold; not a part of a shop. */
export function doctorRoutes() {
  const routes = Router();
  routes.use("/doctor", (_request, response, next) => {
    response.set({ "content-security-policy": POLICY, "referrer-policy": "no-referrer" });
    next();
  });
  routes.get("/doctor", (_request, response) => response.send(doctorPage(response.locals.page)));
  routes.use("/doctor", express.static(BUILT, { index: false, redirect: false }));
  return routes;
}
