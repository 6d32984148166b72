/** A container app's life: if every read makes a new token, no reminder is sent; a fixed token is treated like any other. */
import { DAY, HOUR, MINUTE } from '../../src/formats/instant';
import { APPS, HOST, historyOf, mailedBy, SUBSCRIPTION, ticks, withNeighbour } from '../support/story';
import { useWorld } from '../support/world';

const world = useWorld();

const app = () => world().azure.arm.app(SUBSCRIPTION, 'shop', 'cart');
const item = async () => {
  const found = await world().item('shop:cart');
  if (!found) throw new Error('shop:cart is on no report');
  return found;
};
const evidence = async () =>
  (await world().tables.expiries.row({ scope: APPS, name: 'shop:cart' }))?.evidence;

/** Ticks at an instant, and again five minutes later: both read an undecided target. */
const mailsAbout = (text: string) =>
  mailedBy(world(), async () => {
    world().clock.to(text);
    await world().tick();
    await ticks(world(), 1);
  });

beforeEach(() => world().register(APPS, 'shop:cart', { owners: 'ada@example.com', displayName: 'Cart' }));

describe('a container app that mints a token at every read', () => {
  beforeEach(() => void app().mintsFor(HOUR));

  test('counts as minted after three sweeps', async () => {
    const seen: unknown[] = [];
    for (let sweep = 0; sweep < 3; sweep += 1) {
      await ticks(world(), 1);
      seen.push(await evidence());
    }
    expect(seen).toEqual(['first', 'moved', 'minted']);
    expect(app().reads).toBe(3);
  });

  test('is recorded and shown with its expiry, lifetime and the instant of the read', async () => {
    await ticks(world(), 3);
    const now = world().clock.now();
    expect(await item()).toMatchObject({
      minted: true,
      standing: 'healthy',
      check: 'ok',
      expiresOn: now + HOUR,
      lifetimeSeconds: 3_600,
      checkedOn: now,
      nextCheckOn: now + 6 * HOUR,
    });
  });

  test('is read every interval and never because of a threshold', async () => {
    await ticks(world(), 3);
    await ticks(world(), 71);
    expect(app().reads).toBe(3);
    await ticks(world(), 1);
    expect(app().reads).toBe(4);
  });

  test('sends no mail while it can be read', async () => {
    const mails = await mailedBy(world(), async () => {
      await ticks(world(), 3);
      for (let check = 0; check < 12; check += 1) {
        world().clock.pass(6 * HOUR);
        await world().tick();
      }
    });
    expect(mails).toEqual([]);
    expect(await historyOf(world(), APPS, 'shop:cart')).toEqual(['firstSeen']);
  });

  test('is not listed by `within`, and comes after all targets with a date', async () => {
    await world().register(`iotCentralToken:${HOST}`, 'gateway');
    world().azure.iotCentral.token(HOST, 'gateway').expires('2030-01-01T00:00:00Z');
    await ticks(world(), 3);
    const within = await world()
      .app()
      .report({ withinMs: 3_650 * DAY, limit: 100 });
    expect(within.items.map(({ name }) => name)).toEqual(['gateway']);
    const all = await world().app().report({ limit: 100 });
    expect(all.items.map(({ name }) => name)).toEqual(['gateway', 'shop:cart']);
    expect(all.counts).toMatchObject({ total: 2, healthy: 2, minted: 1, expiring: 0 });
  });

  test('is unknown while reads fail, and healthy again after; its owner hears of both', async () => {
    await withNeighbour(world(), APPS);
    await ticks(world(), 3);
    app().misbehaves({ fault: 'status', status: 500 });
    const mails = await mailedBy(world(), async () => {
      world().clock.pass(6 * HOUR);
      await world().tick();
      await ticks(world(), 24);
    });
    expect(mails).toEqual(["ada@example.com: Cart can't be read since 1 June 2026"]);
    expect(await item()).toMatchObject({ minted: true, standing: 'unknown', check: 'failing' });
    app().recovers();
    world().clock.pass(HOUR);
    expect(await mailedBy(world(), () => world().tick())).toEqual([
      'ada@example.com: Cart can be read again',
    ]);
    expect(await item()).toMatchObject({ minted: true, standing: 'healthy', check: 'ok' });
    expect(await historyOf(world(), APPS, 'shop:cart')).toEqual([
      'firstSeen',
      'failing',
      'told',
      'told',
      'recovered',
    ]);
  });

  test('sends reminders as soon as its token turns out to be fixed', async () => {
    await ticks(world(), 3);
    app().expires(world().clock.now() + 20 * HOUR);
    const mails = await mailedBy(world(), async () => {
      for (let check = 0; check < 2; check += 1) {
        world().clock.pass(6 * HOUR);
        await world().tick();
      }
    });
    expect(mails).toEqual([expect.stringContaining('ada@example.com: Cart expires today at 20:15 UTC')]);
    expect((await item()).minted).toBe(false);
  });
});

describe('a container app whose token is fixed', () => {
  beforeEach(() => void app().expires('2026-06-20T12:00:00.0000001Z'));

  test('gets every reminder of its kind once', async () => {
    await ticks(world(), 2);
    const life: [string, string[]][] = [
      ['2026-06-13T11:50:00Z', []],
      ['2026-06-13T12:00:00Z', ['ada@example.com: Cart expires in 7 days (20 June 2026)']],
      ['2026-06-19T12:00:00Z', ['ada@example.com: Cart expires in 1 day (20 June 2026)']],
      ['2026-06-20T11:00:00Z', ['ada@example.com: Cart expires today at 12:00 UTC (20 June 2026)']],
      [
        '2026-06-20T12:00:00Z',
        [
          'ada@example.com: Cart expired just now (20 June 2026)',
          'ops@example.com: Cart expired just now (20 June 2026)',
        ],
      ],
      ['2026-06-27T12:00:00Z', []],
    ];
    for (const [moment, mails] of life) expect([moment, await mailsAbout(moment)]).toEqual([moment, mails]);
  });

  test('sends nothing while it is undecided, and what is due at the next sweep', async () => {
    app().expires(world().clock.now() + 12 * HOUR);
    expect(await mailedBy(world(), () => ticks(world(), 1))).toEqual([]);
    expect(await evidence()).toBe('first');
    expect(await mailedBy(world(), () => ticks(world(), 1))).toEqual([
      expect.stringContaining('ada@example.com: Cart expires today at 12:00 UTC'),
    ]);
  });

  test('that is renewed is decided at the next sweep and starts clean, with its lifetime known', async () => {
    await ticks(world(), 2);
    expect(await mailsAbout('2026-06-19T12:00:00Z')).toHaveLength(1);
    world().clock.to('2026-06-19T18:00:00Z');
    app().expires('2026-07-19T18:00:00Z');
    await world().tick();
    expect(await evidence()).toBe('moved');
    expect(await historyOf(world(), APPS, 'shop:cart')).toEqual(['firstSeen', 'told']);
    await ticks(world(), 1);
    expect(await evidence()).toBe('fixed');
    expect(await historyOf(world(), APPS, 'shop:cart')).toEqual(['firstSeen', 'told', 'told', 'renewed']);
    expect(world().mails().at(-1)).toBe('ada@example.com: Cart was renewed until 19 July 2026');
    expect((await item()).lifetimeSeconds).toBe((30 * DAY) / 1_000);
    expect(await mailsAbout('2026-06-20T12:00:00Z')).toEqual([]);
    expect(await mailsAbout('2026-07-12T18:00:00Z')).toEqual([
      'ada@example.com: Cart expires in 7 days (19 July 2026)',
    ]);
  });

  test('renewed between reminder and mail sends no mail, even while it is undecided', async () => {
    await ticks(world(), 2);
    world().clock.to('2026-06-19T12:00:00Z');
    await world().sweep();
    app().expires('2026-07-19T18:00:00Z');
    world().clock.pass(HOUR);
    await world().sweep();
    expect(await evidence()).toBe('moved');
    await world().remind();
    expect(world().mails()).toEqual([]);
  });

  test('keeps its reminders while reads fail', async () => {
    await ticks(world(), 2);
    app().misbehaves({ fault: 'status', status: 403 });
    expect(await mailsAbout('2026-06-19T12:00:00Z')).toEqual([
      'ada@example.com: Cart expires in 1 day (20 June 2026)',
      `ops@example.com: The watcher needs you: ${APPS}: every read fails`,
    ]);
    expect(await item()).toMatchObject({ standing: 'expiring', check: 'failing' });
  });

  test('that was deleted is shown as missing with its last known expiry', async () => {
    await ticks(world(), 2);
    world().azure.arm.remove(SUBSCRIPTION, 'shop', 'cart');
    world().clock.pass(6 * HOUR);
    await world().tick();
    expect(await item()).toMatchObject({
      check: 'failing',
      failure: { code: 'missing' },
      standing: 'healthy',
      expiresOn: Date.UTC(2026, 5, 20, 12),
    });
    expect(world().clock.now()).toBeLessThan(Date.UTC(2026, 5, 20, 12) - 7 * DAY + 10 * MINUTE);
  });
});

describe('a container app that is undecided', () => {
  const FAULTS = [
    ['nothing fails', undefined],
    ['reads fail', { fault: 'status', status: 500 }],
    ['reads are refused', { fault: 'status', status: 403 }],
    ['it is not found', { fault: 'status', status: 404 }],
  ] as const;

  /** What every report says of it, past the expiry that was read. */
  async function expectNoDate(): Promise<void> {
    const { report, metrics, feed, overview, forecast } = world().app();
    const shown = await item();
    expect(shown).toMatchObject({ undecided: true, minted: false, standing: 'unknown' });
    expect([shown.expiresOn, shown.remainingSeconds]).toEqual([undefined, undefined]);
    expect((await report({ withinMs: 3_650 * DAY, limit: 100 })).items).toEqual([]);
    expect((await report({ standing: ['expired', 'expiring'], limit: 100 })).items).toEqual([]);
    expect((await report({ limit: 100 })).counts).toMatchObject({ total: 1, unknown: 1, expired: 0 });
    expect((await metrics()).targets.dated).toEqual([]);
    expect((await feed({})).entries).toEqual([]);
    expect((await overview({ limit: 100 })).coming.items).toEqual([]);
    const foreseen = (await forecast(365)).mails.flatMap(({ lines }) => lines);
    expect(foreseen.filter(({ reminder }) => /^\d/.test(reminder.reason))).toEqual([]);
  }

  test.each(FAULTS)(
    'after its first read is not dated, nor expired after that date, while %s',
    async (_, fault) => {
      app().expires(world().clock.now() + HOUR);
      await ticks(world(), 1);
      expect(await evidence()).toBe('first');
      await expectNoDate();
      if (!fault) return;
      app().misbehaves(fault);
      for (const pause of [5 * MINUTE, 10 * MINUTE, 20 * MINUTE, HOUR, DAY]) {
        world().clock.pass(pause);
        await world().tick();
        await expectNoDate();
      }
      expect(await evidence()).toBe('first');
      // Its owner or the operators hear that it cannot be read, and of no date: not in the text, and not in a calendar file.
      const [mail] = ['ada@example.com', 'ops@example.com'].flatMap(owner => world().mailsTo(owner));
      expect(mail?.message.content.subject).toMatch(/can't be found|every read fails/);
      expect(mail?.message.content.plainText).not.toContain('2026-06-01 01:05');
      expect(mail?.message.attachments ?? []).toEqual([]);
    },
  );

  test('after a move loses its date at once, and has the new one as soon as a read repeats it', async () => {
    app().expires('2026-06-20T12:00:00Z');
    await ticks(world(), 2);
    expect(await item()).toMatchObject({ standing: 'healthy', expiresOn: Date.UTC(2026, 5, 20, 12) });
    expect((await item()).undecided).toBeUndefined();
    world().clock.to('2026-06-10T12:00:00Z');
    app().expires('2026-07-20T12:00:00Z');
    await world().tick();
    expect(await evidence()).toBe('moved');
    await expectNoDate();
    await ticks(world(), 1);
    expect(await item()).toMatchObject({ standing: 'healthy', expiresOn: Date.UTC(2026, 6, 20, 12) });
    expect(
      (
        await world()
          .app()
          .report({ withinMs: 60 * DAY, limit: 9 })
      ).items,
    ).toHaveLength(1);
    expect((await world().app().metrics()).targets.dated).toHaveLength(1);
  });
});
