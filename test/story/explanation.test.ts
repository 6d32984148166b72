/** The explanation and the forecast of a real watcher: what they say is what then is mailed. */
import type { Key } from '../../src/core/target';
import { keys } from '../../src/storage/keys';
import { forecast } from '../../src/watch/report/forecast';
import { forecastJson } from '../../src/web/forecast/route';
import { explanationJson } from '../../src/web/target/explanation';
import { APPS, CONTOSO, HOST, mailsAt, SUBSCRIPTION } from '../support/story';
import { START, useWorld } from '../support/world';

const world = useWorld();
const token = (name: string) => world().azure.iotCentral.token(HOST, name);

async function explained(scope: string, name: string) {
  const found = await world().app().explain(scope, name);
  return found && explanationJson(found);
}

const foreseen = async (days: number) => forecastJson(await world().app().forecast(days));

/** `06-23 ada@example.com: gateway 7d`, a line each. */
const linesOf = ({ mails }: Awaited<ReturnType<typeof foreseen>>) =>
  mails.flatMap(({ on, owner, lines }) =>
    lines.map(({ name, reason }) => `${on.slice(5)} ${owner}: ${name} ${reason}`),
  );

/** So many days, each looked at once, at noon: the mails that it brings, as day and recipient. */
async function lived(days: number): Promise<string[]> {
  const mails: string[] = [];
  const first = Date.parse(START);
  for (let day = 0; day < days; day += 1) {
    const noon = new Date(first + day * 86_400_000 + 43_200_000).toISOString();
    const mailed = await mailsAt(world(), noon);
    for (const mail of mailed) mails.push(`${noon.slice(5, 10)} ${mail.split(': ', 1)[0]}`);
  }
  return mails;
}

test('a fleet is mailed on the very days and to the very people that its forecast named', async () => {
  const { register, azure } = world();
  token('gateway').expires('2026-07-01T06:00:00Z');
  token('press').expires('2026-06-10T06:00:00Z');
  token('oven').expires('2026-05-30T06:00:00Z');
  token('eternal').neverExpires();
  token('far').expires('2027-06-10T06:00:00Z');
  azure.arm.app(SUBSCRIPTION, 'rg', 'shop').mintsFor(3_600_000);
  await Promise.all([
    register(CONTOSO, 'gateway', { owners: 'ada@example.com' }),
    register(CONTOSO, 'press', { owners: 'ada@example.com bob@example.com', thresholds: '5d 0 -3d' }),
    register(CONTOSO, 'oven', { owners: '' }),
    register(CONTOSO, 'eternal', { owners: 'ada@example.com' }),
    register(CONTOSO, 'far', { owners: 'ada@example.com' }),
    register(APPS, 'rg:shop', { owners: 'shop@example.com' }),
  ]);
  for (const _ of ['first', 'moved', 'minted']) await world().sweep();
  const said = await foreseen(31);
  expect(said).toMatchObject({ asOf: world().clock.text(), days: 31, truncated: false });
  expect(linesOf(said)).toEqual([
    '06-01 ada@example.com: gateway 30d',
    '06-01 ops@example.com: oven 0',
    '06-05 ada@example.com: press 5d',
    '06-05 bob@example.com: press 5d',
    '06-06 ops@example.com: oven -7d',
    '06-10 ada@example.com: press 0',
    '06-10 bob@example.com: press 0',
    '06-10 ops@example.com: press 0',
    '06-13 ada@example.com: press -3d',
    '06-13 bob@example.com: press -3d',
    '06-13 ops@example.com: press -3d',
    '06-17 ada@example.com: gateway 14d',
    '06-24 ada@example.com: gateway 7d',
    '06-30 ada@example.com: gateway 1d',
    '07-01 ada@example.com: gateway 0',
    '07-01 ops@example.com: gateway 0',
  ]);
  const days = said.mails.map(({ on, owner }) => `${on.slice(5)} ${owner}`);
  expect((await lived(31)).sort()).toEqual([...days].sort());
  expect(linesOf(await foreseen(1))).toEqual([]);
});

test('a forecast of more lines than an answer holds has the soonest, and says so', async () => {
  const { register, app, tables, clock } = world();
  for (const day of ['20', '12', '16', '14', '18']) {
    token(`t${day}`).expires(`2026-06-${day}T00:00:00Z`);
    await register(CONTOSO, `t${day}`, { owners: 'ada@example.com', thresholds: '0' });
  }
  await world().sweep();
  expect(linesOf(await foreseen(30))).toHaveLength(10);
  const kinds = { sources: new Map(), policies: new Map(), ...keys };
  const source = { tables, clock, kinds, mail: { to: 'owners', operators: [] } } as const;
  const short = await forecast(30, source, 2);
  expect(short.truncated).toBe(true);
  expect(linesOf(forecastJson(short))).toEqual([
    '06-12 ada@example.com: t12 0',
    '06-14 ada@example.com: t14 0',
  ]);
  expect((await app().forecast(30)).truncated).toBe(false);
});

test('rows to fix are foreseen in the one mail a day in which operators hear of them', async () => {
  for (const name of ['first', 'second']) token(name).neverExpires();
  const owners = 'nonsense, ada@example.com';
  await world().register(CONTOSO, 'first', { owners });
  await world().tick();
  expect(world().mails()).toHaveLength(1);
  world().clock.pass(3_600_000);
  await world().register(CONTOSO, 'second', { owners });
  await world().tick();
  expect(world().mails()).toHaveLength(1);
  const said = await foreseen(1);
  expect(linesOf(said)).toEqual(['06-02 ops@example.com: second invalid']);
  world().clock.to(said.mails[0]?.lines[0]?.at ?? '');
  await world().tick();
  expect(world().mails()).toHaveLength(2);
});

test('a target is explained through its life: what is due, what was told, what comes next', async () => {
  token('gateway').expires('2026-07-15T00:00:00Z');
  expect(await explained(CONTOSO, 'gateway')).toBeUndefined();
  await world().register(CONTOSO, 'gateway', { owners: 'ada@example.com', displayName: 'Gateway' });
  expect(await explained(CONTOSO, 'gateway')).toMatchObject({
    state: null,
    item: { name: 'gateway', check: 'pending' },
    next: { check: { code: 'neverRead' }, mail: null, silence: { code: 'notRead' } },
  });
  await world().tick();
  expect(await explained(CONTOSO, 'gateway')).toMatchObject({
    item: {
      name: 'gateway',
      displayName: 'Gateway',
      standing: 'healthy',
      expiresOn: '2026-07-15T00:00:00.000Z',
    },
    state: { evidence: 'fixed', readOn: START.replace('Z', '.000Z'), failure: null },
    next: { crossing: { threshold: '30d' }, mail: { at: '2026-06-15T00:00:00.000Z' }, silence: null },
    history: [{ type: 'firstSeen' }],
  });

  world().clock.to('2026-06-15T00:00:00Z');
  await world().sweep();
  expect(await explained(CONTOSO, 'gateway')).toMatchObject({
    recipients: [
      {
        address: 'ada@example.com',
        decisions: expect.arrayContaining([
          expect.objectContaining({ topic: 'threshold', due: true, reason: '30d' }),
        ]),
      },
      {},
    ],
    next: { check: { code: 'reminderWaits' }, mail: { at: '2026-06-15T00:00:00.000Z' } },
  });
  await world().remind();
  const told = await explained(CONTOSO, 'gateway');
  expect(told).toMatchObject({
    recipients: [
      {
        told: [{ reason: '30d', outcome: 'accepted', operationId: expect.stringMatching(/^[0-9a-f-]{36}$/) }],
        decisions: expect.arrayContaining([
          expect.objectContaining({ topic: 'threshold', due: false, code: 'told' }),
        ]),
      },
      {},
    ],
    next: { crossing: { threshold: '14d' }, mail: { at: '2026-07-01T00:00:00.000Z' } },
  });
  expect(told?.history.map(({ type }) => type)).toEqual(['told', 'firstSeen']);

  await world().unregister(CONTOSO, 'gateway');
  expect(await explained(CONTOSO, 'gateway')).toMatchObject({ item: null, state: { goneSince: null } });
  world().clock.pass(300_000);
  await world().sweep();
  expect(await explained(CONTOSO, 'gateway')).toMatchObject({
    item: null,
    row: null,
    state: { goneSince: world().clock.text() },
    recipients: [{ role: 'former', told: [{ reason: '30d' }], decisions: [] }],
    next: { check: null, crossing: null, mail: null, silence: { code: 'removed' } },
  });
});

test('what is due by the explanation is what the next mail says, whatever happens to the target', async () => {
  const keys: Key[] = ['missing', 'locked', 'fine', 'muddled'].map(name => ({ scope: CONTOSO, name }));
  for (const { name } of keys) {
    token(name).expires('2026-06-03T00:00:00Z');
    await world().register(CONTOSO, name, {
      owners: 'ada@example.com',
      thresholds: name === 'muddled' ? 'soon' : '7d',
    });
  }
  await world().tick();
  token('missing').misbehaves({ fault: 'status', status: 404 });
  token('locked').misbehaves({ fault: 'status', status: 403 });
  for (let hour = 0; hour < 60; hour += 3) {
    world().clock.pass(3 * 3_600_000);
    await world().sweep();
    for (const { scope, name } of keys) {
      const before = await explained(scope, name);
      const due =
        before?.recipients.flatMap(({ decisions }) => decisions.filter(decision => decision.due)) ?? [];
      const queued: string[] = [];
      for await (const { lines } of world().tables.outbox.byOwner())
        queued.push(...lines.filter(line => line.reminder.name === name).map(line => line.reminder.reason));
      const reasons = due.map(decision => ('reason' in decision ? decision.reason : ''));
      expect([name, hour, ...new Set(queued)].sort()).toEqual([name, hour, ...new Set(reasons)].sort());
    }
    await world().remind();
  }
});
