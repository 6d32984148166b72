/** What docs/operations.md says of a lost table, of silence and of what waits: each as a person does it. */
import { TableClient } from '@azure/data-tables';
import { MINUTE } from '../../src/formats/instant';
import { CONTOSO, HOST, mailedBy, queued, ticks } from '../support/story';
import { useWorld } from '../support/world';

const world = useWorld();
const ADA = 'ada@example.com: told expires in 7 days (2026-06-08 12:00 UTC)';
const BOB = 'bob@example.com: waiting expires in 7 days (2026-06-08 12:30 UTC)';

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

test('MAIL_TO none sends nothing and keeps what waits; when it is owners again, what is still true goes out', async () => {
  world().restart({ MAIL_TO: 'none' });
  expect(await hours(1)).toEqual([]);
  world().restart();
  world().clock.pass(5 * MINUTE);
  expect(await hours(2)).toEqual([BOB]);
});
