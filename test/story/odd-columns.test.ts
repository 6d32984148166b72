/** Rows whose columns look like the store's own: they and their neighbours are watched, changed and removed like all others. */
import { TableClient } from '@azure/data-tables';
import { SHADOWS, writeWireRow } from '../support/wire-row';
import { useWorld } from '../support/world';

const world = useWorld();
const HOST = 'contoso.azureiotcentral.com';
const SCOPE = `iotCentralToken:${HOST}`;
const NAMES = ['a', ...SHADOWS.map((_, index) => `b${index + 10}`), 'c'];

beforeEach(async () => {
  const registry = TableClient.fromConnectionString(world().connectionString, 'registry', {
    allowInsecureConnection: true,
  });
  for (const name of NAMES) world().azure.iotCentral.token(HOST, name).expires('2026-06-20T00:00:00Z');
  for (const name of ['a', 'c']) await world().register(SCOPE, name, { owners: 'ada@example.com' });
  for (const [index, column] of SHADOWS.entries()) {
    const row = { PartitionKey: SCOPE, RowKey: `b${index + 10}`, owners: 'ada@example.com' };
    await writeWireRow(registry, { ...row, ...JSON.parse(`{"${column}":"zzz"}`) });
  }
});

const found = async () =>
  (await world().app().report({ limit: 100 })).items.map(({ name, check }) => `${name} ${check}`).sort();

test('a sweep and a reconciling go through the whole scope, and nothing is listed that is not there', async () => {
  await world().sweep();
  expect(await found()).toEqual(NAMES.map(name => `${name} ok`));
  await world().app().reconcile(world().log);
  world().clock.pass(86_400_000);
  await world().tick();
  expect(await found()).toEqual(NAMES.map(name => `${name} ok`));
  expect(world().mailsTo('ops@example.com')).toEqual([]);
  expect(world().mailsTo('ada@example.com')).toHaveLength(1);
});

test('such a row is replaced and removed over the API', async () => {
  const { app } = world();
  for (const name of NAMES) {
    const key = { scope: SCOPE, name };
    const row = await app().findRow(key);
    if (!row) throw new Error(`${name} is missing`);
    const columns = { ...row.columns, notes: 'mine' };
    expect(await app().putRow(key, { columns, faults: [] }, { ifMatch: [row.tag] })).toMatchObject({
      outcome: 'replaced',
    });
    expect(await app().removeRow(key, {})).toBe('removed');
  }
  expect((await app().listRows({ limit: 100 })).items).toEqual([]);
});
