/** What docs/operations.md says of a lost table, of silence and of what waits: each as a person does it. */
import { TableClient } from '@azure/data-tables';
import { HOUR, MINUTE } from '../../src/formats/instant';
import type { SweepMessage } from '../../src/watch/sweep/start-sweep';
import { type StorageProxy, startStorageProxy } from '../support/storage-proxy';
import { CONTOSO, HOST, mailedBy, queued, ticks } from '../support/story';
import { useWorld } from '../support/world';

const world = useWorld();
const ADA = 'ada@example.com: told expires in 6 days (8 June 2026)';
const BOB = 'bob@example.com: waiting expires in 6 days (8 June 2026)';

let proxy: StorageProxy | undefined;
afterEach(async () => {
  await proxy?.close();
  proxy = undefined;
});

/** One target that was told, and one whose reminder waits, since the mail service is down. */
beforeEach(async () => {
  world().azure.iotCentral.token(HOST, 'told').expires('2026-06-08T12:00:00Z');
  await world().register(CONTOSO, 'told', { owners: 'ada@example.com' });
  world().clock.to('2026-06-01T12:10:00Z');
  expect(await mailedBy(world(), () => world().tick())).toEqual([ADA]);
  world().azure.iotCentral.token(HOST, 'waiting').expires('2026-06-08T12:30:00Z');
  await world().register(CONTOSO, 'waiting', { owners: 'bob@example.com' });
  world().clock.to('2026-06-01T12:40:00Z');
  await world().sweep();
  expect(await queued(world())).toBe(1);
});

async function lose(table: string): Promise<void> {
  const options = { allowInsecureConnection: true };
  await TableClient.fromConnectionString(world().connectionString, table, options).deleteTable();
  world().restart();
}

const hours = (count: number) => mailedBy(world(), () => ticks(world(), 12 * count));

test('without the expiries, what was told is told once more, unless the mail service knows the mail still', async () => {
  await lose('expiries');
  expect(await hours(2)).toEqual([BOB]);
  await lose('expiries');
  world().azure.communication.forgetOperations();
  expect((await hours(2)).sort()).toEqual([ADA, BOB]);
  expect(await hours(2)).toEqual([]);
});

test('without the outbox, what waited is found again within about an hour, and nothing is told twice', async () => {
  await lose('outbox');
  expect(await hours(2)).toEqual([BOB]);
});

test.each(['scopes', 'history', 'calendar'])('without the table %s, mails go on as before', async table => {
  await lose(table);
  expect(await hours(2)).toEqual([BOB]);
});

test('without the calendar, reports are short until reconcile has made it again', async () => {
  await lose('calendar');
  expect((await world().app().report({ limit: 10 })).items).toEqual([]);
  await world().app().reconcile(world().log);
  expect((await world().app().report({ limit: 10 })).items.map(({ name }) => name)).toEqual([
    'told',
    'waiting',
  ]);
});

test('a registry that is exported is imported again, and all is as before', async () => {
  const rows: [string, Record<string, string>][] = [];
  for await (const { name, columns } of await world().app().everyRow()) rows.push([name, { ...columns }]);
  await lose('registry');
  await ticks(world(), 1);
  expect((await world().app().health()).reasons.map(({ code }) => code)).toContain('rowsLost');
  for (const [name, columns] of rows) await world().register(CONTOSO, name, columns);
  await ticks(world(), 12);
  expect((await world().app().health()).reasons).toEqual([]);
  expect(await hours(1)).toEqual([]);
});

test('MAIL_TO none sends nothing and keeps what waits; when it is owners again, what is still true goes out', async () => {
  world().restart({ MAIL_TO: 'none' });
  expect(await hours(1)).toEqual([]);
  world().restart();
  world().clock.pass(5 * MINUTE);
  expect(await hours(2)).toEqual([BOB]);
});

test('a tick makes as many storage calls as docs/operations.md reckons with', async () => {
  proxy = await startStorageProxy(world().connectionString);
  let calls = 0;
  proxy.answer = () => {
    calls += 1;
    return undefined;
  };
  const scopes = ['one', 'two'].map(name => `${name}.azureiotcentral.com`);
  for (const host of scopes)
    for (const name of ['a', 'b']) {
      world().azure.iotCentral.token(host, name).expires('2030-01-01T00:00:00Z');
      await world().register(`iotCentralToken:${host}`, name, { owners: 'ada@example.com' });
    }
  for (const name of ['told', 'waiting'])
    world().azure.iotCentral.token(HOST, name).expires('2030-01-01T00:00:00Z');
  await hours(2);
  world().restart({ AzureWebJobsStorage: proxy.connectionString });
  await world().app().report({ limit: 1 });
  const counted = async (work: () => Promise<unknown>) => {
    calls = 0;
    await work();
    return calls;
  };
  const tick = async (after: number) => {
    world().clock.pass(after);
    let messages: SweepMessage[] = [];
    const start = await counted(async () => {
      messages = await world().app().startSweep(world().log);
    });
    const sweeps = [];
    for (const message of messages)
      sweeps.push(await counted(() => world().app().sweepScope(message, world().log)));
    return [start, sweeps, await counted(() => world().remind())];
  };
  // What moved has settled by the second one.
  await tick(6 * HOUR);
  await tick(5 * MINUTE);
  // 4 and 1 for each scope; 5 for each scope; 2. Then 2 more for each 100 targets of a scope that are read.
  expect(await tick(5 * MINUTE)).toEqual([7, [5, 5, 5], 2]);
  expect(await tick(6 * HOUR)).toEqual([7, [7, 7, 7], 2]);
}, 60_000);
