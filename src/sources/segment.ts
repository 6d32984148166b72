/** Names out of a registry row as single segments of a URL's path: what could become another path is a fault (rule 21). */

/** Why a name can't be a segment, or `undefined`. The part is what a person calls it, such as `resource group`. */
export function segmentFault(part: string, name: string, longest: number): string | undefined {
  if (name === '') return `${part}: is empty; write its name`;
  if (name === '.' || name === '..') return `${part}: '${name}' can't be a name; write the real one`;
  if (name.length > longest) return `${part}: has ${name.length} characters; at most ${longest} are possible`;
  if (/\p{Surrogate}/u.test(name)) return `${part}: holds half a character; type it anew`;
  return undefined;
}

/** The segments as a path, with a leading slash each; every one is encoded. */
export function pathOf(...segments: readonly string[]): string {
  return segments.map(segment => `/${encodeURIComponent(segment)}`).join('');
}

/** Why a text can't be the start of a URL to which paths are appended, or `undefined`. */
export function baseUrlFault(text: string): string | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== 'https:' && url?.protocol !== 'http:') return 'must start with https:// and a host';
  if (url.username || url.password || /[?#]/.test(text))
    return 'must be without a user, a query and a fragment';
  return undefined;
}
