/** What operators hear of the watcher itself: once a day, one line for each notice, and never in the way of a reminder. */
import type { Fault } from '../../local/simulated/faults';
import { DAY, HOUR, type Instant, MINUTE } from '../../src/formats/instant';
import { CONTOSO, dump, flat, HOST, mailedBy, mailsAt, queued, textTo, ticks } from '../support/story';
import { useWorld } from '../support/world';

const ADA = 'ada@example.com';
const OPS = 'ops@example.com';
const OPER = 'oper@example.com';
const EXPIRY = '2027-01-31T12:00:00Z';
const FORBIDDEN = { fault: 'status', status: 403 } as const;

const world = useWorld();

const token = (id = 'gateway') => world().azure.iotCentral.token(HOST, id);
const within = (count: number) => mailedBy(world(), () => ticks(world(), count));
const textOf = (owner = OPS) => flat(textTo(world(), owner));
/** One tick so much later. */
const passing = (ms: number) =>
  mailedBy(world(), async () => {
    world().clock.pass(ms);
    await world().tick();
  });

async function register(name: string, columns: Record<string, unknown> = {}): Promise<void> {
  token(name).expires(EXPIRY);
  await world().register(CONTOSO, name, { owners: ADA, ...columns });
}

const broken = (name: string) => register(name, { thresholds: 'soon' });

describe('rows that cannot be understood', () => {
  test('are one mail a day: those that break within it wait for the next', async () => {
    await broken('row-a');
    await broken('row-b');
    expect(await within(1)).toEqual([`${OPS}: 2 registry rows can't be understood: row-a and 1 more`]);
    await broken('row-c');
    expect(await passing(3 * HOUR)).toEqual([]);
    expect(await passing(20 * HOUR)).toEqual([]);
    expect(await queued(world())).toBe(1);
    expect(await passing(HOUR)).toEqual([`${OPS}: row-c: registry row can't be understood`]);
    expect(await passing(2 * DAY)).toEqual([]);
  });

  test('that wait are no backlog', async () => {
    await broken('row-a');
    await ticks(world(), 1);
    await broken('row-b');
    for (let hour = 0; hour < 16; hour += 1) expect(await passing(HOUR / 2)).toEqual([]);
    expect(await queued(world())).toBe(1);
    expect((await world().app().health()).reasons).toEqual([]);
  });

  test('that are repaired while they wait are not told', async () => {
    await broken('row-a');
    await ticks(world(), 1);
    await broken('row-b');
    await ticks(world(), 1);
    await register('row-b');
    expect(await passing(DAY)).toEqual([]);
    expect(await queued(world())).toBe(0);
  });
});

test('targets without owners are one line a scope, told once', async () => {
  for (const name of ['a', 'b', 'c']) await register(name, { owners: '' });
  await register('owned');
  expect(await within(1)).toEqual([
    expect.stringMatching(/^ops@example.com: The watcher needs you: .* targets without an owner$/),
  ]);
  expect(textOf()).toContain(`3 of the 4 targets of ${CONTOSO} have no owner`);
  expect(await passing(2 * DAY)).toEqual([]);
  await register('d', { owners: '' });
  expect(await passing(DAY)).toEqual([]);
});

test('targets that lose their owner again are told again', async () => {
  await register('a', { owners: '' });
  expect(await within(1)).toHaveLength(1);
  await register('a');
  expect(await passing(DAY)).toEqual([]);
  await register('a', { owners: '' });
  expect(await passing(DAY)).toHaveLength(1);
});

describe('a scope that cannot be read', () => {
  const names = ['a', 'b', 'c', 'd', 'e'];
  const application = () => world().azure.iotCentral.app(HOST);
  const fails = async (fault: Fault = FORBIDDEN) => {
    application().misbehaves(fault);
    world().clock.pass(6 * HOUR);
    return await mailedBy(world(), () => world().tick());
  };
  const toldOnce = [expect.stringMatching(/^ops@example.com: The watcher needs you: .*: every read fails$/)];

  describe('with five targets', () => {
    beforeEach(async () => {
      for (const name of names) await register(name);
      await ticks(world(), 1);
    });

    test('is one line to the operators at the second look; no owner hears of it', async () => {
      expect(await fails()).toEqual([]);
      expect(await within(1)).toEqual(toldOnce);
      expect(textOf()).toContain(`None of the 5 targets of ${CONTOSO} can be read.`);
      expect(textOf()).toContain('5 targets (a, b, c, …): The watcher may not see API tokens');
      expect(await within(36)).toEqual([]);
      expect(await passing(2 * DAY)).toEqual([]);
    });

    test('is told whatever keeps it from being read', async () => {
      for (const fault of [
        { fault: 'reset' },
        { fault: 'status', status: 503 },
        { fault: 'html' },
      ] as const) {
        await fails(fault);
        expect(await within(1)).toEqual(toldOnce);
        application().recovers();
        expect(await passing(2 * HOUR)).toEqual([]);
      }
    });

    test('is not told after one look, nor while one of them can be read', async () => {
      expect(await fails({ fault: 'times', times: 5, inner: FORBIDDEN })).toEqual([]);
      expect(await within(12)).toEqual([]);
      for (const name of names.slice(1)) token(name).misbehaves({ fault: 'status', status: 503 });
      world().clock.pass(6 * HOUR);
      expect((await within(30)).filter(line => line.startsWith(OPS))).toEqual([]);
    });

    test('of which some are refused is one line for these, and their owners do not hear of it', async () => {
      for (const name of ['b', 'd']) token(name).misbehaves(FORBIDDEN);
      world().clock.pass(6 * HOUR);
      await world().tick();
      expect(await within(1)).toEqual([
        expect.stringMatching(/^ops@example.com: The watcher needs you: .*: reads are refused$/),
      ]);
      expect(textOf()).toContain(`2 of the 5 targets of ${CONTOSO} can't be read`);
      expect(textOf()).toContain('2 targets (b, d): The watcher may not see API tokens');
      expect(await within(36)).toEqual([]);
      for (const name of ['b', 'd']) token(name).recovers();
      expect(await within(24)).toEqual([]);
      token('b').misbehaves(FORBIDDEN);
      world().clock.pass(6 * HOUR);
      await world().tick();
      expect(await within(1)).toHaveLength(1);
    });
  });

  describe('with one target', () => {
    beforeEach(async () => {
      await register('a', { displayName: 'Gateway' });
      await ticks(world(), 1);
    });

    test('is told at once, too, also after the daily mail, which it does not put off', async () => {
      await broken('row-a');
      application().tokens.delete('row-a');
      await world().app().tellPoison({ scope: CONTOSO }, world().log);
      expect(await within(1)).toHaveLength(1);
      await world().tables.registry.remove({ scope: CONTOSO, name: 'row-a' }, '*');
      await fails();
      expect(await within(1)).toEqual(toldOnce);
      expect(textOf()).toContain(`The only target of ${CONTOSO} can't be read.`);
      await world().app().tellPoison({ scope: 'another' }, world().log);
      expect(await passing(17 * HOUR)).toEqual([]);
      expect(await passing(HOUR)).toEqual([
        `${OPS}: The watcher needs you: sweeps: a message could not be handled`,
      ]);
    });

    test('counts as a mail that waits, unlike the operators\u2019 daily notices', async () => {
      await fails();
      world().clock.pass(5 * MINUTE);
      await world().sweep();
      world().clock.pass(7 * HOUR);
      expect((await world().app().health()).reasons).toContainEqual(
        expect.objectContaining({ code: 'mailBacklog' }),
      );
    });

    test('goes on being reminded of by its last known expiry; its owner reads only that the operators are told', async () => {
      await mailsAt(world(), '2027-01-23T18:00:00Z');
      await fails();
      await within(1);
      expect(await mailsAt(world(), '2027-01-24T12:00:00Z')).toEqual([
        expect.stringContaining(`${ADA}: Gateway expires in 7 days`),
      ]);
      expect(textOf(ADA)).toContain('the watcher is not let in, which its operators are told of');
      expect(textOf(ADA)).not.toContain('Administrator');
    });

    test('is its owner\u2019s business where there are no operators: silence would be the worse fault', async () => {
      world().restart({ OPERATORS: '' });
      await fails();
      expect(await within(12)).toEqual([expect.stringContaining(`${ADA}: Gateway can't be read`)]);
      expect(textOf(ADA)).toContain('such as Administrator');
    });

    test('whose token is not found can be read: that is its owner\u2019s business', async () => {
      application().tokens.delete('a');
      world().clock.pass(6 * HOUR);
      await world().tick();
      expect(await within(1)).toEqual([expect.stringContaining(`${ADA}: Gateway can't be found`)]);
      expect(await within(24)).toEqual([]);
    });

    test('whose application is not found is the operators\u2019', async () => {
      expect(await fails({ fault: 'status', status: 404, code: 'ApplicationNotFound' })).toEqual([]);
      expect(await within(1)).toEqual(toldOnce);
      expect(textOf()).toContain('There is no such IoT Central application');
    });

    test('with MAIL_TO operators is one line to them', async () => {
      world().restart({ MAIL_TO: 'operators' });
      await fails();
      expect(await within(13)).toEqual(toldOnce);
    });

    test('that is busy is asked again, and told to no one soon', async () => {
      await fails({ fault: 'status', status: 409, code: 'Conflict' });
      expect(await world().item('a')).toMatchObject({
        failure: { message: expect.stringContaining('busy') },
      });
      expect(await within(11)).toEqual([]);
      expect(await within(1)).toEqual([expect.stringContaining(`${ADA}: Gateway can't be read`)]);
    });
  });
});

describe('a message that could not be handled', () => {
  const poison = (scope = CONTOSO) =>
    world().app().tellPoison({ scope, tick: '2026-06-01T00:00:00.000Z' }, world().log);

  test('is told, with the message', async () => {
    await poison();
    expect(await within(1)).toEqual([
      `${OPS}: The watcher needs you: sweeps: a message could not be handled`,
    ]);
    expect(textOf()).toContain('2026-06-01T00:00:00.000Z');
    expect(await within(2)).toEqual([]);
  });

  test('that says anything at all is bounded and told', async () => {
    const messages = [undefined, null, 7, '\u0000\n<b>', { huge: 'x'.repeat(100_000) }];
    for (const message of messages) await world().app().tellPoison(message, world().log);
    expect(await within(1)).toEqual([expect.stringContaining(`${OPS}: The watcher needs you`)]);
    const text = textTo(world(), OPS);
    expect(text).not.toContain('\u0000');
    expect(text.length).toBeLessThan(10_000);
    expect(await queued(world())).toBe(0);
  });
});

describe('a scope that fails as a whole and has no owners', () => {
  test('is one line to the operators, not one a target', async () => {
    for (const name of ['one', 'two', 'three']) {
      token(name).misbehaves({ fault: 'status', status: 403 });
      await register(name, { owners: '' });
    }
    await within(1);
    world().clock.pass(DAY);
    await within(3);
    world().clock.pass(DAY);
    await within(1);
    const texts = world()
      .mailsTo(OPS)
      .map(({ message }) => message.content.plainText);
    expect(texts.join()).toContain('None of the 3 targets');
    const states = await Promise.all(
      ['one', 'two', 'three'].map(name => world().tables.expiries.row({ scope: CONTOSO, name })),
    );
    expect(states.flatMap(state => [...(state?.told.values() ?? [])].flat())).toEqual([]);
  });
});

describe('within the day', () => {
  test('all operator notices of the first hour are one mail, reminders first and rows last', async () => {
    token('due').expires('2026-06-08T00:00:00Z');
    await world().register(CONTOSO, 'due', { owners: OPS, displayName: 'Due' });
    await broken('row-a');
    await register('orphan', { owners: '' });
    await world().app().tellPoison({ scope: CONTOSO }, world().log);
    expect(await within(1)).toEqual([
      `${OPS}: 1 token, 1 registry row and 2 problems need you: Due expires in 6 days (8 June 2026)`,
    ]);
    const text = textTo(world(), OPS);
    const order = [' Due ', 'could not be handled', 'row-a', 'without an owner'];
    expect([...order].sort((a, b) => text.indexOf(a) - text.indexOf(b))).toEqual(order);
  });

  test('a second operator notice waits, whatever it is, and a reminder does not', async () => {
    await broken('row-a');
    expect(await within(1)).toHaveLength(1);
    await world().app().tellPoison({ scope: CONTOSO }, world().log);
    await register('orphan', { owners: '', displayName: 'Orphan' });
    token('orphan').expires('2026-06-08T00:00:00Z');
    expect(await passing(6 * HOUR)).toEqual([`${OPS}: Orphan expires in 6 days (8 June 2026)`]);
    expect(textOf()).not.toContain('handled');
    expect(await passing(6 * HOUR)).toEqual([]);
    expect(await passing(12 * HOUR)).toEqual([expect.stringContaining(`${OPS}: 2 problems of the watcher`)]);
  });

  test('a reminder that is sent again leaves out the operator notices that wait', async () => {
    await broken('row-a');
    await ticks(world(), 1);
    await world().app().tellPoison({ scope: CONTOSO }, world().log);
    token('orphan').expires('2026-06-08T00:00:00Z');
    await world().register(CONTOSO, 'orphan', { owners: OPS, displayName: 'Orphan' });
    world().azure.communication.refuses({ fault: 'status', status: 500 });
    expect(await within(1)).toEqual([]);
    expect(await within(1)).toEqual([`${OPS}: Orphan expires in 6 days (8 June 2026)`]);
    expect(textOf()).not.toContain('in the next mail');
  });
});

describe('two operators', () => {
  beforeEach(() => world().restart({ OPERATORS: `${OPS}, ${OPER}` }));

  test('each hear of it once a day', async () => {
    await broken('row-a');
    const one = (owner: string) => `${owner}: row-a: registry row can't be understood`;
    expect((await within(1)).sort()).toEqual([one(OPER), one(OPS)]);
    await world().app().tellPoison({ scope: CONTOSO }, world().log);
    expect(await passing(23 * HOUR)).toEqual([]);
    expect(await passing(HOUR)).toHaveLength(2);
  });

  test('of whom one joins late: that one hears of the rows that are broken still', async () => {
    world().restart();
    await broken('row-a');
    expect(await within(1)).toHaveLength(1);
    world().restart({ OPERATORS: `${OPS}, ${OPER}` });
    expect(await within(1)).toEqual([`${OPER}: row-a: registry row can't be understood`]);
  });

  test('of whom one joins late: that one hears of the scope that cannot be read still', async () => {
    world().restart();
    await register('gateway');
    world().azure.iotCentral.app(HOST).misbehaves(FORBIDDEN);
    const heard = (owner: string) =>
      expect.stringMatching(new RegExp(`^${owner}: The watcher needs you: ${CONTOSO}: every read fails`));
    expect(await within(3)).toEqual([heard(OPS)]);
    world().restart({ OPERATORS: `${OPS}, ${OPER}` });
    expect(await within(2)).toEqual([heard(OPER)]);
  });

  test('of whom one leaves: what waited for that one is dropped', async () => {
    await broken('row-a');
    await ticks(world(), 1);
    await world().app().tellPoison({ scope: CONTOSO }, world().log);
    world().restart();
    expect(await passing(DAY)).toEqual([
      `${OPS}: The watcher needs you: sweeps: a message could not be handled`,
    ]);
    expect(await queued(world())).toBe(0);
  });
});

test('MAIL_TO none queues nothing for operators either', async () => {
  world().restart({ MAIL_TO: 'none' });
  await broken('row-a');
  await register('orphan', { owners: '' });
  world().azure.iotCentral.app(HOST).misbehaves(FORBIDDEN);
  await world().app().tellPoison({ scope: CONTOSO }, world().log);
  expect(await within(14)).toEqual([]);
  expect(await dump(world(), ['outbox'])).toEqual([]);
});

test('MAIL_TO operators sends them the reminders at once and the operator notices once a day', async () => {
  world().restart({ MAIL_TO: 'operators' });
  await register('gateway', { displayName: 'Gateway' });
  await broken('row-a');
  expect(await within(1)).toHaveLength(1);
  await world().app().tellPoison({ scope: CONTOSO }, world().log);
  const mails = await mailsAt(world(), '2026-06-01T12:00:00Z');
  expect(mails).toEqual([]);
  const later: Instant = Date.UTC(2027, 0, 1, 12);
  expect(await passing(later - world().clock.now())).toEqual([
    expect.stringContaining('Gateway expires in 30 days'),
  ]);
});
