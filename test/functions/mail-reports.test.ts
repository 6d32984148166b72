/** Delivery reports of Event Grid over HTTP: the handshake, what they settle, and what they must not break. */
import { DAY, HOUR, MINUTE } from '../../src/formats/instant';
import { type Ask, asking } from '../support/asking';
import { useHost } from '../support/host';
import { CONTOSO, dump, flat, HOST, mailedBy, mailsAt, notesOf, textTo, ticks } from '../support/story';
import { useWorld } from '../support/world';

const ADA = 'ada@example.com';
const OPS = 'ops@example.com';
const GATEWAY = { scope: CONTOSO, name: 'gateway' };
const REPORT = 'Microsoft.Communication.EmailDeliveryReportReceived';
const world = useWorld();
const hosting = useHost();
let ask: Ask;

const mail = () => world().azure.communication;
const looks = () => mail().requests.filter(({ path }) => path.startsWith('/emails/operations/')).length;
const outbox = () => dump(world(), ['outbox']);
const idOf = (index = 0) => mail().mails[index]?.operationId ?? '';

/** As the documentation of Event Grid shows it. */
const event = (status: string, messageId = idOf(), recipient = ADA) => ({
  id: '00000000-0000-0000-0000-000000000000',
  topic: '/subscriptions/s/resourceGroups/g/providers/microsoft.communication/communicationservices/c',
  subject: `sender/watcher@example.com/message/${messageId}`,
  data: {
    sender: 'watcher@example.com',
    recipient,
    messageId,
    status,
    deliveryStatusDetails: { statusMessage: `550 5.1.1 <${recipient}> a token of yours` },
    deliveryAttemptTimeStamp: '2027-01-01T12:00:20.2855749+00:00',
  },
  eventType: REPORT,
  dataVersion: '1.0',
  metadataVersion: '1',
  eventTime: '2027-01-01T12:00:20.822Z',
});
const cloudEvent = (status: string) => {
  const { id, topic: source, subject, data, eventTime: time } = event(status);
  return { specversion: '1.0', type: REPORT, source, id, time, subject, data };
};

const post = (body: unknown, type = 'application/json; charset=utf-8') =>
  ask('mail/reports?code=k', {
    method: 'POST',
    headers: { 'content-type': type, 'aeg-event-type': 'Notification' },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });

async function told(owner = ADA): Promise<string[]> {
  const state = await world().tables.expiries.row(GATEWAY);
  return (state?.told.get(owner) ?? []).map(({ reason, outcome }) => `${reason} ${outcome}`);
}

async function totals(): Promise<Record<string, number>> {
  const { accepted, delivered, undelivered, unknown } = (await world().tables.mailLedger.of('acs').counts())
    .totals;
  return { accepted, delivered, undelivered, unknown };
}

beforeEach(async () => {
  await world().register(CONTOSO, 'gateway', { owners: ADA, displayName: 'Gateway' });
  world().azure.iotCentral.token(HOST, 'gateway').expires('2027-01-31T12:00:00Z');
  await world().tick();
  // Until then the service does not say how a mail ended.
  mail().switches.pollsUntilFinal = 1_000;
  ask = await asking(world(), hosting);
});
const accepted = () => mailsAt(world(), '2027-01-01T12:00:00Z');

describe('the handshake', () => {
  test('is answered with the code of the event', async () => {
    const answer = await post([
      {
        id: '2d1781af-3a4c-4d7c-bd0c-e34b19da4e66',
        topic: '/subscriptions/s',
        subject: '',
        data: {
          validationCode: '512d38b6-c7b8-40c8-89fe-f46f9e9622b6',
          validationUrl: 'https://rp.example.com',
        },
        eventType: 'Microsoft.EventGrid.SubscriptionValidationEvent',
        eventTime: '2026-06-01T00:00:00Z',
        metadataVersion: '1',
        dataVersion: '1',
      },
    ]);
    expect([answer.status, answer.body]).toEqual([
      200,
      { validationResponse: '512d38b6-c7b8-40c8-89fe-f46f9e9622b6' },
    ]);
    expect((await world().tables.mailLedger.of('acs').counts()).reportedOn).toBe(world().clock.now());
  });
});

describe('a report', () => {
  beforeEach(async () => void (await accepted()));

  test('that a mail was delivered ends its following at once, with no further look', async () => {
    const before = looks();
    expect((await post([event('Delivered')])).body).toEqual({ events: 1, settled: 1 });
    expect(await outbox()).toEqual([]);
    await ticks(world(), 30);
    expect(looks()).toBe(before);
    expect(await told()).toEqual(['30d accepted']);
    expect(await totals()).toEqual({ accepted: 1, delivered: 1, undelivered: 0, unknown: 0 });
  });

  test.each([
    ['Bounced', 'the address, or its domain, does not exist (Bounced)'],
    ['Suppressed', 'take it off the suppression list'],
    ['Quarantined', '(Quarantined)'],
    ['FilteredSpam', 'refused it as spam (FilteredSpam)'],
    ['Failed', 'could not deliver it (Failed)'],
  ])('%s is on record as not delivered, and its reminders go to the operators', async (status, words) => {
    expect((await post([event(status)])).body).toEqual({ events: 1, settled: 1 });
    expect(await told()).toEqual(['30d undelivered']);
    const [note, ...more] = await notesOf(world(), CONTOSO, 'gateway', 'undelivered');
    expect([note, more]).toEqual([expect.stringContaining(words), []]);
    expect(note).not.toContain('a token of yours');
    expect(await mailedBy(world(), () => ticks(world(), 2))).toEqual([
      `${OPS}: 1 token and 1 problem need you: Gateway expires in 29 days (31 January 2027)`,
    ]);
    expect(flat(textTo(world(), OPS))).toContain(words);
    expect(await totals()).toMatchObject({ undelivered: 1 });
  });

  test('that comes again, or after another one, changes nothing more', async () => {
    await post([event('Bounced'), event('Bounced')]);
    const after = await dump(world(), ['expiries', 'outbox']);
    for (const status of ['Bounced', 'Delivered', 'Failed'])
      expect((await post([event(status)])).body).toEqual({ events: 1, settled: 0 });
    expect(await dump(world(), ['expiries', 'outbox'])).toEqual(after);
    expect(await totals()).toMatchObject({ delivered: 0, undelivered: 1 });
  });

  test.each([
    ['Expanded', () => [event('Expanded')]],
    ['a status of later', () => [event('Read')]],
    ['another recipient', () => [event('Bounced', idOf(), 'eve@example.com')]],
    ['another mail', () => [event('Bounced', '5f2b1c8e-6f0a-4d7e-9c11-0a1b2c3d4e5f')]],
    ['what is no id', () => [event('Bounced', "x' or RowKey ge '")]],
    ['what is no address', () => [event('Bounced', idOf(), "x'/\\#?")]],
    ['no data', () => [{ eventType: REPORT }]],
    ['data of other types', () => [{ eventType: REPORT, data: { recipient: 1, messageId: [], status: {} } }]],
    [
      'engagement',
      () => [
        { ...event('Bounced'), eventType: 'Microsoft.Communication.EmailEngagementTrackingReportReceived' },
      ],
    ],
    ['no type', () => [{ data: event('Bounced').data }]],
    ['nothing', () => []],
  ])('of %s is taken and changes nothing', async (_, body) => {
    // From the first one on it is known that reports come.
    await post([]);
    const before = await dump(world());
    const { status, body: answer } = await post(body());
    expect([status, answer]).toEqual([200, { events: body().length, settled: 0 }]);
    expect(await dump(world())).toEqual(before);
  });

  test.each([
    ['one object', () => cloudEvent('Delivered'), 'application/cloudevents+json; charset=utf-8'],
    ['a batch', () => [cloudEvent('Delivered')], 'application/cloudevents-batch+json'],
    ['one object of JSON', () => cloudEvent('Delivered'), 'application/json'],
  ])('comes as CloudEvents, too: %s', async (_, body, type) => {
    expect((await post(body(), type)).body).toEqual({ events: 1, settled: 1 });
    expect(await outbox()).toEqual([]);
  });

  test('finds its mail by any spelling of the address and the id', async () => {
    const report = event('Delivered', idOf().toUpperCase(), 'Ada@Example.COM');
    expect((await post([report])).body).toEqual({ events: 1, settled: 1 });
  });

  test('counts once and is told once where two come at once, and the sender asks at the same time', async () => {
    await post([]);
    mail().switches.pollsUntilFinal = 1;
    world().clock.pass(5 * MINUTE);
    const [one, other] = await Promise.all([
      post([event('Bounced')]),
      post([event('Bounced')]),
      world().app().sendReminders(world().log),
    ]);
    expect([one.status, other.status]).toEqual([200, 200]);
    await ticks(world(), 3);
    expect(await told()).toEqual(['30d undelivered']);
    expect(await totals()).toMatchObject({ undelivered: 1 });
    expect(
      world()
        .mails()
        .filter(text => text.startsWith(OPS)),
    ).toHaveLength(1);
  });

  test('is taken while reminders are off', async () => {
    world().restart({ MAIL_TO: 'none' });
    expect((await post([event('Bounced')])).body).toEqual({ events: 1, settled: 1 });
    expect(await told()).toEqual(['30d undelivered']);
  });

  test.each<[string, Record<string, string>]>([
    ['another transport is set', { COMMUNICATION_ENDPOINT: '', SMTP_HOST: 'mail.example.com' }],
    ['settings of mail are wrong', { MAIL_SENDER: 'nobody' }],
  ])('is counted with the mails of acs, also while %s', async (_, settings) => {
    world().restart(settings);
    const before = await totals();
    expect((await post([event('Delivered')])).body).toEqual({ events: 1, settled: 1 });
    expect(await totals()).toEqual({ ...before, delivered: 1 });
    const ledger = await world().tables.mailLedger.everyTransport();
    expect([...ledger.keys()]).toEqual(['', 'acs']);
    expect((await world().tables.mailLedger.of('acs').counts()).reportedOn).toBe(world().clock.now());
  });

  test('logs no recipient that it does not know, and nothing of what a server wrote', async () => {
    await post([event('Bounced', idOf(), 'eve@example.com'), event('Bounced')]);
    expect(hosting.texts().join('\n')).not.toMatch(/eve@example|a token of yours/);
  });
});

describe('a body', () => {
  test.each<[string, unknown, string, number]>([
    ['that is no JSON', '[{"eventType":', 'application/json', 400],
    ['that is empty', '', 'application/json', 400],
    ['that is a text', '"hello"', 'application/json', 400],
    ['that is null', 'null', 'application/json', 400],
    ['of texts', '["a","b"]', 'application/json', 400],
    ['of lists', '[[]]', 'application/json', 400],
    ['of another type', '[]', 'text/plain', 415],
    ['that is too large', `["${'a'.repeat(2_200_000)}"]`, 'application/json', 413],
  ])('%s is refused', async (_, body, type, status) => {
    expect((await post(body, type)).status).toBe(status);
  });

  test('with one bad event still settles by the others, in any order', async () => {
    await world().register(CONTOSO, 'sensor', { owners: 'bob@example.com' });
    world().azure.iotCentral.token(HOST, 'sensor').expires('2027-01-31T12:00:00Z');
    await accepted();
    const reports = mail().mails.map(({ operationId, to }) => event('Delivered', operationId, to[0]));
    expect(reports).toHaveLength(2);
    const body = [{ eventType: REPORT, data: null }, ...reports.toReversed(), {}, ...reports];
    expect((await post(body)).body).toMatchObject({ events: 6 });
    expect(await outbox()).toEqual([]);
    expect(await totals()).toMatchObject({ delivered: 2 });
  });
});

describe('a report that comes before its mail is on record as accepted', () => {
  test('is asked for again, and settles the mail then', async () => {
    // The answer to the send is lost, so the claim stays open.
    mail().acceptsThen({ fault: 'reset' });
    await accepted();
    const before = await outbox();
    expect(before.join()).toContain('"claimed"');
    const early = await post([event('Delivered')]);
    expect([early.status, early.body.type, early.headers.get('retry-after')]).toEqual([
      503,
      '/problems/too-early',
      '10',
    ]);
    expect(await outbox()).toEqual(before);
    await ticks(world(), 2);
    expect(await told()).toEqual(['30d accepted']);
    expect((await post([event('Delivered')])).body).toEqual({ events: 1, settled: 1 });
    expect(await outbox()).toEqual([]);
    expect(world().mails()).toHaveLength(1);
  });

  test('holds back no other report of its batch', async () => {
    await accepted();
    await world().register(CONTOSO, 'sensor', { owners: 'bob@example.com' });
    world().azure.iotCentral.token(HOST, 'sensor').expires('2027-01-31T12:00:00Z');
    mail().acceptsThen({ fault: 'reset' });
    await ticks(world(), 1);
    const reports = mail().mails.map(({ operationId, to }) => event('Delivered', operationId, to[0]));
    expect((await post(reports)).status).toBe(503);
    expect(await totals()).toMatchObject({ delivered: 1 });
    await ticks(world(), 2);
    expect((await post(reports)).body).toEqual({ events: 2, settled: 1 });
  });
});

describe('where reports come, that the service sent a mail out is not its end', () => {
  beforeEach(async () => {
    world().clock.to('2026-12-31T12:00:00Z');
    await post([]);
    mail().switches.pollsUntilFinal = 1;
    await accepted();
  });

  test('a report may still say that it bounced', async () => {
    await ticks(world(), 12);
    expect(await told()).toEqual(['30d accepted']);
    expect((await post([event('Bounced')])).body).toEqual({ events: 1, settled: 1 });
    expect(await told()).toEqual(['30d undelivered']);
    expect(await mailedBy(world(), () => ticks(world(), 2))).toEqual([
      `${OPS}: 1 token and 1 problem need you: Gateway expires in 29 days (31 January 2027)`,
    ]);
    await ticks(world(), 1);
    // Of the operators' mail no report has come.
    expect(await outbox()).toEqual([expect.stringContaining(`"partitionKey":"ops~40example.com"`)]);
    expect(await totals()).toMatchObject({ undelivered: 1, delivered: 0 });
  });

  test('without a report it counts as delivered after a day, and is not looked at again', async () => {
    const before = looks();
    world().clock.pass(DAY - 10 * MINUTE);
    await world().remind();
    expect(await outbox()).toHaveLength(1);
    expect(await totals()).toMatchObject({ accepted: 1, delivered: 0 });
    world().clock.pass(10 * MINUTE);
    await world().remind();
    expect(await outbox()).toEqual([]);
    expect(await totals()).toMatchObject({ delivered: 1, unknown: 0 });
    expect(looks()).toBe(before);
  });

  test('once none came for a quarter of a year, it is again', async () => {
    expect((await post([event('Delivered')])).body).toMatchObject({ settled: 1 });
    world().clock.pass(91 * DAY);
    world().azure.iotCentral.token(HOST, 'gateway').expires('2027-05-01T00:00:00Z');
    await ticks(world(), 2);
    expect(world().mails().length).toBeGreaterThan(1);
    expect(await outbox()).toEqual([]);
  });
});

describe('where no report comes', () => {
  test('the status is read as before', async () => {
    await accepted();
    mail().switches.pollsUntilFinal = 1;
    world().clock.pass(HOUR);
    await world().remind();
    expect(await outbox()).toEqual([]);
    expect((await post([event('Delivered')])).body).toEqual({ events: 1, settled: 0 });
  });

  test('a mail that nobody says the end of is followed for a day', async () => {
    await accepted();
    world().clock.pass(DAY + MINUTE);
    await world().remind();
    expect(await outbox()).toEqual([]);
    expect(await totals()).toMatchObject({ unknown: 1 });
  });
});
