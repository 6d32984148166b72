/** How mails end: not delivered, end not known, and a mail service that is down or gives wrong answers. */
import { DAY, formatInstant, HOUR, MINUTE } from '../../src/formats/instant';
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

const ADA = 'ada@example.com';
const BOB = 'bob@example.com';
const OPS = 'ops@example.com';
const EXPIRY = '2027-01-31T12:00:00Z';
const NEW = '2028-01-31T12:00:00Z';
const GATEWAY = { scope: CONTOSO, name: 'gateway' };
const LOOKS = '/emails/operations/';

const world = useWorld();

const token = (id = 'gateway') => world().azure.iotCentral.token(HOST, id);
const mail = () => world().azure.communication;
const at = (text: string) => mailsAt(world(), text);
const within = (count: number) => mailedBy(world(), () => ticks(world(), count));
const sends = () => mail().requests.filter(({ path }) => path === '/emails:send');
const looks = () => mail().requests.filter(({ path }) => path.startsWith(LOOKS));
const outbox = () => dump(world(), ['outbox']);
/** The mail to operators with a reminder that did not arrive, and with the notice that its mail did not. */
const inPlace = (days: number | string, to = OPS) =>
  `${to}: 1 token and 1 problem need you: Gateway expires in ${days} (31 January 2027)`;

/** `reason outcome`, latest first. */
async function told(owner: string): Promise<string[]> {
  const state = await world().tables.expiries.row(GATEWAY);
  return (state?.told.get(owner) ?? []).map(({ reason, outcome }) => `${reason} ${outcome}`);
}

/** Until it answers, the service does not say how a mail ended. */
function answersLater(): void {
  mail().switches.pollsUntilFinal = 1_000;
}
function answersNow(): void {
  mail().switches.pollsUntilFinal = 1;
}

/** Runs the sender every five minutes, without a sweep, and returns the minutes at which a request was made. */
async function minutesOf(requests: () => readonly unknown[], minutes: number): Promise<number[]> {
  const seen: number[] = [];
  for (let minute = 0; minute <= minutes; minute += 5) {
    const before = requests().length;
    await world().remind();
    if (requests().length > before) seen.push(minute);
    world().clock.pass(5 * MINUTE);
  }
  return seen;
}

/** The operation ids that the log names. */
const operations = () => [
  ...new Set(world().log.lines.flatMap(line => /\(operation (\S+)\)/.exec(line)?.[1] ?? [])),
];

beforeEach(async () => {
  await world().register(CONTOSO, 'gateway', { owners: `${ADA}, ${BOB}`, displayName: 'Gateway' });
  token().expires(EXPIRY);
  await world().tick();
});

describe('a mail that did not arrive', () => {
  test.each([
    ['dropped', 'the mail service could not deliver it (EmailDropped)'],
    ['suppressed', 'take it off the suppression list'],
  ] as const)(
    'since it was %s is on record, and told to the operators with the reason',
    async (outcome, reason) => {
      mail().recipient(ADA, outcome);
      answersLater();
      expect(await at('2027-01-01T12:00:00Z')).toHaveLength(2);
      expect(await told(ADA)).toEqual(['30d accepted']);
      answersNow();
      world().restart();
      expect(await within(2)).toEqual([inPlace('29 days')]);
      expect(await told(ADA)).toEqual(['30d undelivered']);
      expect(await told(BOB)).toEqual(['30d accepted']);
      expect(await notesOf(world(), CONTOSO, 'gateway', 'undelivered')).toEqual([
        expect.stringMatching(/^The mail to ada@example.com with 1 reminder did not arrive: /),
      ]);
      expect(flat(textTo(world(), OPS))).toContain(reason);
      expect(await within(30)).toEqual([]);
      expect(await outbox()).toEqual([]);
    },
  );

  test('is not sent again, and the next threshold is tried', async () => {
    mail().recipient(ADA, 'dropped');
    await at('2027-01-01T12:00:00Z');
    await ticks(world(), 2);
    expect(await at('2027-01-10T12:00:00Z')).toEqual([]);
    mail().recipient(ADA, 'delivered');
    expect(await at('2027-01-17T12:00:00Z')).toEqual([
      `${ADA}: Gateway expires in 14 days (31 January 2027)`,
      `${BOB}: Gateway expires in 14 days (31 January 2027)`,
    ]);
  });

  test('is not told to the operator whom it did not reach', async () => {
    world().restart({ OPERATORS: `${ADA} ${OPS}` });
    mail().recipient(ADA, 'suppressed');
    answersLater();
    await at('2027-01-01T12:00:00Z');
    answersNow();
    expect(await within(3)).toEqual([inPlace('29 days')]);
    world().restart({ OPERATORS: ADA });
    expect(await at('2027-01-17T12:00:00Z')).toHaveLength(2);
    expect(await within(3)).toEqual([]);
    expect(await queued(world())).toBe(0);
  });

  test('about an expiry is not followed by the news of its renewal', async () => {
    mail().recipient(ADA, 'dropped');
    await at('2027-01-01T12:00:00Z');
    await ticks(world(), 2);
    token().expires(NEW);
    const renewed = 'Gateway was renewed until 31 January 2028';
    expect(await at('2027-01-02T12:00:00Z')).toEqual([`${BOB}: ${renewed}`, `${OPS}: ${renewed}`]);
  });

  test('about a failure is not followed by the news that the target can be read again', async () => {
    mail().recipient(ADA, 'dropped');
    await withNeighbour(world());
    token().misbehaves({ fault: 'status', status: 500 });
    world().clock.pass(6 * HOUR);
    await world().tick();
    expect(await within(14)).toHaveLength(3);
    token().recovers();
    expect(await within(12)).toEqual([expect.stringContaining(`${BOB}: Gateway can be read again`)]);
  });

  test('never undoes what was told by a later one', async () => {
    await world().register(CONTOSO, 'gateway', {
      owners: ADA,
      displayName: 'Gateway',
      thresholds: '5h 3h',
    });
    mail().recipient(ADA, 'dropped');
    answersLater();
    expect(await at('2027-01-31T07:00:00Z')).toHaveLength(1);
    mail().recipient(ADA, 'delivered');
    expect(await at('2027-01-31T09:00:00Z')).toHaveLength(1);
    answersNow();
    expect(await within(12)).toEqual([`${OPS}: The watcher needs you: Mail to ${ADA} was not delivered`]);
    expect(await told(ADA)).toEqual(['3h accepted']);
    expect(sends()).toHaveLength(3);
  });
});

describe('a mail whose end is not known yet', () => {
  beforeEach(async () => {
    await world().register(CONTOSO, 'gateway', { owners: ADA, displayName: 'Gateway' });
    answersLater();
    world().clock.to('2027-01-01T12:00:00Z');
    await world().sweep();
  });

  test('is looked at with growing gaps, for a day and no longer', async () => {
    // Without the look that comes with the send.
    const minutes = (await minutesOf(looks, 26 * 60)).filter(minute => minute > 0);
    expect(minutes.slice(0, 8)).toEqual([5, 10, 20, 40, 80, 140, 200, 260]);
    expect(minutes.at(-1)).toBeLessThanOrEqual(25 * 60);
    expect(minutes.length).toBeLessThan(30);
    expect(await outbox()).toEqual([]);
    expect(await told(ADA)).toEqual(['30d accepted']);
    expect(world().mails()).toHaveLength(1);
  });

  test('and then fails is recorded as not delivered', async () => {
    mail().recipient(ADA, 'dropped');
    await world().remind();
    expect(await minutesOf(looks, 60)).toEqual([5, 10, 20, 40]);
    expect(await told(ADA)).toEqual(['30d accepted']);
    answersNow();
    await minutesOf(looks, 60);
    expect(await told(ADA)).toEqual(['30d undelivered']);
    expect(world().mails().at(-1)).toBe(inPlace('29 days'));
  });

  test('does not delay later mails', async () => {
    await world().remind();
    expect(await at('2027-01-01T13:00:00Z')).toEqual([]);
    token('sensor').expires('2027-01-10T12:00:00Z');
    await world().register(CONTOSO, 'sensor', { owners: ADA });
    expect(await within(1)).toEqual([expect.stringContaining(`${ADA}: sensor expires in 8 days`)]);
    expect((await outbox()).filter(row => row.includes('sent|'))).toHaveLength(2);
  });

  test('and that the service forgets after a day is not sent again', async () => {
    await world().remind();
    mail().failsStatusReads({ fault: 'times', times: 100, inner: { fault: 'status', status: 500 } });
    await minutesOf(looks, 23 * 60);
    mail().switches.statusFaults.length = 0;
    mail().forgetOperations();
    world().clock.pass(HOUR);
    await minutesOf(looks, 25 * 60);
    expect(await outbox()).toEqual([]);
    expect(world().mails()).toHaveLength(1);
    expect((await world().app().metrics()).mails).toMatchObject({ accepted: 1, unknown: 1, delivered: 0 });
  });
});

test('status reads stay within their quota, however many mails are out', async () => {
  const { azure, clock, register, restart, sweep, remind } = world();
  for (let index = 0; index < 9; index += 1) {
    azure.iotCentral.token(HOST, `t${index}`).expires(formatInstant(clock.now() + DAY));
    await register(CONTOSO, `t${index}`, { owners: `owner-${index}@example.com` });
  }
  answersLater();
  clock.pass(5 * MINUTE);
  await sweep();
  await remind();
  expect(azure.communication.mails).toHaveLength(9);
  answersNow();
  const before = looks().length;
  // Twice as many status reads as sends: four a minute.
  restart({ MAIL_PER_MINUTE: '2', MAIL_PER_HOUR: '1000' });
  for (let step = 0; step < 16; step += 1) {
    clock.pass(25_000);
    await remind();
  }
  const asked = looks().slice(before);
  const withinAMinute = asked.map(({ at }) => asked.filter(it => it.at > at - MINUTE && it.at <= at).length);
  expect(Math.max(...withinAMinute)).toBe(4);
  expect(asked).toHaveLength(9);
  expect(await outbox()).toEqual([]);
});

describe('a service in trouble', () => {
  beforeEach(async () => {
    await world().register(CONTOSO, 'gateway', { owners: ADA, displayName: 'Gateway' });
    world().clock.to('2027-01-01T12:00:00Z');
    await world().sweep();
  });
  const expectToldOnce = async () => {
    expect(world().mails()).toEqual([
      expect.stringMatching(/^ada@example.com: Gateway expires in (30|29|28) days /),
    ]);
    expect(mail().mails.map(({ operationId }) => operationId)).toEqual(operations());
    expect(await told(ADA)).toEqual(['30d accepted']);
    await minutesOf(looks, 20);
    expect(await outbox()).toEqual([]);
  };

  test('for a day gets one mail in the end, under one operation id, and is tried with growing gaps', async () => {
    mail().refuses({ fault: 'times', times: 1_000, inner: { fault: 'status', status: 500 } });
    const minutes = await minutesOf(sends, 24 * 60);
    expect(minutes.slice(0, 7)).toEqual([0, 5, 15, 35, 75, 135, 195]);
    expect(minutes).toHaveLength(27);
    expect(operations()).toHaveLength(1);
    mail().switches.scripts.length = 0;
    expect(await minutesOf(sends, 60)).toHaveLength(1);
    await expectToldOnce();
  });

  test('that cannot be reached at all gets one mail in the end', async () => {
    world().restart({ COMMUNICATION_ENDPOINT: 'http://127.0.0.1:9' });
    await minutesOf(sends, 300);
    world().restart();
    await minutesOf(sends, 120);
    await expectToldOnce();
    expect(sends()).toHaveLength(1);
  });

  test.each([
    ['500', { fault: 'status', status: 500 }],
    ['a reset', { fault: 'reset' }],
    ['a page', { fault: 'status', status: 502, body: '<html>Bad gateway</html>' }],
  ] as const)('that accepts and answers with %s gets no second send', async (_, fault) => {
    mail().acceptsThen(fault);
    await minutesOf(sends, 60);
    expect(sends()).toHaveLength(1);
    await expectToldOnce();
  });

  test('that accepts, answers with 500 and fails to deliver is found out', async () => {
    mail().recipient(ADA, 'dropped');
    mail().acceptsThen({ fault: 'status', status: 500 });
    await minutesOf(sends, 60);
    expect(world().mails().slice(1)).toEqual([inPlace('29 days')]);
    expect(await told(ADA)).toEqual(['30d undelivered']);
  });

  test('over a threshold sends the tighter reminder alone', async () => {
    mail().refuses({ fault: 'times', times: 1_000, inner: { fault: 'status', status: 500 } });
    await minutesOf(sends, 60);
    world().clock.to('2027-01-17T12:00:00Z');
    await world().sweep();
    mail().switches.scripts.length = 0;
    await minutesOf(sends, 60);
    expect(world().mails()).toEqual([`${ADA}: Gateway expires in 14 days (31 January 2027)`]);
  });
});

describe('a poisoned digest', () => {
  beforeEach(async () => {
    token('sensor').expires('2027-02-01T12:00:00Z');
    await world().register(CONTOSO, 'gateway', { owners: ADA, displayName: 'Gateway' });
    await world().register(CONTOSO, 'sensor', { owners: BOB, displayName: 'Sensor' });
    world().clock.to('2027-01-02T12:00:00Z');
    await world().sweep();
  });

  test('that is refused for good is tried once, told to the operators once, and does not delay other owners', async () => {
    mail().refuses({ fault: 'status', status: 400, code: 'BadRequest' });
    expect(await minutesOf(sends, 6 * 60)).toEqual([0, 5]);
    expect(world().mails()).toEqual([
      `${BOB}: Sensor expires in 30 days (1 February 2027)`,
      inPlace('28 days'),
    ]);
    expect(flat(textTo(world(), OPS))).toContain('the mail service answered 400 BadRequest');
    expect(await told(ADA)).toEqual(['30d refused']);
    expect(await historyOf(world(), CONTOSO, 'gateway')).toEqual([
      'firstSeen',
      'undelivered',
      'refused',
      'told',
    ]);
  });

  test('that always breaks the service has its own growing gaps, and does not delay other owners', async () => {
    // It comes first, being the most urgent.
    const posts: number[] = [];
    for (let minute = 0; minute <= 80; minute += 5) {
      mail().switches.scripts.splice(0, 9, { accepts: false, fault: { fault: 'status', status: 500 } });
      await world().remind();
      if (mail().switches.scripts.length === 0) posts.push(minute);
      world().clock.pass(5 * MINUTE);
    }
    expect(posts).toEqual([0, 5, 15, 35, 75]);
    expect(world().mails()).toEqual([`${BOB}: Sensor expires in 30 days (1 February 2027)`]);
    expect(await told(ADA)).toEqual([]);
  });

  test('that the service fails on for hours, while it takes others, is given up, and its owner hears the rest', async () => {
    for (let minute = 0; minute <= 195; minute += 5) {
      mail().switches.scripts.splice(0, 9, { accepts: false, fault: { fault: 'status', status: 500 } });
      await world().remind();
      world().clock.pass(5 * MINUTE);
    }
    mail().switches.scripts.splice(0, 9);
    expect(await told(ADA)).toEqual(['30d refused']);
    expect((await world().app().metrics()).mails).toMatchObject({ givenUp: 1, refused: 0 });
    token('urgent').expires('2027-01-03T12:00:00Z');
    await world().register(CONTOSO, 'urgent', { owners: ADA, displayName: 'Urgent' });
    expect(await within(2)).toEqual([
      `${ADA}: Urgent expires in 20 hours (3 January 2027)`,
      inPlace('28 days'),
    ]);
  });

  test('to one operator is told to the other, and they are not told of each other for ever', async () => {
    world().restart({ OPERATORS: `${OPS} oper@example.com` });
    mail().recipient(OPS, 'suppressed');
    await world().register(CONTOSO, 'gateway', { owners: OPS, displayName: 'Gateway' });
    await ticks(world(), 1);
    expect(await within(3)).toEqual([inPlace('28 days', 'oper@example.com')]);
    world().clock.pass(DAY);
    expect(await within(3)).toEqual([]);
  });
});
