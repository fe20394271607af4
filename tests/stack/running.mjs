// Where the running stacks are, handed from the run's setup to the workers, which are other processes.

const VARIABLE = "ALIPAY_CHECKOUT_TEST_STACKS";

let own;

/** Called once, before the workers start: they inherit the environment. One stack for each worker. */
export function publishStacks(stacks) {
  process.env[VARIABLE] = JSON.stringify(stacks);
}

/** What a test starts for itself in this process, in place of the worker's; `undefined` goes back to that. */
export function useStack(stack) {
  own = stack;
}

/** This worker's: `{ origins: { edge, alipay, shop, gate }, secrets }`; the secrets were made for this run alone. */
export function runningStack() {
  if (own !== undefined) return own;
  // Nothing runs while tests are only listed.
  const stacks = JSON.parse(process.env[VARIABLE] ?? "[]");
  return stacks[Number(process.env.TEST_PARALLEL_INDEX ?? 0)] ?? { origins: {}, secrets: {} };
}
