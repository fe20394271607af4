// Who gets in, what is kept of the token, and what is said when it does not open something.

import { scopedToken } from "../stack/dashboard.mjs";
import { expect, picture, test } from "../stack/fixtures.mjs";
import { watchErrors, watchRequests } from "../stack/watch.mjs";

const POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; "
  + "form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

test("files_are_served_under_a_policy_that_allows_nothing_from_elsewhere_and_no_markup_from_text", async ({ origins }) => {
  for (const path of ["/dashboard/", "/dashboard/main.js", "/dashboard/style.css", "/dashboard/icon.svg"]) {
    const { status, headers } = await fetch(origins.edge + path);
    expect([path, status, headers.get("content-security-policy"), headers.get("x-content-type-options"), headers.get("referrer-policy"), headers.get("x-frame-options"), headers.get("cache-control")])
      .toEqual([path, 200, POLICY, "nosniff", "no-referrer", "DENY", "no-cache"]);
  }
});

test("token_opens_the_dashboard_and_stays_in_the_tab", async ({ page, dashboard, origins }) => {
  const errors = watchErrors(page);
  const requests = watchRequests(page);
  await page.goto(`${origins.edge}/dashboard/`);
  await expect(page.getByRole("textbox", { name: "Admin token" })).toBeFocused();
  await picture(page, "dashboard-sign-in");
  await dashboard.signIn();
  await expect(page.locator("h1")).toHaveText("Overview");
  await dashboard.settled();
  await expect(page.locator("footer")).toHaveText("Signed in as local; may: read, operate, refund");

  expect(requests.filter(({ url }) => url.includes(dashboard.token))).toEqual([]);
  expect([...new Set(requests.map(({ origin }) => origin))]).toEqual([origins.edge]);
  expect(await page.evaluate(() => ({ ...localStorage }))).toEqual({});
  const { cookies } = await page.context().storageState();
  expect(cookies).toEqual([]);

  await page.reload();
  await expect(page.locator("h1")).toHaveText("Overview");
  const other = await page.context().newPage();
  await other.goto(`${origins.edge}/dashboard/`);
  await expect(other.getByRole("textbox", { name: "Admin token" })).toBeVisible();
  expect(errors).toEqual([]);
});

test("signing_out_forgets_the_token", async ({ page, dashboard }) => {
  await dashboard.open();
  await page.getByRole("button", { name: "Sign out" }).click();
  await expect(page.getByRole("status").filter({ hasText: "signed out" })).toHaveText("You are signed out.");
  expect(await page.evaluate(() => ({ ...sessionStorage }))).toEqual({});
  await page.reload();
  await expect(page.getByRole("textbox", { name: "Admin token" })).toBeVisible();
});

for (const [name, token, said] of [
  ["wrong_token", "A".repeat(43), "This Worker knows no such token."],
  ["no_token", "  ", "Enter a token."],
  ["token_that_no_header_can_carry", "令牌", "This Worker knows no such token."],
]) {
  test(`${name}_is_said_at_the_field`, async ({ page, origins }) => {
    await page.goto(`${origins.edge}/dashboard/`);
    const field = page.getByRole("textbox", { name: "Admin token" });
    await field.fill(token);
    await page.getByRole("button", { name: "Sign in" }).click();
    await expect(page.getByRole("alert")).toContainText(said);
    await expect(field).toBeFocused();
    await expect(field).toHaveAttribute("aria-invalid", "true");
    expect(await page.evaluate(() => ({ ...sessionStorage }))).toEqual({});
  });
}

test("worker_without_a_merchants_side_says_so", async ({ page, origins }) => {
  await page.route("**/admin/**", (route) => route.fulfill({
    status: 404, contentType: "application/problem+json", body: JSON.stringify({ code: "route_unknown", detail: "No such route" }),
  }));
  await page.goto(`${origins.edge}/dashboard/`);
  await page.getByRole("textbox", { name: "Admin token" }).fill("x");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("alert")).toContainText("ADMIN_TOKENS is not set");
});

test("token_that_may_not_look_hears_which_scope_it_needs", async ({ page, dashboard }) => {
  await dashboard.open("#/orders", scopedToken("cashier"));
  const alert = page.getByRole("alert");
  await expect(alert).toContainText("This token may not do this");
  await expect(alert).toContainText("It needs the scope read; the token cashier has refund.");
  await expect(alert).toContainText("Code: admin_scope");
  await expect(dashboard.live).toHaveText("Not live");
});

test("token_that_was_taken_away_leads_back_to_the_way_in", async ({ page, dashboard }) => {
  await dashboard.open("#/orders");
  await page.route("**/admin/**", (route) => route.fulfill({
    status: 401, contentType: "application/problem+json", headers: { "www-authenticate": "Bearer" }, body: JSON.stringify({ code: "admin_token" }),
  }));
  await expect(page.getByRole("status").filter({ hasText: "no longer known" })).toBeVisible();
  await expect(page.locator("main")).not.toContainText("First heard of");
  expect(await page.evaluate(() => ({ ...sessionStorage }))).toEqual({});
});

for (const [name, answer, said] of [
  ["index_that_does_not_answer", { status: 503, code: "index_unavailable" }, ["The index across orders does not answer", "Payments and deliveries go on."]],
  ["misconfigured_worker", { status: 503, code: "misconfigured" }, ["configuration is incomplete", "npm run deploy -- --check"]],
  ["too_many_refusals", { status: 429, code: "too_many", headers: { "retry-after": "42" } }, ["Too many refused requests", "answers again in 42 s"]],
  ["gateway_in_between", { status: 502, type: "text/html", body: "<h1>bad gateway</h1>" }, ["The Worker refuses this (http_502)"]],
  ["answer_that_is_none", { status: 200, type: "text/html", body: "<html>" }, ["The answer cannot be read"]],
]) {
  test(`${name}_is_said_with_what_to_do_and_tried_again`, async ({ page, dashboard }) => {
    await dashboard.open("#/keys");
    const { status, code, type = "application/problem+json", body = JSON.stringify({ code }), headers } = answer;
    await page.route("**/admin/orders**", (route) => route.fulfill({ status, contentType: type, body, headers }));
    await dashboard.go("#/orders");
    const alert = page.getByRole("alert").filter({ hasText: said[0] });
    for (const text of said) await expect(alert).toContainText(text);
    await page.unroute("**/admin/orders**");
    await alert.getByRole("button", { name: "Try again" }).click();
    await expect(alert).toHaveCount(0);
    await expect(dashboard.live).toHaveText("Live");
  });
}

test("offline_keeps_what_is_shown_and_goes_on_by_itself", async ({ page, context, dashboard }) => {
  await dashboard.open("#/endpoints");
  await context.setOffline(true);
  await expect(page.locator(".stale")).toContainText("You are offline.", { timeout: 20_000 });
  await expect(dashboard.live).toHaveText("Not live");
  await expect(dashboard.row("Taking deliveries")).toHaveCount(1);
  await context.setOffline(false);
  await expect(page.locator(".stale")).toHaveCount(0);
  await expect(dashboard.live).toHaveText("Live");
});
