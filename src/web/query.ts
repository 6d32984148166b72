/** Queries: the parameters of an address, understood by one schema, which the OpenAPI document describes, too. */
import * as v from 'valibot';
import { splitList } from '../formats/duration';
import type { Fault } from './problem';

/** `code` and `clientId` carry the function key, and are the Functions host's. */
const NOT_OURS = ['code', 'clientId'];
const LONGEST_TEXT = 1_024;

export type Entries = v.ObjectEntries;
export type QuerySchema<E extends Entries> = v.ObjectSchema<E, undefined>;

/** Any text of 1 to 1024 characters, or to another number of them. */
export function someText(detail: string, longest = LONGEST_TEXT) {
  return v.pipe(v.string(detail), v.minLength(1, detail), v.maxLength(longest, detail));
}

/** One of some words. */
export function oneOf<const W extends string>(words: readonly W[]) {
  return v.picklist(words, `write one of ${words.join(', ')}`);
}

/** One or more of some words, separated as lists are everywhere; in the words' own order. */
export function someOf<const W extends string>(words: readonly W[]) {
  const detail = `write one or more of ${words.join(', ')}`;
  return v.pipe(
    v.string(detail),
    v.transform(splitList),
    v.array(v.picklist(words, detail)),
    v.minLength(1, detail),
    v.transform(given => words.filter(word => given.includes(word))),
  );
}

/** What a parser makes of a text; undefined is a fault. */
export function understoodBy<T>(parse: (text: string) => T | undefined, detail: string) {
  return v.rawTransform<string, T>(({ dataset, addIssue, NEVER }) => {
    const value = parse(dataset.value);
    if (value !== undefined) return value;
    addIssue({ message: detail });
    return NEVER;
  });
}

/** How many items a page has at most. */
export function limitOf(usual: string) {
  return v.optional(
    v.pipe(wholeNumber(1, 1_000), v.description('How many items a page has at most.')),
    usual,
  );
}

export function wholeNumber(least: number, most: number) {
  const detail = `write one whole number from ${least} to ${most}`;
  return v.pipe(
    v.string(detail),
    v.regex(/^\d{1,4}$/, detail),
    v.transform(Number),
    v.number(),
    v.integer(),
    v.minValue(least, detail),
    v.maxValue(most, detail),
  );
}

/** Every fault of a query, one a parameter: a mistyped or doubled one must not show everything. */
export function readQuery<E extends Entries>(
  parameters: URLSearchParams,
  schema: QuerySchema<E>,
): { readonly query: v.InferOutput<QuerySchema<E>> } | { readonly faults: readonly Fault[] } {
  const parsed = v.safeParse(schema, Object.fromEntries(parameters), { abortPipeEarly: true });
  const faults = [...strayFaults(parameters, schema), ...doubled(parameters, schema)];
  for (const { path, message } of parsed.issues ?? []) {
    const parameter = String(path?.[0].key);
    if (!faults.some(fault => fault.parameter === parameter)) faults.push({ parameter, detail: message });
  }
  return parsed.success && faults.length === 0 ? { query: parsed.output } : { faults };
}

function strayFaults<E extends Entries>(parameters: URLSearchParams, { entries }: QuerySchema<E>): Fault[] {
  const known = Object.keys(entries);
  const there = known.length > 0 ? `there are ${known.join(', ')}` : 'there are none';
  const stray = [...new Set(parameters.keys())].filter(name => ![...known, ...NOT_OURS].includes(name));
  const detail = `there is no such parameter; ${there}`;
  return stray.map(parameter => ({ parameter: parameter.slice(0, 100), detail }));
}

function doubled<E extends Entries>(parameters: URLSearchParams, { entries }: QuerySchema<E>): Fault[] {
  const names = Object.keys(entries).filter(name => parameters.getAll(name).length > 1);
  return names.map(parameter => ({ parameter, detail: 'write it once' }));
}
