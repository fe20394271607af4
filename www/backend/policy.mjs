/** Names one more source in this answer's policy. */
export function allow(response, directive, source) {
  const policy = response.get("content-security-policy").split("; ").filter((part) => !part.startsWith(`${directive} `));
  response.set("content-security-policy", [...policy, `${directive} ${source}`].join("; "));
}
