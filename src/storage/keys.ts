/** Keys: the one spelling in which an identity becomes table keys, and back. */
import type { Identity, Key } from '../core/target';
import { sha256 } from '../formats/hash';
import type { Keys } from '../watch/ports';

const HASH_LENGTH = 32;
/** 1 KiB of UTF-16. */
const LONGEST_PART = 512;

/** Whether a text has only whole surrogate pairs, so that UTF-8 and any URL can hold it. */
export function isWellFormed(text: string): boolean {
  return !/\p{Surrogate}/u.test(text);
}

/** The text with U+FFFD for each half of a surrogate pair: strict JSON readers accept none, escaped or not. */
export function wellFormed(text: string): string {
  return isWellFormed(text) ? text : Buffer.from(text).toString();
}

/**
 * Whether a table can hold a text as one part of a key. A query for any other text is refused, or too long for a URL.
 * https://learn.microsoft.com/rest/api/storageservices/understanding-the-table-service-data-model (1 KiB; disallowed characters)
 */
export function canBeKey(text: string): boolean {
  return text.length <= LONGEST_PART && isWellFormed(text) && !/[/\\#?\p{Cc}]/u.test(text);
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
  if (!isWellFormed(text)) throw new RangeError('half a surrogate pair cannot be part of a key');
  return text.replace(/[^A-Za-z0-9._-]+/g, toBytes);
}

/** The text that `encode` writes so; undefined when there is none. */
export function decode(text: string): string | undefined {
  const decoded = text.replace(/(?:~[0-9A-F]{2})+/g, fromBytes);
  return isWellFormed(decoded) && encode(decoded) === text ? decoded : undefined;
}

/** `{kind}:{place}`, and the names joined by `:`. */
function spell({ kind, place, names }: Identity): Key {
  return { scope: `${kind}:${encode(place)}`, name: names.map(encode).join(':') };
}

function takeApart({ scope, name }: Key): Identity | undefined {
  const end = scope.indexOf(':');
  const place = end < 0 ? undefined : decode(scope.slice(end + 1));
  const names = name.split(':').map(decode);
  if (place === undefined || !names.every(part => part !== undefined)) return undefined;
  return { kind: scope.slice(0, end), place, names };
}

export const keys: Keys = { spell, takeApart };

/** The first 32 hexadecimal characters of a text's SHA-256. */
export function hashText(text: string): string {
  return sha256(text).slice(0, HASH_LENGTH);
}

function toBytes(run: string): string {
  return Array.from(Buffer.from(run), byte => `~${byte.toString(16).toUpperCase().padStart(2, '0')}`).join(
    '',
  );
}

function fromBytes(run: string): string {
  return Buffer.from(run.replaceAll('~', ''), 'hex').toString();
}
