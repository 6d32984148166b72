import { DAY, MINUTE } from '../../../src/formats/instant';
import type { Expiries } from '../../../src/watch/ports';
import { checkNow } from '../../../src/watch/sweep/check-now';
import { borrowLease } from '../../../src/watch/sweep/lease';
import { instant } from '../../support/clock';
import { composeWatch } from '../../support/crashing';
import { CONTOSO, dump, HOST } from '../../support/story';
import { START, useWorld } from '../../support/world';

const world = useWorld();
const GATEWAY = { scope: CONTOSO, name: 'gateway' };

test('a check that loses its lease to a sweep answers what it read, and writes nothing over the sweep', async () => {
  const { clock, azure, env, log, register } = world();
  azure.iotCentral.token(HOST, 'gateway').expires(instant(START) + 20 * DAY);
  await register(CONTOSO, 'gateway', { owners: 'ada@example.com' });
  const watch = composeWatch(env, clock);
  const { expiries, scopes } = watch.tables;
  let before: string[] = [];
  const row: Expiries['row'] = async key => {
    // It stalls between the read and the record, for longer than its lease lasts.
    clock.pass(3 * MINUTE);
    await borrowLease(scopes, CONTOSO, clock);
    before = await dump(world());
    return expiries.row(key);
  };
  const stalled = { ...watch, tables: { ...watch.tables, expiries: { ...expiries, row } } };
  expect(await checkNow(GATEWAY, stalled, log)).toMatchObject({ recorded: false, item: { check: 'ok' } });
  expect(await dump(world())).toEqual(before);
});

test('a check that dies after any write leaves what the next sweep heals', async () => {
  const { clock, azure, env, log, register, sweep } = world();
  azure.iotCentral.token(HOST, 'gateway').expires(instant(START) + 20 * DAY);
  await register(CONTOSO, 'gateway', { owners: 'ada@example.com' });
  const watch = composeWatch(env, clock);
  const { expiries } = watch.tables;
  const mergeCal: Expiries['mergeCal'] = () => Promise.reject(new Error('the process died'));
  const dying = { ...watch, tables: { ...watch.tables, expiries: { ...expiries, mergeCal } } };
  await expect(checkNow(GATEWAY, dying, log)).rejects.toThrow('the process died');
  clock.pass(3 * MINUTE);
  await sweep();
  const { items } = await world().app().report({ limit: 10 });
  expect(items).toMatchObject([{ name: 'gateway', check: 'ok' }]);
  expect((await world().tables.expiries.row(GATEWAY))?.calendarKeys).toHaveLength(1);
});
