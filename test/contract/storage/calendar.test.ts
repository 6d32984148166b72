/** The calendar port on the emulator: soonest first, and only what is asked for. */
import type { Listing } from '../../../src/core/listing';
import { DAY, HOUR } from '../../../src/formats/instant';
import type { Calendar, CalendarEntry } from '../../../src/watch/ports';
import { refusableTables } from '../../support/store-proxy';
import { all, freshTables, NOON, names, SCOPE } from './storage';

const LISTING: Listing = {
  kind: 'iotCentralToken',
  displayName: 'Line 4, "north"',
  owners: ['ann@example.com', 'Bob@example.com'],
  expiresOn: NOON + DAY,
  expiringFrom: NOON - 29 * DAY,
  lifetimeMs: 365 * DAY,
  minted: false,
  failing: true,
  check: 'failing',
  failure: { code: 'timeout', message: "no answer, it's slow", since: NOON, count: 2 },
  checkedOn: NOON,
  nextCheckOn: NOON + HOUR,
  rowLostSince: NOON,
};
const NOTHING: Listing = {
  kind: 'x',
  displayName: 'y',
  owners: [],
  minted: true,
  failing: false,
  check: 'pending',
};

function entry(
  calendar: Calendar,
  name: string,
  instant: number | undefined,
  listing = NOTHING,
  scope = SCOPE,
): CalendarEntry {
  return { scope, name, key: calendar.keyOf({ scope, name }, instant), listing };
}

async function listed(entries: AsyncIterable<CalendarEntry>): Promise<string[]> {
  return (await all(entries)).map(({ name }) => name);
}

test('entries are read as they were written', async () => {
  const { calendar } = (await freshTables()).tables;
  const entries = [
    entry(calendar, 'full', NOON, LISTING),
    entry(calendar, 'never', undefined, { ...NOTHING, expiresOn: 'never' }),
  ];
  expect(await calendar.write(entries, [])).toEqual(new Set());
  expect(await all(calendar.entries({}))).toEqual(entries);
});

test('an entry written again leaves nothing of the former', async () => {
  const { calendar } = (await freshTables()).tables;
  await calendar.write([entry(calendar, 'a', NOON, LISTING)], []);
  await calendar.write([entry(calendar, 'a', NOON)], []);
  expect(await all(calendar.entries({}))).toEqual([entry(calendar, 'a', NOON)]);
});

test('the soonest come first and the undated last', async () => {
  const { calendar } = (await freshTables()).tables;
  const entries = [
    entry(calendar, 'undated', undefined),
    entry(calendar, 'later', NOON + 1),
    entry(calendar, 'soon', NOON),
  ];
  await calendar.write(entries, []);
  expect(await listed(calendar.entries({}))).toEqual(['soon', 'later', 'undated']);
});

test('a range ends with its last instant, without the undated', async () => {
  const { calendar } = (await freshTables()).tables;
  const instants = [NOON - 1, NOON, NOON + 1, undefined];
  await calendar.write(
    instants.map(instant => entry(calendar, String(instant), instant)),
    [],
  );
  expect(await listed(calendar.entries({ until: NOON }))).toEqual([String(NOON - 1), String(NOON)]);
});

test('a range starts after a key', async () => {
  const { calendar } = (await freshTables()).tables;
  const entries = [NOON, NOON + 1, NOON + 2].map(instant => entry(calendar, String(instant), instant));
  await calendar.write(entries, []);
  const [, after = ''] = entries.map(({ key }) => key);
  expect(await listed(calendar.entries({ after }))).toEqual([String(NOON + 2)]);
  expect(await listed(calendar.entries({ after, until: NOON }))).toEqual([]);
});

test('entries are asked for by kind and scope, whatever these hold', async () => {
  const { calendar } = (await freshTables()).tables;
  const odd = "k' or kind ne '";
  await calendar.write(
    [
      entry(calendar, 'a', NOON, LISTING),
      entry(calendar, 'b', NOON, NOTHING, 'x'),
      entry(calendar, 'c', NOON, { ...NOTHING, kind: odd }, ''),
    ],
    [],
  );
  expect(await listed(calendar.entries({ kind: 'iotCentralToken' }))).toEqual(['a']);
  expect(await listed(calendar.entries({ kind: odd }))).toEqual(['c']);
  expect(await listed(calendar.entries({ scope: 'x' }))).toEqual(['b']);
  expect(await listed(calendar.entries({ scope: '' }))).toEqual(['c']);
  expect(await listed(calendar.entries({ kind: 'x', scope: SCOPE }))).toEqual([]);
});

test('writes and deletes at once; a missing entry is no fault and a listed one wins', async () => {
  const { calendar } = (await freshTables()).tables;
  const [old, kept] = [entry(calendar, 'a', NOON), entry(calendar, 'b', NOON)];
  await calendar.write([old, kept], []);
  const moved = entry(calendar, 'a', NOON + DAY);
  expect(await calendar.write([moved, kept], [old.key, kept.key, 'gone|x'])).toEqual(new Set());
  expect(await all(calendar.entries({}))).toEqual([kept, moved]);
});

test('a refused entry does not block its neighbours', async () => {
  const { calendar } = (await freshTables()).tables;
  const bad = entry(calendar, 'bad', NOON, { ...NOTHING, displayName: 'x'.repeat(40_000) });
  const good = names(150).map((name, i) => entry(calendar, name, NOON + i));
  expect(await calendar.write([...good, bad], [])).toEqual(new Set([bad.key]));
  expect(await listed(calendar.entries({}))).toEqual(names(150));
});

test('an outage refuses all entries and is not thrown, and the table says why', async () => {
  const { tables, store } = await refusableTables();
  const { calendar } = tables;
  const entries = names(3).map((name, i) => entry(calendar, name, NOON + i));
  expect(await calendar.refusal()).toBeUndefined();
  store.refuses(() => true);
  expect(await calendar.write(entries, ['gone|x'])).toEqual(
    new Set([...entries.map(({ key }) => key), 'gone|x']),
  );
  expect(await calendar.refusal()).toBe('403 AuthorizationFailure');
  store.close();
});

test('more than a page is listed whole', async () => {
  const { calendar } = (await freshTables()).tables;
  await calendar.write(
    names(1_050).map((name, i) => entry(calendar, name, NOON + i)),
    [],
  );
  expect(await listed(calendar.entries({}))).toEqual(names(1_050));
});

test('nothing to write is nothing done', async () => {
  const { calendar } = (await freshTables()).tables;
  expect(await calendar.write([], [])).toEqual(new Set());
  expect(await listed(calendar.entries({ until: NOON }))).toEqual([]);
});

test('a row that lists no target is skipped', async () => {
  const { tables, bare } = await freshTables();
  await bare('calendar').createEntity({ partitionKey: 'all', rowKey: 'junk', scope: 4 });
  expect(await all(tables.calendar.entries({}))).toEqual([]);
});

test('one entry is found by its key', async () => {
  const { calendar } = (await freshTables()).tables;
  const written = entry(calendar, 'one', NOON, LISTING);
  await calendar.write([written, entry(calendar, 'two', NOON)], []);
  expect(await calendar.entry(written.key)).toEqual(written);
  expect(await calendar.entry('~|none')).toBeUndefined();
});
