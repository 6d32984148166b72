/** The mail quota: never more requests in a minute or an hour than the service allows, the most urgent first, and each owner is told in the end. */
import { createApp } from '../../src/app';
import { DAY, formatInstant, HOUR, type Instant, MINUTE, SECOND } from '../../src/formats/instant';
import { CONTOSO, flat, HOST, mailedBy, queued, ticks } from '../support/story';
import { useWorld, type World } from '../support/world';

const SEND = '/emails:send';

const ownerOf = (index: number) => `owner-${String(index).padStart(2, '0')}@example.com`;
const sendsOf = ({ azure }: World) => azure.communication.requests.filter(({ path }) => path === SEND);
const recipients = (world: World) => world.azure.communication.mails.flatMap(({ to }) => to);

/** Each owner has one due target. An owner later in the alphabet is more urgent. */
async function owners(world: World, count: number): Promise<void> {
  for (let index = 0; index < count; index += 1) {
    const name = `token-${index}`;
    const left = (count + 1 - index) * DAY;
    world.azure.iotCentral.token(HOST, name).expires(formatInstant(world.clock.now() + left));
    await world.register(CONTOSO, name, { owners: ownerOf(index) });
  }
  await world.sweep();
}

const mostUrgentFirst = (count: number) =>
  Array.from({ length: count }, (_, index) => ownerOf(count - 1 - index));

/** The most requests that fell into any span of this length. */
function mostWithin(span: number, instants: readonly Instant[]): number {
  return Math.max(0, ...instants.map(at => instants.filter(it => it > at - span && it <= at).length));
}

/** Sends at every step until the outbox is empty. */
async function remindUntilTold(world: World, step: number, remind: () => Promise<unknown>): Promise<void> {
  for (let run = 0; run < 60 && (await queued(world)) > 0; run += 1) {
    await remind();
    world.clock.pass(step);
  }
}

describe('twenty owners and two mails a minute', () => {
  const settings = { MAIL_PER_MINUTE: '2', MAIL_PER_HOUR: '1000' };
  const strict = { perMinute: 2, perHour: 1_000, statusPerMinute: 4, statusPerHour: 2_000 };
  const world = useWorld({ communication: strict, settings });

  const expectAllTold = async (count = 20) => {
    const sends = sendsOf(world());
    expect(
      mostWithin(
        MINUTE,
        sends.map(({ at }) => at),
      ),
    ).toBeLessThanOrEqual(2);
    expect(world().azure.communication.log.tally.get(429) ?? 0).toBe(0);
    expect([...recipients(world())].sort()).toEqual(mostUrgentFirst(count).sort());
    expect(await mailedBy(world(), () => ticks(world(), 1))).toEqual([]);
  };

  test('all are told in the end, the most urgent first, none twice', async () => {
    await owners(world(), 20);
    const start = world().clock.now();
    await remindUntilTold(world(), 25 * SECOND, world().remind);
    expect(recipients(world())).toEqual(mostUrgentFirst(20));
    expect(world().clock.now() - start).toBeLessThan(16 * MINUTE);
    await expectAllTold();
  });

  test('a run each minute sends two each minute, and draws no refusal', async () => {
    await owners(world(), 8);
    for (let minute = 1; minute <= 4; minute += 1) {
      await world().remind();
      expect(sendsOf(world())).toHaveLength(2 * minute);
      world().clock.pass(MINUTE);
    }
    await expectAllTold(8);
  });

  test('a run that comes a little early waits for the next place; one that comes much too early sends nothing', async () => {
    await owners(world(), 6);
    await world().remind();
    world().clock.pass(49 * SECOND);
    await world().remind();
    expect(sendsOf(world())).toHaveLength(2);
    world().clock.pass(3 * SECOND);
    await world().remind();
    expect(sendsOf(world())).toHaveLength(4);
  });

  test('a process that restarts before each run does not take the quota for unused', async () => {
    await owners(world(), 8);
    await remindUntilTold(world(), 25 * SECOND, () => {
      world().restart();
      return world().remind();
    });
    expect(recipients(world())).toEqual(mostUrgentFirst(8));
    await expectAllTold(8);
  });

  test('two instances at once stay within it together', async () => {
    await owners(world(), 8);
    const apps = [createApp(world().env, world().clock), createApp(world().env, world().clock)];
    await remindUntilTold(world(), 25 * SECOND, () =>
      Promise.all(apps.map(app => app.sendReminders(world().log))),
    );
    await expectAllTold(8);
  });

  test('a reminder that becomes the most urgent overtakes those that wait', async () => {
    await owners(world(), 6);
    await world().remind();
    world().clock.pass(5 * MINUTE);
    world()
      .azure.iotCentral.token(HOST, 'late')
      .expires(formatInstant(world().clock.now() + HOUR));
    await world().register(CONTOSO, 'late', { owners: 'late@example.com' });
    await world().tick();
    expect(recipients(world())).toEqual([ownerOf(5), ownerOf(4), 'late@example.com', ownerOf(3)]);
  });

  test('refused sends count, and only those few are tried', async () => {
    await owners(world(), 6);
    world().azure.communication.refuses({
      fault: 'times',
      times: 3,
      inner: { fault: 'status', status: 500 },
    });
    await world().remind();
    expect(sendsOf(world())).toHaveLength(2);
    await world().remind();
    world().clock.pass(30 * SECOND);
    await world().remind();
    expect(sendsOf(world())).toHaveLength(2);
    await remindUntilTold(world(), MINUTE, world().remind);
    expect(
      mostWithin(
        MINUTE,
        sendsOf(world()).map(({ at }) => at),
      ),
    ).toBe(2);
    expect([...recipients(world())].sort()).toEqual(mostUrgentFirst(6).sort());
    expect(sendsOf(world())).toHaveLength(9);
  });

  test('an owner of 50 targets gets two mails, and the other owners are not kept waiting for the second', async () => {
    const names = Array.from({ length: 50 }, (_, index) => `many-${String(index).padStart(3, '0')}`);
    const soon = formatInstant(world().clock.now() + DAY);
    for (const name of names) world().azure.iotCentral.token(HOST, name).expires(soon);
    await world().registerAll(CONTOSO, names, { owners: 'many@example.com' });
    await owners(world(), 1);
    await world().remind();
    expect(recipients(world())).toEqual(['many@example.com', ownerOf(0)]);
    const [first] = world().mailsTo('many@example.com');
    expect(first?.message.content.subject).toContain('50 tokens need you');
    const [, more = ''] =
      /(\d+) more follow in the next mail\./.exec(flat(first?.message.content.plainText ?? '')) ?? [];
    expect(Number(more)).toBeGreaterThan(10);
    await world().remind();
    expect(world().mails()).toHaveLength(2);
    world().clock.pass(5 * MINUTE);
    expect(await mailedBy(world(), () => world().tick())).toEqual([
      expect.stringContaining(`many@example.com: ${more} tokens need you`),
    ]);
    const texts = world()
      .mailsTo('many@example.com')
      .map(({ message }) => message.content.plainText ?? '');
    for (const name of names) expect(texts.filter(text => text.includes(name))).toHaveLength(1);
    expect(await mailedBy(world(), () => ticks(world(), 2))).toEqual([]);
  });
});

describe('one mail a minute and a backlog of dead tokens', () => {
  const settings = { MAIL_PER_MINUTE: '1', MAIL_PER_HOUR: '1000' };
  const world = useWorld({ settings });

  /** Registers tokens that expired so many days ago; negative: that expire in so many days. */
  async function expired(owner: string, names: readonly string[], days: number): Promise<void> {
    const expiry = formatInstant(world().clock.now() - days * DAY);
    for (const name of names) world().azure.iotCentral.token(HOST, name).expires(expiry);
    await world().registerAll(CONTOSO, names, { owners: owner });
  }

  test('delays no living one by a mail: not in the mail of its owner, and not behind other owners', async () => {
    const names = Array.from({ length: 120 }, (_, index) => `dead-${String(index).padStart(3, '0')}`);
    await expired('ada@example.com', names, 200);
    await expired('ada@example.com', ['living'], -6);
    await expired('bob@example.com', ['bobs-dead'], 400);
    await expired('cyd@example.com', ['cyds-dead'], 2);
    await expired('dan@example.com', ['dans-living'], -20);
    // The operators get copies of what has expired; they are in the queue with the others.
    await world().sweep();
    const told: string[] = [];
    for (let run = 0; run < 4; run += 1) {
      told.push(...(await mailedBy(world(), world().remind)));
      world().clock.pass(2 * MINUTE);
    }
    expect(told.map(mail => mail.split(': ')[0])).toEqual([
      'ada@example.com',
      'dan@example.com',
      'cyd@example.com',
      'ops@example.com',
    ]);
    const [first] = world().mailsTo('ada@example.com');
    expect(first?.message.content.subject).toMatch(/^121 tokens need you: living/);
  });
});

describe('three mails an hour', () => {
  const settings = { MAIL_PER_MINUTE: '30', MAIL_PER_HOUR: '3' };
  const world = useWorld({ communication: { perMinute: 30, perHour: 3 }, settings });

  test('are spread over the hours, and health shows what has waited for six of them', async () => {
    await owners(world(), 24);
    const health = async () => (await world().app().health()).reasons.map(({ code }) => code);
    const start = world().clock.now();
    const backlog: [number, string[]][] = [];
    while ((await queued(world())) > 0 && world().clock.now() - start < 12 * HOUR) {
      await world().tick();
      const hours = (world().clock.now() - start) / HOUR;
      const codes = await health();
      if (String(codes) !== String(backlog.at(-1)?.[1] ?? [])) backlog.push([hours, codes]);
      world().clock.pass(20 * MINUTE);
    }
    const sends = sendsOf(world());
    expect(
      mostWithin(
        HOUR,
        sends.map(({ at }) => at),
      ),
    ).toBe(3);
    expect(sends.filter(({ status }) => status === 429)).toEqual([]);
    expect(recipients(world())).toEqual(mostUrgentFirst(24));
    expect(backlog).toEqual([
      [expect.closeTo(6, 2), ['mailBacklog']],
      [expect.any(Number), []],
    ]);
  });

  test('are never exceeded, even where the service refuses them', async () => {
    await owners(world(), 4);
    world().azure.communication.refuses({ fault: 'times', times: 9, inner: { fault: 'reset' } });
    await remindUntilTold(world(), 10 * MINUTE, world().remind);
    // The log includes requests whose connection was reset.
    expect(
      mostWithin(
        HOUR,
        sendsOf(world()).map(({ at }) => at),
      ),
    ).toBeLessThanOrEqual(3);
    expect([...recipients(world())].sort()).toEqual(mostUrgentFirst(4).sort());
  });
});

describe('a service that asks to wait', () => {
  const world = useWorld();
  const throttled = (retryAfter: string, times = 1) =>
    world().azure.communication.refuses({
      fault: 'times',
      times,
      inner: { fault: 'status', status: 429, retryAfter },
    });

  test('gets no request before that, and then one with the same operation id', async () => {
    await owners(world(), 3);
    throttled('1200');
    await world().remind();
    const [id] = world().log.lines.flatMap(line => /\(operation (\S+)\)/.exec(line)?.[1] ?? []);
    expect(sendsOf(world())).toHaveLength(1);
    await mailedBy(world(), () => ticks(world(), 3));
    world().clock.pass(289 * SECOND);
    world().restart();
    await world().tick();
    expect(sendsOf(world())).toHaveLength(1);
    world().clock.pass(11 * SECOND);
    await world().tick();
    expect(recipients(world())).toEqual(mostUrgentFirst(3));
    expect(world().azure.communication.mails[0]?.operationId).toBe(id);
    expect(sendsOf(world())).toHaveLength(4);
  });

  test('but has accepted the mail does not get it again', async () => {
    await owners(world(), 2);
    world().azure.communication.acceptsThen({ fault: 'status', status: 429, retryAfter: '600' });
    await ticks(world(), 1);
    await ticks(world(), 3);
    expect(recipients(world())).toEqual(mostUrgentFirst(2));
    expect(sendsOf(world())).toHaveLength(2);
    expect(await queued(world())).toBe(0);
  });

  test('for longer than a day is asked again after one: a number can be wrong', async () => {
    await owners(world(), 1);
    throttled('999999999');
    await world().remind();
    world().clock.pass(DAY);
    expect(await mailedBy(world(), () => world().tick())).toHaveLength(1);
  });
});

describe('a service that answers few questions about mails', () => {
  const world = useWorld({ communication: { statusPerMinute: 1, statusPerHour: 1_000 } });

  test('is left alone with them for as long as it asks, and sent mails all the same', async () => {
    await owners(world(), 2);
    world().azure.communication.refuses({ fault: 'times', times: 2, inner: { fault: 'reset' } });
    await world().remind();
    world().clock.pass(5 * MINUTE);
    world()
      .azure.iotCentral.token(HOST, 'third')
      .expires(formatInstant(world().clock.now() + 20 * DAY));
    await world().register(CONTOSO, 'third', { owners: 'third@example.com' });
    await world().tick();
    const looks = () =>
      world().azure.communication.requests.filter(({ path }) => path.startsWith('/emails/operations/'));
    // One look before the retry, and one right after each send: the service refuses those.
    expect(looks().map(({ status }) => status)).toEqual([404, 429, 429]);
    expect(recipients(world())).toEqual([ownerOf(1), 'third@example.com']);
    world().clock.pass(30 * SECOND);
    await world().remind();
    expect(looks()).toHaveLength(3);
    await ticks(world(), 3);
    expect([...recipients(world())].sort()).toEqual([...mostUrgentFirst(2), 'third@example.com'].sort());
  });
});
