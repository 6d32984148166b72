/** Summaries: what expires in the next 60 days, for those who want it, at most once for each tick of the schedule. */
import { DAY, formatInstant, MINUTE } from '../../src/formats/instant';
import { LINKED } from '../support/snooze';
import { CONTOSO, flat, HOST, mailedBy, textTo } from '../support/story';
import { useWorld } from '../support/world';

const ADA = 'ada@example.com';
const BOB = 'bob@example.com';
const OPS = 'ops@example.com';
const MONDAYS = '0 0 7 * * 1';

const world = useWorld({ settings: { ...LINKED, SUMMARY_SCHEDULE: MONDAYS } });
const token = (name: string) => world().azure.iotCentral.token(HOST, name);
const at = (text: string) =>
  mailedBy(world(), async () => {
    world().clock.to(text);
    await world().tick();
  });
const summaries = (mails: readonly string[]) => mails.filter(mail => mail.includes('Summary'));

async function furnish(): Promise<void> {
  const now = world().clock.now();
  for (const [name, owners, days] of [
    ['soon', `${ADA}, ${BOB}`, 50],
    ['mine', 'ADA@example.com', 58],
    ['later', ADA, 300],
  ] as const) {
    await world().register(CONTOSO, name, { owners });
    token(name).expires(formatInstant(now + days * DAY));
  }
  await world().register(CONTOSO, 'typo', { owners: 'nobody' });
  token('typo').expires(formatInstant(now + 300 * DAY));
  await world().tick();
}

test('owners get what expires in 60 days, operators the whole and what fails, once a week', async () => {
  await furnish();
  expect(summaries(await at('2026-06-01T06:55:00Z'))).toEqual([]);
  expect(summaries(await at('2026-06-01T07:00:00Z')).sort()).toEqual([
    `${ADA}: Summary of the next 60 days: 2 tokens to renew`,
    `${BOB}: Summary of the next 60 days: 1 token to renew`,
    `${OPS}: Summary of the next 60 days: 2 tokens to renew, 1 token in trouble`,
  ]);
  const mine = flat(textTo(world(), ADA));
  expect(mine).toMatch(/^soon, 21 July 2026: expires in 49 days\./);
  expect(mine).toContain('View https://watcher.example.com/api/mine?t=');
  expect(mine).toMatch(/All your tokens: https:\/\/watcher\.example\.com\/api\/mine\?t=\S+ -+ Sent by/);
  expect(textTo(world(), OPS)).not.toContain('All your tokens');
  expect(mine).not.toContain('later');
  expect(flat(textTo(world(), OPS))).toMatch(/\[INVALID ROW\] typo needs a look .*What's wrong owners:/);
  expect(summaries(await at('2026-06-01T07:05:00Z'))).toEqual([]);
  expect(summaries(await at('2026-06-07T07:00:00Z'))).toEqual([]);
  expect(summaries(await at('2026-06-08T07:00:00Z'))).toHaveLength(3);
});

test('a missed tick is made up for once, and nothing goes out without the setting', async () => {
  await furnish();
  expect(summaries(await at('2026-06-24T12:00:00Z'))).toHaveLength(3);
  expect(summaries(await at('2026-06-24T12:05:00Z'))).toEqual([]);
  world().restart({ SUMMARY_SCHEDULE: '' });
  expect(summaries(await at('2026-06-30T12:00:00Z'))).toEqual([]);
});

test('who might have it already gets no second one; the others get theirs at the next run', async () => {
  await furnish();
  world().azure.communication.refuses({ fault: 'status', status: 500 });
  expect(summaries(await at('2026-06-01T07:00:00Z'))).toEqual([]);
  expect(summaries(await at('2026-06-01T07:05:00Z')).map(mail => mail.split(':')[0])).toEqual([BOB, OPS]);
  expect(summaries(await at('2026-06-01T07:10:00Z'))).toEqual([]);
});

test('a fault of our own costs nobody a summary', async () => {
  await furnish();
  world().azure.communication.refuses({ fault: 'status', status: 401 });
  expect(summaries(await at('2026-06-01T07:00:00Z'))).toEqual([]);
  expect(summaries(await at('2026-06-01T07:05:00Z'))).toHaveLength(3);
});

test('a summary of many targets stays within the size of a mail, and says how many more there are', async () => {
  const names = Array.from({ length: 150 }, (_, index) => `token-${String(index).padStart(3, '0')}`);
  for (const [index, name] of names.entries())
    token(name).expires(formatInstant(world().clock.now() + 40 * DAY + index * MINUTE));
  await world().registerAll(CONTOSO, names, { owners: ADA });
  await world().tick();
  await at('2026-06-01T07:00:00Z');
  const { plainText = '', html = '' } = world().mailsTo(ADA).at(-1)?.message.content ?? {};
  for (const body of [plainText, html]) expect(Buffer.byteLength(body)).toBeLessThan(100_000);
  const listed = names.filter(name => plainText.includes(name));
  expect(listed).toEqual(names.slice(0, listed.length));
  expect(plainText).toContain(`${150 - listed.length} more are not listed here.`);
});

test('the quota of mails holds for summaries, too', async () => {
  await furnish();
  world().restart({ MAIL_PER_MINUTE: '1' });
  world().clock.to('2026-06-01T07:00:00Z');
  const sent: string[] = [];
  for (let minute = 0; minute < 5; minute += 1) {
    const mails = summaries(await mailedBy(world(), () => world().remind()));
    expect(mails.length).toBeLessThanOrEqual(1);
    sent.push(...mails);
    world().clock.pass(MINUTE);
  }
  expect(sent).toHaveLength(3);
});

test('an operator of a fleet in which nothing expires soon hears what fails all the same', async () => {
  await world().register(CONTOSO, 'typo', { owners: 'nobody' });
  token('typo').expires(formatInstant(world().clock.now() + 300 * DAY));
  await world().tick();
  expect(summaries(await at('2026-06-01T07:00:00Z'))).toEqual([
    `${OPS}: Summary: nothing expires in the next 60 days, 1 token in trouble`,
  ]);
});

test('half of the quota is left for reminders', async () => {
  await furnish();
  world().restart({ MAIL_PER_MINUTE: '4' });
  world().clock.to('2026-06-01T07:00:00Z');
  expect(summaries(await mailedBy(world(), () => world().remind()))).toHaveLength(2);
  await world().register(CONTOSO, 'urgent', { owners: 'eve@example.com, fay@example.com' });
  token('urgent').expires(formatInstant(world().clock.now() + DAY));
  const next = await mailedBy(world(), () => world().tick());
  expect(next.map(mail => mail.split(':')[0]).sort()).toEqual(['eve@example.com', 'fay@example.com']);
  world().clock.pass(2 * MINUTE);
  expect(summaries(await mailedBy(world(), () => world().remind()))).toHaveLength(2);
});

test('a wait that the mail service asks for holds back the other summaries, too', async () => {
  await furnish();
  const throttled = { fault: 'status', status: 429, retryAfter: '1200' } as const;
  world().azure.communication.refuses({ fault: 'times', times: 1, inner: throttled });
  expect(summaries(await at('2026-06-01T07:00:00Z'))).toEqual([]);
  expect(summaries(await at('2026-06-01T07:10:00Z'))).toEqual([]);
  expect(summaries(await at('2026-06-01T07:25:00Z')).map(mail => mail.split(':')[0])).toEqual([BOB, OPS]);
});

test('what can’t be read is shown with its last known date, and says so', async () => {
  await furnish();
  token('soon').misbehaves({ fault: 'status', status: 500 });
  await at('2026-06-01T06:30:00Z');
  await at('2026-06-01T07:00:00Z');
  expect(flat(textTo(world(), BOB))).toMatch(
    /soon expires in 49 days.*Could not be read since .* UTC. The date is the last one known\./,
  );
});
