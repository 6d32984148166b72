/** The line of history that each change of a row leaves, by whichever way it is changed. */
import { textsOf } from '../../../src/core/row';
import { importRows } from '../../../src/watch/registry/import';
import { addedEvent, changedEvent, removedEvent } from '../../../src/watch/registry/row-events';
import { composeWatch } from '../../support/crashing';
import { CONTOSO, historyOf, notesOf } from '../../support/story';
import { useWorld } from '../../support/world';

const world = useWorld();
const ROW = textsOf({ owners: 'ada@example.com', notes: 'n' });
const ANN = { by: 'ann@example.com', at: 'dashboard' } as const;
const change = (written: Record<string, string>, known = ROW) => changedEvent(known, written, ANN, 7);

test.each<[string, ReturnType<typeof change>, string, string]>([
  [
    'another owner and note',
    change({ owners: 'x', notes: '' }),
    'edited',
    'by ann@example.com: owners, notes',
  ],
  ['being switched off', change({ enabled: 'FALSE' }), 'paused', 'by ann@example.com'],
  ['being switched on', change({ enabled: '' }), 'resumed', 'by ann@example.com'],
  [
    'being switched off, and more',
    change({ enabled: 'false', notes: '' }),
    'edited',
    'by ann@example.com: enabled, notes',
  ],
  ['a successor', change({ replacedBy: 'newer' }), 'replaced', 'by newer, says ann@example.com'],
  [
    'no successor any more',
    change({ replacedBy: '-' }, { ...ROW, replacedBy: 'newer' }),
    'watchedAgain',
    'by ann@example.com; it was replaced by newer',
  ],
  ['being new', addedEvent({ at: 'api' }, 7), 'added', 'by the API'],
  [
    'being removed',
    removedEvent(ROW, { by: ' \u202e\n ', at: 'dashboard' }, 7),
    'removed',
    'in the dashboard',
  ],
])('%s', (_, event, type, note) => {
  expect(event).toMatchObject({ type, note, on: 7 });
});

test('what the columns held before goes along; what is too long for the history does not', () => {
  expect(change({ owners: 'x', displayName: 'y' }).before).toEqual({
    owners: 'ada@example.com',
    displayName: '',
  });
  expect(removedEvent(ROW, ANN, 7).before).toEqual({ owners: 'ada@example.com', notes: 'n' });
  expect(change({ notes: '' }, { ...ROW, notes: 'n'.repeat(30_000) })).not.toHaveProperty('before');
  expect(addedEvent(ANN, 7)).not.toHaveProperty('before');
});

test('by the use cases: what is written leaves a line, what is not leaves none', async () => {
  const { app, clock } = world();
  const key = { scope: CONTOSO, name: 'gateway' };
  const put = (columns: Record<string, string>) =>
    app().putRow(key, { columns: textsOf(columns), faults: [] }, {}, ANN);
  await put({ owners: 'ada@example.com' });
  await put({ owners: 'ada@example.com' });
  await put({ owners: 'nobody' });
  clock.pass(1);
  const lines = [
    { line: 2, ...key, columns: { notes: 'x' } },
    { line: 3, ...key, name: 'other', columns: { owners: 'nobody' } },
  ];
  await app().importRows(lines, true, world().log, ANN);
  await app().importRows(lines, false, world().log, ANN);
  clock.pass(1);
  await app().removeRow(key, { ifMatch: ['another'] }, ANN);
  await app().removeRow(key, {});
  expect(await historyOf(world(), CONTOSO, 'gateway')).toEqual(['added', 'edited', 'removed']);
  expect(await notesOf(world(), CONTOSO, 'gateway', 'edited')).toEqual(['by ann@example.com: notes']);
  expect(await notesOf(world(), CONTOSO, 'gateway', 'removed')).toEqual(['by the API']);
  expect(await historyOf(world(), CONTOSO, 'other')).toEqual([]);
});

test('an import leaves no line for a row that another writer changed first', async () => {
  const watch = composeWatch(world().env, world().clock);
  await world().register(CONTOSO, 'gateway', { notes: 'a' });
  const { registry } = watch.tables;
  const write: typeof registry.write = async (scope, rows) => {
    await world().register(CONTOSO, 'gateway', { notes: 'b' });
    return await registry.write(scope, rows);
  };
  const deps = { ...watch, tables: { ...watch.tables, registry: { ...registry, write } } };
  const lines = [{ line: 2, scope: CONTOSO, name: 'gateway', columns: { notes: 'c' } }];
  expect(await importRows(lines, false, deps, world().log, ANN)).toMatchObject([{ outcome: 'rejected' }]);
  expect(await historyOf(world(), CONTOSO, 'gateway')).toEqual([]);
});
