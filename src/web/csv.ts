/** CSV as this app writes it (RFC 4180): safe to open in a spreadsheet, and nothing lost for whoever reads it back. */

/** A text is anybody's; numbers and flags are our own and need no shield. */
export type Cell = string | number | boolean | null | undefined;

/** What begins a formula (full-width signs, too), and what may stand before it. */
const SIGN = /[=+\-@\uff1d\uff0b\uff0d\uff20]/;
const BEFORE = /['\s]/;
/** Begins a cell where a spreadsheet goes by another dialect: it takes our quotes for text, then. */
const SEPARATOR = /[;|\t\r\n]/;

/** One apostrophe more before whatever a spreadsheet may take for a formula, and at the start before a tab or line break. */
export function shield(text: string): string {
  const starts = formulaStarts(text);
  if (starts.size === 0) return text;
  return text.replace(/./gs, (character, at: number) => (starts.has(at) ? `'${character}` : character));
}

/** Takes off what a shield put on: whatever starts with apostrophes is judged by what follows them. */
export function unshield(text: string): string {
  const starts = formulaStarts(text);
  if (starts.size === 0) return text;
  return text.replace(/'/g, (apostrophe, at: number) => (starts.has(at) ? '' : apostrophe));
}

/** Where a cell, in any dialect, begins with a formula. From the end, so that each character is looked at once. */
function formulaStarts(text: string): ReadonlySet<number> {
  const starts = new Set<number>();
  let leads = false;
  for (let at = text.length - 1; at >= 0; at -= 1) {
    const character = text.charAt(at);
    leads = SIGN.test(character) || (leads && BEFORE.test(character));
    if (leads && (at === 0 || SEPARATOR.test(text.charAt(at - 1)))) starts.add(at);
  }
  if (/^'*[\t\r\n]/.test(text)) starts.add(0);
  return starts;
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
