/** A digest that can't be sent and a more urgent line behind it: the line does not wait until the growing gaps of the digest are over (rule 15). */
import { DAY, formatInstant, MINUTE } from '../../src/formats/instant';
import { CONTOSO, HOST, mailedBy, queued } from '../support/story';
import { useWorld } from '../support/world';

const ADA = 'ada@example.com';
const world = useWorld();

const mail = () => world().azure.communication;
const posts = () => mail().requests.filter(({ path }) => path === '/emails:send').length;

/** A target that is due when it has `days` left. */
async function due(name: string, days: number, owner = ADA): Promise<void> {
  world()
    .azure.iotCentral.token(HOST, name)
    .expires(formatInstant(world().clock.now() + days * DAY));
  await world().register(CONTOSO, name, { owners: owner, thresholds: `${days}d` });
  await world().sweep();
}

/** Runs the sender every minute. */
async function minutes(count: number): Promise<string[]> {
  return await mailedBy(world(), async () => {
    for (let minute = 0; minute < count; minute += 1) {
      world().clock.pass(MINUTE);
      await world().remind();
    }
  });
}

/** The digest of the old line fails at once and after 4, 13 and 32 minutes; its next try would be after 71. */
async function failedFourTimes(): Promise<void> {
  fails(4);
  await due('old', 20);
  await world().remind();
  await minutes(34);
  expect([posts(), world().mails()]).toEqual([4, []]);
}

function fails(times: number): void {
  mail().refuses({ fault: 'times', times, inner: { fault: 'status', status: 500 } });
}

test('it goes out within minutes, first in the next mail of its owner', async () => {
  await failedFourTimes();
  await due('urgent', 2);
  expect(await minutes(10)).toEqual([
    expect.stringMatching(/^ada@example.com: 2 tokens need you: urgent expires/),
  ]);
  expect(await queued(world())).toBe(0);
  expect(await minutes(180)).toEqual([]);
});

test('a line that is less urgent waits, and the digest keeps its gaps', async () => {
  await failedFourTimes();
  await due('later', 25);
  expect(await minutes(30)).toEqual([]);
  expect(posts()).toBe(4);
  expect(await minutes(10)).toHaveLength(2);
});

test('it hurries nothing that the service has: that mail is found, and is not sent again', async () => {
  fails(3);
  mail().acceptsThen({ fault: 'status', status: 500 });
  await due('old', 20);
  await world().remind();
  await minutes(34);
  expect(world().mails()).toHaveLength(1);
  await due('urgent', 2);
  expect(await minutes(10)).toEqual([expect.stringMatching(/^ada@example.com: urgent expires in 1 day/)]);
  expect(await queued(world())).toBe(0);
});

test('a notice that waits for the daily mail hurries nothing', async () => {
  world().restart({ OPERATORS: ADA });
  const now = world().clock.now();
  await world().tables.mailLedger.saveOperatorNoticesToldOn(ADA, now);
  fails(4);
  // Expired for long, it is less urgent than any notice.
  await due('old', -3);
  await world().remind();
  await minutes(34);
  const daily = { scope: 'sweeps', name: CONTOSO, reason: 'poisoned', note: 'a message failed' };
  await world().tables.outbox.put([{ ...daily, owner: ADA, about: now, crossedOn: now, since: now }]);
  expect(await minutes(30)).toEqual([]);
  expect(posts()).toBe(4);
});

test('each more urgent line hurries a mail that fails once, and such a mail is given up after some hours all the same', async () => {
  fails(1);
  await due('old', 20);
  await world().remind();
  await minutes(1);
  await due('other', 20, 'bob@example.com');
  expect(await minutes(1)).toHaveLength(1);
  fails(60);
  for (const days of [19, 18, 17, 16]) {
    await minutes(35);
    await due(`in-${days}-days`, days);
  }
  await minutes(60);
  mail().switches.scripts.length = 0;
  // It was given up after two hours, and its lines went to the operators. What became due after that is told.
  expect(await minutes(60)).toEqual([
    expect.stringMatching(/^ada@example.com: in-16-days expires in 15 days/),
    expect.stringMatching(/^ops@example.com: 4 tokens and 1 problem need you: in-17-days/),
  ]);
});
