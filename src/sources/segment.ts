/** Names from a registry row in a URL's path: each is one encoded segment, and one that could change the path is a fault (rule 21). */

/** What is wrong with a name as a segment, if anything. `part` names it for people, such as `resource group`. */
export function segmentFault(part: string, name: string, longest: number): string | undefined {
  if (name === '') return `${part}: is empty; write its name`;
  if (name === '.' || name === '..') return `${part}: '${name}' can't be a name; write the real name`;
  if (name.length > longest) return `${part}: has ${name.length} characters; at most ${longest} are allowed`;
  if (!name.isWellFormed()) return `${part}: contains half a character; type it again`;
  return undefined;
}

/** What is wrong with a text as the start of a URL to which paths are added, if anything. */
export function baseUrlFault(text: string): string | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== 'https:' && url?.protocol !== 'http:') return 'must start with https:// and a host';
  if (url.username || url.password || /[?#]/.test(text)) return 'must not have a user, a query or a fragment';
  return undefined;
}
