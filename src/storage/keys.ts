/** Keys: converts an identity to its one spelling as table keys, and back. */
import { isUtf8 } from 'node:buffer';
import { sha256 } from '../formats/hash';
import type { Keys } from '../watch/ports';

/** 1 KiB of UTF-16. */
const LONGEST_PART = 512;

/**
 * Whether a table can hold a text as one part of a key. A query for any other text is refused, or too long for a URL.
 * https://learn.microsoft.com/rest/api/storageservices/understanding-the-table-service-data-model (1 KiB; disallowed characters)
 */
export function canBeKey(text: string): boolean {
  return text.length <= LONGEST_PART && text.isWellFormed() && !/[/\\#?\p{Cc}]/u.test(text);
}

/** A text cut to the length of the longest key; the same keys sort after it as after the whole text. */
export function cutToKey(text: string): string {
  return text.slice(0, LONGEST_PART);
}

/**
 * Writes a text with `A-Z a-z 0-9 - . _` only: every other character becomes its UTF-8 bytes, each as `~2F`.
 * @throws RangeError for half a surrogate pair: it has no bytes, and no service can hold such a name.
 */
export function encode(text: string): string {
  if (!text.isWellFormed()) throw new RangeError('half a surrogate pair cannot be part of a key');
  return text.replace(/[^A-Za-z0-9._-]+/g, toBytes);
}

/** The text that `encode` turns into this one; undefined if there is none. */
export function decode(text: string): string | undefined {
  const decoded = text.replace(/(?:~[0-9A-F]{2})+/g, fromBytes);
  return decoded.isWellFormed() && encode(decoded) === text ? decoded : undefined;
}

export const keys: Keys = {
  /** `{kind}:{place}`, and the names joined by `:`. */
  spell: ({ kind, place, names }) => ({
    scope: `${kind}:${encode(place)}`,
    name: names.map(encode).join(':'),
  }),
  takeApart({ scope, name }) {
    const end = scope.indexOf(':');
    const place = end < 0 ? undefined : decode(scope.slice(end + 1));
    const names = name.split(':').map(decode);
    if (place === undefined || !names.every(part => part !== undefined)) return undefined;
    return { kind: scope.slice(0, end), place, names };
  },
  readable: ({ scope, name }) => ({ scope: decodeLoosely(scope), name: decodeLoosely(name) }),
};

/** The first 32 hexadecimal characters of a text's SHA-256. */
export function hashText(text: string): string {
  return sha256(text).slice(0, 32);
}

/** Decodes `~2F`, `~2f` and `%2F`, and leaves alone what is not UTF-8. */
function decodeLoosely(text: string): string {
  return text.replace(/(?:[~%][0-9A-Fa-f]{2})+/g, run => {
    const bytes = Buffer.from(run.replace(/[~%]/g, ''), 'hex');
    return isUtf8(bytes) ? bytes.toString() : run;
  });
}

function toBytes(run: string): string {
  return Buffer.from(run).toString('hex').toUpperCase().replace(/../g, '~$&');
}

function fromBytes(run: string): string {
  return Buffer.from(run.replaceAll('~', ''), 'hex').toString();
}
