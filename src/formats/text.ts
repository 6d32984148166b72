/** Text of other people, made fit to be shown: one line, bounded, without invisible characters that mislead. */

/** Ends a line or is no character at all; among them CR and LF, which would forge a mail header. */
const BREAKS = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/gu;
/** Invisible, and able to turn the order of the text around them. Joiners stay: emoji are made of them. */
const MISLEADING = /\u061C|\u200B|\u200E|\u200F|[\u202A-\u202E]|[\u2060-\u2064]|[\u2066-\u2069]|\uFEFF/gu;

const GRAPHEMES = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** One line without control characters, its white space collapsed. */
export function oneLine(text = ''): string {
  return text.replace(MISLEADING, '').replace(BREAKS, ' ').replace(/\s+/g, ' ').trim();
}

/** The lines of a longer text, each as `oneLine` makes it; empty ones are left out. */
export function lines(text: string): string[] {
  return text
    .split(/\r\n|[\r\n\u2028\u2029]/)
    .map(oneLine)
    .filter(line => line !== '');
}

/** Orders texts by their UTF-16 units, as the store orders its keys. */
export function compareText(a: string, b: string): number {
  return Number(a > b) - Number(a < b);
}

/** At most `longest` UTF-16 units, cut between characters as people see them, the cut marked with an ellipsis. */
export function cut(text: string, longest: number): string {
  if (text.length <= longest) return text;
  let kept = '';
  for (const { segment } of GRAPHEMES.segment(text)) {
    if (kept.length + segment.length >= longest) break;
    kept += segment;
  }
  return `${kept.trimEnd()}…`;
}

/** With an end, so that another sentence can follow. */
export function sentence(text: string): string {
  const line = oneLine(text);
  return line === '' || /[.!?…]$/.test(line) ? line : `${line}.`;
}

/** The link in its normal spelling if it is an http or https one; anything else is no link. */
export function webLink(text: string | undefined): string | undefined {
  if (text === undefined || !URL.canParse(text)) return undefined;
  const url = new URL(text);
  return url.protocol === 'https:' || url.protocol === 'http:' ? url.href : undefined;
}
