/** Prepares text from other people for display: one line, limited in length, without invisible characters that mislead. */
import { trimmed } from './invisible';

/** Line ends, control characters and lone surrogates. CR and LF among them could forge a mail header. */
const BREAKS = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/gu;
/** Invisible characters, some of which reverse the text around them. Joiners stay, since emoji need them. */
const MISLEADING = /\u061C|\u200B|\u200E|\u200F|[\u202A-\u202E]|[\u2060-\u2064]|[\u2066-\u2069]|\uFEFF/gu;

/** One line without control characters; each run of white space becomes one space. */
export function oneLine(text = ''): string {
  return text.replace(MISLEADING, '').replace(BREAKS, ' ').replace(/\s+/g, ' ').trim();
}

/** The lines of a longer text, each cleaned by `oneLine`. Empty lines are left out. */
export function lines(text: string): string[] {
  return text
    .split(/\r\n|[\r\n\u2028\u2029]/)
    .map(oneLine)
    .filter(line => line !== '');
}

/** Compares texts for sorting by their UTF-16 units, as the store sorts its keys. */
export function compareText(a: string, b: string): number {
  return Number(a > b) - Number(a < b);
}

/** Cuts a text to at most `longest` UTF-16 units, between characters as people see them, and marks the cut with an ellipsis. */
export function cut(text: string, longest: number): string {
  if (text.length <= longest) return text;
  let kept = '';
  // Made only here, since the first one costs milliseconds of every start.
  const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });
  for (const { segment } of graphemes.segment(text)) {
    if (kept.length + segment.length >= longest) break;
    kept += segment;
  }
  return `${kept.trimEnd()}…`;
}

/** One line that ends with a full stop or the like, so that another sentence can follow. */
export function sentence(text: string): string {
  const line = oneLine(text);
  return line === '' || /[.!?…]$/.test(line) ? line : `${line}.`;
}

/** An http or https link in its normal spelling, without spaces, control characters or line ends; undefined for any other text. */
export function webLink(text: string | undefined): string | undefined {
  if (text === undefined || !URL.canParse(text)) return undefined;
  const url = new URL(text);
  return url.protocol === 'https:' || url.protocol === 'http:' ? url.href : undefined;
}

/** Whether a text stands in quotes, as one that was copied from code or from JSON. */
export function isQuoted(text: string): boolean {
  return text.length > 1 && /^(["'`]).*\1$|^[“‘„].*[”’“]$/s.test(text);
}

/** Splits a list at commas, semicolons and white space. Invisible characters around an item are dropped. */
export function splitList(text: string): string[] {
  // A byte order mark counts as white space, but it separates nothing that a person sees.
  return text
    .split(/(?:[,;]|(?!\ufeff)\s)+/)
    .map(trimmed)
    .filter(item => item !== '');
}
