/** The history port on the emulator. */
import type { TargetEvent } from '../../../src/core/history';
import { DAY, MINUTE } from '../../../src/formats/instant';
import { refusableTables } from '../../support/store-proxy';
import { all, freshTables, NOON, names, plant, SCOPE } from './storage';

const KEY = { scope: SCOPE, name: 'one' };

function noted(type: 'told' | 'failing' | 'dropped', on: number, note: string = type): TargetEvent {
  return { type, on, note };
}

test('events are read as they were written, newest first', async () => {
  const { history } = (await freshTables()).tables;
  const events: TargetEvent[] = [
    { type: 'firstSeen', on: NOON, note: 'in the registry' },
    { type: 'renewed', on: NOON + DAY, from: NOON + 2 * DAY, to: NOON + 300 * DAY },
    { type: 'shortened', on: NOON + 2 * DAY, from: NOON + 300 * DAY, to: NOON + 3 * DAY },
    noted('failing', NOON + 3 * DAY, "notAllowed: it's / 100%"),
    { type: 'undelivered', on: NOON + 4 * DAY, note: 'The mail to ann@example.com did not arrive' },
    { type: 'snoozed', on: NOON + 5 * DAY, note: 'by ann@example.com' },
    { type: 'unsnoozed', on: NOON + 6 * DAY, note: 'by ann@example.com' },
    { type: 'replaced', on: NOON + 7 * DAY, note: 'by two' },
  ];
  await history.add(events.map(event => ({ ...KEY, event })));
  expect(await history.of(KEY, 10)).toEqual(events.toReversed());
});

test('an event written again is one event, and events of one instant stay apart', async () => {
  const { history } = (await freshTables()).tables;
  const events = [
    noted('dropped', NOON, '7d: snoozed'),
    noted('dropped', NOON, '1d: renewed'),
    noted('told', NOON),
  ];
  for (let i = 0; i < 2; i++) await history.add(events.map(event => ({ ...KEY, event })));
  expect(await history.of(KEY, 10)).toHaveLength(3);
});

test('what columns held before is read again, without what is no column, until it is forgotten; the events stay', async () => {
  const { tables, bare } = await freshTables();
  const event = (on: number): TargetEvent => ({
    type: 'edited',
    on,
    note: 'by ann@example.com: notes',
    before: { notes: 'a "b"\nc', owners: '' },
  });
  await tables.history.add([NOON, NOON + DAY].map(on => ({ ...KEY, event: event(on) })));
  const [{ partitionKey = '', rowKey = '' } = {}] = await all(bare('history').listEntities());
  const before = JSON.stringify({ notes: 'x', team: 'blue', owners: 7, __proto__: 1 });
  await bare('history').updateEntity({ partitionKey, rowKey, before }, 'Merge');
  const [newest, older] = await tables.history.of(KEY, 9);
  expect([newest, older]).toEqual([{ ...event(NOON + DAY), before: { notes: 'x' } }, event(NOON)]);
  await tables.history.forgetColumns(NOON + MINUTE);
  expect(await tables.history.of(KEY, 9)).toEqual([newest, { ...event(NOON), before: undefined }]);
});

test('only so many are read, and only of their target', async () => {
  const { history } = (await freshTables()).tables;
  const other = { scope: SCOPE, name: 'two' };
  await history.add(names(5).map((note, i) => ({ ...KEY, event: noted('told', NOON + i, note) })));
  await history.add([{ ...other, event: noted('told', NOON + DAY) }]);
  expect((await history.of(KEY, 2)).map(({ on }) => on)).toEqual([NOON + 4, NOON + 3]);
  expect(await history.of(KEY, 0)).toEqual([]);
  expect(await history.of(other, 5)).toHaveLength(1);
  expect(await history.of({ scope: 'none', name: 'none' }, 5)).toEqual([]);
});

test('events of many scopes and targets are written in one go; one that is refused takes none with it', async () => {
  const { tables, bare } = await freshTables();
  const events = ['a', 'b', 'c/d'].flatMap(scope =>
    names(120).map(name => ({ scope, name, event: noted('told', NOON) })),
  );
  const tooLong = { ...KEY, event: noted('failing', NOON, 'x'.repeat(40_000)) };
  await tables.history.add([...events, tooLong, { ...KEY, event: noted('told', NOON) }]);
  await tables.history.add([]);
  expect(await all(bare('history').listEntities())).toHaveLength(241);
});

test('an outage loses events and is not thrown, and the table says why', async () => {
  const { tables, store } = await refusableTables();
  const event = { ...KEY, event: noted('told', NOON) };
  expect([await tables.history.add([event]), await tables.history.refusal()]).toEqual([true, undefined]);
  store.refuses(() => true);
  expect(await tables.history.add([event])).toBe(false);
  expect(await tables.history.refusal()).toBe('403 AuthorizationFailure');
  store.close();
});

test('what is older is pruned, in every scope and beyond a page; the rest stays', async () => {
  const { tables } = await freshTables();
  const { history } = tables;
  const old = names(1_100).map((name, i) => ({
    scope: `s${i % 3}`,
    name,
    event: noted('told', NOON - (i + 1) * MINUTE),
  }));
  await history.add([
    ...old,
    { ...KEY, event: noted('told', NOON) },
    { scope: 's1', name: 'new', event: noted('told', NOON + 1) },
  ]);
  expect(await history.prune(NOON)).toBe(1_100);
  expect(await history.prune(NOON)).toBe(0);
  expect(await history.of(KEY, 5)).toHaveLength(1);
  expect(await history.of({ scope: 's1', name: 'new' }, 5)).toHaveLength(1);
});

test('rows that tell no event are passed over', async () => {
  const { tables, bare } = await freshTables();
  await tables.history.add([{ ...KEY, event: noted('told', NOON) }]);
  const [row] = await all(bare('history').listEntities());
  const prefix = row?.rowKey?.slice(0, 33) ?? '';
  const bad = [
    { type: 'sneezed', on: '2027-03-04T12:00:00.250Z' },
    { type: 'told', on: 5 },
    { type: 'renewed', on: '2027-03-04T12:00:00.250Z', from: 'x' },
  ];
  await plant(
    bare('history'),
    bad.map((columns, i) => [SCOPE, `${prefix}0${i}`, columns]),
  );
  expect(await tables.history.of(KEY, 10)).toEqual([noted('told', NOON)]);
});
