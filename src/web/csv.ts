/** CSV as this app writes it (RFC 4180): safe to open in a spreadsheet, and nothing lost for whoever reads it back. */

/** A text is anybody's; numbers and flags are our own and need no shield. */
export type Cell = string | number | boolean | null | undefined;

/**
 * What a spreadsheet may take for a formula: `= + - @` (full-width, too), after spaces and apostrophes or not; and a leading
 * tab or line break. Such a text gets one apostrophe before it. Whatever starts with apostrophes is judged by what follows
 * them, so that one apostrophe taken off is always the one that was put on.
 */
const FORMULA = /^['\s]*[=+\-@\uff1d\uff0b\uff0d\uff20]|^'*[\t\r\n]/;

export function shield(text: string): string {
  return FORMULA.test(text) ? `'${text}` : text;
}

export function unshield(text: string): string {
  return text.startsWith("'") && FORMULA.test(text.slice(1)) ? text.slice(1) : text;
}

/** The header and the rows, each ended by CRLF. */
export function csvOf(header: readonly string[], rows: Iterable<readonly Cell[]>): string {
  const lines = [header.join(',')];
  for (const row of rows) lines.push(row.map(cellText).join(','));
  return `${lines.join('\r\n')}\r\n`;
}

function cellText(cell: Cell): string {
  if (typeof cell !== 'string') return cell === null || cell === undefined ? '' : String(cell);
  const text = shield(cell);
  return /[",;\r\n\t]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
