/** Storage calls of mails, counted on the wire: a mail costs what its own lines cost, whatever waits behind it (docs/design.md, Budgets). */
import { TableClient } from '@azure/data-tables';
import { createApp } from '../../src/app';
import { DAY, HOUR, MINUTE } from '../../src/formats/instant';
import { type DueTarget, plantBacklog } from '../support/backlog';
import { type StorageProxy, startStorageProxy } from '../support/storage-proxy';
import { CONTOSO, flat, queued } from '../support/story';
import { useWorld, type World } from '../support/world';

const world = useWorld();

/** Two for the check of a line, and one that is read before it is written that its owner was told. */
const PER_LINE = 2;
/** Of a mail: quota, claim, accepted, told, two to finish, history, followed no more. */
const PER_MAIL = 8;
/** Of a run: what is used of the quota, a page of the outbox, and what is left to count at the end. */
const PER_RUN = 3;
/** More pages of a large outbox: the digests, and lines in order of urgency. */
const PAGES = 3;

let proxy: StorageProxy;
afterEach(() => proxy.close());

/** Runs the sender behind a proxy. @returns what it cost, and whom it mailed */
async function sender({ connectionString, env, clock, log, mails }: World, perMinute = '1') {
  proxy = await startStorageProxy(connectionString);
  let calls = 0;
  proxy.answer = () => {
    calls += 1;
    return undefined;
  };
  const limits = { MAIL_PER_MINUTE: perMinute, MAIL_PER_HOUR: '1000' };
  const app = createApp({ ...env, ...limits, AzureWebJobsStorage: proxy.connectionString }, clock);
  await app.report({ limit: 1 });
  return async () => {
    const before = mails().length;
    calls = 0;
    await app.sendReminders(log);
    return { calls, mailed: mails().slice(before) };
  };
}

const numbered = (count: number) => Array.from({ length: count }, (_, index) => index);
const nameOf = (index: number) => `token-${String(index).padStart(5, '0')}`;
const ADA = 'ada@example.com';

/** Targets of one owner that expire one after the other, in an order that is not that of their names. */
function targetsOf(owner: string, count: number, first: number, more: Partial<DueTarget> = {}): DueTarget[] {
  return numbered(count).map(index => ({
    scope: CONTOSO,
    name: `${owner.split('@')[0]}-${nameOf((index * 7_919) % count)}`,
    owner,
    expiresOn: first + index * MINUTE,
    ...more,
  }));
}

async function plant(...targets: DueTarget[][]): Promise<void> {
  const { connectionString, tables, clock } = world();
  await plantBacklog(connectionString, tables, targets.flat(), clock.now());
}

const linesOf = (owner: string) =>
  world()
    .mailsTo(owner)
    .map(({ message }) => message.content.plainText ?? '');

test('a mail of one line costs a few calls', async () => {
  const run = await sender(world());
  await plant(targetsOf(ADA, 1, world().clock.now() + DAY));
  const { calls, mailed } = await run();
  expect(mailed).toHaveLength(1);
  expect(calls).toBeLessThanOrEqual(PER_RUN + PER_LINE + PER_MAIL);
});

test('the most urgent of 1,600 lines are mailed first, at the cost of one mail, and what follows is said', async () => {
  const run = await sender(world());
  const targets = targetsOf(ADA, 1_600, world().clock.now() + DAY);
  await plant(targets);
  let told = 0;
  for (const mail of [0, 1]) {
    const { calls, mailed } = await run();
    expect(mailed).toEqual([expect.stringMatching(/^ada@example.com: At least \d+ tokens need you/)]);
    const text = linesOf(ADA)[mail] ?? '';
    const lines = targets.slice(told).findIndex(({ name }) => !text.includes(name));
    expect(lines).toBeGreaterThan(20);
    expect(calls).toBeLessThanOrEqual(PER_RUN + lines * PER_LINE + PER_MAIL + PAGES);
    expect(flat(text)).toMatch(/At least \d+ more follow in the next mails\./);
    told += lines;
    world().clock.pass(MINUTE);
  }
  expect(await queued(world())).toBe(1_600 - told);
}, 120_000);

test('lines in as many scopes cost two calls more for each scope: one to write what was told, one for the history', async () => {
  const run = await sender(world());
  const scopeOf = (index: number) => `iotCentralToken:app-${index}.azureiotcentral.com`;
  const targets = targetsOf(ADA, 30, world().clock.now() + DAY);
  await plant(targets.map((target, index) => ({ ...target, scope: scopeOf(index) })));
  const { calls, mailed } = await run();
  expect(mailed).toHaveLength(1);
  expect(calls).toBeLessThanOrEqual(PER_RUN + 30 * (PER_LINE + 2) + PER_MAIL);
});

test('a run whose quota is spent reads no owner', async () => {
  const run = await sender(world());
  await plant(
    targetsOf(ADA, 1_200, world().clock.now() + DAY),
    targetsOf('bob@example.com', 3, world().clock.now() + DAY),
  );
  expect((await run()).mailed).toHaveLength(1);
  const { calls, mailed } = await run();
  expect([calls <= PER_RUN, mailed]).toEqual([true, []]);
});

test('behind the backlog of one owner the others get their mails in the same run, the most urgent first', async () => {
  const run = await sender(world(), '4');
  const now = world().clock.now();
  await plant(
    targetsOf('mid@example.com', 1_500, now + DAY),
    targetsOf('zoe@example.com', 1, now + 50 * DAY),
    targetsOf('amy@example.com', 1, now + 40 * DAY),
    targetsOf('old@example.com', 2, now - 300 * DAY),
    targetsOf('eva@example.com', 1, now + HOUR),
  );
  const { mailed } = await run();
  expect(mailed.map(mail => mail.split(':')[0])).toEqual([
    'eva@example.com',
    'mid@example.com',
    'amy@example.com',
    'zoe@example.com',
  ]);
  world().clock.pass(MINUTE);
  const next = (await run()).mailed.map(mail => mail.split(':')[0]);
  expect(next).toEqual(['mid@example.com', 'old@example.com']);
}, 120_000);

test('one line behind a backlog of dead tokens costs the calls of one mail', async () => {
  const run = await sender(world());
  const now = world().clock.now();
  await plant(targetsOf(ADA, 1_500, now - 400 * DAY), targetsOf('zoe@example.com', 1, now + DAY));
  const { calls, mailed } = await run();
  expect(mailed).toEqual([expect.stringMatching(/^zoe@example.com: /)]);
  expect(calls).toBeLessThanOrEqual(PER_RUN + PER_LINE + PER_MAIL + PAGES);
}, 120_000);

test('of 1,500 reminders at one instant each is told in the end, none twice', async () => {
  const run = await sender(world(), '100');
  const expiresOn = world().clock.now() + DAY;
  const targets = [
    ...targetsOf('ann@example.com', 700, 0, { expiresOn }),
    ...targetsOf('ben@example.com', 700, 0, { expiresOn }),
    ...targetsOf('cyd@example.com', 100, 0, { expiresOn }),
  ];
  await plant(targets);
  for (let runs = 0; runs < 60 && (await queued(world())) > 0; runs += 1) {
    await run();
    world().clock.pass(MINUTE);
  }
  expect(await queued(world())).toBe(0);
  const texts = ['ann', 'ben', 'cyd'].flatMap(owner => linesOf(`${owner}@example.com`));
  for (const { name } of targets)
    expect([name, texts.filter(text => text.includes(name)).length]).toEqual([name, 1]);
}, 240_000);

test('lines that are no longer true are dropped at two calls each, and what waits behind them goes out in the same run', async () => {
  const run = await sender(world());
  const targets = targetsOf(ADA, 230, world().clock.now() + DAY);
  await plant(targets);
  for (const { name } of targets.slice(0, 210)) await world().unregister(CONTOSO, name);
  const { calls, mailed } = await run();
  expect(mailed).toEqual([expect.stringContaining('20 tokens need you')]);
  const drops = 210 * 2 + 2 * 5;
  expect(calls).toBeLessThanOrEqual(2 * PER_RUN + drops + 20 * PER_LINE + PER_MAIL);
  expect(await queued(world())).toBe(0);
}, 120_000);

test('a large outbox of lines that are no longer true delays no living one by a run', async () => {
  const run = await sender(world());
  const now = world().clock.now();
  const dead = targetsOf(ADA, 1_300, now + DAY);
  await plant(dead, targetsOf('bob@example.com', 1, now + 40 * DAY));
  const registry = TableClient.fromConnectionString(world().connectionString, 'registry', {
    allowInsecureConnection: true,
  });
  for (const { name } of dead.slice(0, -2)) await registry.deleteEntity(CONTOSO, name);
  const { mailed } = await run();
  expect(mailed).toEqual([expect.stringContaining('ada@example.com: 2 tokens need you')]);
}, 300_000);

test('a claim whose lines are deep in a large outbox is ended with them', async () => {
  const run = await sender(world());
  const now = world().clock.now();
  const { tables } = world();
  await plant(targetsOf(ADA, 1_300, now + DAY));
  const last = (await tables.outbox.firstPage()).owners[0]?.lines.slice(-2) ?? [];
  const claim = {
    operationId: 'b2c5f3f0-0000-5000-8000-000000000001',
    attempt: 1,
    lineIds: last.map(({ id }) => id),
    claimedOn: now,
    accepted: false,
    tries: 0,
  };
  const held = await tables.outbox.claim(ADA, claim);
  const reminders = last.map(({ reminder }) => reminder);
  const { operationId, attempt } = claim;
  if (held)
    await tables.outbox.accept(ADA, held, {
      operationId,
      attempt,
      on: now,
      reminders,
      lookCount: 0,
      lookOn: now + DAY,
    });
  const { mailed } = await run();
  expect(mailed).toEqual([]);
  expect(await queued(world())).toBe(1_298);
  for (const { scope, name } of reminders)
    expect((await tables.expiries.row({ scope, name }))?.told.get(ADA)?.[0]?.operationId).toBe(operationId);
}, 120_000);
