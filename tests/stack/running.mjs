// Where the running stack is, handed from the run's setup to the workers, which are other processes.

const VARIABLE = "ALIPAY_CHECKOUT_TEST_STACK";

/** Called once, before the workers start: they inherit the environment. */
export function publishStack(stack) {
  process.env[VARIABLE] = JSON.stringify(stack);
}

/** `{ origins: { edge, alipay, shop, gate }, secrets }`; the secrets were made for this run alone. */
export function runningStack() {
  // Nothing runs while tests are only listed.
  return JSON.parse(process.env[VARIABLE] ?? '{"origins":{},"secrets":{}}');
}
