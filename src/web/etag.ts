/** Entity tags (RFC 9110, section 8.8): what a client says it knows already, and what holds of that. */
import { sha256 } from '../formats/hash';
import type { Fault } from './problem';

/** Tags without their quotes, or any. */
export type Tags = '*' | readonly string[];

/** Conditions of a request that changes something; absent ones require nothing. */
export interface Condition {
  readonly ifMatch?: Tags;
  readonly ifNoneMatch?: Tags;
}

/** One tag, as it stands between the commas; a comma may stand inside its quotes. */
const TAG = /\s*(W\/)?"([\x21\x23-\x7e\x80-\xff]*)"\s*(?:,|$)/y;

type HeaderOf = (name: string) => string | null;

export function strong(tag: string): string {
  return `"${tag}"`;
}

/** A weak tag over whatever makes two answers mean the same. */
export function weakOver(content: unknown): string {
  return `W/"${sha256(JSON.stringify(content)).slice(0, 32)}"`;
}

/** Whether the client has this very answer: then it is told so (304) instead of being sent it. */
export function isKnown(etag: string, header: HeaderOf): boolean {
  const tags = parseTags(header('if-none-match'), 'weak');
  if (tags === undefined || tags === 'malformed') return false;
  return tags === '*' || tags.includes(etag.replace(/^W\/|"/g, ''));
}

export function parseCondition(header: HeaderOf): Condition | { readonly faults: readonly Fault[] } {
  const detail = 'write * or entity tags in double quotes, such as "0123abcd"';
  const ifMatch = parseTags(header('if-match'), 'strong');
  const ifNoneMatch = parseTags(header('if-none-match'), 'weak');
  const faults: Fault[] = [];
  if (ifMatch === 'malformed') faults.push({ parameter: 'If-Match', detail });
  if (ifNoneMatch === 'malformed') faults.push({ parameter: 'If-None-Match', detail });
  if (ifMatch === 'malformed' || ifNoneMatch === 'malformed') return { faults };
  return { ...(ifMatch && { ifMatch }), ...(ifNoneMatch && { ifNoneMatch }) };
}

/** Compared strongly, a weak tag matches nothing. */
function parseTags(text: string | null, comparison: 'strong' | 'weak'): Tags | 'malformed' | undefined {
  if (text === null) return undefined;
  if (text.trim() === '*') return '*';
  const tags: string[] = [];
  // Sticky and piece by piece: one pass, whatever the text.
  const pattern = new RegExp(TAG);
  do {
    const [, weak, tag] = pattern.exec(text) ?? [];
    if (tag === undefined) return 'malformed';
    if (comparison === 'weak' || weak === undefined) tags.push(tag);
  } while (pattern.lastIndex < text.length);
  return tags;
}
