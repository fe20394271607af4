// What is in the shadow root, once: the shell grows it, the server writes it as HTML.

/** Name, attributes, children. The line is there from the start: one that appears together with
 *  its words is not read out. */
export const MARKUP = [
  ["button", { part: "button" }, [["slot", { name: "logo" }, []], ["span", { part: "label" }, []]]],
  ["div", { part: "status", role: "status" }, []],
];
