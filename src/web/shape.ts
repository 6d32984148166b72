/** The parts that the schemas of answers share. */
import * as v from 'valibot';
import { formatInstant, type Instant } from '../formats/instant';

/** An instant in JSON: 24 characters in UTC, such as `2026-06-01T07:30:00.000Z`. */
export const InstantText = v.pipe(
  v.string(),
  v.isoTimestamp(),
  v.length(24),
  v.description('An instant in UTC, to the millisecond.'),
);

export const InstantOrNull = v.nullable(InstantText);

export const Integer = v.pipe(v.number(), v.integer());

/** `null` for what is not known. */
export function instantOrNull(instant: Instant | undefined): string | null {
  return instant === undefined ? null : formatInstant(instant);
}

export function listOf<const S extends v.GenericSchema>(schema: S) {
  return v.pipe(v.array(schema), v.readonly());
}

export function described<const S extends v.GenericSchema>(schema: S, words: string) {
  return v.pipe(schema, v.description(words));
}

/** The keys of a record. For a type that has no list of its words the compiler names the missing ones. */
export function wordsOf<W extends string>(words: Readonly<Record<W, unknown>>): W[] {
  return Object.keys(words).filter((word): word is W => word in words);
}
