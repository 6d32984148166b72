import { DAY, HOUR, MINUTE, SECOND } from '../../src/formats/instant';
import { encode } from '../../src/storage/keys';
import { borrowLease } from '../../src/watch/sweep/lease';
import { type Ask, asking } from '../support/asking';
import { instant } from '../support/clock';
import { useHost } from '../support/host';
import { APPS, CONTOSO, dump, HOST, historyOf, queued, SUBSCRIPTION } from '../support/story';
import { START, useWorld } from '../support/world';

const world = useWorld();
const hosting = useHost();
const NOW = instant(START);
const GATEWAY = { scope: CONTOSO, name: 'gateway' };
let ask: Ask;
beforeEach(async () => {
  ask = await asking(world(), hosting);
});

const token = (name = 'gateway') => world().azure.iotCentral.token(HOST, name);
const register = (columns: Record<string, unknown> = {}) =>
  world().register(CONTOSO, 'gateway', { owners: 'ada@example.com', ...columns });
const check = (name = 'gateway', scope = CONTOSO) =>
  ask(`targets/${encodeURIComponent(scope)}/${encodeURIComponent(name)}/check`, { method: 'POST' });

test('a target is read at once, and recorded as a sweep would: state, calendar, reminder, history', async () => {
  token().expires(NOW + 20 * DAY);
  await register();
  const { status, body } = await check();
  expect([status, body.recorded, body.asOf]).toEqual([200, true, '2026-06-01T00:00:00.000Z']);
  expect(body.item).toMatchObject({
    expiresOn: '2026-06-21T00:00:00.000Z',
    standing: 'expiring',
    check: 'ok',
  });
  const listed = await ask('status');
  expect(listed.body.items).toEqual([body.item]);
  expect(await queued(world())).toBe(1);
  expect(await historyOf(world(), CONTOSO, 'gateway')).toEqual(['firstSeen']);
  const after = await dump(world(), ['expiries', 'calendar', 'history']);
  // The sweep has nothing left to do, and nobody is told twice.
  await world().sweep();
  expect(await dump(world(), ['expiries', 'calendar', 'history'])).toEqual(after);
  expect(await queued(world())).toBe(1);
  await world().remind();
  expect(world().mails()).toHaveLength(1);
});

test('a renewal is seen before its next read is due, and moves its place in the calendar', async () => {
  token().expires(NOW + 20 * DAY);
  await register();
  await world().tick();
  token().expires(NOW + 300 * DAY);
  world().clock.pass(MINUTE);
  expect((await check()).body.item).toMatchObject({
    standing: 'healthy',
    expiresOn: '2027-03-28T00:00:00.000Z',
  });
  expect((await ask('status')).body.items).toHaveLength(1);
  expect(await historyOf(world(), CONTOSO, 'gateway')).toContain('renewed');
});

test('a failing read is an answer, too', async () => {
  token().misbehaves({ fault: 'status', status: 403, code: 'Forbidden' });
  await register();
  const { status, body } = await check();
  expect([status, body.recorded]).toEqual([200, true]);
  expect(body.item).toMatchObject({ check: 'failing', failure: { code: 'notAllowed', count: 1 } });
});

test('the lease is given back, with what the read cost', async () => {
  token().expires(NOW + 20 * DAY);
  await register();
  await check();
  const found = await world().tables.scopes.get(CONTOSO);
  expect(found).toMatchObject({ pace: { level: 19 } });
  expect(found?.leaseUntil).toBeUndefined();
});

test('while a sweep holds the lease the answer is fresh and not recorded', async () => {
  token().expires(NOW + 20 * DAY);
  await register();
  const taken = await borrowLease(world().tables.scopes, CONTOSO, world().clock);
  expect('lease' in taken).toBe(true);
  // All but the share that checks have used.
  const records = async () => (await dump(world())).filter(row => !row.includes('"partitionKey":"check"'));
  const before = await records();
  const { status, body } = await check();
  expect([status, body.recorded]).toEqual([200, false]);
  expect(body.item).toMatchObject({ expiresOn: '2026-06-21T00:00:00.000Z', check: 'ok' });
  expect(await records()).toEqual(before);
});

test('of two at once, each is answered and one at least is recorded', async () => {
  token().expires(NOW + 20 * DAY);
  await register();
  const answers = await Promise.all([check(), check()]);
  expect(answers.map(({ status }) => status)).toEqual([200, 200]);
  expect(answers.map(({ body }) => body.recorded)).toContain(true);
  expect((await ask('status')).body.items).toHaveLength(1);
});

describe('a scope that has to wait', () => {
  const paused = (pausedFor: number) =>
    world().tables.scopes.save(
      { scope: CONTOSO, pace: { level: 20, at: NOW, pausedUntil: NOW + pausedFor, refusals: 1 } },
      undefined,
    );

  test('is a 429 with Retry-After, nothing is asked of the service and nothing recorded', async () => {
    await register();
    await paused(10 * MINUTE);
    const { status, headers, body } = await check();
    expect([status, headers.get('retry-after'), body.type]).toEqual([429, '600', '/problems/throttled']);
    expect(await world().tables.expiries.row(GATEWAY)).toBeUndefined();
    expect((await world().tables.scopes.get(CONTOSO))?.leaseUntil).toBeUndefined();
  });

  test('for a moment is waited for', async () => {
    token().expires(NOW + 20 * DAY);
    await register();
    await paused(5 * SECOND);
    expect((await check()).body).toMatchObject({ recorded: true, asOf: '2026-06-01T00:00:05.000Z' });
  });

  test('because the service says so now is a 429, and the pause is kept', async () => {
    token().misbehaves({ fault: 'status', status: 429, code: 'TooManyRequests', retryAfter: '120' });
    await register();
    const { status, headers } = await check();
    expect([status, headers.get('retry-after')]).toEqual([429, '120']);
    expect((await world().tables.scopes.get(CONTOSO))?.pace?.pausedUntil).toBe(NOW + 2 * MINUTE);
    expect(await world().tables.expiries.row(GATEWAY)).toBeUndefined();
    const again = await check();
    expect([again.status, again.headers.get('retry-after')]).toEqual([429, '120']);
  });
});

test('checks have half of the pace of their scope, and beyond it a 429 with Retry-After', async () => {
  token().expires(NOW + 20 * DAY);
  await register();
  // The application allows 20 requests at once, and 20 a second.
  const statuses: number[] = [];
  for (let n = 0; n < 12; n += 1) statuses.push((await check()).status);
  expect(statuses).toEqual([...Array(10).fill(200), 429, 429]);
  const { headers, body } = await check();
  expect([headers.get('retry-after'), body.detail]).toEqual(['1', expect.stringMatching(/half of the pace/)]);
  expect(world().azure.iotCentral.requests).toHaveLength(10);
  world().clock.pass(SECOND);
  expect((await check()).status).toBe(200);
});

test('checks while a sweep has the scope count, too', async () => {
  token().expires(NOW + 20 * DAY);
  await register();
  await borrowLease(world().tables.scopes, CONTOSO, world().clock);
  for (let n = 0; n < 10; n += 1) expect((await check()).body.recorded).toBe(false);
  expect((await check()).status).toBe(429);
});

test.each<[string, Record<string, unknown>, string, RegExp]>([
  ['is not understood', { thresholds: 'soon' }, 'invalid-row', /thresholds: 'soon'/],
  ['is not enabled', { enabled: 'false' }, 'not-watched', /not enabled/],
  ['was replaced', { replacedBy: 'other' }, 'not-watched', /replacedBy/],
])('a target whose row %s is a 409 with the reason', async (_, columns, type, words) => {
  await world().register(CONTOSO, 'other');
  await register(columns);
  const { status, body } = await check();
  expect([status, body.type, body.detail]).toEqual([409, `/problems/${type}`, expect.stringMatching(words)]);
  expect(await dump(world(), ['expiries', 'scopes'])).toEqual([]);
});

test('an unknown target is a 404, and leaves no trace', async () => {
  for (const name of ['nobody', 'x'.repeat(1_100), 'a b', '~'])
    expect((await check(name)).body.type).toBe('/problems/unknown-target');
  expect(await dump(world())).toEqual([]);
});

test('an app that mints is checked within its own evidence', async () => {
  world().azure.arm.app(SUBSCRIPTION, 'rg', 'shop').mintsFor(HOUR);
  await world().register(APPS, `${encode('rg')}:${encode('shop')}`);
  for (const minted of [false, false, true]) {
    expect((await check('rg:shop', APPS)).body.item).toMatchObject({ minted });
    world().clock.pass(MINUTE);
  }
});
