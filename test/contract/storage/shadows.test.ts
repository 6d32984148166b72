/** A row's identity comes from its keys alone, whatever its columns are called. */
import { SHADOWS, writeWireRow } from '../../support/wire-row';
import { all, freshTables, SCOPE } from './storage';

test.each(SHADOWS)('a column called %s takes no place of what the store says', async column => {
  const { tables, bare } = await freshTables();
  const row = { PartitionKey: SCOPE, RowKey: 'b', owners: 'ada@example.com' };
  const status = await writeWireRow(bare('registry'), { ...row, ...JSON.parse(`{"${column}":"zzz"}`) });
  expect(status).toBe(204);
  for (const name of ['a', 'c']) await bare('registry').createEntity({ partitionKey: SCOPE, rowKey: name });
  const names = async () => (await all(tables.registry.rows(SCOPE))).map(({ scope, name }) => [scope, name]);
  expect(await names()).toEqual(['a', 'b', 'c'].map(name => [SCOPE, name]));
  expect(await all(tables.registry.scopes())).toEqual([{ scope: SCOPE, touchedOn: expect.any(Number) }]);
  const key = { scope: SCOPE, name: 'b' };
  const found = await tables.registry.row(key);
  expect(found).toMatchObject({ ...key, columns: { owners: 'ada@example.com' } });
  const saved = await tables.registry.save(key, { notes: 'x' }, found?.etag);
  expect(saved).toMatch(/^W/);
  expect(await tables.registry.remove(key, saved ?? '')).toBe(true);
  expect(await names()).toHaveLength(2);
});

test.each(SHADOWS)('a column called %s in the state of a target changes nothing', async column => {
  const { tables, bare } = await freshTables();
  const state = { firstSeenOn: '2027-01-01T00:00:00.000Z', expiresOn: '2027-02-01T00:00:00.000Z' };
  const row = { PartitionKey: SCOPE, RowKey: 'b', ...state };
  await writeWireRow(bare('expiries'), { ...row, ...JSON.parse(`{"${column}":"zzz"}`) });
  const states = await all(tables.expiries.rows(SCOPE));
  expect(states).toEqual([
    expect.objectContaining({ scope: SCOPE, name: 'b', expiresOn: Date.UTC(2027, 1, 1) }),
  ]);
});
