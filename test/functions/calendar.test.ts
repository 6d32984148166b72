import type { RunningHost } from '../../local/host';
import { DAY, HOUR, MINUTE } from '../../src/formats/instant';
import { functionsOf } from '../../src/functions';
import { encode, keys } from '../../src/storage/keys';
import { feed } from '../../src/watch/report/feed';
import type { Kinds } from '../../src/watch/targets/parse-target';
import { instant } from '../support/clock';
import { useHost } from '../support/host';
import { type ReadEvent, readCalendar } from '../support/icalendar';
import { APPS, CONTOSO, HOST, SUBSCRIPTION, ticks } from '../support/story';
import { START, useWorld } from '../support/world';

const world = useWorld();
const hosting = useHost();
const NOW = instant(START);

const serve = (): Promise<RunningHost> =>
  hosting.start(functionsOf(world().app), {
    env: { SWEEP_SCHEDULE: '0 */5 * * * *', REMIND_SCHEDULE: '0 */5 * * * *' },
    connectionString: world().connectionString,
  });

async function subscribe(host: RunningHost, query = ''): Promise<readonly ReadEvent[]> {
  const response = await fetch(`${host.url}/api/calendar.ics${query}`);
  expect([response.status, response.headers.get('content-type')]).toEqual([
    200,
    'text/calendar; charset=utf-8',
  ]);
  return readCalendar(await response.text()).events;
}

const summaries = async (host: RunningHost, query = '') =>
  (await subscribe(host, query)).map(({ summary }) => summary);

async function watched(name: string, expiresOn: number, columns: Record<string, unknown> = {}) {
  world().azure.iotCentral.token(HOST, name).expires(expiresOn);
  await world().register(CONTOSO, encode(name), { owners: 'ada@example.com', ...columns });
}

test('holds one event for each dated, fixed expiry, soonest first, with alarms at the thresholds still to come', async () => {
  await watched('gateway', NOW + 20 * DAY, { displayName: 'Gateway', runbook: 'https://example.com/run' });
  await watched('over', NOW - DAY, { thresholds: '0 -1h' });
  await watched('far', NOW + 300 * DAY, { thresholds: '10d 240h 12h' });
  world().azure.iotCentral.token(HOST, 'never');
  world()
    .azure.arm.app(SUBSCRIPTION, 'rg', 'minted')
    .mintsFor(30 * DAY);
  world()
    .azure.arm.app(SUBSCRIPTION, 'rg', 'fixed')
    .expires(NOW + 5 * DAY);
  await world().register(CONTOSO, 'never', {});
  await world().register(APPS, 'rg:minted', {});
  await world().register(APPS, 'rg:fixed', {});
  await world().sweep();
  const host = await serve();
  // One reading of a container app says nothing about the future.
  expect(await summaries(host)).toEqual(['over expired', 'Gateway expires', 'far expires']);
  await ticks(world(), 3);
  const events = await subscribe(host);
  expect(events.map(({ summary, startsOn, alarms }) => [summary, startsOn, alarms])).toEqual([
    ['over expired', '20260531T000000Z', []],
    ['rg:fixed expires', '20260606T000000Z', ['-P1D', '-PT1H', 'PT0S']],
    ['Gateway expires', '20260621T000000Z', ['-P14D', '-P7D', '-P1D', 'PT0S', 'P7D']],
    ['far expires', '20270328T000000Z', ['-P10D', '-PT12H', 'PT0S']],
  ]);
  expect(events[2]?.description).toMatch(
    /^IoT Central API token\n.*contoso.*\n.+\nRunbook: https:\/\/example\.com\/run\nLast read on Mon 1 Jun 2026, 00:\d\d UTC\.$/s,
  );
  expect(events[2]?.url).toMatch(/^https:\/\/.*contoso/);
});

test('a renewed token moves instead of doubling, and one that is no longer watched goes', async () => {
  await watched('gateway', NOW + 20 * DAY);
  await watched('replaced', NOW + 21 * DAY);
  await watched('removed', NOW + 22 * DAY);
  await world().sweep();
  const host = await serve();
  const [before, ...others] = await subscribe(host);
  expect(others).toHaveLength(2);
  await watched('replaced', NOW + 21 * DAY, { replacedBy: 'gateway' });
  await world().unregister(CONTOSO, 'removed');
  world()
    .azure.iotCentral.token(HOST, 'gateway')
    .expires(NOW + 385 * DAY);
  world().clock.pass(6 * HOUR);
  await world().sweep();
  const after = await subscribe(host);
  expect(after.map(({ uid, startsOn }) => [uid, startsOn])).toEqual([[before?.uid, '20270621T000000Z']]);
});

test('an expiry that can not be confirmed stays, and says since when', async () => {
  await watched('gateway', NOW + 20 * DAY);
  await world().sweep();
  world()
    .azure.iotCentral.token(HOST, 'gateway')
    .misbehaves({ fault: 'status', status: 403, code: 'Forbidden' });
  world().clock.pass(6 * HOUR + MINUTE);
  await world().sweep();
  const [event] = await subscribe(await serve());
  expect(event?.startsOn).toBe('20260621T000000Z');
  expect(event?.description).toMatch(
    /Last read on Mon 1 Jun 2026, 00:.*\nIt could not be read since Mon 1 Jun 2026, 06:/s,
  );
});

test('owner and kind filter; an address counts without regard to case', async () => {
  await watched('adas', NOW + DAY, { owners: 'Ada@Example.com' });
  await watched('both', NOW + 2 * DAY, { owners: 'ada@example.com, bob@example.com' });
  await watched('nobodys', NOW + 3 * DAY, { owners: '' });
  world()
    .azure.arm.app(SUBSCRIPTION, 'rg', 'app')
    .expires(NOW + 4 * DAY);
  await world().register(APPS, 'rg:app', { owners: 'bob@example.com' });
  await ticks(world(), 2);
  const host = await serve();
  const app = 'rg:app expires';
  const filters: [string, string[]][] = [
    ['', ['adas expires', 'both expires', 'nobodys expires', app]],
    ['?code=key&clientId=default', ['adas expires', 'both expires', 'nobodys expires', app]],
    ['?owner=ADA@example.com', ['adas expires', 'both expires']],
    ['?kind=containerApp', [app]],
    ['?kind=iotCentralToken&owner=bob@example.com', ['both expires']],
    ['?owner=eve@example.com', []],
  ];
  for (const [query, expected] of filters)
    expect([query, await summaries(host, query)]).toEqual([query, expected]);
});

test.each([
  ['kind=toaster', 'kind'],
  ['kind=containerApp&kind=containerApp', 'kind'],
  ['owner=', 'owner'],
  ['owner=%FF', 'owner'],
  ['within=30d', 'within'],
  ['%3Cscript%3E=1', '<script>'],
])('refuses %s as a problem that names the parameter', async (query, parameter) => {
  const response = await fetch(`${(await serve()).url}/api/calendar.ics?${query}`);
  expect([response.status, response.headers.get('content-type')]).toEqual([
    400,
    'application/problem+json; charset=utf-8',
  ]);
  expect(await response.json()).toMatchObject({ faults: [{ parameter }] });
});

test('answers HEAD without a body, refuses other methods, and is an empty calendar where nothing is watched', async () => {
  const host = await serve();
  expect(await subscribe(host)).toEqual([]);
  const head = await fetch(`${host.url}/api/calendar.ics`, { method: 'HEAD' });
  expect([head.status, await head.text()]).toEqual([200, '']);
  expect((await fetch(`${host.url}/api/calendar.ics`, { method: 'POST' })).status).toBe(405);
});

test.each(['a\\b;c,d', 'END:VEVENT', '名前 👩‍👩‍👧', "o'clock", '100% "sure"'])(
  'a token whose id is %s is an event of its own',
  async name => {
    await watched(name, NOW + DAY, { displayName: `${name}\r\nATTENDEE:mailto:eve@example.com` });
    await world().sweep();
    expect(await summaries(await serve())).toEqual([`${name} ATTENDEE:mailto:eve@example.com expires`]);
  },
);

test('a row with a fault keeps its event: one bad column silences no expiry', async () => {
  await watched('gateway', NOW + DAY, { thresholds: 'soon 12h' });
  await world().sweep();
  const [event] = await subscribe(await serve());
  expect(event).toMatchObject({ summary: 'gateway expires', alarms: ['-PT12H', 'PT0S'] });
});

test('beyond its bound the soonest are kept, and the feed says that it is cut', async () => {
  for (const [index, name] of ['d', 'a', 'e', 'c', 'b'].entries())
    await watched(name, NOW + (1 + index) * DAY);
  await world().sweep();
  const { tables, clock } = world();
  const kinds: Kinds = { sources: new Map(), policies: new Map(), ...keys };
  const named = async (most: number) => {
    const { entries, truncated } = await feed({}, { tables, clock, kinds }, most);
    return [entries.map(({ name }) => name).join(''), truncated];
  };
  expect(await named(1)).toEqual(['d', true]);
  expect(await named(2)).toEqual(['da', true]);
  expect(await named(4)).toEqual(['daec', true]);
  expect(await named(5)).toEqual(['daecb', false]);
});
