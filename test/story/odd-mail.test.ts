/** A mail is told only when the service has it: odd answers, operations that it does not know, and refusals of what it has. */
import { DAY, HOUR, MINUTE } from '../../src/formats/instant';
import { CONTOSO, dump, flat, HOST, mailedBy, queued, textTo, ticks } from '../support/story';
import { useWorld } from '../support/world';

const ADA = 'ada@example.com';
const OPS = 'ops@example.com';
const GATEWAY = { scope: CONTOSO, name: 'gateway' };
const MAIL = `${ADA}: Gateway expires in 30 days (31 January 2027)`;
/** Sent again some time later. */
const AGAIN = `${ADA}: Gateway expires in 29 days (31 January 2027)`;

const world = useWorld();

const token = (id = 'gateway') => world().azure.iotCentral.token(HOST, id);
const mail = () => world().azure.communication;
const posts = () => mail().requests.filter(({ path }) => path === '/emails:send');
const ids = () => new Set(mail().operationIds);

async function entries(owner = ADA) {
  const state = await world().tables.expiries.row(GATEWAY);
  return (state?.told.get(owner) ?? []).map(
    ({ reason, outcome, attempt = 1 }) => `${reason} ${outcome} ${attempt}`,
  );
}

/** Runs the sender every five minutes. */
async function minutes(count: number): Promise<string[]> {
  return await mailedBy(world(), async () => {
    for (let minute = 0; minute < count; minute += 5) {
      world().clock.pass(5 * MINUTE);
      await world().remind();
    }
  });
}

beforeEach(async () => {
  await world().register(CONTOSO, 'gateway', { owners: ADA, displayName: 'Gateway' });
  token().expires('2027-01-31T12:00:00Z');
  await world().tick();
  world().clock.to('2027-01-01T12:00:00Z');
  await world().sweep();
});

const ODD = [
  [200, 'ours'],
  [201, 'ours'],
  [204, 'none'],
  [202, 'none'],
  [202, 'another'],
] as const;

describe.each(ODD)('a success with %s that names %s', (status, names) => {
  const odd = { fault: 'odd', status, names } as const;

  test('of a mail that the service has is found by its operation: one mail, one id', async () => {
    mail().acceptsThen(odd);
    await world().remind();
    expect(await entries()).toEqual([]);
    expect(await minutes(20)).toEqual([]);
    expect(await entries()).toEqual(['30d accepted 1']);
    expect(world().mails()).toEqual([MAIL]);
    expect([posts().length, ids().size]).toEqual([1, 1]);
    expect(await dump(world(), ['outbox'])).toEqual([]);
  });

  test('of a mail that the service has not is sent again under the next attempt', async () => {
    mail().refuses(odd);
    await world().remind();
    expect(await minutes(20)).toEqual([AGAIN]);
    expect([posts().length, ids().size]).toEqual([2, 2]);
    expect(await entries()).toEqual(['30d accepted 2']);
    expect(await dump(world(), ['outbox'])).toEqual([]);
  });

  test('three times goes to the operators, who read that the service behaves oddly', async () => {
    for (let time = 0; time < 3; time += 1) mail().refuses(odd);
    await world().remind();
    expect(await minutes(120)).toEqual([
      `${OPS}: 1 token and 1 problem need you: Gateway expires in 29 days (31 January 2027)`,
    ]);
    expect(flat(textTo(world(), OPS))).toContain(
      `Meant for ${ADA} The mail with this did not arrive there: the mail service behaves oddly`,
    );
    expect(await entries()).toEqual(['30d refused 3']);
    // Three of the owner's, one of the operators'.
    expect([posts().length, ids().size]).toEqual([4, 4]);
    expect(await minutes(180)).toEqual([]);
    expect(await queued(world())).toBe(0);
  });
});

test('while the service does not say whether it knows the mail, no other attempt is made', async () => {
  mail().acceptsThen({ fault: 'odd', status: 200, names: 'none' });
  mail().failsStatusReads({ fault: 'times', times: 4, inner: { fault: 'status', status: 503 } });
  await world().remind();
  await minutes(180);
  expect(world().mails()).toEqual([MAIL]);
  expect([posts().length, await entries()]).toEqual([1, ['30d accepted 1']]);
});

test('what was renewed before the next attempt is not sent again', async () => {
  mail().refuses({ fault: 'odd', status: 200, names: 'none' });
  await world().remind();
  token().expires('2028-01-31T12:00:00Z');
  world().clock.pass(2 * HOUR);
  await world().sweep();
  expect(await minutes(60)).toEqual([]);
  expect(posts()).toHaveLength(1);
  expect(await dump(world(), ['outbox'])).toEqual([]);
});

describe('an accepted mail that the service does not know an hour later', () => {
  /** Each send is answered as accepted and forgotten at once; after `times` of them, they are kept. */
  const forgets = (times: number) => {
    for (let time = 0; time < times; time += 1) mail().refuses({ fault: 'odd', status: 202, names: 'ours' });
  };

  test('is told until then, and is then sent again under the next attempt', async () => {
    forgets(1);
    await world().remind();
    await minutes(55);
    expect(await entries()).toEqual(['30d accepted 1']);
    expect([posts().length, world().mails()]).toEqual([1, []]);
    expect(await minutes(40)).toEqual([AGAIN]);
    expect([posts().length, ids().size]).toEqual([2, 2]);
    expect(await entries()).toEqual(['30d accepted 2']);
    expect(await minutes(25 * 60)).toEqual([]);
    expect(await dump(world(), ['outbox'])).toEqual([]);
    expect((await world().app().metrics()).mails).toMatchObject({ accepted: 2, delivered: 1, unknown: 1 });
  });

  test('three times goes to the operators, who read that the service behaves oddly', async () => {
    forgets(3);
    await world().remind();
    const mails = await minutes(8 * 60);
    expect(mails).toEqual([
      `${OPS}: 1 token and 1 problem need you: Gateway expires in 29 days (31 January 2027)`,
    ]);
    expect(flat(textTo(world(), OPS))).toContain('the mail service behaves oddly');
    expect(await entries()).toEqual(['30d refused 3']);
    expect(await entries(OPS)).toEqual(['30d accepted 1']);
    expect(ids().size).toBe(4);
    expect(await minutes(26 * 60)).toEqual([]);
    expect(await dump(world(), ['outbox'])).toEqual([]);
  });

  test('is not sent again where nothing of it is still true', async () => {
    forgets(1);
    await world().remind();
    await world().register(CONTOSO, 'gateway', { owners: ADA, enabled: false });
    expect(await minutes(3 * 60)).toEqual([]);
    expect(await dump(world(), ['outbox'])).toEqual([]);
    expect(posts()).toHaveLength(1);
  });

  test('and a tighter threshold in between: the tighter one alone is sent', async () => {
    world().clock.to('2027-01-17T11:40:00Z');
    await world().sweep();
    forgets(1);
    await world().remind();
    world().clock.to('2027-01-17T12:00:00Z');
    await world().tick();
    expect(await entries()).toEqual(['14d accepted 1']);
    expect(await minutes(3 * 60)).toEqual([]);
    expect(await entries()).toEqual(['14d accepted 1']);
    expect(posts()).toHaveLength(2);
  });

  test('about the watcher itself is sent again, three times at most', async () => {
    await world().app().tellPoison({ scope: CONTOSO }, world().log);
    await world().remind();
    mail().mails.length = 0;
    forgets(9);
    world().clock.pass(DAY);
    await world().app().tellPoison({ scope: CONTOSO }, world().log);
    for (let day = 0; day < 6; day += 1) {
      await minutes(3 * 60);
      world().clock.pass(DAY);
    }
    expect(posts().filter(({ at }) => at > Date.UTC(2027, 0, 2))).toHaveLength(3);
    expect(await queued(world())).toBe(0);
  });
});

describe('a refusal', () => {
  test.each([
    ['an unknown 400', { fault: 'status', status: 400, code: 'SomethingNew' }],
    ['a 400 without a body', { fault: 'status', status: 400, body: '' }],
    ['a known 400', { fault: 'status', status: 400, code: 'BadRequest' }],
    ['413', { fault: 'status', status: 413 }],
  ] as const)('with %s of a mail that the service has is no refusal', async (_what, fault) => {
    mail().acceptsThen(fault);
    await world().remind();
    expect(await entries()).toEqual(['30d accepted 1']);
    expect(await minutes(60)).toEqual([]);
    expect(world().mails()).toEqual([MAIL]);
  });

  test('is not final while the service does not say whether it has the mail', async () => {
    mail().acceptsThen({ fault: 'status', status: 400 });
    mail().failsStatusReads({ fault: 'times', times: 2, inner: { fault: 'status', status: 503 } });
    await world().remind();
    expect(await entries()).toEqual([]);
    await minutes(60);
    expect(await entries()).toEqual(['30d accepted 1']);
    expect([posts().length, world().mails()]).toEqual([1, [MAIL]]);
  });
});

test('owners whose mails are taken oddly do not delay the others', async () => {
  token('other').expires('2027-01-31T12:00:00Z');
  await world().register(CONTOSO, 'other', { owners: 'bob@example.com', displayName: 'Other' });
  world().clock.pass(5 * MINUTE);
  await world().sweep();
  mail().refuses({ fault: 'odd', status: 204, names: 'none' });
  expect(await mailedBy(world(), () => world().remind())).toEqual([
    expect.stringContaining('bob@example.com: Other expires'),
  ]);
  await ticks(world(), 3);
  expect(world().mails()).toHaveLength(2);
});
