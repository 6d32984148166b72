/** Queries: the parameters of an address, parsed by one schema, which the OpenAPI document shows too. */
import * as v from 'valibot';
import { isAddress } from '../core/address';
import { trimmed } from '../formats/invisible';
import { splitList } from '../formats/text';
import type { Fault } from './problem';
import { described } from './shape';

/** `code` and `clientId` carry the function key; the Functions host reads them. */
const OF_THE_HOST = ['code', 'clientId'];

export type QuerySchema<E extends v.ObjectEntries = v.ObjectEntries> = v.ObjectSchema<E, undefined>;

/** For routes without parameters: an unknown filter must not show everything, and an unknown `dryRun` must not write. */
export const NO_QUERY = v.object({});

/** Any text of 1 to `longest` characters. */
export function someText(detail: string, longest = 1_024) {
  return v.pipe(v.string(detail), v.minLength(1, detail), v.maxLength(longest, detail));
}

export function oneOf<const W extends string>(words: readonly W[]) {
  return v.picklist(words, `write one of ${words.join(', ')}`);
}

/** A list of one or more words; the result has the order of `words`. */
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

/** One mail address. A `+` that is not escaped arrives as a space, so the message says how to write it. */
export function address() {
  const detail = 'write one mail address, and each + in it as %2B';
  return v.pipe(v.string(detail), v.transform(trimmed), v.check(isAddress, detail));
}

/** A scope that a table key can hold; any other would match nothing. */
export function scopeKey() {
  const detail = 'write one scope, as items show it';
  return v.pipe(
    someText(detail, 512),
    v.check(text => !/[/\\#?\p{Cc}]/u.test(text), detail),
  );
}

/** The result of a parser; undefined is a fault. */
export function parsedBy<T>(parse: (text: string) => T | undefined, detail: string) {
  return v.rawTransform<string, T>(({ dataset, addIssue, NEVER }) => {
    const value = parse(dataset.value);
    if (value !== undefined) return value;
    addIssue({ message: detail });
    return NEVER;
  });
}

export function limitOf(usual: string) {
  return v.optional(described(wholeNumber(1, 1_000), 'How many items a page has at most.'), usual);
}

/** How a cursor is written, and how it is read again. */
export interface CursorForm<T> {
  encode(place: T): string;
  /** Undefined for a text that is no cursor. It may be lenient: what `encode` writes differently is refused. */
  decode(text: string): T | undefined;
  readonly longest?: number;
}

/** Takes only what `encode` writes: any other text must not reach storage. */
export function cursorOf<T>({ encode, decode, longest }: CursorForm<T>) {
  const detail = 'write the nextCursor of an earlier answer';
  const exactly = (text: string) => {
    const place = decode(text);
    return place !== undefined && encode(place) === text ? place : undefined;
  };
  const cursor = v.pipe(someText(detail, longest), parsedBy(exactly, detail));
  return optional(cursor, 'The `nextCursor` of the page before.');
}

/** A parameter that may be left out. */
export function optional<const S extends v.GenericSchema>(schema: S, words: string) {
  return v.exactOptional(described(schema, words));
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

/** The query, or all its faults, one for each parameter. Unknown and repeated parameters are faults: they must not show everything. */
export function parseQuery<S extends QuerySchema>(
  parameters: URLSearchParams,
  schema: S,
): { readonly query: v.InferOutput<S> } | { readonly faults: readonly Fault[] } {
  const parsed = v.safeParse(schema, Object.fromEntries(parameters), { abortPipeEarly: true });
  const faults = [...unknownFaults(parameters, schema), ...repeatedFaults(parameters, schema)];
  for (const { path, message } of parsed.issues ?? []) {
    const parameter = String(path?.[0].key);
    if (!faults.some(fault => fault.parameter === parameter)) faults.push({ parameter, detail: message });
  }
  return parsed.success && faults.length === 0 ? { query: parsed.output } : { faults };
}

function unknownFaults(parameters: URLSearchParams, { entries }: QuerySchema): Fault[] {
  const known = Object.keys(entries);
  const there = known.length > 0 ? `there are ${known.join(', ')}` : 'there are none';
  const unknown = [...new Set(parameters.keys())].filter(name => ![...known, ...OF_THE_HOST].includes(name));
  const detail = `there is no such parameter; ${there}`;
  return unknown.map(parameter => ({ parameter: parameter.slice(0, 100), detail }));
}

function repeatedFaults(parameters: URLSearchParams, { entries }: QuerySchema): Fault[] {
  const repeated = Object.keys(entries).filter(name => parameters.getAll(name).length > 1);
  return repeated.map(parameter => ({ parameter, detail: 'write it once' }));
}
