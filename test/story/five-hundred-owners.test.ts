/** Five hundred owners at 30 mails a minute and 400 an hour: nobody twice, nobody missed, and no minute and no hour with more. */
import { DAY, HOUR, type Instant, MINUTE } from '../../src/formats/instant';
import { CONTOSO, HOST, queued } from '../support/story';
import { useWorld, type World } from '../support/world';

const COUNT = 500;
const ownerOf = (index: number) => `owner-${index}@example.com`;

async function owners({ azure, clock, register, sweep }: World): Promise<void> {
  for (let index = 0; index < COUNT; index += 1) {
    azure.iotCentral.token(HOST, `token-${index}`).expires(clock.now() + 6 * DAY + index * MINUTE);
    await register(CONTOSO, `token-${index}`, { owners: ownerOf(index) });
  }
  await sweep();
}

/** The most mails within any span of this length. */
function mostWithin(span: number, instants: readonly Instant[]): number {
  let most = 0;
  for (let first = 0, last = 0; last < instants.length; last += 1) {
    while ((instants[last] ?? 0) - (instants[first] ?? 0) >= span) first += 1;
    most = Math.max(most, last - first + 1);
  }
  return most;
}

/** A run each minute, until nothing waits. @returns how many minutes that took */
async function remindUntilTold(world: World): Promise<number> {
  const start = world.clock.now();
  for (let run = 0; run < 200 && (await queued(world)) > 0; run += 1) {
    await world.remind();
    world.clock.pass(MINUTE);
  }
  return (world.clock.now() - start) / MINUTE;
}

function expectEachOnce({ azure }: World): void {
  const mails = azure.communication.mails.filter(({ to }) => to[0]?.startsWith('owner-'));
  const all = Array.from({ length: COUNT }, (_, index) => ownerOf(index));
  expect(mails.flatMap(({ to }) => to).sort()).toEqual(all.sort());
  const instants = azure.communication.mails.map(({ at }) => at);
  expect(mostWithin(MINUTE, instants)).toBeLessThanOrEqual(30);
  expect(mostWithin(HOUR, instants)).toBeLessThanOrEqual(400);
}

const QUIET = { iotCentral: { throttle: false } } as const;

describe('by graph, whose quota is that of smtp', () => {
  const world = useWorld({ ...QUIET, mail: 'graph' });

  test('all are told within the limits', async () => {
    await owners(world());
    // 400 in the first hour, at 30 a minute; the last 100 as places become free.
    expect(await remindUntilTold(world())).toBeLessThan(70);
    expectEachOnce(world());
  });
});

describe('by the fallback, while the first transport has a fault of our own', () => {
  const world = useWorld({ ...QUIET, mail: 'smtp', fallback: 'graph' });

  test('all are told within its limits, after the hour of the first one', async () => {
    await owners(world());
    for (let time = 0; time < 1_000; time += 1)
      void world().azure.smtp?.fails('signIn', { fault: 'reply', reply: '535 5.7.8 wrong password' });
    for (let time = 0; time < 1_000; time += 1)
      void world().azure.smtp?.fails('sender', { fault: 'reply', reply: '530 5.7.0 sign in first' });
    expect(await remindUntilTold(world())).toBeLessThan(135);
    expectEachOnce(world());
    const byFallback = world().azure.communication.mails.filter(({ message }) =>
      message.senderAddress.endsWith('.org'),
    );
    expect(byFallback.length).toBeGreaterThanOrEqual(COUNT);
    expect(world().azure.smtp?.sessions.length).toBeLessThanOrEqual(135);
  });
});
