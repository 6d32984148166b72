/** Keys: the one spelling in which an identity becomes table keys, and back. */
import type { Identity, Key } from '../core/target';
import { sha256 } from '../formats/hash';

const HASH_LENGTH = 32;
/** 1 KiB of UTF-16. */
const LONGEST_PART = 512;

/** Whether a text has no lone surrogate, that is, whether UTF-8 (and so any URL) can carry it. */
export function isWellFormed(text: string): boolean {
  return !/\p{Surrogate}/u.test(text);
}

/** A text without lone surrogates: a strict reader of JSON takes none of them, escaped or not. */
export function wellFormed(text: string): string {
  return isWellFormed(text) ? text : Buffer.from(text).toString();
}

/**
 * Whether a table can hold a text as one part of a key; a query for any other is refused, or too long for a URL.
 * https://learn.microsoft.com/rest/api/storageservices/understanding-the-table-service-data-model (1 KiB; disallowed characters)
 */
export function canBeKey(text: string): boolean {
  return text.length <= LONGEST_PART && isWellFormed(text) && !/[/\\#?\p{Cc}]/u.test(text);
}

/** The beginning of a text that is as long as a key can be: the same keys come after both. */
export function cutToKey(text: string): string {
  return text.slice(0, LONGEST_PART);
}

/**
 * Spells a text with `A-Z a-z 0-9 - . _` alone: every other character becomes its UTF-8 bytes as `~2F`.
 * Throws a RangeError for a lone surrogate: it has no bytes, and no service can hold such a name.
 */
export function encode(text: string): string {
  if (!isWellFormed(text)) throw new RangeError('a lone surrogate cannot be part of a key');
  return text.replace(/[^A-Za-z0-9._-]+/g, toBytes);
}

/** What `encode` made this text of; undefined when it made it of nothing. */
export function decode(text: string): string | undefined {
  const decoded = text.replace(/(?:~[0-9A-F]{2})+/g, fromBytes);
  return isWellFormed(decoded) && encode(decoded) === text ? decoded : undefined;
}

/** The table keys of an identity: `{kind}:{place}` and the names joined by `:`. */
export function spell({ kind, place, names }: Identity): Key {
  return { scope: `${kind}:${encode(place)}`, name: names.map(encode).join(':') };
}

/** The identity that is spelt so; undefined when none is. Whether it is canonical is for its kind to say. */
export function takeApart({ scope, name }: Key): Identity | undefined {
  const end = scope.indexOf(':');
  const place = end < 0 ? undefined : decode(scope.slice(end + 1));
  const names = name.split(':').map(decode);
  if (place === undefined || !names.every(part => part !== undefined)) return undefined;
  return { kind: scope.slice(0, end), place, names };
}

/** 32 hexadecimal characters of SHA-256 over a text. */
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
