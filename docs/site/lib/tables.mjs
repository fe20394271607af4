// Markdown tables from rows.

/** A table; cells are Markdown in one line. */
export function table(head, rows) {
  const line = (cells) => `| ${cells.map((cell) => String(cell).replaceAll("\n", " ").replace(/(?<!\\)\|/g, "\\|")).join(" | ")} |\n`;
  return `${line(head)}|${"---|".repeat(head.length)}\n${rows.map(line).join("")}\n`;
}

export const code = (text) => `\`${text}\``;
