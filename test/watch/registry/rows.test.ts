/** Registry rows that other writers change all the time. */
import { putRow, removeRow } from '../../../src/watch/registry/rows';
import { composeWatch } from '../../support/crashing';
import { useWorld } from '../../support/world';

const world = useWorld();
const KEY = { scope: 'iotCentralToken:contoso.azureiotcentral.com', name: 'gateway' };

/** The watch, before whose every write of a row another tool changes it. */
async function contended() {
  await world().register(KEY.scope, KEY.name, { owners: 'ada@example.com' });
  const watch = composeWatch(world().env, world().clock);
  const { registry } = watch.tables;
  let writes = 0;
  const first = async () => {
    writes += 1;
    await world().register(KEY.scope, KEY.name, { owners: 'ada@example.com', notes: `${writes}` });
  };
  const tables = {
    ...watch.tables,
    registry: {
      ...registry,
      save: async (...args: Parameters<typeof registry.save>) => first().then(() => registry.save(...args)),
      remove: async (...args: Parameters<typeof registry.remove>) =>
        first().then(() => registry.remove(...args)),
    },
  };
  return { deps: { ...watch, tables }, writes: () => writes };
}

test('a write that others always overtake ends after a few tries', async () => {
  const { deps, writes } = await contended();
  const row = await world().app().findRow(KEY);
  if (!row) throw new Error('the row is missing');
  const columns = { ...row.columns, displayName: 'Gateway' };
  expect(await putRow(KEY, { columns, faults: [] }, {}, deps)).toEqual({ outcome: 'contended' });
  expect(writes()).toBe(10);
});

test('a removal that others always overtake ends after a few tries', async () => {
  const { deps, writes } = await contended();
  expect(await removeRow(KEY, {}, deps)).toBe('contended');
  expect(writes()).toBe(10);
});
