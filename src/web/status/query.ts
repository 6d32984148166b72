/** The query of `GET status`: parameters as text, understood once; every fault names its parameter and the fix. */
import { parseDuration, splitList } from '../../core/duration';
import { CHECKS, STANDINGS } from '../../core/standing';
import type { StatusQuery } from '../../watch/report';
import type { Fault } from '../problem';

export const DEFAULT_LIMIT = 100;
export const MOST_ITEMS = 1_000;
const LONGEST_TEXT = 1_024;
/** `code` and `clientId` carry the function key, and are the Functions host's. */
const NOT_OURS = ['code', 'clientId'];
const PARAMETERS = ['within', 'standing', 'check', 'kind', 'scope', 'owner', 'q', 'limit', 'cursor'];

/** What a calendar key looks like; a cursor is one, in base64url. */
const CURSOR = /^(~|\d{4}-\d\d-\d\dT[\d:.]+Z)\|[0-9a-f]{32}$/;

export function parseStatusQuery(
  parameters: URLSearchParams,
  kinds: readonly string[],
): { readonly query: StatusQuery } | { readonly faults: readonly Fault[] } {
  const { faults, one } = readParameters(parameters, PARAMETERS);
  const withinMs = one('within', parseDuration, 'write one duration such as 30d, 12h or 45m');
  const standing = one(
    'standing',
    text => listOf(text, STANDINGS),
    `write one or more of ${STANDINGS.join(', ')}`,
  );
  const check = one('check', text => listOf(text, CHECKS), `write one or more of ${CHECKS.join(', ')}`);
  const kind = one('kind', text => kinds.find(known => known === text), `write one of ${kinds.join(', ')}`);
  const scope = one('scope', someText, 'write one scope, as items show it');
  const owner = one('owner', someText, 'write one mail address');
  const q = one('q', someText, 'write a text of 1 to 1024 characters');
  const limit = one('limit', parseLimit, `write a whole number from 1 to ${MOST_ITEMS}`) ?? DEFAULT_LIMIT;
  const cursor = one('cursor', decodeCursor, 'write the nextCursor of an earlier answer');
  if (faults.length > 0) return { faults };
  const query = { limit, withinMs, standing, check, kind, scope, owner, q, cursor };
  return { query: withoutUndefined(query) };
}

/** Reads parameters that are given once at most; every fault goes into `faults`, unknown parameters included. */
export function readParameters(parameters: URLSearchParams, known: readonly string[]) {
  const faults: Fault[] = [];
  const one = <T>(
    parameter: string,
    parse: (text: string) => T | undefined,
    detail: string,
  ): T | undefined => {
    const values = parameters.getAll(parameter);
    if (values.length === 0) return undefined;
    const [text = ''] = values;
    const value = values.length === 1 && text.length <= LONGEST_TEXT ? parse(text) : undefined;
    if (value === undefined) faults.push({ parameter, detail });
    return value;
  };
  const there = known.length > 0 ? `there are ${known.join(', ')}` : 'there are none';
  for (const parameter of new Set(parameters.keys())) {
    if (known.includes(parameter) || NOT_OURS.includes(parameter)) continue;
    faults.push({ parameter: parameter.slice(0, 100), detail: `there is no such parameter; ${there}` });
  }
  return { faults, one };
}

export function encodeCursor(key: string): string {
  return Buffer.from(key).toString('base64url');
}

function decodeCursor(text: string): string | undefined {
  const key = Buffer.from(text, 'base64url').toString();
  return CURSOR.test(key) ? key : undefined;
}

export function parseLimit(text: string): number | undefined {
  const limit = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  return limit >= 1 && limit <= MOST_ITEMS ? limit : undefined;
}

export function someText(text: string): string | undefined {
  return text === '' ? undefined : text;
}

function listOf<T extends string>(text: string, words: readonly T[]): T[] | undefined {
  const items = splitList(text);
  const known = words.filter(word => items.includes(word));
  return items.length > 0 && items.every(item => words.some(word => word === item)) ? known : undefined;
}

type Given<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

export function withoutUndefined<T extends { limit: number }>(query: T): Given<T> & { limit: number } {
  const given: Given<T> = {};
  for (const key in query) {
    const value = query[key];
    if (isGiven(value)) given[key] = value;
  }
  return { ...given, limit: query.limit };
}

function isGiven<T>(value: T): value is Exclude<T, undefined> {
  return value !== undefined;
}
