/** Entity tags (RFC 9110, section 8.8): tags for answers, and the conditions that clients make of them. */
import { sha256 } from '../formats/hash';
import type { Condition } from '../watch/registry/rows';
import type { Fault } from './problem';

/** For the OpenAPI document: the header of an answer with a tag, and the answer 304. */
export const ETAG = { ETag: 'Changes when the answer does.' };
export const UNCHANGED = {
  is: 'The client already has this answer.',
  headers: ETAG,
};

/** Tags without their quotes; `*` is any tag. */
type Tags = '*' | readonly string[];

/** One tag of a list; there may be a comma inside its quotes. */
const TAG = /\s*(W\/)?"([\x21\x23-\x7e\x80-\xff]*)"\s*(?:,|$)/y;

type HeaderOf = (name: string) => string | null;

export function strong(tag: string): string {
  return `"${tag}"`;
}

/** A weak tag: the same for answers with the same meaning. */
export function weakOver(content: unknown): string {
  return `W/"${sha256(JSON.stringify(content)).slice(0, 32)}"`;
}

/** Whether the client has this answer already. */
export function isKnown(etag: string, header: HeaderOf): boolean {
  const tags = parseTags(header('if-none-match'), 'weak');
  if (tags === undefined || tags === 'malformed') return false;
  return tags === '*' || tags.includes(etag.replace(/^W\/|"/g, ''));
}

export function parseCondition(header: HeaderOf): Condition | { readonly faults: readonly Fault[] } {
  const ifMatch = parseTags(header('if-match'), 'strong');
  const ifNoneMatch = parseTags(header('if-none-match'), 'weak');
  if (ifMatch !== 'malformed' && ifNoneMatch !== 'malformed') return { ifMatch, ifNoneMatch };
  const named = [ifMatch === 'malformed' && 'If-Match', ifNoneMatch === 'malformed' && 'If-None-Match'];
  const detail = 'write * or entity tags in double quotes, such as "0123abcd"';
  return { faults: named.filter(name => name !== false).map(parameter => ({ parameter, detail })) };
}

/** A strong comparison ignores weak tags. */
function parseTags(text: string | null, comparison: 'strong' | 'weak'): Tags | 'malformed' | undefined {
  if (text === null) return undefined;
  if (text.trim() === '*') return '*';
  const tags: string[] = [];
  // A sticky pattern reads the text once, tag by tag.
  const pattern = new RegExp(TAG);
  do {
    const [, weak, tag] = pattern.exec(text) ?? [];
    if (tag === undefined) return 'malformed';
    if (comparison === 'weak' || weak === undefined) tags.push(tag);
  } while (pattern.lastIndex < text.length);
  return tags;
}
