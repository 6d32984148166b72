/** The queries of the registry's routes: parameters as text, understood once. */
import * as v from 'valibot';
import type { Key } from '../../core/target';
import type { Fault } from '../problem';
import { limitOf, readQuery, someText, understoodBy } from '../query';
import { Filters } from '../status/query';

type Faults = { readonly faults: readonly Fault[] };

const NO_CURSOR = 'write the nextCursor of an earlier answer';
/** A key's parts, of 512 UTF-16 units each at most, and the line feed between them, which no key can hold. */
const KEY = /^([^\n]{0,512})\n([^\n]{0,512})$/;
/** Of 1,025 units of two bytes in base64url. */
const LONGEST_CURSOR = 2_734;

export const ListQuery = v.object({
  ...Filters,
  limit: limitOf('100'),
  cursor: v.exactOptional(
    v.pipe(
      someText(NO_CURSOR, LONGEST_CURSOR),
      v.description('The `nextCursor` of the page before.'),
      understoodBy(decodeKey, NO_CURSOR),
    ),
  ),
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

/** Of routes that take no parameter at all: a filter that is not one must not show everything. */
export const NoQuery = v.object({});

export function parseListQuery(parameters: URLSearchParams) {
  const parsed = readQuery(parameters, ListQuery);
  if ('faults' in parsed) return parsed;
  const { cursor, ...query } = parsed.query;
  return { query: { ...query, ...(cursor && { after: cursor }) } };
}

export function parseImportQuery(
  parameters: URLSearchParams,
): { readonly query: v.InferOutput<typeof ImportQuery> } | Faults {
  return readQuery(parameters, ImportQuery);
}

export function parseNoQuery(parameters: URLSearchParams): Faults | undefined {
  const parsed = readQuery(parameters, NoQuery);
  return 'faults' in parsed ? parsed : undefined;
}

/** In UTF-16, which bounds any key: the longest cursor and the longest `scope` fit into one request line of 8 KB. */
export function encodeKey({ scope, name }: Key): string {
  return Buffer.from(`${scope}\n${name}`, 'utf16le').toString('base64url');
}

function decodeKey(text: string): Key | undefined {
  const [, scope, name] = KEY.exec(Buffer.from(text, 'base64url').toString('utf16le')) ?? [];
  return scope === undefined || name === undefined ? undefined : { scope, name };
}
