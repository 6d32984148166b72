/** Columns: reads what a table row holds without trusting it, since people edit rows; what can't be read is absent. */
import * as v from 'valibot';
import type { Key } from '../core/target';
import { formatInstant, type Instant, parseInstant } from '../formats/instant';
import { parseJson } from '../formats/json';
import { wellFormed } from './keys';

/** A row as it enters, or as it is written. */
export type Row = Record<string, unknown>;

/** An instant inside a JSON column. */
export const InstantText = v.pipe(v.string(), v.transform(parseInstant), v.number());

/** Any escape of a JSON text: a whole pair, half of one (which the group catches), or another, a backslash's own included. */
const ESCAPE =
  /\\(?:u[dD][89abAB][\da-fA-F]{2}\\u[dD][c-fC-F][\da-fA-F]{2}|(u[dD][89a-fA-F][\da-fA-F]{2})|.)/gs;

/** A text, well-formed; '' is how a Merge clears a column, so it reads as absent. */
export function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? wellFormed(value) : undefined;
}

/** A number, in whatever type the column has come to hold it. */
export function number(value: unknown): number | undefined {
  const written = typeof value === 'bigint' || text(value) !== undefined ? Number(value) : value;
  return typeof written === 'number' && Number.isFinite(written) ? written : undefined;
}

/** An instant as its text or, where an editor made it one, as Edm.DateTime. */
export function instant(value: unknown): Instant | undefined {
  if (value instanceof Date) return number(value.getTime());
  return typeof value === 'string' ? parseInstant(value) : undefined;
}

export function instantOrNever(value: unknown): Instant | 'never' | undefined {
  return value === 'never' ? value : instant(value);
}

export function flag(value: unknown): boolean {
  return value === true || value === 'true';
}

/** One of a closed list of words. */
export function oneOf<T extends string>(words: readonly T[], value: unknown): T | undefined {
  return words.find(word => word === value);
}

/** A JSON column that holds what the schema says, in well-formed texts. */
export function json<T extends v.GenericSchema>(schema: T, value: unknown): v.InferOutput<T> | undefined {
  const mended = text(value)?.replace(ESCAPE, (whole, half) => (half === undefined ? whole : '\\ufffd'));
  const parsed = v.safeParse(schema, mended === undefined ? undefined : parseJson(mended));
  return parsed.success ? parsed.output : undefined;
}

/** The keys of a row, which every row has; as they stand, since rows are found and put in order by them. */
export function keyOf({ partitionKey, rowKey }: Row): Key {
  return {
    scope: typeof partitionKey === 'string' ? partitionKey : '',
    name: typeof rowKey === 'string' ? rowKey : '',
  };
}

/** The etag that a row was read or written with; every answer of the store has one. */
export function etagOf(answer: { readonly etag?: unknown }): string {
  const etag = text(answer.etag);
  if (etag === undefined) throw new Error('the store answered without an etag');
  return etag;
}

/** Only what is there, so that an absent column becomes an absent property. */
export function present<T extends object>(columns: { [K in keyof T]: T[K] | undefined }): Partial<T> {
  const found: Partial<T> = {};
  for (const column in columns) {
    const value = columns[column];
    if (value !== undefined) found[column] = value;
  }
  return found;
}

/** The same for an object that is half made; to spread what `present` made into it would cost ten times as much. */
export function complete<T extends object, K extends keyof T>(
  made: T,
  columns: { [P in K]: T[P] | undefined },
): T {
  for (const column in columns) {
    const value = columns[column];
    if (value !== undefined) made[column] = value;
  }
  return made;
}

/** For a Merge, which ignores what is absent: the instant, or '' to clear the column. */
export function instantOrNone(value: Instant | 'never' | undefined): string {
  if (value === undefined) return '';
  return value === 'never' ? value : formatInstant(value);
}

/** A number as Edm.Double: an untyped one past 2^31 may be taken for an Edm.Int32 out of range. */
export function double(value: number): { readonly type: 'Double'; readonly value: string } {
  return { type: 'Double', value: String(value) };
}
