// Beside a wrapped Worker in its runtime: how what stands before it takes the place of an object's members.

/** An object with some of its members replaced; everything else is the object's own. */
export function wrap(target, own) {
  return new Proxy(target, {
    get(_, name) {
      if (Object.hasOwn(own, name)) return own[name];
      const value = Reflect.get(target, name);
      // The class says of a binding what it is.
      return typeof value === "function" && name !== "constructor" ? value.bind(target) : value;
    },
  });
}
