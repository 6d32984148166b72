/** A target that can't hold what was told: it blocks no other line, is not mailed again, and is told when it can hold it. */
import { TableClient } from '@azure/data-tables';
import { createApp } from '../../src/app';
import { DAY, MINUTE } from '../../src/formats/instant';
import { instant } from '../support/clock';
import { type StoreProxy, startStoreProxy } from '../support/store-proxy';
import { CONTOSO, HOST, mailedBy } from '../support/story';
import { START, useWorld } from '../support/world';

const ADA = 'ada@example.com';
const world = useWorld();
let store: StoreProxy;
let app: ReturnType<typeof createApp>;

async function tick(): Promise<void> {
  world().clock.pass(5 * MINUTE);
  const queue = await app.startSweep(world().log);
  for (let message = queue.shift(); message; message = queue.shift())
    queue.push(...(await app.sweepScope(message, world().log)));
  await app.sendReminders(world().log);
}

const ticks = (count: number) =>
  mailedBy(world(), async () => {
    for (let run = 0; run < count; run += 1) await tick();
  });
const outcomes = async (name: string) => {
  const state = await world().tables.expiries.row({ scope: CONTOSO, name });
  return (state?.told.get(ADA) ?? []).map(({ reason, outcome }) => `${reason} ${outcome}`);
};
const due = (name: string, days: number) => {
  world()
    .azure.iotCentral.token(HOST, name)
    .expires(new Date(instant(START) + days * DAY).toISOString());
  return world().register(CONTOSO, name, { owners: ADA });
};
/** The store refuses to write what was told to this target. */
const refuse = (name: string) =>
  store.refusesRow(({ body }) => body.includes(`RowKey='${name}'`) && body.includes('told_'));

beforeEach(async () => {
  store = await startStoreProxy(world().connectionString);
  app = createApp({ ...world().env, AzureWebJobsStorage: store.connectionString }, world().clock);
});
afterEach(() => store.close());

test('one of several does not block the others, and is not mailed again', async () => {
  refuse('b');
  for (const name of ['a', 'b', 'c']) await due(name, 20);
  expect(await ticks(1)).toEqual([expect.stringMatching(/^ada@example.com: 3 tokens need you/)]);
  expect([await outcomes('a'), await outcomes('b'), await outcomes('c')]).toEqual([
    ['30d accepted'],
    [],
    ['30d accepted'],
  ]);
  expect(world().log.lines.join('\n')).toMatch(/'b' \(30d\) was told could not be recorded/);
  expect(await ticks(20)).toEqual([]);
  await due('d', 20);
  expect(await ticks(2)).toEqual([expect.stringMatching(/^ada@example.com: d expires in 19 days/)]);
  expect((await app.health()).reasons).toEqual([]);
  world().clock.pass(DAY);
  expect((await app.health()).reasons.map(({ code }) => code)).not.toContain('mailBacklog');
  store.refusesRow(undefined);
  expect(await ticks(2)).toEqual([]);
  expect(await outcomes('b')).toEqual(['30d accepted']);
  expect((await world().tables.outbox.of(ADA)).lines).toEqual([]);
});

test('hears its next threshold all the same', async () => {
  refuse('b');
  await due('b', 20);
  expect(await ticks(1)).toHaveLength(1);
  world().clock.pass(7 * DAY);
  expect(await ticks(2)).toEqual([expect.stringMatching(/^ada@example.com: b expires in 12 days/)]);
  expect(await ticks(5)).toEqual([]);
});

test('whose mail turns out to be lost holds that when it can', async () => {
  refuse('b');
  await due('b', 20);
  world().azure.communication.recipient(ADA, 'dropped');
  expect(await ticks(3)).toEqual([
    expect.stringMatching(/^ada@example.com: b expires/),
    expect.stringMatching(
      /^ops@example.com: The watcher needs you: Mail to ada@example.com was not delivered/,
    ),
  ]);
  store.refusesRow(undefined);
  expect(await ticks(3)).toEqual([expect.stringMatching(/^ops@example.com: b expires in 19 days/)]);
  expect(await outcomes('b')).toEqual(['30d undelivered']);
});

test('because its row is full gets room: what is recorded of former recipients goes first', async () => {
  await due('b', 20);
  await tick();
  world().clock.pass(7 * DAY);
  const table = TableClient.fromConnectionString(world().connectionString, 'expiries', {
    allowInsecureConnection: true,
  });
  const { expiries } = world().tables;
  const key = { scope: CONTOSO, name: 'b' };
  const [entry] = (await expiries.row(key))?.told.get(ADA) ?? [];
  if (!entry) throw new Error('nothing was told');
  for (let index = 0; index < 200; index += 1) {
    const { etag = '' } = (await expiries.row(key)) ?? {};
    await expiries.mergeTold(`former-${index}@example.com`, [{ ...key, etag, told: [entry] }]);
  }
  await table.updateEntity({ partitionKey: CONTOSO, rowKey: 'b', ticket: 'mine', big: 5n }, 'Merge');
  expect(await ticks(2)).toEqual([expect.stringMatching(/^ada@example.com: b expires in 12 days/)]);
  const row = await table.getEntity(CONTOSO, 'b');
  expect(Object.keys(row).filter(column => column.startsWith('told_'))).toHaveLength(1);
  expect(row).toMatchObject({ ticket: 'mine', big: 5n });
  expect(await outcomes('b')).toEqual(['14d accepted']);
});
