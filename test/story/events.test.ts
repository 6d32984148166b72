/** Events: what alerts are built on, told in the log as one line of JSON each, and never an address. */
import { HOUR, MINUTE } from '../../src/formats/instant';
import { parseSweepMessage } from '../../src/watch/sweep/start-sweep';
import { CONTOSO, HOST, ticks, withNeighbour } from '../support/story';
import { useWorld } from '../support/world';

const FORBIDDEN = { fault: 'status', status: 403 } as const;
const EXPIRY = '2027-01-31T12:00:00Z';
const TRACEPARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
const SOON = '2026-06-05T00:00:00Z';

const world = useWorld();
const token = (name: string) => world().azure.iotCentral.token(HOST, name);

async function watched(name: string, expiry = EXPIRY): Promise<void> {
  token(name).expires(expiry);
  await world().register(CONTOSO, name, { owners: 'ada@example.com' });
}

/** What is told of an event from now on. */
async function told(event: string, work: () => Promise<unknown>): Promise<unknown[]> {
  const before = world().log.lines.length;
  await work();
  return world()
    .log.lines.slice(before)
    .filter(line => line.startsWith(`{"event":"${event}"`))
    .map(line => {
      const { event: _name, ...fields } = JSON.parse(line);
      return fields;
    });
}

let lines: readonly string[];
beforeEach(() => {
  ({ lines } = world().log);
});
/** The other lines of the log name no one either. */
afterEach(() => {
  expect(lines.join('\n')).not.toMatch(/example\.com|@/);
});

test('each scope that was swept tells how many targets it has, and how they are', async () => {
  await watched('a');
  await watched('b');
  token('b').misbehaves(FORBIDDEN);
  await world().register(CONTOSO, 'row', { thresholds: 'soon' });
  token('row').expires(EXPIRY);
  const tick = world().clock.text();
  expect(await told('sweepFinished', () => world().sweep())).toEqual([
    { scope: CONTOSO, tick, durationMs: expect.any(Number), targets: 3, failing: 1, invalid: 1 },
  ]);
});

test('reads that fail are counted by their reason, without a name', async () => {
  for (const name of ['a', 'b', 'c', 'd']) await watched(name);
  for (const name of ['a', 'b']) token(name).misbehaves(FORBIDDEN);
  token('c').misbehaves({ fault: 'status', status: 404 });
  expect(await told('readFailed', () => world().sweep())).toEqual([
    { scope: CONTOSO, code: 'notAllowed', reads: 2 },
    { scope: CONTOSO, code: 'missing', reads: 1 },
  ]);
  // None of them is read again so soon.
  world().clock.pass(MINUTE);
  expect(await told('readFailed', () => world().sweep())).toEqual([]);
});

describe('a scope of which nothing can be read', () => {
  const scopeFailing = (count: number) => told('scopeFailing', () => ticks(world(), count));

  test.each([1, 3])(
    'is told from the second look on, at each sweep, with %d of its targets',
    async targets => {
      for (let index = 0; index < targets; index += 1) await watched(`t${index}`);
      world().azure.iotCentral.app(HOST).misbehaves(FORBIDDEN);
      expect(await scopeFailing(1)).toEqual([]);
      const since = new Date(world().clock.now()).toISOString();
      const event = { scope: CONTOSO, since, targets, refused: targets };
      expect(await scopeFailing(2)).toEqual([event, event]);
      world().azure.iotCentral.app(HOST).recovers();
      await ticks(world(), 3);
      expect(await scopeFailing(1)).toEqual([]);
    },
  );

  test('is told whoever gets the mails, and where nobody does', async () => {
    world().restart({ MAIL_TO: 'none', OPERATORS: '' });
    await watched('a');
    world().azure.iotCentral.app(HOST).misbehaves(FORBIDDEN);
    expect(await scopeFailing(2)).toHaveLength(1);
  });

  test('is not told while one of its targets can be read', async () => {
    await watched('a');
    await withNeighbour(world());
    token('a').misbehaves(FORBIDDEN);
    expect(await scopeFailing(3)).toEqual([]);
  });
});

describe('a mail', () => {
  const mail = {
    operation: expect.stringMatching(/^[0-9a-f-]{36}$/),
    attempt: 1,
    transport: 'acs',
    reminders: 2,
  };
  beforeEach(async () => {
    for (const name of ['a', 'b']) await watched(name, SOON);
    await world().sweep();
  });

  test('that is accepted is told', async () => {
    expect(await told('mailSent', () => world().remind())).toEqual([mail]);
    expect(await told('mailSent', () => world().remind())).toEqual([]);
  });

  test('that is not taken is told at each try with its cause, under one operation', async () => {
    world().azure.communication.refuses({ fault: 'status', status: 403 });
    const failed = await told('mailFailed', () => world().remind());
    expect(failed).toEqual([{ ...mail, outcome: 'waits', cause: 'ours' }]);
    const [{ operation }] = failed.map(Object);
    const sent = await told('mailSent', () => ticks(world(), 2));
    expect(sent).toContainEqual({ ...mail, operation });
  });

  test('that was accepted and did not arrive is told', async () => {
    world().azure.communication.recipient('ada@example.com', 'dropped');
    expect(await told('mailFailed', () => ticks(world(), 3))).toEqual([{ ...mail, outcome: 'undelivered' }]);
  });

  test('that is refused for good is told so', async () => {
    world().azure.communication.refuses({ fault: 'status', status: 400 });
    expect(await told('mailFailed', () => world().remind())).toEqual([{ ...mail, outcome: 'refused' }]);
  });
});

test('at each tick it is told how long the oldest reminder has waited, though nothing is sent', async () => {
  const age = () => told('reminderAge', () => world().sweep());
  expect(await age()).toEqual([{ oldestMs: 0 }]);
  await watched('a', SOON);
  await world().sweep();
  world().clock.pass(7 * HOUR);
  expect(await age()).toEqual([{ oldestMs: 7 * HOUR }]);
  await world().remind();
  expect(await age()).toEqual([{ oldestMs: 0 }]);
});

test('a reminder that has waited for too long is told, however many others wait', async () => {
  const { clock, tables, log } = world();
  const line = (owner: string, name: string, age: number) => {
    const since = clock.now() - age;
    return { owner, scope: CONTOSO, name, reason: '7d', about: since, crossedOn: since, since };
  };
  const others = Array.from({ length: 1_001 }, (_, index) => line('ada@example.com', `t${index}`, HOUR));
  await tables.outbox.put([...others, line('zoe@example.com', 'late', 7 * HOUR)]);
  const [age] = await told('reminderAge', () => world().app().startSweep(log));
  expect(age).toEqual({ oldestMs: 7 * HOUR });
});

test('a message that was given up is told by its scope, whatever it holds', async () => {
  const { app, log } = world();
  const poison = (message: unknown) => told('poison', () => app().tellPoison(message, log));
  expect(await poison({ scope: CONTOSO })).toEqual([{ scope: CONTOSO }]);
  expect(await poison('not { json')).toEqual([{ scope: '' }]);
});

describe('the traceparent of a sweep', () => {
  test('travels in its messages, and its trace is told with the end of each scope', async () => {
    await watched('a');
    const [message] = await world().app().startSweep(world().log, TRACEPARENT);
    expect(message).toMatchObject({ scope: CONTOSO, traceparent: TRACEPARENT });
    const parsed = parseSweepMessage(JSON.parse(JSON.stringify(message)));
    expect(await told('sweepFinished', () => world().app().sweepScope(parsed, world().log))).toMatchObject([
      { startedBy: '0af7651916cd43dd8448eb211c80319c' },
    ]);
  });

  test.each([undefined, 'nonsense', '', 7, null, { a: 1 }])(
    'is no fault where it is %j',
    async traceparent => {
      const message = { scope: CONTOSO, tick: '2026-06-01T00:00:00.000Z', traceparent };
      expect(parseSweepMessage(message).traceparent).toBeUndefined();
    },
  );

  test('that the host does not give, or gives malformed, is left out', async () => {
    await watched('a');
    for (const given of [undefined, 'nonsense']) {
      const [message] = await world().app().startSweep(world().log, given);
      expect(JSON.stringify(message)).not.toContain('traceparent');
    }
  });
});
