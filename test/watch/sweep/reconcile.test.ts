/** Reconciling: afterwards the calendar agrees with the expiries, whatever happened to it. */
import { TableClient } from '@azure/data-tables';
import type { Calendar } from '../../../src/watch/ports';
import { reconcile } from '../../../src/watch/sweep/reconcile';
import { composeWatch } from '../../support/crashing';
import { useWorld } from '../../support/world';

const world = useWorld();
const HOST = 'contoso.azureiotcentral.com';
const SCOPE = `iotCentralToken:${HOST}`;

async function watched(name: string, expires: string) {
  world().azure.iotCentral.token(HOST, name).expires(expires);
  await world().register(SCOPE, name, { owners: 'ada@example.com' });
}

const calendarTable = () =>
  TableClient.fromConnectionString(world().connectionString, 'calendar', { allowInsecureConnection: true });

async function listed(): Promise<(string | undefined)[]> {
  const { items } = await world().app().report({ limit: 1_000 });
  return items.map(({ name }) => name);
}

beforeEach(async () => {
  await watched('gateway', '2026-09-01T00:00:00Z');
  await watched('sensors', '2026-08-01T00:00:00Z');
  await world().sweep();
});

test('lost rows are written again, and rows without an expiry are deleted', async () => {
  for await (const row of calendarTable().listEntities()) {
    await calendarTable().deleteEntity(row.partitionKey ?? '', row.rowKey ?? '');
  }
  const stray = {
    partitionKey: 'all',
    rowKey: `2026-07-01T00:00:00.000Z|${'0'.repeat(32)}`,
    scope: SCOPE,
    name: 'ghost',
    kind: 'x',
  };
  await calendarTable().createEntity({ ...stray, listing: '{}' });
  expect(await listed()).toEqual(['ghost']);
  await world().app().reconcile(world().log);
  expect(await listed()).toEqual(['sensors', 'gateway']);
});

test('a scope that is being swept is left for tomorrow', async () => {
  const found = await world().tables.scopes.get(SCOPE);
  if (!found) throw new Error('the scope has no row');
  await world().tables.scopes.save(
    { ...found, holder: 'x', leaseUntil: world().clock.now() + 60_000 },
    found.etag,
  );
  await world().app().reconcile(world().log);
  expect(world().log.lines).toContainEqual(expect.stringContaining('is being swept'));
  expect(await listed()).toEqual(['sensors', 'gateway']);
});

test('a row that a sweep writes meanwhile is not deleted', async () => {
  const watch = composeWatch(world().env, world().clock);
  const entries: Calendar['entries'] = async function* (range) {
    await watched('newcomer', '2026-07-01T00:00:00Z');
    world().clock.pass(300_000);
    await world().sweep();
    yield* watch.tables.calendar.entries(range);
  };
  const tables = { ...watch.tables, calendar: { ...watch.tables.calendar, entries } };
  await reconcile({ ...watch, tables, historyDays: 400 }, world().log);
  expect(await listed()).toEqual(['newcomer', 'sensors', 'gateway']);
});

test('what keeps one scope from being rebuilt stops neither the others nor the end', async () => {
  const other = 'iotCentralToken:zeta.azureiotcentral.com';
  world().azure.iotCentral.token('zeta.azureiotcentral.com', 'pumps').expires('2026-10-01T00:00:00Z');
  await world().register(other, 'pumps', {});
  world().clock.pass(300_000);
  await world().sweep();
  for await (const row of calendarTable().listEntities())
    await calendarTable().deleteEntity(row.partitionKey ?? '', row.rowKey ?? '');
  const watch = composeWatch(world().env, world().clock);
  const rows: typeof watch.tables.expiries.rows = async function* (scope, after) {
    if (scope === SCOPE) throw new Error('the store cannot read this scope');
    yield* watch.tables.expiries.rows(scope, after);
  };
  const broken = { ...watch.tables, expiries: { ...watch.tables.expiries, rows } };
  world().clock.to('2027-08-01T00:00:00Z');
  await expect(reconcile({ ...watch, tables: broken, historyDays: 1 }, world().log)).rejects.toThrow(
    'cannot read this scope',
  );
  expect(await listed()).toEqual(['pumps']);
  expect(await world().tables.history.of({ scope: SCOPE, name: 'gateway' }, 10)).toEqual([]);
});

test('a scope that a sweep takes over meanwhile is left for tomorrow', async () => {
  const watch = composeWatch(world().env, world().clock);
  const rows: typeof watch.tables.expiries.rows = async function* (scope, after) {
    world().clock.pass(300_000);
    await world().sweep();
    yield* watch.tables.expiries.rows(scope, after);
  };
  const tables = { ...watch.tables, expiries: { ...watch.tables.expiries, rows } };
  await reconcile({ ...watch, tables, historyDays: 400 }, world().log);
  expect(world().log.lines).toContainEqual(expect.stringContaining('is being swept'));
  expect(await listed()).toEqual(['sensors', 'gateway']);
});

test('history older than its days is deleted', async () => {
  world().clock.to('2027-08-01T00:00:00Z');
  await world().app().reconcile(world().log);
  const history = await world().tables.history.of({ scope: SCOPE, name: 'gateway' }, 10);
  expect(history).toEqual([]);
});

describe('what is recorded of people who left', () => {
  const GATEWAY = { scope: SCOPE, name: 'gateway' };
  const recipients = async () => {
    const { told, snoozes } = (await world().tables.expiries.row(GATEWAY)) ?? {};
    return [[...(told?.keys() ?? [])].sort(), [...(snoozes?.keys() ?? [])].sort()];
  };
  const tell = async (owner: string, about: number) => {
    const { etag = '' } = (await world().tables.expiries.row(GATEWAY)) ?? {};
    const mail = { on: about, operationId: 'op', outcome: 'accepted' } as const;
    const told = [{ reason: '30d', about, crossedOn: about, ...mail }];
    await world().tables.expiries.mergeTold(owner, [{ ...GATEWAY, etag, told }]);
  };
  const EXPIRY = Date.UTC(2026, 8, 1);
  const OLD = Date.UTC(2025, 8, 1);

  beforeEach(async () => {
    for (const owner of ['ada@example.com', 'ops@example.com', 'eve@example.com']) await tell(owner, OLD);
    await tell('bob@example.com', EXPIRY);
    const snooze = { about: OLD, until: EXPIRY, reason: 'x', on: OLD };
    await world().tables.expiries.mergeSnooze('eve@example.com', GATEWAY, snooze);
  });

  test('is deleted when nothing of it is about what is now; owners, operators and the rest stay', async () => {
    await world().app().reconcile(world().log);
    expect(await recipients()).toEqual([['ada@example.com', 'bob@example.com', 'ops@example.com'], []]);
    expect(await listed()).toEqual(['sensors', 'gateway']);
    await world().sweep();
    expect(await world().item('gateway')).toMatchObject({ expiresOn: EXPIRY, check: 'ok' });
  });

  test('stays while the row has faults: it may name owners who are not understood', async () => {
    await world().register(SCOPE, 'gateway', { owners: 'eve-example.com' });
    await world().app().reconcile(world().log);
    expect((await recipients())[0]).toContain('eve@example.com');
  });

  test('stays when somebody writes to the row at the same time, until the next day', async () => {
    const watch = composeWatch(world().env, world().clock);
    const { expiries } = watch.tables;
    const late = { about: EXPIRY, until: EXPIRY, reason: 'late', on: OLD };
    const prune: typeof expiries.prune = async (key, etag, owners) => {
      await expiries.mergeSnooze('eve@example.com', key, late);
      return await expiries.prune(key, etag, owners);
    };
    const tables = { ...watch.tables, expiries: { ...expiries, prune } };
    await reconcile({ ...watch, tables, historyDays: 400 }, world().log);
    expect((await world().tables.expiries.row(GATEWAY))?.snoozes.get('eve@example.com')).toEqual(late);
    expect((await recipients())[0]).toContain('eve@example.com');
  });
});
