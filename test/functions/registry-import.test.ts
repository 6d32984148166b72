/** An import of a hostile file, with a store that fails, or beside a faster writer. */
import type { Registry } from '../../src/watch/ports';
import { importRows } from '../../src/watch/registry/import';
import { type Ask, asking, csv } from '../support/asking';
import { composeWatch } from '../support/crashing';
import { useHost } from '../support/host';
import { APPS, CONTOSO } from '../support/story';
import { useWorld } from '../support/world';

const world = useWorld();
const hosting = useHost();
let ask: Ask;
beforeEach(async () => {
  ask = await asking(world(), hosting);
});

const lineOf = (line: number, scope: string, name: string, columns = {}) => ({ line, scope, name, columns });
const columnsOf = async (name: string) =>
  (await world().tables.registry.row({ scope: CONTOSO, name }))?.columns;

/** An import into a registry of which some calls do something else. */
function importInto(
  lines: Parameters<typeof importRows>[0],
  other: (registry: Registry) => Partial<Registry>,
) {
  const watch = composeWatch(world().env, world().clock);
  const { registry } = watch.tables;
  const tables = { ...watch.tables, registry: { ...registry, ...other(registry) } };
  return importRows(lines, false, { ...watch, tables }, world().log);
}

describe('a store that fails', () => {
  const lines = [
    lineOf(2, APPS, 'rg:app', { notes: 'x' }),
    { ...lineOf(3, APPS, 'rg:app'), fault: 'it has 2 cells, and the header 4' },
    lineOf(4, CONTOSO, 'new', { notes: 'x' }),
  ];

  test('while a scope is written is reported for its lines, and other scopes are written', async () => {
    const report = await importInto(lines, registry => ({
      write: async (scope, rows) => {
        if (scope === APPS) throw new Error('the store is away');
        return registry.write(scope, rows);
      },
    }));
    expect(report).toEqual([
      { line: 2, outcome: 'rejected', reason: expect.stringMatching(/may be there or not/) },
      { line: 3, outcome: 'rejected', reason: 'it has 2 cells, and the header 4' },
      { line: 4, outcome: 'created' },
    ]);
  });

  test('while a scope is read is reported too, and nothing is written to that scope', async () => {
    const report = await importInto(lines, registry => ({
      rows: scope => {
        if (scope === APPS) throw new Error('503');
        return registry.rows(scope);
      },
    }));
    expect(report).toEqual([
      {
        line: 2,
        outcome: 'rejected',
        reason: 'the store failed while this scope was read, so nothing was written to it',
      },
      { line: 3, outcome: 'rejected', reason: 'it has 2 cells, and the header 4' },
      { line: 4, outcome: 'created' },
    ]);
    expect(await world().tables.registry.row({ scope: APPS, name: 'rg:app' })).toBeUndefined();
  });
});

test('an impossible key is reported and never read; other scopes are read side by side, a few at a time', async () => {
  const asked: string[] = [];
  let [underWay, most] = [0, 0];
  const scopes = Array.from({ length: 30 }, (_, n) => `iotCentralToken:s${n}.azureiotcentral.com`);
  const bad = [`iotCentralToken:${'x'.repeat(30_000)}`, 'carrierPigeon:x', 'iotCentralToken:x.evil.example'];
  const lines = [...scopes, ...bad].map((scope, index) => lineOf(index + 2, scope, 'token'));
  const report = await importInto(lines, registry => ({
    async *rows(scope) {
      asked.push(scope);
      most = Math.max(most, ++underWay);
      yield* registry.rows(scope);
      underWay -= 1;
    },
  }));
  expect(asked.sort()).toEqual([...scopes].sort());
  expect([most > 1, most <= 8]).toEqual([true, true]);
  expect(report.map(({ line }) => line)).toEqual(lines.map(({ line }) => line));
  expect(report.filter(({ outcome }) => outcome === 'created')).toHaveLength(30);
  expect(report.slice(30).map(({ reason = '' }) => reason.split(':', 1)[0])).toEqual([
    'key',
    'PartitionKey',
    expect.any(String),
  ]);
});

test('a line with an endless scope is rejected, and the others are reported', async () => {
  const text = `scope,name\n${CONTOSO},good\niotCentralToken:${'x'.repeat(30_000)},bad\n`;
  const { status, body } = await ask('registry/import', csv(text));
  expect([status, body.lines]).toEqual([
    200,
    [
      { line: 2, outcome: 'created' },
      { line: 3, outcome: 'rejected', reason: 'key: each part has at most 512 characters' },
    ],
  ]);
});

test('a row that another writer removed, changed or created meanwhile is left alone, and its neighbours are written', async () => {
  for (const name of ['removed', 'changed', 'kept'])
    await world().register(CONTOSO, name, { owners: 'ada@example.com', enabled: false });
  const names = ['removed', 'changed', 'made', 'kept', 'new'];
  const lines = names.map((name, index) => lineOf(index + 2, CONTOSO, name, { notes: 'imported' }));
  const report = await importInto(lines, registry => ({
    async write(scope, rows) {
      await world().unregister(CONTOSO, 'removed');
      await world().register(CONTOSO, 'changed', { notes: 'theirs' });
      await world().register(CONTOSO, 'made', { notes: 'theirs' });
      return registry.write(scope, rows);
    },
  }));
  const overtaken = { outcome: 'rejected', reason: expect.stringMatching(/another writer.*import/) };
  expect(report).toEqual([
    { line: 2, ...overtaken },
    { line: 3, ...overtaken },
    { line: 4, ...overtaken },
    expect.objectContaining({ line: 5, outcome: 'updated' }),
    { line: 6, outcome: 'created' },
  ]);
  expect(await Promise.all(names.map(columnsOf))).toEqual([
    undefined,
    { notes: 'theirs' },
    { notes: 'theirs' },
    { owners: 'ada@example.com', enabled: false, notes: 'imported' },
    { notes: 'imported' },
  ]);
});

test('a line whose thresholds do not name the expiry is taken as written, and the report says what is in force besides', async () => {
  const file = (...lines: string[]) => csv(`scope,name,thresholds\n${lines.join('\n')}\n`);
  const hints = [expect.stringMatching(/^thresholds: .*0 is in force besides/)];
  const lines = [
    `${CONTOSO},plain,30d 7d`,
    `${CONTOSO},with,30d 0`,
    `${CONTOSO},after,-1d`,
    `${CONTOSO},none,`,
  ];
  const expected = (outcome: string) => [
    { line: 2, outcome, hints },
    { line: 3, outcome },
    { line: 4, outcome },
    { line: 5, outcome },
  ];
  expect((await ask('registry/import', file(...lines))).body.lines).toEqual(expected('created'));
  expect((await ask('registry/import', file(...lines))).body.lines).toEqual(expected('unchanged'));
  expect(await columnsOf('plain')).toEqual({ thresholds: '30d 7d' });
  // The hint is about the row as it will be, also where the file does not have the column.
  const { body } = await ask('registry/import', csv(`scope,name,notes\n${CONTOSO},plain,x\n`));
  expect(body.lines).toEqual([{ line: 2, outcome: 'updated', hints }]);
});

describe('of a long file', () => {
  test('a line after many empty ones is imported', async () => {
    const text = `scope,name\n${',\n'.repeat(50_000)}${'\n'.repeat(100_000)}${CONTOSO},good\n`;
    const { body } = await ask('registry/import?dryRun=true', csv(text));
    expect(body.lines).toEqual([{ line: 150_002, outcome: 'created' }]);
  });

  test.each(['x,y\n', ',\n'])('with too many lines %j nothing is imported', async line => {
    const text = `scope,name\n${line.repeat(100_001)}${CONTOSO},good\n`;
    const { status, body } = await ask('registry/import', csv(text));
    expect([status, body.detail]).toEqual([400, expect.stringMatching(/at most 100001 lines/)]);
  });

  test('the report stays small however many faults there are', async () => {
    const lines = Array.from({ length: 50 }, (_, n) => `${CONTOSO},x${n},${'a '.repeat(1_990)}`);
    const text = `scope,name,owners\n${lines.join('\n')}`;
    const answer = await ask('registry/import?dryRun=true', csv(text));
    expect(answer.text.length).toBeLessThan(50 * 1_000);
    expect(answer.text).toMatch(/and \d+ more faults/);
  });
});
