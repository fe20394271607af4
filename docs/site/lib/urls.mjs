// Addresses inside the site. They are relative, so that it can be served below any path.

/** From the page `from` to `to`; both below the site's root, without a slash before: `zh/start/`. */
export function relativeUrl(from, to) {
  const [path, fragment] = to.split("#");
  const depth = from.split("/").length - 1;
  const url = path === from && fragment !== undefined ? "" : `${"../".repeat(depth)}${path}` || "./";
  return fragment === undefined ? url : `${url}#${fragment}`;
}

/** The fragment of a heading, as GitHub makes it, so that one link works in both places. */
export function slug(heading) {
  return heading.trim().toLowerCase().replace(/[^\p{L}\p{N}\p{M}_ -]/gu, "").replaceAll(" ", "-");
}
