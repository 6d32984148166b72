/** Columns: says once how each value is stored, for reading and writing. An unreadable value counts as absent, because people edit rows. */
import type { Key } from '../core/target';
import { DAY, formatInstant, type Instant, parseInstant } from '../formats/instant';
import { parseJson } from '../formats/json';

/** A row as it is read, or columns to be written. */
export type Row = Record<string, unknown>;

/** How one value is stored. An optional one may be absent. */
export interface Codec<T, Optional extends boolean = false> {
  /** Undefined for a value that is absent or can't be read. */
  read(stored: unknown): T | undefined;
  write(value: T): unknown;
  readonly optional: Optional;
  /** The stored name, where it is not the property's. */
  readonly storedAs?: string;
  /** What is written for an absent value: `''`, which clears a column in a Merge, or nothing. */
  readonly absent?: '';
  /** The columns of a group, which lie in the row itself. */
  readonly group?: readonly Leaf[];
}

/** A codec of any type. */
type Member = Codec<unknown, boolean>;

/** One codec for each property. */
export type Fields<T> = {
  readonly [K in keyof T]-?: undefined extends T[K] ? Codec<Exclude<T[K], undefined>, true> : Codec<T[K]>;
};

/** A codec for an object: a JSON object, or the columns of a row. */
export interface RecordCodec<T> extends Codec<T> {
  write(value: T): Row;
  /** Adds to `base` each property that can be read; `base` says what holds for the others. */
  fill<B extends Row>(base: B, row: Row): B & Partial<T>;
  /** The columns that a Merge must write to turn the row of one value into that of another. */
  changes(before: T | undefined, after: T): Row;
  readonly leaves: readonly Leaf[];
}

/** One column: its name, its codec, and the property that it stores (of a group: the group's and the member's name). */
interface Leaf {
  readonly column: string;
  readonly property: string;
  readonly member?: string;
  readonly codec: Member;
  readonly absent?: '';
}

/** Any text, with U+FFFD for each half of a surrogate pair: strict JSON readers accept none, escaped or not. */
export const text = codecOf(
  stored => (typeof stored === 'string' ? stored.toWellFormed() : undefined),
  (value: string) => value,
);

/** A text that is not empty: `''` is how a Merge clears a column. */
export const nonEmptyText = codecOf(
  stored => (stored === '' ? undefined : text.read(stored)),
  (value: string) => value,
);

/** A number. An editor may have changed the type of its column. */
export const number = codecOf(readNumber, (value: number) => value);

/** A number as Edm.Double: an untyped one past 2^31 may be taken for an Edm.Int32 out of range. */
export const double = codecOf(readNumber, (value: number) => ({ type: 'Double', value: String(value) }));

/** Longer than from the first to the last instant that can be written. */
const LONGEST_SPAN = 8_000 * 366 * DAY;

/** Milliseconds, as text. A longer span than there are instants would lead to one that can't be written. */
export const span = codecOf(
  stored => {
    const ms = readNumber(stored);
    return ms !== undefined && Math.abs(ms) <= LONGEST_SPAN ? ms : undefined;
  },
  (value: number) => String(value),
);

/** An instant as text; an editor may have made it an Edm.DateTime. */
export const instant = codecOf(stored => {
  if (stored instanceof Date) return readNumber(stored.getTime());
  return typeof stored === 'string' ? parseInstant(stored) : undefined;
}, formatInstant);

export const instantOrNever = codecOf<Instant | 'never'>(
  stored => (stored === 'never' ? stored : instant.read(stored)),
  value => (value === 'never' ? value : formatInstant(value)),
);

export const boolean = oneOf([true, false]);

export function oneOf<T extends string | boolean>(values: readonly T[]): Codec<T> {
  return codecOf(
    stored => values.find(value => value === stored),
    value => value,
  );
}

/** A list; one item that can't be read makes the whole list unreadable. */
export function list<T>(item: Codec<T>): Codec<readonly T[]> {
  const { read, write } = readableList(item);
  return codecOf(stored => {
    const found = read(stored);
    return Array.isArray(stored) && found?.length === stored.length ? found : undefined;
  }, write);
}

/** A list; items that can't be read are left out. */
export function readableList<T>(item: Codec<T>): Codec<readonly T[]> {
  return codecOf(
    stored =>
      Array.isArray(stored) ? stored.map(one => item.read(one)).filter(one => one !== undefined) : undefined,
    items => items.map(one => item.write(one)),
  );
}

/** Any object; `fill` reads what can be read of it. */
export const object = codecOf<Row>(
  stored => (isRow(stored) ? stored : undefined),
  value => value,
);

export function json<T>(content: Codec<T>): Codec<T> {
  return codecOf(
    stored => {
      const written = nonEmptyText.read(stored);
      return written === undefined ? undefined : content.read(parseJson(written));
    },
    value => JSON.stringify(content.write(value)),
  );
}

/** May be absent; then a Merge clears the column with `''`. */
export function clearable<T>(codec: Codec<T>): Codec<T, true> {
  return { ...codec, optional: true, absent: '' };
}

/** May be absent; then nothing is written. */
export function optional<T>(codec: Codec<T>): Codec<T, true> {
  return { ...codec, optional: true };
}

/** Reads as `fallback` where it is absent or unreadable. */
export function withDefault<T>(codec: Codec<T>, fallback: T): Codec<T> {
  return { ...codec, read: stored => codec.read(stored) ?? fallback };
}

/** Stored under another name than the property's. */
export function storedAs<C extends Member>(name: string, codec: C): C {
  return { ...codec, storedAs: name };
}

/** Several columns of a row that make one property. It is absent where one of them can't be read. */
export function group<T extends object>(fields: Fields<T>): Codec<T, true> {
  const columns = record(fields);
  return { ...clearable<T>(columns), group: columns.leaves };
}

/** An object whose values share one codec. `sample` gives its properties. */
export function recordOf<T extends object>(sample: T, codec: Codec<T[keyof T]>): RecordCodec<T>;
export function recordOf(sample: object, codec: Member): RecordCodec<Row> {
  return record(Object.fromEntries(Object.keys(sample).map(property => [property, codec])));
}

export function record<T extends object>(fields: Fields<T>): RecordCodec<T>;
export function record(fields: Readonly<Record<string, Member>>): RecordCodec<Row>;
export function record(fields: Readonly<Record<string, Member>>): RecordCodec<Row> {
  const members = Object.entries(fields).map(([property, codec]) => ({
    property,
    codec,
    stored: codec.storedAs ?? property,
  }));
  const leaves = members.flatMap(({ property, stored, codec }): readonly Leaf[] => {
    if (codec.group)
      return codec.group.map(leaf => ({ ...leaf, property, member: leaf.property, absent: '' }));
    return [{ column: stored, property, codec, absent: codec.absent }];
  });
  return {
    optional: false,
    leaves,
    read(stored) {
      if (!isRow(stored)) return undefined;
      const made: Row = {};
      for (const { property, codec, stored: name } of members) {
        const value = codec.read(codec.group ? stored : stored[name]);
        if (value !== undefined) made[property] = value;
        else if (!codec.optional || isThere(stored[name])) return undefined;
      }
      return made;
    },
    fill(base, row) {
      const made: Row = base;
      for (const { property, codec, stored: name } of members) {
        const value = codec.read(codec.group ? row : row[name]);
        if (value !== undefined) made[property] = value;
      }
      return base;
    },
    write: value => writeLeaves(leaves, value),
    changes: (before, after) =>
      writeLeaves(
        leaves.filter(leaf => !isUnchanged(leaf, before, after)),
        after,
      ),
  };
}

/** The keys of a row as they are, since rows are found and ordered by them. */
export function keyOf({ partitionKey, rowKey }: Row): Key {
  return {
    scope: typeof partitionKey === 'string' ? partitionKey : '',
    name: typeof rowKey === 'string' ? rowKey : '',
  };
}

/** The etag that a row was read or written with; every answer of the store has one. */
export function etagOf(answer: { readonly etag?: unknown }): string {
  const etag = nonEmptyText.read(answer.etag);
  if (etag === undefined) throw new Error('the store answered without an etag');
  return etag;
}

function codecOf<T>(read: (stored: unknown) => T | undefined, write: (value: T) => unknown): Codec<T> {
  return { read, write, optional: false };
}

function readNumber(stored: unknown): number | undefined {
  const written =
    typeof stored === 'bigint' || nonEmptyText.read(stored) !== undefined ? Number(stored) : stored;
  return typeof written === 'number' && Number.isFinite(written) ? written : undefined;
}

function isRow(stored: unknown): stored is Row {
  return typeof stored === 'object' && stored !== null;
}

function isThere(stored: unknown): boolean {
  return stored !== undefined && stored !== null && stored !== '';
}

function writeLeaves(leaves: readonly Leaf[], value: Row): Row {
  const columns: Row = {};
  for (const leaf of leaves) {
    const one = valueAt(leaf, value);
    const stored = one === undefined ? leaf.absent : leaf.codec.write(one);
    if (stored !== undefined) columns[leaf.column] = stored;
  }
  return columns;
}

function valueAt({ property, member }: Leaf, value: Row | undefined): unknown {
  const one = value?.[property];
  if (member === undefined) return one;
  return isRow(one) ? one[member] : undefined;
}

/** Compares the values and not the columns: formatting instants that did not change would cost most of the time. */
function isUnchanged(leaf: Leaf, before: Row | undefined, after: Row): boolean {
  const [was, is] = [valueAt(leaf, before), valueAt(leaf, after)];
  if (was === is) return true;
  if (isRow(was) && isRow(is)) return leaf.codec.write(was) === leaf.codec.write(is);
  return (was ?? '') === (is ?? '');
}
