import type { RunningHost } from '../../local/host';
import { DAY } from '../../src/formats/instant';
import { functionsOf } from '../../src/functions';
import { encode } from '../../src/storage/keys';
import { instant } from '../support/clock';
import { useHost } from '../support/host';
import { CONTOSO, HOST } from '../support/story';
import { START, useWorld } from '../support/world';

const world = useWorld();
const hosting = useHost();
const NOW = instant(START);
const PROBLEM = 'application/problem+json; charset=utf-8';

const serve = (): Promise<RunningHost> =>
  hosting.start(functionsOf(world().app), {
    env: { SWEEP_SCHEDULE: '0 */5 * * * *', REMIND_SCHEDULE: '0 */5 * * * *' },
    connectionString: world().connectionString,
  });

async function get(path: string, host: RunningHost, method = 'GET') {
  const response = await fetch(`${host.url}/api/${path}`, { method });
  const text = await response.text();
  const body: Record<string, unknown> = text === '' ? {} : JSON.parse(text);
  return { status: response.status, type: response.headers.get('content-type'), text, body };
}

const pathOf = (scope: string, name: string) =>
  `targets/${encodeURIComponent(scope)}/${encodeURIComponent(name)}`;

async function watched(name: string, columns: Record<string, unknown> = {}) {
  world()
    .azure.iotCentral.token(HOST, name)
    .expires(NOW + 20 * DAY);
  await world().register(CONTOSO, encode(name), { owners: 'ada@example.com', ...columns });
}

describe('GET targets/{scope}/{name}', () => {
  test('answers one target whole, in instants of 24 characters and null for what is not known', async () => {
    await watched('gateway', { displayName: 'Gateway', notes: 'by the door' });
    await world().tick();
    const host = await serve();
    const { status, type, body, text } = await get(pathOf(CONTOSO, 'gateway'), host);
    expect([status, type]).toEqual([200, 'application/json; charset=utf-8']);
    const listed = await get('status', host);
    expect(body).toMatchObject({
      asOf: '2026-06-01T00:00:00.000Z',
      scope: CONTOSO,
      name: 'gateway',
      row: {
        owners: ['ada@example.com'],
        thresholds: null,
        notes: 'by the door',
        replacedBy: null,
        faults: [],
      },
      state: { lifetimeSeconds: null, goneSince: null, snoozes: [] },
      thresholds: expect.arrayContaining([
        { threshold: '30d', from: 'built-in', at: '2026-05-22T00:00:00.000Z', crossed: true, skipped: null },
      ]),
    });
    // All but the next check, since the mail was sent after the sweep.
    expect(listed.body.items).toEqual([{ ...Object(body.item), nextCheckOn: expect.any(String) }]);
    expect(text.match(/"\d{4}-\d\d-\d\dT[^"]*"/g)?.every(found => found.length === 26)).toBe(true);
    expect(await get(pathOf(CONTOSO, 'gateway'), host, 'HEAD')).toMatchObject({ status: 200, text: '' });
    expect((await get(pathOf(CONTOSO, 'gateway'), host, 'POST')).status).toBe(405);
  });

  test.each(['a/b', "o'clock", 'a:b', '100%', '~2F', 'ü &?#+', '%3A', 'a b|c'])(
    'finds a token whose id is %s by its encoded key',
    async name => {
      await watched(name);
      const found = await get(pathOf(CONTOSO, encode(name)), await serve());
      expect([found.status, found.body.name]).toEqual([200, encode(name)]);
    },
  );

  test('accepts a colon that is not encoded', async () => {
    await watched('gateway');
    expect((await get(`targets/${CONTOSO}/gateway`, await serve())).status).toBe(200);
  });

  test.each([
    ['an unknown name', pathOf(CONTOSO, 'nobody')],
    ['no such scope', pathOf('iotCentralToken:elsewhere.azureiotcentral.com', 'gateway')],
    ['an OData filter', pathOf(CONTOSO, "x' or RowKey ne '")],
    ['markup', pathOf('<script>', '"><img>')],
    ['a key that is decoded twice', `targets/${encodeURIComponent(encodeURIComponent(CONTOSO))}/gateway`],
    ['bytes that are no UTF-8', 'targets/%FF%FE/%C0%80'],
    ['control characters', 'targets/%00%01/%0D%0A'],
    ['dots', 'targets/%2E%2E%2E/..%3B'],
    ['a very long name', pathOf(CONTOSO, 'x'.repeat(1_100))],
  ])('answers 404 as a problem for what it does not know, %s, and repeats nothing', async (_, path) => {
    await watched('gateway');
    const { status, type, body, text } = await get(path, await serve());
    expect([status, type]).toEqual([404, PROBLEM]);
    expect(body).toMatchObject({ title: 'There is no such target', status: 404 });
    expect(text).not.toMatch(/script|RowKey ne|elsewhere|nobody|xxx/);
  });

  test('shows a row that is not understood with every fault, and no value of a column that is not ours', async () => {
    await world().register(CONTOSO, 'bad key!', {
      owners: 'nonsense',
      thresholds: 'soon',
      token: 'sig=S3CR3T',
    });
    await world().tick();
    const { status, body, text } = await get(pathOf(CONTOSO, 'bad key!'), await serve());
    expect([status, Object(body.item).check]).toEqual([200, 'invalid']);
    expect(Object(body.row).faults).toHaveLength(3);
    expect(text).not.toMatch(/S3CR3T/);
  });
});

describe('GET forecast', () => {
  test('answers the mails of the days asked for, 30 unless told', async () => {
    await watched('gateway', { displayName: 'Gateway' });
    await world().tick();
    const host = await serve();
    const { status, type, body } = await get('forecast', host);
    expect([status, type]).toEqual([200, 'application/json; charset=utf-8']);
    const line = (on: string, reason: string) => ({
      scope: CONTOSO,
      name: 'gateway',
      displayName: 'Gateway',
      reason,
      expiresOn: '2026-06-21T00:00:00.000Z',
      at: `2026-${on}T00:00:00.000Z`,
    });
    const mail = (on: string, reason: string, owner = 'ada@example.com') => ({
      on: `2026-${on}`,
      owner,
      lines: [line(on, reason)],
    });
    expect(body).toEqual({
      asOf: '2026-06-01T00:00:00.000Z',
      days: 30,
      truncated: false,
      mails: [
        mail('06-07', '14d'),
        mail('06-14', '7d'),
        mail('06-20', '1d'),
        mail('06-21', '0'),
        mail('06-21', '0', 'ops@example.com'),
        mail('06-28', '-7d'),
        mail('06-28', '-7d', 'ops@example.com'),
      ],
    });
    expect((await get('forecast?days=6&code=key', host)).body.mails).toHaveLength(1);
    expect(await get('forecast', host, 'HEAD')).toMatchObject({ status: 200, text: '' });
  });

  test.each(['days=0', 'days=366', 'days=1.5', 'days=-1', 'days=', 'days=30d', 'days=7&days=8', 'day=7'])(
    'refuses %s as a problem that names the parameter',
    async query => {
      const { status, type, body } = await get(`forecast?${query}`, await serve());
      expect([status, type]).toEqual([400, PROBLEM]);
      expect(body).toMatchObject({
        detail: expect.stringContaining('days'),
        faults: [{ parameter: query.split('=')[0] }],
      });
    },
  );
});
