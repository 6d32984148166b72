/** The queries of the registry's routes: parameters as text, understood once. */
import * as v from 'valibot';
import { parseJson } from '../../core/json';
import type { Key } from '../../core/target';
import type { Fault } from '../problem';
import { limitOf, readQuery, someText, understoodBy } from '../query';
import { Filters } from '../status/query';

type Faults = { readonly faults: readonly Fault[] };

const NO_CURSOR = 'write the nextCursor of an earlier answer';
const KeyPair = v.tuple([v.string(), v.string()]);

export const ListQuery = v.object({
  ...Filters,
  limit: limitOf('100'),
  cursor: v.exactOptional(
    v.pipe(
      someText(NO_CURSOR),
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

export function encodeKey({ scope, name }: Key): string {
  return Buffer.from(JSON.stringify([scope, name])).toString('base64url');
}

function decodeKey(text: string): Key | undefined {
  const parsed = v.safeParse(KeyPair, parseJson(Buffer.from(text, 'base64url').toString()));
  return parsed.success ? { scope: parsed.output[0], name: parsed.output[1] } : undefined;
}
