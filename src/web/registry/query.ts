/** The queries of the registry's routes. */
import * as v from 'valibot';
import type { Key } from '../../core/target';
import { cursorOf, limitOf } from '../query';

import { Filters } from '../status/query';

/** The parts of a key, of 512 UTF-16 units each at most, with a line feed between them, which no key can hold. */
const KEY = /^([^\n]{0,512})\n([^\n]{0,512})$/;
/** 1,025 units of two bytes in base64url. */
const LONGEST_CURSOR = 2_734;

export const ListQuery = v.object({
  ...Filters,
  limit: limitOf('100'),
  cursor: cursorOf(decodeKey, LONGEST_CURSOR),
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
  const [, scope, name] = KEY.exec(Buffer.from(text, 'base64url').toString('utf16le')) ?? [];
  return scope === undefined || name === undefined ? undefined : { scope, name };
}
