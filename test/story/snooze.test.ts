/** The link in a mail: snooze, undo, "I replaced it"; and what it refuses to do. */
import { DAY, formatInstant, MINUTE } from '../../src/formats/instant';
import type { LinkAction, Shown } from '../../src/watch/snooze/link-answers';
import { statusJson } from '../../src/web/status/body';
import { instant } from '../support/clock';
import { LINKED, linksTo, tokenTo } from '../support/snooze';
import { CONTOSO, dump, HOST, historyOf, mailsAt, notesOf, withNeighbour } from '../support/story';
import { useWorld } from '../support/world';

const world = useWorld({ settings: LINKED });

const ADA = 'ada@example.com';
const BOB = 'Bob@Example.com';
const BOTH = { owners: `${ADA}, ${BOB}`, displayName: 'Gateway' };
const GATEWAY = { scope: CONTOSO, name: 'gateway' };
const EXPIRY = '2026-08-01T12:00:00Z';

const token = (id = 'gateway') => world().azure.iotCentral.token(HOST, id);
const recipients = async (text: string) =>
  (await mailsAt(world(), text)).map(mail => mail.split(': ')[0]).sort();
const at = (text: string) => recipients(`2026-${text}T12:00:00Z`);
const shownBy = (link = tokenTo(world(), ADA)) => world().app().showLink(link);
const follow = (asked: LinkAction, link = tokenTo(world(), ADA)) =>
  world().app().followLink(link, asked, world().log);
const stored = () => dump(world());

function snooze(days: number, more: { reason?: string; seen?: string; link?: string } = {}) {
  const { reason = 'waiting for the vendor', seen = '', link } = more;
  return follow({ act: 'snooze', days, reason, seen }, link);
}

const snoozeOf = async (owner: string) =>
  (await world().tables.expiries.row(GATEWAY))?.snoozes.get(owner.toLowerCase());

function shown(answer: Awaited<ReturnType<typeof shownBy>>): Shown {
  if (!('view' in answer)) throw new Error(JSON.stringify(answer));
  return answer;
}

/** Up to the mails to both owners 30 days before the expiry. */
beforeEach(async () => {
  await world().register(CONTOSO, 'gateway', BOTH);
  token().expires(EXPIRY);
  expect(await at('07-02')).toEqual([BOB, ADA]);
});

test('the page shows the target, its expiry and the recipient; nothing else', async () => {
  expect(await shownBy()).toEqual({
    view: {
      asOf: world().clock.now(),
      owner: ADA,
      displayName: 'Gateway',
      label: 'IoT Central API token',
      where: HOST,
      id: 'gateway',
      expiresOn: instant(EXPIRY),
      standing: 'expiring',
      readOn: world().clock.now(),
    },
  });
});

describe('a snooze', () => {
  test('mutes only one owner, and ends by itself: then the tightest threshold is told, once', async () => {
    expect(await snooze(26)).toMatchObject({
      done: 'snoozed',
      view: { snooze: { reason: 'waiting for the vendor' } },
    });
    expect(await at('07-18')).toEqual([BOB]);
    expect(await at('07-25')).toEqual([BOB]);
    expect(await recipients('2026-07-28T11:59:00Z')).toEqual([]);
    expect(await at('07-28')).toEqual([ADA]);
    expect(world().mailsTo(ADA).at(-1)?.message.content.plainText).toContain('7d');
    expect(await at('07-29')).toEqual([]);
    expect(await at('07-31')).toEqual([BOB, ADA]);
  });

  test('ends with the expiry it was for: a renewed token starts clean', async () => {
    await snooze(90);
    token().expires('2026-09-20T12:00:00Z');
    // The renewal is told to every owner who was reminded, snoozed or not.
    expect(await at('07-10')).toEqual([BOB, ADA]);
    expect(await at('08-21')).toEqual([BOB, ADA]);
  });

  test('drops queued reminders, with the reason', async () => {
    world().clock.to('2026-07-18T12:00:00Z');
    await world().sweep();
    await snooze(5);
    await world().remind();
    expect(world().mailsTo(ADA)).toHaveLength(1);
    expect(await notesOf(world(), CONTOSO, 'gateway', 'dropped')).toEqual([
      expect.stringMatching(/to ada@example\.com: snoozed$/),
    ]);
  });

  test('drops a queued notice, too, and says why', async () => {
    await withNeighbour(world());
    token().misbehaves({ fault: 'status', status: 500 });
    for (const time of ['18:00', '18:05', '19:05']) {
      world().clock.to(`2026-07-02T${time}:00Z`);
      await world().sweep();
    }
    await snooze(5);
    await world().remind();
    expect(world().mailsTo(ADA)).toHaveLength(1);
    expect(await notesOf(world(), CONTOSO, 'gateway', 'dropped')).toEqual([
      expect.stringMatching(/^unreadable of \S+ to ada@example\.com: snoozed$/),
    ]);
  });

  test('is in the history, with who, until when and why', async () => {
    await snooze(7);
    expect(await notesOf(world(), CONTOSO, 'gateway', 'snoozed')).toEqual([
      `by ${ADA} until 2026-07-09T12:00:00.000Z: waiting for the vendor`,
    ]);
  });

  test('shows on status from the next sweep on, while it lasts', async () => {
    await snooze(7);
    world().clock.pass(5 * MINUTE);
    await world().sweep();
    const snoozedUntil = instant('2026-07-09T12:00:00Z');
    expect(await world().item('gateway')).toMatchObject({ snoozedUntil });
    const { items } = statusJson(await world().app().report({ limit: 1 }));
    expect(Object.entries(items[0] ?? {}).at(-1)).toEqual(['snoozedUntil', '2026-07-09T12:00:00.000Z']);
    world().clock.to('2026-07-09T12:00:00Z');
    expect((await world().item('gateway'))?.snoozedUntil).toBeUndefined();
  });

  test('that is asked for twice is the same snooze, and nothing is written again', async () => {
    const first = shown(await snooze(7));
    const before = await stored();
    world().clock.pass(DAY);
    const again = shown(await snooze(7));
    expect([again.done, again.view.snooze]).toEqual(['snoozed', first.view.snooze]);
    expect(await stored()).toEqual(before);
  });

  test('can be extended by an owner who saw it, and not by an older form', async () => {
    const { view } = shown(await snooze(7));
    world().clock.pass(DAY);
    const before = await stored();
    expect(await snooze(30)).toMatchObject({ changedMeanwhile: true, view: { snooze: view.snooze } });
    expect(await stored()).toEqual(before);
    const seen = formatInstant(view.snooze?.on ?? 0);
    expect(await snooze(30, { seen })).toMatchObject({ done: 'snoozed' });
    expect(await snoozeOf(ADA)).toMatchObject({ until: world().clock.now() + 30 * DAY });
  });

  test('of two owners at once are two snoozes', async () => {
    const [ada, bob] = [tokenTo(world(), ADA), tokenTo(world(), BOB)];
    await Promise.all([
      snooze(3, { link: ada, reason: 'ada’s' }),
      snooze(20, { link: bob, reason: 'bob’s' }),
    ]);
    expect([(await snoozeOf(ADA))?.reason, (await snoozeOf(BOB))?.reason]).toEqual(['ada’s', 'bob’s']);
    expect(await at('07-18')).toEqual([ADA]);
  });

  test('can be undone: what is then due is told', async () => {
    await snooze(90);
    expect(await at('07-18')).toEqual([BOB]);
    expect(await follow({ act: 'undo' })).toEqual({ done: 'unsnoozed', view: shown(await shownBy()).view });
    expect(await at('07-19')).toEqual([ADA]);
    expect(await historyOf(world(), CONTOSO, 'gateway')).toEqual(
      expect.arrayContaining(['snoozed', 'unsnoozed']),
    );
    const before = await stored();
    expect(await follow({ act: 'undo' })).toMatchObject({ done: 'unsnoozed' });
    expect(await stored()).toEqual(before);
  });

  test('is bounded in sum: 90 days from the first mute, whether it is changed, undone or over', async () => {
    const last = world().clock.now() + 90 * DAY;
    const seen = async () => formatInstant((await snoozeOf(ADA))?.on ?? 0);
    await snooze(30);
    world().clock.pass(10 * DAY);
    expect(await snooze(81, { seen: await seen() })).toMatchObject({
      badDays: expect.stringMatching(/^80 days at most: it was first snoozed on 2026-07-02,/),
      view: { mute: { daysLeft: 80 } },
    });
    expect(await snooze(80, { seen: await seen() })).toMatchObject({ done: 'snoozed' });
    expect((await snoozeOf(ADA))?.until).toBe(last);
    await follow({ act: 'undo' });
    expect(await snooze(81)).toHaveProperty('badDays');
    world().clock.pass(DAY);
    await snooze(1);
    world().clock.pass(2 * DAY);
    expect(shown(await shownBy()).view).toMatchObject({ mute: { daysLeft: 77 } });
    await world().sweep();
    expect(await snooze(78)).toHaveProperty('badDays');
    world().restart();
    expect(await snooze(77)).toMatchObject({ done: 'snoozed' });
    expect((await snoozeOf(ADA))?.until).toBe(last);
    world().clock.pass(76 * DAY + 1);
    const before = await stored();
    expect(await snooze(1, { seen: await seen() })).toMatchObject({
      badDays: expect.stringMatching(/^it can be snoozed no longer/),
    });
    expect(await stored()).toEqual(before);
    // The other owner has their own 90 days.
    expect(shown(await snooze(20, { link: tokenTo(world(), BOB) })).done).toBe('snoozed');
  });

  test('of a renewed expiry has 90 days of its own', async () => {
    await snooze(90);
    token().expires('2026-09-20T12:00:00Z');
    await at('07-10');
    await at('08-21');
    expect(await snooze(90)).toMatchObject({ done: 'snoozed', view: { mute: { daysLeft: 90 } } });
  });

  test('set before mutes were recorded counts from its own beginning', async () => {
    const on = world().clock.now();
    const about = instant(EXPIRY);
    await world().tables.expiries.mergeSnooze(ADA, GATEWAY, { about, until: on + 90 * DAY, reason: 'x', on });
    world().clock.pass(10 * DAY);
    await follow({ act: 'undo' });
    expect(await snooze(81)).toHaveProperty('badDays');
    expect(await snooze(80)).toMatchObject({ done: 'snoozed' });
  });

  test('of an operator mutes the operator, for a target without owners', async () => {
    await world().register(CONTOSO, 'orphan', {});
    token('orphan').expires(EXPIRY);
    await at('07-03');
    const link = linksTo(world(), 'ops@example.com').map(url => new URL(url).searchParams.get('t') ?? '');
    await snooze(20, { link: link[0] ?? '' });
    expect(await at('07-18')).toEqual([BOB, ADA]);
  });
});

describe('a link', () => {
  test('that a scanner opens, however often, changes nothing', async () => {
    const links = [...linksTo(world(), ADA), ...linksTo(world(), BOB)];
    expect(links).toHaveLength(2);
    const before = await stored();
    for (const link of [...links, ...links]) shown(await shownBy(new URL(link).searchParams.get('t') ?? ''));
    expect(await stored()).toEqual(before);
    expect(await at('07-18')).toEqual([BOB, ADA]);
  });

  const acts: LinkAction[] = [
    { act: 'snooze', days: 7, reason: 'x', seen: '' },
    { act: 'undo' },
    { act: 'replace', newId: 'newer' },
    { act: 'replaceUnnamed', note: 'x' },
    { act: 'confirm', name: 'newer', proof: 'x' },
    { act: 'unreplace' },
  ];

  async function refuses(refused: object, link = tokenTo(world(), ADA)): Promise<void> {
    const before = await stored();
    expect(await shownBy(link)).toEqual(refused);
    for (const asked of acts) expect(await follow(asked, link)).toEqual(refused);
    expect(await stored()).toEqual(before);
  }

  test('that was altered does nothing', async () => {
    const link = tokenTo(world(), ADA);
    await refuses({ refused: 'unreadable' }, `${link.slice(0, 20)}x${link.slice(21)}`);
    await refuses({ refused: 'unreadable' }, '');
  });

  test('that is over does nothing', async () => {
    const link = tokenTo(world(), ADA);
    world().clock.pass(120 * DAY);
    await refuses({ refused: 'over', until: world().clock.now() }, link);
  });

  test('that is replayed after a renewal does nothing', async () => {
    const link = tokenTo(world(), ADA);
    token().expires('2027-08-01T12:00:00Z');
    await at('07-10');
    const expiresOn = instant('2027-08-01T12:00:00Z');
    await refuses(
      { refused: 'expiryChanged', displayName: 'Gateway', about: instant(EXPIRY), expiresOn },
      link,
    );
  });

  test('to what was removed does nothing', async () => {
    await world().unregister(CONTOSO, 'gateway');
    await refuses({ refused: 'removed' });
  });

  test('to what is disabled does nothing', async () => {
    await world().register(CONTOSO, 'gateway', { ...BOTH, enabled: 'false' });
    await refuses({ refused: 'notWatched', displayName: 'Gateway' });
  });

  test('of a former owner does nothing and shows nothing', async () => {
    await world().register(CONTOSO, 'gateway', { owners: BOB, displayName: 'Secret project' });
    await refuses({ refused: 'notARecipient' });
    expect(await shownBy(tokenTo(world(), BOB))).toHaveProperty('view');
  });

  test('signed with the previous secret works, and with an older one does not', async () => {
    const link = tokenTo(world(), ADA);
    const LINK_SECRET = 'another secret of 32 characters or more';
    world().restart({ LINK_SECRET, LINK_SECRET_PREVIOUS: LINKED.LINK_SECRET });
    expect(await snooze(7, { link })).toMatchObject({ done: 'snoozed' });
    world().restart({ LINK_SECRET });
    await refuses({ refused: 'unreadable' }, link);
  });

  test('does nothing when links are switched off, and mails have no link', async () => {
    const link = tokenTo(world(), ADA);
    world().restart({ LINK_SECRET: '' });
    await refuses({ refused: 'off' }, link);
    expect(await at('07-18')).toEqual([BOB, ADA]);
    expect(linksTo(world(), ADA)).toHaveLength(1);
  });
});
