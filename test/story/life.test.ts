/** One target's life, end to end: every threshold, missed runs, renewal, expiry, failing reads and failed sends. */
import { HOUR } from '../../src/formats/instant';
import {
  CONTOSO,
  dump,
  flat,
  HOST,
  historyOf,
  mailedBy,
  mailsAt,
  notesOf,
  queued,
  textTo,
  ticks,
  withNeighbour,
} from '../support/story';
import { useWorld } from '../support/world';

const world = useWorld();

const gateway = () => world().azure.iotCentral.token(HOST, 'gateway');
const mail = () => world().azure.communication;
const at = (text: string) => mailsAt(world(), text);
const sends = () => mail().requests.filter(({ path }) => path === '/emails:send').length;

beforeEach(async () => {
  await world().register(CONTOSO, 'gateway', { owners: 'ada@example.com', displayName: 'Gateway' });
  gateway().expires('2027-01-31T12:00:00Z');
  await world().tick();
});

/** Up to the mail to Ada one day before the expiry; nothing else happened to the token. */
const dayBefore = async () => {
  world().clock.to('2027-01-30T12:00:00Z');
  await world().tick();
};

describe('every threshold', () => {
  test('is told once; from the expiry on to the operators, too', async () => {
    const life: [string, string[]][] = [
      ['2026-12-01T00:00:00Z', []],
      ['2027-01-01T11:59:59.999Z', []],
      ['2027-01-01T12:00:00Z', ['ada@example.com: Gateway expires in 30 days (31 January 2027)']],
      ['2027-01-02T12:00:00Z', []],
      ['2027-01-17T12:00:00Z', ['ada@example.com: Gateway expires in 14 days (31 January 2027)']],
      ['2027-01-24T11:00:00Z', []],
      ['2027-01-24T12:00:00Z', ['ada@example.com: Gateway expires in 7 days (31 January 2027)']],
      ['2027-01-30T12:00:00Z', ['ada@example.com: Gateway expires in 1 day (31 January 2027)']],
      [
        '2027-01-31T12:00:00Z',
        [
          'ada@example.com: Gateway expired just now (31 January 2027)',
          'ops@example.com: Gateway expired just now (31 January 2027)',
        ],
      ],
      ['2027-02-03T12:00:00Z', []],
      [
        '2027-02-07T12:00:00Z',
        [
          'ada@example.com: Gateway expired 7 days ago (31 January 2027)',
          'ops@example.com: Gateway expired 7 days ago (31 January 2027)',
        ],
      ],
      ['2027-12-31T12:00:00Z', []],
    ];
    for (const [moment, mails] of life) expect([moment, await at(moment)]).toEqual([moment, mails]);
  });

  test('changes the standing when it passes', async () => {
    const standings: string[] = [];
    for (const moment of [
      '2026-12-31T00:00:00Z',
      '2027-01-01T12:00:00Z',
      '2027-01-31T12:00:00Z',
      '2027-03-01T00:00:00Z',
    ]) {
      await at(moment);
      standings.push((await world().item('gateway'))?.standing ?? 'none');
    }
    expect(standings).toEqual(['healthy', 'expiring', 'expired', 'expired']);
  });

  test('is explained in the mail: when it was read, which threshold, what to do', async () => {
    await dayBefore();
    const text = flat(textTo(world(), 'ada@example.com'));
    expect(text).toContain('Read from Azure on 30 Jan 2027, 12:00 UTC.');
    expect(text).toContain('Its 1d threshold was crossed on 30 Jan 2027, 12:00 UTC.');
    expect(text).toContain('How to renew 1. Create a token with a new id');
  });
});

describe('missed runs', () => {
  test('after an outage over three thresholds only the tightest is told, once', async () => {
    await at('2026-12-20T00:00:00Z');
    expect(await at('2027-01-25T00:00:00Z')).toEqual([
      'ada@example.com: Gateway expires in 6 days (31 January 2027)',
    ]);
    expect(await notesOf(world(), CONTOSO, 'gateway', 'told')).toHaveLength(1);
    expect(await at('2027-01-26T00:00:00Z')).toEqual([]);
    expect(await at('2027-01-30T12:00:00Z')).toHaveLength(1);
  });

  test('reminders that were missed at the expiry itself still come, days later', async () => {
    expect(await at('2027-02-03T12:00:00Z')).toEqual([
      'ada@example.com: Gateway expired 3 days ago (31 January 2027)',
      'ops@example.com: Gateway expired 3 days ago (31 January 2027)',
    ]);
  });

  test('a queued reminder is dropped when a tighter threshold is crossed', async () => {
    world().clock.to('2027-01-24T12:00:00Z');
    await world().sweep();
    expect(await at('2027-01-30T13:00:00Z')).toEqual([
      'ada@example.com: Gateway expires in 23 hours (31 January 2027)',
    ]);
    expect(await notesOf(world(), CONTOSO, 'gateway', 'dropped')).toEqual([
      expect.stringContaining('7d of 2027-01-31T12:00:00.000Z to ada@example.com: superseded'),
    ]);
    expect(await queued(world())).toBe(0);
  });

  test('sweeping ten times more changes nothing, not even an etag', async () => {
    await dayBefore();
    // The first sweep after the mail changes the stored next check.
    await ticks(world(), 1);
    const before = await dump(world(), ['registry', 'expiries', 'calendar', 'outbox', 'history']);
    const reads = gateway().reads;
    for (let sweep = 0; sweep < 10; sweep += 1) {
      world().clock.pass(1);
      await world().tick();
    }
    expect(await dump(world(), ['registry', 'expiries', 'calendar', 'outbox', 'history'])).toEqual(before);
    expect(gateway().reads).toBe(reads);
    expect(world().mails()).toHaveLength(1);
  });
});

describe('renewal', () => {
  test('in time sends no mail: the token is read again at the threshold', async () => {
    await at('2027-01-01T08:00:00Z');
    gateway().expires('2028-01-31T12:00:00Z');
    expect(await at('2027-01-01T12:00:00Z')).toEqual([]);
    expect(await world().item('gateway')).toMatchObject({ standing: 'healthy', check: 'ok' });
    expect(await historyOf(world(), CONTOSO, 'gateway')).toEqual(['firstSeen', 'renewed']);
    expect(await at('2027-02-07T12:00:00Z')).toEqual([]);
  });

  test('after a reminder starts clean: the new expiry gets every threshold again', async () => {
    expect(await at('2027-01-30T12:00:00Z')).toHaveLength(1);
    gateway().expires('2027-06-30T12:00:00Z');
    expect(await at('2027-01-31T12:00:00Z')).toEqual([
      'ada@example.com: Gateway was renewed until 30 June 2027',
    ]);
    expect(await at('2027-05-31T12:00:00Z')).toEqual([
      'ada@example.com: Gateway expires in 30 days (30 June 2027)',
    ]);
    expect(await at('2027-06-29T12:00:00Z')).toEqual([
      'ada@example.com: Gateway expires in 1 day (30 June 2027)',
    ]);
  });

  test('after the expiry ends the reminders and the standing', async () => {
    await at('2027-01-31T12:00:00Z');
    gateway().expires('2028-01-31T12:00:00Z');
    expect(await at('2027-02-07T12:00:00Z')).toEqual([
      'ada@example.com: Gateway was renewed until 31 January 2028',
      'ops@example.com: Gateway was renewed until 31 January 2028',
    ]);
    expect((await world().item('gateway'))?.standing).toBe('healthy');
  });

  test('while a reminder waits drops the reminder, with the reason', async () => {
    mail().refuses({ fault: 'times', times: 100, inner: { fault: 'status', status: 500 } });
    await dayBefore();
    await ticks(world(), 3);
    gateway().expires('2028-01-31T12:00:00Z');
    mail().switches.scripts.length = 0;
    expect(await at('2027-01-30T13:00:00Z')).toEqual([]);
    expect(await notesOf(world(), CONTOSO, 'gateway', 'dropped')).toEqual([
      expect.stringContaining('1d of 2027-01-31T12:00:00.000Z to ada@example.com: renewed'),
    ]);
    expect(await queued(world())).toBe(0);
  });

  test('that goes back to the old expiry mails nothing twice', async () => {
    expect(await at('2027-01-24T12:00:00Z')).toHaveLength(1);
    const flaps = await mailedBy(world(), async () => {
      for (let flap = 0; flap < 6; flap += 1) {
        gateway().expires(flap % 2 === 0 ? '2028-01-31T12:00:00Z' : '2027-01-31T12:00:00Z');
        world().clock.pass(6 * HOUR);
        await world().tick();
      }
    });
    expect(flaps).toEqual(['ada@example.com: Gateway was renewed until 31 January 2028']);
    expect(await world().item('gateway')).toMatchObject({ standing: 'expiring' });
    expect(await at('2027-01-30T12:00:00Z')).toHaveLength(1);
  });

  test('to one that never expires ends the reminders', async () => {
    await at('2027-01-24T12:00:00Z');
    gateway().neverExpires();
    expect(await at('2027-01-31T12:00:00Z')).toEqual([]);
    expect(await world().item('gateway')).toMatchObject({ expiresOn: 'never', standing: 'healthy' });
  });
});

describe('failing reads', () => {
  beforeEach(() => at('2027-01-23T12:00:00Z'));

  test('are shown beside the last known expiry', async () => {
    gateway().misbehaves({ fault: 'status', status: 403 });
    await at('2027-01-23T18:00:00Z');
    const since = Date.UTC(2027, 0, 23, 18);
    expect(await world().item('gateway')).toMatchObject({
      expiresOn: Date.UTC(2027, 0, 31, 12),
      standing: 'expiring',
      check: 'failing',
      failure: { code: 'notAllowed', since, count: 1 },
    });
    gateway().misbehaves({ fault: 'reset' });
    await ticks(world(), 1);
    expect(await world().item('gateway')).toMatchObject({
      failure: { code: 'unreachable', since, count: 2 },
    });
  });

  test('do not stop reminders: the mail gives the last known expiry, and since when it could not be confirmed', async () => {
    await withNeighbour(world());
    gateway().misbehaves({ fault: 'status', status: 403 });
    await at('2027-01-23T18:00:00Z');
    gateway().misbehaves({ fault: 'reset' });
    expect(await at('2027-01-24T12:00:00Z')).toEqual([
      'ada@example.com: Gateway expires in 7 days (31 January 2027)',
    ]);
    const text = flat(textTo(world(), 'ada@example.com'));
    expect(text).toContain(
      'Could not be confirmed since 23 Jan 2027, 18:00 UTC: IoT Central could not be reached',
    );
    expect(text).toContain('Last read from Azure on 23 Jan 2027, 12:00 UTC.');
    expect(await at('2027-01-25T12:00:00Z')).toEqual([
      "ada@example.com: Gateway can't be read since 23 January 2027",
    ]);
    expect(await at('2027-01-26T12:00:00Z')).toEqual([]);
  });

  test('that recover are over, and what was told meanwhile is not told again', async () => {
    await withNeighbour(world());
    gateway().misbehaves({ fault: 'html' });
    await at('2027-01-23T18:00:00Z');
    expect(await at('2027-01-24T12:00:00Z')).toHaveLength(1);
    gateway().recovers();
    expect(await at('2027-01-24T12:10:00Z')).toEqual([]);
    const item = await world().item('gateway');
    expect(item).toMatchObject({ check: 'ok', standing: 'expiring' });
    expect(item?.failure).toBeUndefined();
    expect((await historyOf(world(), CONTOSO, 'gateway')).slice(-3)).toEqual([
      'failing',
      'told',
      'recovered',
    ]);
  });

  test('at the threshold, then a renewed token: only the renewal is told', async () => {
    gateway().misbehaves({ fault: 'status', status: 500 });
    await at('2027-01-24T11:59:00Z');
    gateway().recovers().expires('2028-01-31T12:00:00Z');
    expect(await at('2027-01-24T12:04:00Z')).toEqual([
      'ada@example.com: Gateway was renewed until 31 January 2028',
    ]);
  });

  test('are tried again after 5, 10 and 20 minutes, after one hour when owners are told, and then every hour', async () => {
    gateway().misbehaves({ fault: 'status', status: 500 });
    const reads: number[] = [];
    world().clock.to('2027-01-25T00:00:00Z');
    await world().tick();
    for (let minute = 5; minute <= 300; minute += 5) {
      const before = gateway().reads;
      await ticks(world(), 1);
      if (gateway().reads > before) reads.push(minute);
    }
    expect(reads).toEqual([5, 15, 35, 60, 120, 180, 240, 300]);
  });
});

describe('failed sends', () => {
  /** The operation id under which the watcher recorded that Ada was told. */
  const toldAs = async () => {
    const state = await world().tables.expiries.row({ scope: CONTOSO, name: 'gateway' });
    return state?.told.get('ada@example.com')?.map(({ operationId, outcome }) => `${outcome} ${operationId}`);
  };

  test.each([
    ['429', { fault: 'status', status: 429, retryAfter: '30' }],
    ['500', { fault: 'status', status: 500 }],
    ['403', { fault: 'status', status: 403 }],
    ['a reset', { fault: 'reset' }],
  ] as const)('refused with %s are tried again under the same operation id', async (_, fault) => {
    mail().refuses({ fault: 'times', times: 2, inner: fault });
    await dayBefore();
    const [first] = world().log.lines.flatMap(line => /\(operation (\S+)\)/.exec(line)?.[1] ?? []);
    expect(world().mails()).toEqual([]);
    expect(await toldAs()).toBeUndefined();
    await ticks(world(), 3);
    expect(mail().mails.map(({ operationId }) => operationId)).toEqual([first]);
    expect(await toldAs()).toEqual([`accepted ${first}`]);
    expect(sends()).toBe(3);
    // That mail was stopped, which the operators hear in the next run.
    expect(await queued(world())).toBe(fault.fault === 'status' && fault.status === 403 ? 1 : 0);
  });

  test.each([
    ['429', { fault: 'status', status: 429 }],
    ['500', { fault: 'status', status: 500 }],
    ['a reset', { fault: 'reset' }],
  ] as const)('accepted and yet answered with %s are found out and not repeated', async (_, fault) => {
    mail().acceptsThen(fault);
    await dayBefore();
    expect(world().mails()).toHaveLength(1);
    expect(await toldAs()).toBeUndefined();
    await ticks(world(), 3);
    expect(world().mails()).toHaveLength(1);
    expect(sends()).toBe(1);
    expect(await toldAs()).toEqual([`accepted ${mail().mails[0]?.operationId}`]);
    expect(await queued(world())).toBe(0);
  });

  test('refused for good are not repeated, stop no other mail, and are in the history', async () => {
    await world().register(CONTOSO, 'sensor', { owners: 'bob@example.com', displayName: 'Sensor' });
    world().azure.iotCentral.token(HOST, 'sensor').expires('2027-01-31T12:00:00Z');
    mail().refuses({ fault: 'status', status: 400, code: 'InvalidRecipient' });
    await dayBefore();
    await ticks(world(), 3);
    expect(world().mails()).toEqual([
      'bob@example.com: Sensor expires in 1 day (31 January 2027)',
      'ops@example.com: 1 token and 1 problem need you: Gateway expires in 23 hours (31 January 2027)',
    ]);
    expect(sends()).toBe(3);
    expect(await toldAs()).toEqual([expect.stringMatching(/^refused /)]);
    expect(await historyOf(world(), CONTOSO, 'gateway')).toEqual([
      'firstSeen',
      'undelivered',
      'refused',
      'told',
    ]);
    expect(await queued(world())).toBe(0);
  });

  test('refused for good do not stop the next threshold: it is sent again', async () => {
    mail().refuses({ fault: 'status', status: 400, code: 'InvalidRecipient' });
    await dayBefore();
    await ticks(world(), 1);
    expect(await at('2027-01-31T12:00:00Z')).toEqual([
      'ada@example.com: Gateway expired just now (31 January 2027)',
      'ops@example.com: Gateway expired just now (31 January 2027)',
    ]);
  });
});
