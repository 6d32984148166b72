import type { RunningHost } from '../../local/host';
import { type App, createApp } from '../../src/app';
import { DAY, HOUR, MINUTE, SECOND } from '../../src/formats/instant';
import { functionsOf } from '../../src/functions';
import type { CalendarEntry } from '../../src/watch/ports';
import { measureOutbox, measureScopes, measureTargets, metrics } from '../../src/watch/report/metrics';
import { instant } from '../support/clock';
import { useHost } from '../support/host';
import { promtool, promtoolTest, readExposition } from '../support/prometheus';
import { APPS, CONTOSO, HOST, SUBSCRIPTION } from '../support/story';
import { START, useWorld } from '../support/world';

const world = useWorld();
const hosting = useHost();
const NOW = instant(START);
const NASTY = 'na"sty {},=\u007Cü';

const serve = (app: () => App = world().app): Promise<RunningHost> =>
  hosting.start(functionsOf(app), {
    env: { SWEEP_SCHEDULE: '0 */5 * * * *', REMIND_SCHEDULE: '0 */5 * * * *' },
    connectionString: world().connectionString,
  });

async function scrape(): Promise<string> {
  const response = await fetch(`${(await serve()).url}/api/metrics`);
  expect([response.status, response.headers.get('content-type')]).toEqual([
    200,
    'text/plain; version=0.0.4; charset=utf-8',
  ]);
  return await response.text();
}

/** Label values, joined, and the value of each series of a metric. */
function seriesOf(text: string, name: string): [string, number][] {
  const { families, series } = readExposition(text);
  expect(families.has(`expiry_watcher_${name}`)).toBe(true);
  return series
    .filter(one => one.name === `expiry_watcher_${name}`)
    .map(({ labels, value }) => [Object.values(labels).join(' '), value]);
}

const countsOf = (text: string, name: string) =>
  Object.fromEntries(seriesOf(text, name).filter(([, value]) => value !== 0));

/** Three tokens with a date, one that fails, an app that mints, and invalid rows, one of them in its own scope. */
async function furnish(): Promise<void> {
  const { azure, register } = world();
  const token = (name: string) => azure.iotCentral.token(HOST, name);
  token('late').expires(NOW + 300 * DAY);
  token('soon').expires(NOW + 3 * DAY);
  token('over').expires(NOW - DAY);
  token('never').neverExpires();
  token('failing').misbehaves({ fault: 'status', status: 403, code: 'Forbidden' });
  azure.arm.app(SUBSCRIPTION, 'rg', 'shop').mintsFor(HOUR);
  const owners = 'ada@example.com';
  for (const name of ['late', 'soon', 'over', 'never', 'failing', 'bad key!'])
    await register(CONTOSO, name, { owners });
  await register(CONTOSO, 'hidden', { enabled: false });
  await register(APPS, 'rg:shop', { owners });
  await register(NASTY, 'row', {});
  for (const _ of ['first', 'moved', 'minted']) {
    await world().tick();
    world().clock.pass(5 * MINUTE);
  }
}

test('the expiries of targets with a date are shown soonest first; those of minted targets are not', async () => {
  await furnish();
  const text = await scrape();
  expect(seriesOf(text, 'target_expiry_timestamp_seconds')).toEqual([
    [`iotCentralToken ${CONTOSO} over`, (NOW - DAY) / SECOND],
    [`iotCentralToken ${CONTOSO} soon`, (NOW + 3 * DAY) / SECOND],
    [`iotCentralToken ${CONTOSO} late`, (NOW + 300 * DAY) / SECOND],
  ]);
  expect(seriesOf(text, 'targets_left_out')).toEqual([['', 0]]);
});

test('the fleet is counted by standing, check and failure, with a series for every word', async () => {
  await furnish();
  const text = await scrape();
  expect(seriesOf(text, 'targets')).toEqual([
    ['healthy', 3],
    ['expiring', 1],
    ['expired', 1],
    ['unknown', 3],
  ]);
  expect(seriesOf(text, 'targets_by_check')).toEqual([
    ['ok', 5],
    ['failing', 1],
    ['invalid', 2],
    ['pending', 0],
  ]);
  expect(seriesOf(text, 'minted_targets')).toEqual([['', 1]]);
  expect(seriesOf(text, 'failing_targets')).toHaveLength(7);
  expect(countsOf(text, 'failing_targets')).toEqual({ notAllowed: 1, invalid: 2 });
});

test('each scope says when it was swept, how long that took, and whether it is swept now', async () => {
  await furnish();
  const taken = await world().tables.scopes.get(APPS);
  const row = { ...taken, scope: APPS, holder: 'me', leaseUntil: world().clock.now() + 1 };
  const pace = { level: 0, at: NOW, refusals: 1, pausedUntil: NOW + HOUR };
  await world().tables.scopes.save({ ...row, pace, durationMs: 1_500 }, taken?.etag);
  const text = await scrape();
  expect(seriesOf(text, 'scope_targets').sort()).toEqual([
    [APPS, 1],
    [CONTOSO, 6],
    [NASTY, 1],
  ]);
  expect(countsOf(text, 'scope_failing_targets')).toEqual({ [CONTOSO]: 1 });
  for (const [, finished] of seriesOf(text, 'scope_sweep_finished_timestamp_seconds'))
    expect(finished - (NOW + 10 * MINUTE) / SECOND).toBeCloseTo(0, -1);
  expect(seriesOf(text, 'scope_sweep_finished_timestamp_seconds')).toHaveLength(3);
  expect(seriesOf(text, 'scope_sweep_started_timestamp_seconds')).toHaveLength(3);
  expect(Object.fromEntries(seriesOf(text, 'scope_sweep_duration_seconds'))).toMatchObject({ [APPS]: 1.5 });
  expect(countsOf(text, 'scope_lease_held')).toEqual({ [APPS]: 1 });
  expect(Object.fromEntries(seriesOf(text, 'scope_throttled_until_timestamp_seconds'))).toMatchObject({
    [APPS]: (NOW + HOUR) / SECOND,
  });
});

test('what waits to be told is counted by reason, with the age of the oldest; what was mailed counts to the quota', async () => {
  world()
    .azure.iotCentral.token(HOST, 'soon')
    .expires(NOW + 3 * DAY);
  await world().register(CONTOSO, 'soon', { owners: 'ada@example.com' });
  await world().register(CONTOSO, 'bad key!', { owners: 'ada@example.com' });
  await world().sweep();
  const waiting = await scrape();
  expect(countsOf(waiting, 'outbox_lines')).toEqual({ threshold: 1, invalid: 1 });
  const [[, oldest] = ['', 0]] = seriesOf(waiting, 'outbox_oldest_line_timestamp_seconds');
  expect(oldest).toBeGreaterThanOrEqual(NOW / SECOND);
  expect(oldest).toBeLessThan(NOW / SECOND + 60);
  expect(countsOf(waiting, 'mail_requests_last_hour')).toEqual({});
  await world().remind();
  const told = await world().app().metrics();
  expect(told.outbox).toMatchObject({ oldest: undefined, digests: { claimed: 0, retrying: 0 }, cut: false });
  expect(told.mail.send.lastHour).toBe(2);
  world().clock.pass(HOUR + MINUTE);
  expect((await world().app().metrics()).mail.send.lastHour).toBe(0);
});

test('mails are counted by what became of them, for good: over restarts and by whichever instance', async () => {
  const mail = world().azure.communication;
  const due = async (owner: string) => {
    world()
      .azure.iotCentral.token(HOST, owner)
      .expires(NOW + 3 * DAY);
    await world().register(CONTOSO, owner, { owners: `${owner}@example.com` });
  };
  expect(seriesOf(await scrape(), 'mails_total')).toHaveLength(6);
  expect(countsOf(await scrape(), 'mails_total')).toEqual({});
  for (const owner of ['ada', 'bob', 'eve']) await due(owner);
  mail.recipient('bob@example.com', 'dropped');
  await world().sweep();
  mail.refuses({ fault: 'status', status: 400, code: 'BadRequest' });
  // The first look, right after each send, finds them still running.
  mail.switches.pollsUntilFinal = 1_000;
  await world().remind();
  expect(countsOf(await scrape(), 'mails_total')).toEqual({ accepted: 2, refused: 1 });
  mail.switches.pollsUntilFinal = 1;
  world().restart();
  for (let run = 0; run < 4; run += 1) {
    world().clock.pass(5 * MINUTE);
    await world().remind();
  }
  const text = await scrape();
  expect(countsOf(text, 'mails_total')).toMatchObject({ refused: 1, undelivered: 1 });
  const { accepted, delivered } = countsOf(text, 'mails_total');
  // Mails to the operators about the two count like others.
  expect([accepted, delivered]).toEqual([mail.mails.length, mail.mails.length - 1]);
  expect(readExposition(text).families.get('expiry_watcher_mails_total')?.type).toBe('counter');
  world().restart();
  expect(countsOf(await scrape(), 'mails_total')).toEqual(countsOf(text, 'mails_total'));
});

test('the version and the period of the schedule are shown', async () => {
  const text = await scrape();
  expect(seriesOf(text, 'build_info')).toEqual([[expect.stringMatching(/^\d+\.\d+\.\d+/), 1]]);
  expect(seriesOf(text, 'sweep_period_seconds')).toEqual([['', 300]]);
  expect(seriesOf(text, 'targets')).toHaveLength(4);
});

test('whatever its parameters are, they are the scraper’s own; HEAD has no body, and other methods are refused', async () => {
  const { url } = await serve();
  for (const query of ['?code=key', '?x=%FF&x', '?%', '?name[]=a&code'])
    expect((await fetch(`${url}/api/metrics${query}`)).status).toBe(200);
  const head = await fetch(`${url}/api/metrics`, { method: 'HEAD' });
  expect([head.status, await head.text()]).toEqual([200, '']);
  expect((await fetch(`${url}/api/metrics`, { method: 'POST' })).status).toBe(405);
});

test('without storage the answer is a problem without names, so that the scrape fails', async () => {
  const AzureWebJobsStorage = world().connectionString.replace(/127\.0\.0\.1:\d+/g, '127.0.0.1:1');
  const app = createApp({ AzureWebJobsStorage, ...world().azure.settings }, world().clock);
  const answer = await fetch(`${(await serve(() => app)).url}/api/metrics`);
  expect([answer.status, answer.headers.get('content-type')]).toEqual([
    500,
    'application/problem+json; charset=utf-8',
  ]);
  expect(await answer.text()).not.toMatch(/127\.0\.0\.1|ECONNREFUSED/);
});

describe('the bounds', () => {
  const entry = (name: string, expiresOn: number | undefined, checkedOn = NOW): CalendarEntry => {
    const { keyOf } = world().tables.calendar;
    const listing = {
      kind: 'iotCentralToken',
      displayName: name,
      owners: [],
      minted: false,
      failing: expiresOn === undefined,
      check: 'ok' as const,
      checkedOn,
      ...(expiresOn !== undefined && { expiresOn }),
      ...(expiresOn === undefined && {
        failure: { code: 'timeout' as const, message: 'm', since: NOW, count: 1 },
      }),
    };
    return { scope: CONTOSO, name, key: keyOf({ scope: CONTOSO, name }, expiresOn), listing };
  };

  test('the soonest targets with a date are read, and as many of the others', async () => {
    const dated = ['c', 'a', 'd', 'b', 'e'].map(name => entry(name, NOW + name.charCodeAt(0) * DAY));
    const others = ['v', 'w', 'x', 'y', 'z'].map(name => entry(name, undefined));
    const { calendar } = world().tables;
    await calendar.write([...dated, ...others], []);
    const some = await measureTargets(calendar, NOW, 3);
    expect(some.dated.map(({ name }) => name)).toEqual(['a', 'b', 'c']);
    expect([some.count, some.isCut, some.failures.get('timeout')]).toEqual([6, true, 3]);
    const all = await measureTargets(calendar, NOW, 6);
    expect([all.count, all.isCut, all.dated.length, all.failures.get('timeout')]).toEqual([10, false, 5, 5]);
  });

  test('a target that is listed twice has one series, from the row that was checked later', async () => {
    const { calendar } = world().tables;
    await calendar.write([entry('a', NOW + DAY, NOW - HOUR), entry('a', NOW + 300 * DAY, NOW)], []);
    const { dated, count } = await measureTargets(calendar, NOW);
    expect([count, dated.map(({ expiresOn }) => expiresOn)]).toEqual([1, [NOW + 300 * DAY]]);
  });

  test('targets beyond the bound are counted as left out', async () => {
    const { scopes, calendar } = world().tables;
    await furnish();
    const metered = { ...world().tables, calendar: { ...calendar, entries: endless } };
    async function* endless(range: { after?: string }) {
      for (let index = 0; ; index += 1)
        yield entry(`${range.after ? 'other' : 'dated'}${index}`, range.after ? undefined : NOW + index);
    }
    const taken = await scopes.get(CONTOSO);
    const counts = taken?.counts;
    if (!taken || !counts) throw new Error('never counted');
    await scopes.save({ ...taken, counts: { ...counts, total: 20_000 } }, taken.etag);
    const { targets } = await metrics({
      tables: metered,
      clock: world().clock,
      sweepPeriodMs: MINUTE,
      transports: { first: 'acs', fallback: undefined },
      version: '1',
      mailState: { isOff: false, faults: [], fallbackFaults: [] },
    });
    expect([targets.dated.length, targets.failures.get('timeout'), targets.leftOut]).toEqual([
      5_000, 5_000, 10_002,
    ]);
  });

  test('the scopes with the oldest sweeps are shown, unfinished ones first, and all are counted', async () => {
    await furnish();
    const shown = await measureScopes(world().tables.scopes, NOW, 1);
    expect([shown.scopes.length, shown.scopesLeftOut, shown.total]).toEqual([1, 2, 8]);
  });

  test('the outbox is counted owner by owner, up to a bound', async () => {
    const { outbox } = world().tables;
    const line = { scope: CONTOSO, name: 'a', reason: '7d', about: NOW, crossedOn: NOW, since: NOW };
    await outbox.put([{ ...line, owner: 'ada@example.com' }]);
    await outbox.put([{ ...line, owner: 'bob@example.com' }]);
    expect(await measureOutbox(outbox, 1)).toMatchObject({ cut: true, oldest: NOW });
    const all = await measureOutbox(outbox);
    expect([all.cut, all.lines.get('threshold')]).toEqual([false, 2]);
  });
});

promtoolTest('has nothing to say of a watch that is new', async () => {
  expect(promtool(['check', 'metrics'], await scrape())).toEqual({ status: 0, said: '' });
});

promtoolTest('has nothing to say of a watch that met all sorts of things', async () => {
  await furnish();
  expect(promtool(['check', 'metrics'], await scrape())).toEqual({ status: 0, said: '' });
});
