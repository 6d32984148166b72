/** What does not arrive at an owner: the operators get it in the owner's place, and what reaches nobody is shown. */
import { DAY, HOUR } from '../../src/formats/instant';
import type { ListRequest } from '../../src/web/dashboard/filter';
import { dashboardPage } from '../../src/web/dashboard/overview';
import { LINKED, linksTo } from '../support/snooze';
import { CONTOSO, dump, flat, HOST, mailedBy, mailsAt, queued, textTo, ticks } from '../support/story';
import { useWorld } from '../support/world';

const ADA = 'ada@example.com';
const BOB = 'bob@example.com';
const OPS = 'ops@example.com';
const OPER = 'oper@example.com';
const GATEWAY = { scope: CONTOSO, name: 'gateway' };
const EXPIRY = '2027-01-31T12:00:00Z';

const world = useWorld({ settings: LINKED });

const token = (id = 'gateway') => world().azure.iotCentral.token(HOST, id);
const mail = () => world().azure.communication;
const within = (count: number) => mailedBy(world(), () => ticks(world(), count));
const codes = async () => (await world().app().health()).reasons.map(({ code }) => code);
const register = (columns: Record<string, unknown> = {}, name = 'gateway') =>
  world().register(CONTOSO, name, { owners: ADA, displayName: 'Gateway', ...columns });
const withOperators = (...operators: string[]) =>
  world().restart({ ...LINKED, OPERATORS: operators.join(' ') });

/** By recipient: `reason outcome`, and in whose place. */
async function told(): Promise<Record<string, string[]>> {
  const { told: owners = new Map() } = (await world().tables.expiries.row(GATEWAY)) ?? {};
  const lines: Record<string, string[]> = {};
  for (const [owner, entries] of owners)
    lines[owner] = entries.map(
      ({ reason, outcome, meantFor = owner }: { reason: string; outcome: string; meantFor?: string }) =>
        `${reason} ${outcome} for ${meantFor}`,
    );
  return lines;
}

/** The mail 30 days before the expiry, which does not arrive at these addresses. */
async function lose(...addresses: string[]): Promise<void> {
  for (const address of addresses) mail().recipient(address, 'suppressed');
  world().clock.to('2027-01-01T12:00:00Z');
  await world().tick();
}

async function dashboard(): Promise<string> {
  const [overview, { reasons }] = await Promise.all([
    world().app().overview({ limit: 10 }),
    world().app().health(),
  ]);
  const request: ListRequest = {
    given: {},
    faults: [],
    query: { limit: 10 },
    order: 'soonest',
    reversed: false,
    page: 1,
    pageSize: 10,
  };
  return String(
    dashboardPage({ overview, reasons, mailFaults: [], words: world().app().words, kindForms: [] }, request, {
      code: undefined,
    }).body,
  );
}

beforeEach(async () => {
  token().expires(EXPIRY);
  await register({ runbook: 'https://wiki.example.com/gateway', notes: 'Ask the plant first.' });
  await world().tick();
});

test('the operators get all that the owner should have read, with the owner’s name and why it did not arrive', async () => {
  await lose(ADA);
  expect(await within(1)).toEqual([
    `${OPS}: 1 token and 1 problem need you: Gateway expires in 29 days (31 January 2027)`,
  ]);
  const text = flat(textTo(world(), OPS));
  expect(text).toContain(
    `Meant for ${ADA} The mail with this did not arrive there: the mail service no longer sends to this address`,
  );
  for (const words of [
    'Sun 31 Jan 2027, 12:00 UTC',
    'https://wiki.example.com/gateway',
    'Ask the plant first.',
    'https://contoso.azureiotcentral.com',
    'Its 30d threshold was crossed',
  ])
    expect(text).toContain(words);
  expect(linksTo(world(), OPS)).toHaveLength(1);
  expect(await told()).toEqual({
    [ADA]: [`30d undelivered for ${ADA}`],
    [OPS]: [`30d accepted for ${ADA}`],
  });
  expect(await within(30)).toEqual([]);
  expect(await codes()).toEqual([]);
  expect(await queued(world())).toBe(0);
});

test('it does not wait for the operators’ daily mail', async () => {
  token('broken').expires('2028-01-31T12:00:00Z');
  await world().register(CONTOSO, 'broken', { owners: ADA, thresholds: 'soon' });
  world().clock.to('2027-01-01T08:00:00Z');
  await world().tick();
  expect(world().mailsTo(OPS)).toHaveLength(1);
  await lose(ADA);
  expect(await within(1)).toEqual([`${OPS}: Gateway expires in 29 days (31 January 2027)`]);
  expect(flat(textTo(world(), OPS))).toContain(`Meant for ${ADA}`);
});

test('each operator hears of each owner once, and of their own copies apart', async () => {
  withOperators(OPS, OPER);
  await register({ owners: `${ADA} ${BOB}`, thresholds: '0' });
  for (const address of [ADA, BOB]) mail().recipient(address, 'dropped');
  world().clock.to(EXPIRY);
  await world().tick();
  await ticks(world(), 20);
  for (const operator of [OPS, OPER]) {
    const text = world()
      .mailsTo(operator)
      .map(({ message }) => flat(message.content.plainText ?? ''))
      .join('\n');
    expect([text.split(`Meant for ${ADA}`).length, text.split(`Meant for ${BOB}`).length]).toEqual([2, 2]);
    expect((await told())[operator]?.sort()).toEqual(
      [`0 accepted for ${ADA}`, `0 accepted for ${BOB}`, `0 accepted for ${operator}`].sort(),
    );
  }
});

describe('what is no longer true when the operators’ turn comes', () => {
  beforeEach(async () => {
    // Their daily notices wait, so only what did not arrive would be mailed.
    await world().tables.mailLedger.saveOperatorNoticesToldOn(OPS, Date.UTC(2027, 0, 1, 11));
    await lose(ADA);
    expect(await queued(world())).toBe(2);
    world().clock.pass(2 * HOUR);
  });

  test.each<[string, () => unknown, string[]]>([
    ['it was renewed', () => token().expires('2028-01-31T12:00:00Z'), []],
    ['it is watched no more', () => register({ enabled: false }), []],
    ['it was removed', () => world().unregister(CONTOSO, 'gateway'), []],
    [
      'it has another owner',
      () => register({ owners: BOB }),
      [`${BOB}: Gateway expires in 29 days (31 January 2027)`],
    ],
    [
      'the operator has left',
      () => withOperators(OPER),
      [`${OPER}: Gateway expires in 29 days (31 January 2027)`],
    ],
  ])('goes to nobody: %s', async (_why, change, mailed) => {
    await change();
    await world().sweep();
    expect(await mailedBy(world(), () => world().remind())).toEqual(mailed);
    expect(world().mailsTo(OPS)).toEqual([]);
  });
});

test('an operator who snoozes it hears no more of it in the owner’s place', async () => {
  await lose(ADA);
  await within(1);
  const link = new URL(linksTo(world(), OPS).at(-1) ?? '').searchParams.get('t') ?? '';
  const asked = { act: 'snooze', days: 30, reason: 'Ada is back soon', seen: '' } as const;
  expect(await world().app().followLink(link, asked, world().log)).toMatchObject({ done: 'snoozed' });
  expect(await mailsAt(world(), '2027-01-17T12:00:00Z')).toEqual([
    `${ADA}: Gateway expires in 14 days (31 January 2027)`,
    expect.stringContaining(`${OPS}: The watcher needs you: Mail to ${ADA}`),
  ]);
  expect(await codes()).toEqual([]);
});

describe('an operator who cannot be reached', () => {
  test('makes the other operators hear it, and no mails without end', async () => {
    withOperators(OPS, OPER);
    await lose(ADA, OPS);
    const mails = await within(40);
    expect(
      mails
        .filter(line => line.includes('Gateway'))
        .map(line => line.split(':')[0])
        .sort(),
    ).toEqual([OPER, OPS]);
    expect(await codes()).toEqual([]);
    world().clock.pass(DAY);
    await within(3);
    world().clock.pass(DAY);
    expect(await within(10)).toEqual([]);
  });

  test('and is the owner: the others hear it', async () => {
    withOperators(ADA, OPER);
    await lose(ADA);
    expect(await within(3)).toEqual([
      expect.stringContaining(`${OPER}: 1 token and 1 problem need you: Gateway`),
    ]);
    expect(flat(textTo(world(), OPER))).toContain(`Meant for ${ADA}`);
  });

  test('with all the others: health and the dashboard say that it reached nobody, until somebody is told', async () => {
    withOperators(OPS, OPER);
    await lose(ADA, OPS, OPER);
    await within(6);
    expect(await codes()).toEqual(['remindersUnreached']);
    const [reason] = (await world().app().health()).reasons;
    expect(reason?.message).toMatch(/^1 reminder reached neither an owner nor an operator/);
    expect(reason?.message).not.toMatch(/ada|gateway/i);
    expect(await within(30)).toEqual([]);
    withOperators('new@example.com');
    expect(await within(2)).toEqual([expect.stringContaining('new@example.com: Gateway expires in 29 days')]);
    await ticks(world(), 1);
    expect(await codes()).toEqual([]);
  });
});

describe('without operators', () => {
  beforeEach(async () => {
    world().restart({ ...LINKED, OPERATORS: '' });
    await lose(ADA);
    await ticks(world(), 1);
  });

  test('health says how many reminders reached nobody, and the dashboard the same', async () => {
    expect(await codes()).toEqual(['remindersUnreached']);
    expect(await dump(world(), ['outbox'])).toEqual([]);
    expect(await dashboard()).toContain('1 reminder reached neither an owner nor an operator');
  });

  test.each<[string, () => unknown]>([
    ['it is renewed', () => token().expires('2028-01-31T12:00:00Z')],
    ['its row is removed', () => world().unregister(CONTOSO, 'gateway')],
    ['it is watched no more', () => register({ enabled: false })],
    ['it gets another owner', () => register({ owners: BOB })],
    ['there is an operator', () => withOperators(OPS)],
    [
      'the owner hears the next threshold',
      async () => {
        mail().recipient(ADA, 'delivered');
        world().clock.to('2027-01-17T12:00:00Z');
      },
    ],
  ])('that ends when %s', async (_why, change) => {
    await change();
    world().clock.pass(7 * HOUR);
    await ticks(world(), 3);
    expect(await codes()).toEqual([]);
  });
});

test('the explanation says in whose place an operator was told, and that the owner has not received it', async () => {
  await lose(ADA);
  await within(2);
  const explained = await world().app().explain(CONTOSO, 'gateway');
  const [owner, operator] = explained?.explanation.recipients ?? [];
  expect(owner?.decisions.find(({ topic }) => topic === 'threshold')).toMatchObject({
    code: 'told',
    why: expect.stringMatching(
      /could not be delivered \(the mail service no longer .*\); the operators get it/,
    ),
  });
  expect(operator?.told).toEqual([
    expect.objectContaining({ reason: '30d', meantFor: ADA, outcome: 'accepted' }),
  ]);
  expect(operator?.decisions.find(({ topic }) => topic === 'threshold')).not.toMatchObject({ code: 'told' });
});
