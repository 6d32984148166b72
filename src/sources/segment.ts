/** Names from a registry row become segments of a URL's path; a name that could change the path is a fault (rule 21). */
import { holdsTokenValue } from '../formats/token-value';

/** What is wrong with a name as a segment; undefined if nothing is. `part` is what people call it, such as `resource group`. */
export function segmentFault(part: string, name: string, longest: number): string | undefined {
  // The fault must not repeat it.
  if (holdsTokenValue(name))
    return `${part}: that is the value of a token, which must not be kept here; write its name, and create a new token if others have seen this one`;
  if (name === '') return `${part}: is empty; write its name`;
  if (name === '.' || name === '..') return `${part}: '${name}' can't be a name; write the real name`;
  if (name.length > longest) return `${part}: has ${name.length} characters; at most ${longest} are allowed`;
  if (!name.isWellFormed()) return `${part}: contains a broken character; type it again`;
  return undefined;
}

/** What is wrong with a text as a base URL, to which paths are added; undefined if nothing is. */
export function baseUrlFault(text: string): string | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== 'https:' && url?.protocol !== 'http:') return 'must start with https:// and a host';
  if (url.username || url.password || /[?#]/.test(text)) return 'must not have a user, a query or a fragment';
  return undefined;
}
