/** The queries of the registry's routes. */
import * as v from 'valibot';
import type { Key } from '../../core/target';
import { cursorOf, limitOf } from '../query';
import { Filters } from '../status/query';

/** The parts of a key, without the characters that no key can hold; a line feed between them. */
const KEY = /^([^/\\#?\p{Cc}]*)\n([^/\\#?\p{Cc}]*)$/u;
/** In UTF-16 units. */
const LONGEST_PART = 512;
/** 1,025 units of two bytes in base64url. */
const LONGEST_CURSOR = 2_734;

export const ListQuery = v.object({
  ...Filters,
  limit: limitOf('100'),
  cursor: cursorOf({ encode: encodeKey, decode: decodeKey, longest: LONGEST_CURSOR }),
});

export const ImportQuery = v.object({
  dryRun: v.optional(
    v.pipe(
      v.picklist(['true', 'false'], 'write true or false'),
      v.transform(text => text === 'true'),
      v.boolean(),
      v.description('Whether to report only, and write nothing.'),
    ),
    'false',
  ),
});

/** In UTF-16, so that the longest cursor and the longest `scope` fit into one request line of 8 KB. */
export function encodeKey({ scope, name }: Key): string {
  return Buffer.from(`${scope}\n${name}`, 'utf16le').toString('base64url');
}

function decodeKey(text: string): Key | undefined {
  const key = Buffer.from(text, 'base64url').toString('utf16le');
  const [, scope, name] = KEY.exec(key) ?? [];
  if (scope === undefined || name === undefined || !key.isWellFormed()) return undefined;
  return Math.max(scope.length, name.length) > LONGEST_PART ? undefined : { scope, name };
}
