/** The queries of the registry's routes: parameters as text, understood once. */
import * as v from 'valibot';
import type { Key } from '../../core/target';
import type { Fault } from '../problem';
import {
  DEFAULT_LIMIT,
  MOST_ITEMS,
  parseLimit,
  readParameters,
  someText,
  withoutUndefined,
} from '../status/query';

type Faults = { readonly faults: readonly Fault[] };

export interface ListQuery {
  readonly scope?: string;
  readonly owner?: string;
  readonly q?: string;
  readonly limit: number;
  readonly after?: Key;
}

const Cursor = v.tuple([v.string(), v.string()]);

export function parseListQuery(parameters: URLSearchParams): { readonly query: ListQuery } | Faults {
  const known = ['scope', 'owner', 'q', 'limit', 'cursor'];
  const { faults, one } = readParameters(parameters, known);
  const scope = one('scope', someText, 'write one scope, as items show it');
  const owner = one('owner', someText, 'write one mail address');
  const q = one('q', someText, 'write a text of 1 to 1024 characters');
  const limit = one('limit', parseLimit, `write a whole number from 1 to ${MOST_ITEMS}`) ?? DEFAULT_LIMIT;
  const after = one('cursor', decodeKey, 'write the nextCursor of an earlier answer');
  return faults.length > 0 ? { faults } : { query: withoutUndefined({ limit, scope, owner, q, after }) };
}

export function parseImportQuery(parameters: URLSearchParams): { readonly dryRun: boolean } | Faults {
  const { faults, one } = readParameters(parameters, ['dryRun']);
  const dryRun = one('dryRun', text => ({ true: true, false: false })[text], 'write true or false');
  return faults.length > 0 ? { faults } : { dryRun: dryRun ?? false };
}

/** For routes that take no parameter at all: a filter that is not one must not show everything. */
export function parseNoQuery(parameters: URLSearchParams): Faults | undefined {
  const { faults } = readParameters(parameters, []);
  return faults.length > 0 ? { faults } : undefined;
}

export function encodeKey({ scope, name }: Key): string {
  return Buffer.from(JSON.stringify([scope, name])).toString('base64url');
}

function decodeKey(text: string): Key | undefined {
  const parsed = v.safeParse(Cursor, parseJson(Buffer.from(text, 'base64url').toString()));
  return parsed.success ? { scope: parsed.output[0], name: parsed.output[1] } : undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
