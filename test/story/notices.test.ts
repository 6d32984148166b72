/** Every notice in a target's life: what is told beside the thresholds, once, to whom it concerns, and what is not worth a mail. */
import { formatInstant, HOUR, MINUTE } from '../../src/formats/instant';
import {
  APPS,
  CONTOSO,
  flat,
  HOST,
  historyOf,
  mailedBy,
  mailsAt,
  notesOf,
  queued,
  SUBSCRIPTION,
  textTo,
  ticks,
  withNeighbour,
} from '../support/story';
import { useWorld } from '../support/world';

const world = useWorld();

const ADA = 'ada@example.com';
const OLD = '2027-01-31T12:00:00Z';
const NEW = '2028-01-31T12:00:00Z';
const DOWN = { fault: 'status', status: 503 } as const;

const token = (id = 'gateway') => world().azure.iotCentral.token(HOST, id);
const remove = (id = 'gateway') => void world().azure.iotCentral.app(HOST).tokens.delete(id);
const cart = () => world().azure.arm.app(SUBSCRIPTION, 'shop', 'cart');
const at = (text: string) => mailsAt(world(), text);
/** What so many ticks mail, five minutes apart. */
const within = (count: number) => mailedBy(world(), () => ticks(world(), count));
const lastText = (owner = ADA) => flat(textTo(world(), owner));
const history = (scope = CONTOSO, name = 'gateway') => historyOf(world(), scope, name);

/** The reasons that the history says were told, oldest first, each with its evidence. */
async function told(scope = CONTOSO, name = 'gateway'): Promise<string[]> {
  const notes = await notesOf(world(), scope, name, 'told');
  return notes.map(note => /^(\S+ of \S+) to \S+, operation [0-9a-f-]{36}$/.exec(note)?.[1] ?? note);
}

const register = (name = 'gateway', displayName = 'Gateway', owners = ADA) =>
  world().register(CONTOSO, name, { owners, displayName });

/** Read for the first time, and last at this instant; whatever was due by then is told. */
async function readAt(text: string): Promise<void> {
  await register();
  token().expires(OLD);
  await world().tick();
  await at(text);
}

/** What the next two days mail, at six-hourly ticks. */
const later = () =>
  mailedBy(world(), async () => {
    for (let step = 0; step < 8; step += 1) {
      world().clock.pass(6 * HOUR);
      await world().tick();
    }
  });

describe('renewed', () => {
  beforeEach(async () => {
    await readAt('2027-01-01T06:00:00Z');
  });

  test('is told once to those who were reminded, with both expiries and when the new one was read', async () => {
    expect(await at('2027-01-01T12:00:00Z')).toHaveLength(1);
    token().expires(NEW);
    expect(await at('2027-01-01T18:00:00Z')).toEqual([`${ADA}: Gateway was renewed until 31 January 2028`]);
    expect(lastText()).toContain('It was Sun 31 Jan 2027, 12:00 UTC.');
    expect(lastText()).toContain('Expiry Mon 31 Jan 2028, 12:00 UTC');
    expect(lastText()).toContain('Read from Azure on 1 Jan 2027, 18:00 UTC.');
    expect(await at('2027-03-01T12:00:00Z')).toEqual([]);
    expect(await told()).toEqual(['30d of 2027-01-31T12:00:00.000Z', 'renewed of 2028-01-31T12:00:00.000Z']);
  });

  test('is not told to an owner who was reminded of nothing', async () => {
    expect(await at('2027-01-01T12:00:00Z')).toHaveLength(1);
    token().expires(NEW);
    await register('gateway', 'Gateway', `${ADA}, bob@example.com`);
    expect(await at('2027-01-01T18:00:00Z')).toEqual([`${ADA}: Gateway was renewed until 31 January 2028`]);
  });

  test('in time, without a reminder, is not told', async () => {
    token().expires(NEW);
    expect(await at('2027-01-01T12:00:00Z')).toEqual([]);
    expect(await at('2027-02-08T12:00:00Z')).toEqual([]);
    expect(world().mails()).toEqual([]);
    expect(await history()).toEqual(['firstSeen', 'renewed']);
  });

  test('to an earlier expiry is no good news: the earlier one has its own reminders', async () => {
    expect(await at('2027-01-01T12:00:00Z')).toHaveLength(1);
    token().expires('2027-01-20T12:00:00Z');
    expect(await at('2027-01-01T18:00:00Z')).toEqual([
      `${ADA}: Gateway expires in 18 days (20 January 2027)`,
    ]);
    expect(await history()).toEqual(['firstSeen', 'told', 'told', 'shortened']);
  });

  test('waits for the mail service, and is dropped when the renewal is gone before it', async () => {
    expect(await at('2027-01-01T12:00:00Z')).toHaveLength(1);
    token().expires(NEW);
    world().clock.to('2027-01-01T18:00:00Z');
    await world().sweep();
    token().expires(OLD);
    world().clock.pass(6 * HOUR);
    expect(await mailedBy(world(), () => world().tick())).toEqual([]);
    expect(await notesOf(world(), CONTOSO, 'gateway', 'dropped')).toEqual([
      expect.stringMatching(/^renewed of 2028-01-31T12:00:00.000Z to ada@example.com: superseded/),
    ]);
  });
});

describe('a container app whose token is fixed', () => {
  beforeEach(async () => {
    await world().register(APPS, 'shop:cart', { owners: ADA, displayName: 'Cart' });
    cart().expires('2026-06-20T12:00:00Z');
    await ticks(world(), 2);
    expect(await at('2026-06-19T12:00:00Z')).toHaveLength(1);
  });

  test('is renewed only when a second reading repeats the later expiry', async () => {
    cart().expires('2026-07-20T12:00:00Z');
    world().clock.pass(6 * HOUR);
    expect(await mailedBy(world(), () => world().tick())).toEqual([]);
    expect(await within(1)).toEqual([`${ADA}: Cart was renewed until 20 July 2026`]);
    expect(await told(APPS, 'shop:cart')).toEqual([
      '1d of 2026-06-20T12:00:00.000Z',
      'renewed of 2026-07-20T12:00:00.000Z',
    ]);
  });

  test('and begins to mint is not renewed', async () => {
    cart().mintsFor(HOUR);
    world().clock.pass(6 * HOUR);
    expect(await within(4)).toEqual([]);
    expect(await later()).toEqual([]);
    expect(await world().item('shop:cart')).toMatchObject({ minted: true, standing: 'healthy' });
  });
});

describe('missing', () => {
  beforeEach(() => readAt('2026-06-02T00:00:00Z'));
  const away = async () => {
    remove();
    expect(await at('2026-06-02T06:00:00Z')).toEqual([]);
  };

  test('is told once it was not found twice in a row, and never again', async () => {
    await away();
    expect(await within(1)).toEqual([`${ADA}: Gateway can't be found since 2 June 2026`]);
    expect(lastText()).toContain('IoT Central knows no such API token');
    expect(lastText()).toContain('It was not found twice in a row.');
    expect(await later()).toEqual([]);
    expect(await told()).toEqual(['missing of 2026-06-02T06:00:00.000Z']);
    expect(await history()).toEqual(['firstSeen', 'missing', 'told']);
  });

  test('once and then found is not told', async () => {
    token().misbehaves({ fault: 'times', times: 1, inner: { fault: 'status', status: 404 } });
    expect(await at('2026-06-02T06:00:00Z')).toEqual([]);
    expect(await later()).toEqual([]);
    expect(await history()).toEqual(['firstSeen', 'missing', 'recovered']);
  });

  test('twice, but not in a row, is not told', async () => {
    for (const status of [404, 500, 404]) {
      token().misbehaves({ fault: 'status', status });
      world().clock.pass(6 * HOUR);
      expect(await mailedBy(world(), () => world().tick())).toEqual([]);
    }
  });

  test('and found again is told to those who heard it', async () => {
    await away();
    await ticks(world(), 1);
    token().expires(OLD);
    expect(await within(12)).toEqual([
      `${ADA}: Gateway can be read again and expires in 243 days (31 January 2027)`,
    ]);
    expect(await told()).toEqual([
      'missing of 2026-06-02T06:00:00.000Z',
      'readable of 2026-06-02T06:00:00.000Z',
    ]);
  });

  test('is the end of its reminders: its old expiry is told to no one who heard of it', async () => {
    remove();
    await at('2027-01-20T00:00:00Z');
    expect(await at('2027-01-20T00:05:00Z')).toHaveLength(1);
    expect(await at('2027-01-30T12:00:00Z')).toEqual([]);
    await register('gateway', 'Gateway', `${ADA}, bob@example.com`);
    expect(await at('2027-01-30T18:00:00Z')).toEqual([
      "bob@example.com: Gateway can't be found since 20 January 2027",
    ]);
  });

  test('takes the place of a reminder that is due at the same time', async () => {
    await at('2027-01-24T06:00:00Z');
    remove();
    expect(await at('2027-01-24T12:00:00Z')).toEqual([]);
    expect(await within(1)).toEqual([`${ADA}: Gateway can't be found since 24 January 2027`]);
    expect(await at('2027-02-28T12:00:00Z')).toEqual([
      'ops@example.com: Gateway expired 28 days ago and is gone (31 January 2027)',
    ]);
  });

  test('does not take it where another failure follows', async () => {
    await at('2027-01-24T06:00:00Z');
    token().misbehaves({ fault: 'times', times: 1, inner: { fault: 'status', status: 404 } });
    expect(await at('2027-01-24T12:00:00Z')).toEqual([]);
    expect(await within(1)).toEqual([`${ADA}: Gateway expires in 6 days (31 January 2027)`]);
  });

  test('that is over begins a new life of reminders', async () => {
    await away();
    await ticks(world(), 1);
    token().expires(OLD);
    expect(await within(12)).toHaveLength(1);
    expect(await at('2027-01-01T12:00:00Z')).toEqual([
      `${ADA}: Gateway expires in 30 days (31 January 2027)`,
    ]);
  });
});

describe('a token that is replaced by the book: the new one created and registered, the old one deleted', () => {
  const SECRET = {
    PUBLIC_URL: 'https://watcher.example.com',
    LINK_SECRET: '4f2a9c1e7b634d0a9e85c1d7f3a6b240',
  };

  test.each([
    ['long before its reminders', '2026-06-02T00:00:00Z'],
    ['after one of them', '2027-01-20T00:00:00Z'],
    ['at one of them', '2027-01-24T12:00:00Z'],
    ['just before it expires', '2027-01-31T11:50:00Z'],
  ])('%s, is one mail to its owner, which says first how to close it', async (_, on) => {
    world().restart(SECRET);
    await readAt('2026-06-01T12:00:00Z');
    // Whatever is due by then was told while the old token was there.
    await at(formatInstant(Date.parse(on) - 30 * MINUTE));
    token('gateway-2').expires(NEW);
    await register('gateway-2', 'Gateway 2');
    remove();
    world().clock.to(on);
    const mails = await mailedBy(world(), async () => {
      await world().tick();
      for (let day = 0; day < 60; day += 1) {
        world().clock.pass(18 * HOUR);
        await world().tick();
        await ticks(world(), 2);
      }
    });
    expect(mails.filter(line => line.startsWith(ADA))).toEqual([
      expect.stringMatching(/^ada@example.com: Gateway (can't be found|expired .* and is gone)/),
    ]);
    const text = textTo(world(), ADA);
    expect(text.indexOf('I replaced it')).toBeLessThan(text.indexOf('What to do'));
    expect(flat(text)).toContain('What to do Replaced? Follow “I replaced it” and give the new id.');
  });
});

test('a target that was never found is told as missing, too', async () => {
  token('other');
  await register('typo', 'Typo');
  expect(await within(1)).toEqual([]);
  expect(await within(1)).toEqual([`${ADA}: Typo can't be found since 1 June 2026`]);
  expect(lastText()).toContain('the token id in its row is wrong');
  expect(await told(CONTOSO, 'typo')).toEqual(['missing of 2026-06-01T00:05:00.000Z']);
});

describe('expired and gone', () => {
  const both = (what: string) => [`${ADA}: Gateway ${what}`, `ops@example.com: Gateway ${what}`];

  test('is one notice, to the operators too, and the end of the reminders', async () => {
    await readAt('2027-01-31T06:00:00Z');
    remove();
    expect(await at('2027-01-31T12:00:00Z')).toEqual([]);
    expect(await at('2027-01-31T12:05:00Z')).toEqual(
      both('expired 5 minutes ago and is gone (31 January 2027)'),
    );
    expect(lastText()).toContain('Not found since 31 Jan 2027, 12:00 UTC.');
    expect(await at('2027-02-07T12:00:00Z')).toEqual([]);
    expect(await at('2027-03-07T12:00:00Z')).toEqual([]);
    expect((await told()).slice(-2)).toEqual([
      'gone of 2027-01-31T12:00:00.000Z',
      expect.stringContaining('gone of 2027-01-31T12:00:00.000Z'),
    ]);
  });

  test('is a copy to operators alone where its owner was told that it is missing', async () => {
    await readAt('2027-01-30T18:00:00Z');
    remove();
    await at('2027-01-31T00:00:00Z');
    expect(await at('2027-01-31T00:05:00Z')).toEqual([
      `${ADA}: Gateway can't be found since 31 January 2027`,
    ]);
    // Its owner knows. Operators get a copy from the expiry on.
    expect(await at('2027-01-31T12:00:00Z')).toEqual([
      'ops@example.com: Gateway expired just now and is gone (31 January 2027)',
    ]);
    expect(await at('2027-02-07T12:00:00Z')).toEqual([]);
  });

  test('ends with a token of a later expiry: renewed, told to all who heard it', async () => {
    await readAt('2027-01-31T06:00:00Z');
    remove();
    await at('2027-01-31T12:00:00Z');
    expect(await at('2027-01-31T12:05:00Z')).toHaveLength(2);
    token().expires(NEW);
    expect(await at('2027-02-01T12:00:00Z')).toEqual(both('was renewed until 31 January 2028'));
  });
});

describe('unreadable', () => {
  beforeEach(async () => {
    await withNeighbour(world());
    await readAt('2026-06-02T00:00:00Z');
  });
  const away = async () => {
    token().misbehaves(DOWN);
    expect(await at('2026-06-02T06:00:00Z')).toEqual([]);
  };

  test('is told after an hour of failures, with the reason', async () => {
    await away();
    expect(await within(11)).toEqual([]);
    expect(await within(1)).toEqual([`${ADA}: Gateway can't be read since 2 June 2026`]);
    const { html = '' } = world().mailsTo(ADA)[0]?.message.content ?? {};
    for (const part of [lastText(), flat(html)]) {
      expect(part).toContain('IoT Central has a problem of its own');
      expect(part).toContain('HTTP 503');
    }
    expect(lastText()).toContain('Until then the last known expiry counts');
    expect(await later()).toEqual([]);
    expect(await told()).toEqual(['unreadable of 2026-06-02T06:00:00.000Z']);
    expect(await history()).toEqual(['firstSeen', 'failing', 'told']);
  });

  test('needs three failures: an hour without reads says little', async () => {
    await away();
    world().clock.pass(3 * HOUR);
    expect(await mailedBy(world(), () => world().tick())).toEqual([]);
    expect(await within(2)).toEqual([`${ADA}: Gateway can't be read since 2 June 2026`]);
  });

  test('is one notice, whatever the reasons that follow one another', async () => {
    await away();
    expect(await within(12)).toHaveLength(1);
    for (const status of [500, 429, 400]) {
      token().misbehaves({ fault: 'status', status });
      world().clock.pass(3 * HOUR);
      expect(await mailedBy(world(), () => world().tick())).toEqual([]);
    }
  });

  test('again after a recovery is told again', async () => {
    await away();
    expect(await within(12)).toHaveLength(1);
    token().recovers();
    expect(await within(12)).toHaveLength(1);
    token().misbehaves(DOWN);
    world().clock.pass(6 * HOUR);
    await world().tick();
    expect(await within(12)).toEqual([`${ADA}: Gateway can't be read since 2 June 2026`]);
  });

  test('and renewed meanwhile: both are told in one mail as soon as it can be read', async () => {
    expect(await at('2027-01-24T12:00:00Z')).toHaveLength(1);
    token().misbehaves(DOWN);
    await at('2027-01-24T18:00:00Z');
    expect(await within(12)).toHaveLength(1);
    token().recovers().expires(NEW);
    world().clock.pass(HOUR);
    expect(await mailedBy(world(), () => world().tick())).toEqual([
      `${ADA}: Gateway was renewed until 31 January 2028`,
    ]);
    expect(lastText()).toContain('It was Sun 31 Jan 2027, 12:00 UTC.');
    expect(lastText()).toContain('Could not be read since 24 Jan 2027, 18:00 UTC, for 2 hours.');
    expect((await told()).slice(-2).sort()).toEqual([
      'readable of 2027-01-24T18:00:00.000Z',
      'renewed of 2028-01-31T12:00:00.000Z',
    ]);
    expect(await later()).toEqual([]);
  });
});

describe('unreadable from the start', () => {
  test.each([
    ['a token', CONTOSO, 'gateway', 'IoT Central has a problem'],
    ['a container app', APPS, 'shop:cart', 'Azure Resource Manager has a problem'],
  ])('is told of %s that was never read', async (_, scope, name, reason) => {
    await withNeighbour(world(), scope);
    token().misbehaves(DOWN);
    cart().misbehaves(DOWN);
    await world().register(scope, name, { owners: ADA, displayName: 'New' });
    await ticks(world(), 1);
    expect(await within(12)).toEqual([`${ADA}: New can't be read since 1 June 2026`]);
    expect(lastText()).toContain(reason);
    expect(lastText()).toContain('Until then it is not watched: look up its expiry yourself.');
    expect(await told(scope, name)).toEqual(['unreadable of 2026-06-01T00:05:00.000Z']);
  });

  test('and read at last is told as readable', async () => {
    await withNeighbour(world());
    token().misbehaves(DOWN);
    await register();
    await ticks(world(), 13);
    token().recovers().expires(OLD);
    expect(await within(12)).toEqual([expect.stringContaining('Gateway can be read again and expires in')]);
  });
});

describe('a minted target', () => {
  beforeEach(async () => {
    await world().register(APPS, 'shop:cart', { owners: ADA, displayName: 'Cart' });
    cart().mintsFor(HOUR);
    await ticks(world(), 3);
    world().clock.to('2026-06-01T12:00:00Z');
  });

  test('is told of as unreadable, and as readable again', async () => {
    await withNeighbour(world(), APPS);
    await ticks(world(), 2);
    world().clock.to('2026-06-02T00:00:00Z');
    cart().misbehaves(DOWN);
    await world().tick();
    expect(await within(12)).toEqual([`${ADA}: Cart can't be read since 2 June 2026`]);
    expect(lastText()).toContain('Until then the watcher cannot see whether it still works.');
    cart().recovers();
    expect(await within(12)).toEqual([`${ADA}: Cart can be read again`]);
    expect(await told(APPS, 'shop:cart')).toEqual([
      'unreadable of 2026-06-02T00:00:00.000Z',
      'readable of 2026-06-02T00:00:00.000Z',
    ]);
  });

  test('is told of as missing, never as expired and gone', async () => {
    world().azure.arm.remove(SUBSCRIPTION, 'shop', 'cart');
    await world().tick();
    expect(await within(1)).toEqual([`${ADA}: Cart can't be found since 1 June 2026`]);
    expect(await later()).toEqual([]);
  });
});

describe('readable again', () => {
  beforeEach(async () => {
    await withNeighbour(world());
    await readAt('2026-06-02T00:00:00Z');
  });

  test('is told only if the failure was', async () => {
    token().misbehaves(DOWN);
    await at('2026-06-02T06:00:00Z');
    expect(await within(6)).toEqual([]);
    token().recovers();
    expect(await within(12)).toEqual([]);
    expect(await later()).toEqual([]);
    expect(await history()).toEqual(['firstSeen', 'failing', 'recovered']);
  });

  test('is told once, with the expiry that was read and for how long it was not', async () => {
    token().misbehaves(DOWN);
    await at('2026-06-02T06:00:00Z');
    expect(await within(12)).toHaveLength(1);
    token().recovers();
    expect(await within(12)).toEqual([
      `${ADA}: Gateway can be read again and expires in 243 days (31 January 2027)`,
    ]);
    expect(lastText()).toMatch(/Could not be read since 2 Jun 2026, 06:00 UTC, for \d+ (minutes|hours)/);
    expect(await later()).toEqual([]);
    expect((await told()).at(-1)).toBe('readable of 2026-06-02T06:00:00.000Z');
  });

  test('is never told while reads flap, nor is unreadable', async () => {
    const mails = await mailedBy(world(), async () => {
      for (let flap = 0; flap < 40; flap += 1) {
        if (flap % 2 === 0) token().misbehaves({ fault: 'reset' });
        else token().recovers();
        world().clock.pass(flap % 2 === 0 ? 6 * HOUR : 5 * MINUTE);
        await world().tick();
      }
    });
    expect(mails).toEqual([]);
  });
});

test('a queued reason that this version does not know is never mailed: it is dropped and on record', async () => {
  await readAt('2026-06-02T00:00:00Z');
  const about = world().clock.now();
  const line = { scope: CONTOSO, name: 'gateway', owner: ADA, about, crossedOn: about, since: about };
  await world().tables.outbox.put([{ ...line, reason: 'revoked' }]);
  expect(await within(1)).toEqual([]);
  expect(await queued(world())).toBe(0);
  expect(await notesOf(world(), CONTOSO, 'gateway', 'dropped')).toEqual([
    `revoked of 2026-06-02T00:00:00.000Z to ${ADA}: unknownReason`,
  ]);
});

describe('one mail', () => {
  test('tells two things of one target, and each is on record', async () => {
    await withNeighbour(world());
    await readAt('2027-01-30T06:00:00Z');
    token().misbehaves(DOWN);
    const mails = await mailedBy(world(), async () => {
      for (const moment of ['2027-01-30T12:00:00Z', '2027-01-30T12:05:00Z', '2027-01-30T13:05:00Z']) {
        world().clock.to(moment);
        await world().sweep();
      }
      await world().remind();
      await within(3);
    });
    expect(mails).toEqual([`${ADA}: Gateway expires in 22 hours (31 January 2027)`]);
    expect(lastText()).toContain("Gateway can't be read");
    expect((await told()).slice(-2).sort()).toEqual([
      '1d of 2027-01-31T12:00:00.000Z',
      'unreadable of 2027-01-30T12:00:00.000Z',
    ]);
    const operations = (await notesOf(world(), CONTOSO, 'gateway', 'told')).slice(-2);
    expect(new Set(operations.map(note => note.split('operation ')[1])).size).toBe(1);
  });

  test('sorts the bad news by urgency and the good news last', async () => {
    await register('a-renewed', 'Renewed');
    await register('b-missing', 'Missing');
    await register('c-later', 'Later');
    await register('d-sooner', 'Sooner');
    token('a-renewed').expires('2026-06-30T12:00:00Z');
    token('b-missing').expires(OLD);
    token('c-later').expires('2026-07-10T12:00:00Z');
    token('d-sooner').expires('2026-07-02T18:00:00Z');
    expect(await at('2026-06-16T12:00:00Z')).toHaveLength(1);
    token('a-renewed').expires(NEW);
    remove('b-missing');
    world().clock.to('2026-06-26T11:55:00Z');
    await world().sweep();
    world().clock.pass(5 * MINUTE);
    await world().tick();
    const text = textTo(world(), ADA);
    const order = ['Sooner', 'Later', 'Missing', 'Renewed'];
    expect([...order].sort((a, b) => text.indexOf(a) - text.indexOf(b))).toEqual(order);
    expect(world().mails().at(-1)).toBe(`${ADA}: 3 tokens need you: Sooner expires in 6 days (2 July 2026)`);
    expect(flat(text)).toContain('Good news about 1 token comes last.');
  });
});
