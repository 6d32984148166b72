/** What people do to the registry: removal, muting, mistakes, odd names, owners and policies. */
import { DAY, formatInstant, HOUR, MINUTE } from '../../src/formats/instant';
import { allStates } from '../support/states';
import {
  APPS,
  CONTOSO,
  dump,
  flat,
  HOST,
  historyOf,
  mailedBy,
  mailsAt,
  queued,
  textTo,
  ticks,
} from '../support/story';
import { useWorld } from '../support/world';

const world = useWorld();

const token = (id: string, host = HOST) => world().azure.iotCentral.token(host, id);
const at = (text: string) => mailsAt(world(), text);
const ADA = { owners: 'ada@example.com', displayName: 'Gateway' };
const GATEWAY = { scope: CONTOSO, name: 'gateway' };

/** A token in the registry that Ada was told of a week before its expiry. */
const toldAWeekBefore = async () => {
  await world().register(CONTOSO, 'gateway', ADA);
  token('gateway').expires('2026-06-30T12:00:00Z');
  expect(await at('2026-06-23T12:00:00Z')).toHaveLength(1);
};

describe('a registry row that is removed', () => {
  beforeEach(toldAWeekBefore);

  test('takes its target off every report at the next sweep, and keeps its state', async () => {
    await world().unregister(CONTOSO, 'gateway');
    await ticks(world(), 1);
    const { items, counts } = await world().app().report({ limit: 10 });
    expect({ items, total: counts.total }).toEqual({ items: [], total: 0 });
    const state = await world().tables.expiries.row(GATEWAY);
    expect(state).toMatchObject({ goneSince: world().clock.now(), expiresOn: Date.UTC(2026, 5, 30, 12) });
    expect((await historyOf(world(), CONTOSO, 'gateway')).at(-1)).toBe('gone');
  });

  test('sends no mail any more, not even what was queued', async () => {
    world().clock.to('2026-06-29T12:00:00Z');
    await world().sweep();
    expect(await queued(world())).toBe(1);
    await world().unregister(CONTOSO, 'gateway');
    expect(await mailedBy(world(), () => world().remind())).toEqual([]);
    expect(await queued(world())).toBe(0);
    expect(await at('2026-06-30T12:00:00Z')).toEqual([]);
  });

  test('and comes back within a week sends no mail twice', async () => {
    await world().unregister(CONTOSO, 'gateway');
    await ticks(world(), 1);
    await world().register(CONTOSO, 'gateway', ADA);
    expect(await at('2026-06-28T12:00:00Z')).toEqual([]);
    expect(await world().item('gateway')).toMatchObject({ standing: 'expiring', check: 'ok' });
    expect((await historyOf(world(), CONTOSO, 'gateway')).slice(-2)).toEqual(['gone', 'returned']);
    expect(await at('2026-06-29T12:00:00Z')).toHaveLength(1);
  });

  test('costs no write while its state waits to go', async () => {
    await world().unregister(CONTOSO, 'gateway');
    await ticks(world(), 1);
    const before = await dump(world(), ['expiries', 'calendar']);
    await ticks(world(), 3);
    expect(await dump(world(), ['expiries', 'calendar'])).toEqual(before);
  });

  test('is forgotten after a week, state, scope and all', async () => {
    await world().unregister(CONTOSO, 'gateway');
    await ticks(world(), 1);
    world().clock.pass(7 * DAY - 1);
    await world().sweep();
    expect(await world().tables.expiries.row(GATEWAY)).toBeDefined();
    world().clock.pass(1);
    await world().sweep();
    expect(await world().tables.expiries.row(GATEWAY)).toBeUndefined();
    await ticks(world(), 1);
    const left = await dump(world(), ['expiries', 'calendar', 'outbox', 'scopes']);
    // What was asked of the mail service, and the version of the tables, are of all scopes.
    expect(left.filter(row => !/"partitionKey":"(?:mail|schema)"/.test(row))).toEqual([]);
  });
});

describe('a target that is disabled', () => {
  beforeEach(toldAWeekBefore);

  test('is hidden and unread, with its state kept', async () => {
    await world().register(CONTOSO, 'gateway', { ...ADA, enabled: false });
    await ticks(world(), 1);
    const reads = token('gateway').reads;
    expect(await at('2026-06-30T12:00:00Z')).toEqual([]);
    expect(await world().item('gateway')).toBeUndefined();
    expect(token('gateway').reads).toBe(reads);
    expect(await world().tables.expiries.row(GATEWAY)).toMatchObject({
      expiresOn: Date.UTC(2026, 5, 30, 12),
    });
  });

  test('drops what was queued, with the reason', async () => {
    world().clock.to('2026-06-29T12:00:00Z');
    await world().sweep();
    await world().register(CONTOSO, 'gateway', { ...ADA, enabled: 'false' });
    expect(await mailedBy(world(), () => world().remind())).toEqual([]);
    expect(await queued(world())).toBe(0);
    expect(await historyOf(world(), CONTOSO, 'gateway')).toContain('dropped');
  });

  test('and enabled again is back, told what is then due and nothing twice', async () => {
    await world().register(CONTOSO, 'gateway', { ...ADA, enabled: false });
    await at('2026-06-24T12:00:00Z');
    await world().register(CONTOSO, 'gateway', { ...ADA, enabled: true });
    expect(await at('2026-06-25T12:00:00Z')).toEqual([]);
    expect(await world().item('gateway')).toMatchObject({ standing: 'expiring' });
    expect(await at('2026-06-29T12:00:00Z')).toHaveLength(1);
  });

  test('costs no write at a sweep', async () => {
    await world().register(CONTOSO, 'gateway', { ...ADA, enabled: false });
    await ticks(world(), 1);
    const before = await dump(world(), ['expiries', 'calendar']);
    await ticks(world(), 3);
    expect(await dump(world(), ['expiries', 'calendar'])).toEqual(before);
  });

  test('from the start leaves no trace', async () => {
    await world().register(CONTOSO, 'sensor', { enabled: false });
    token('sensor');
    await ticks(world(), 2);
    expect(token('sensor').reads).toBe(0);
    expect(await world().item('sensor')).toBeUndefined();
  });
});

describe('a row that cannot be understood', () => {
  const SUBSCRIPTION = '651f8027-33e8-4ec4-97b4-f6e9f3dc8744';
  const unreadable: [string, string, string, string][] = [
    ['is of no known kind', 'keyVault:contoso', 'secret', 'the kind is containerApp or iotCentralToken'],
    ['has no kind at all', 'contoso', 'gateway', 'start it with a kind and a colon'],
    [
      'spells its application in capitals',
      'iotCentralToken:Contoso.azureiotcentral.com',
      'gateway',
      `PartitionKey '${CONTOSO}' and RowKey 'gateway'`,
    ],
    ['spells its app in capitals', APPS, 'Shop:Cart', `PartitionKey '${APPS}' and RowKey 'shop:cart'`],
    ['writes a needless escape', CONTOSO, '~61', `PartitionKey '${CONTOSO}' and RowKey 'a'`],
    ['leaves a character unescaped', CONTOSO, 'a b', `PartitionKey '${CONTOSO}' and RowKey 'a~20b'`],
    [
      'names a subscription that is no GUID',
      'containerApp:production',
      'shop:cart',
      'is not a subscription id',
    ],
    [
      'is in a domain off the list',
      'iotCentralToken:contoso.evil.example',
      'gateway',
      'is not in an allowed domain (azureiotcentral.com)',
    ],
    [
      'hides a foreign host before the domain',
      'iotCentralToken:evil.example~2F.azureiotcentral.com',
      'gateway',
      "is not an application's host; write {subdomain}.{baseDomain}",
    ],
    ['is named ..', CONTOSO, '..', "'..' can't be a name"],
    ['is named .', CONTOSO, '.', "'.' can't be a name"],
    ['names no subscription', 'containerApp:my~20subscription', 'shop:cart', 'is not a subscription id'],
    [
      'names an app without its group',
      `containerApp:${SUBSCRIPTION}`,
      'cart',
      'write {resourceGroup}:{containerAppName}',
    ],
  ];

  test.each(unreadable)(
    'since it %s is invalid with the reason and never contacted',
    async (_, scope, name, reason) => {
      await world().register(scope, name, { owners: 'ada@example.com' });
      await ticks(world(), 2);
      expect(await world().item(name)).toMatchObject({
        check: 'invalid',
        standing: 'unknown',
        failure: { code: 'invalid', message: expect.stringContaining(reason) },
      });
      expect([...world().azure.iotCentral.requests, ...world().azure.arm.requests]).toEqual([]);
      expect(world().mails()).toEqual([`ops@example.com: ${name}: registry row can't be understood`]);
    },
  );

  test.each([
    ['thresholds', { thresholds: '30d soon' }, "thresholds: 'soon' is not a threshold"],
    ['thresholds of no unit', { thresholds: '30' }, "thresholds: '30' is not a threshold"],
    ['owners', { owners: 'ada@example.com, bob' }, "owners: 'bob' is not a mail address"],
    ['checkEvery', { checkEvery: 'daily' }, "checkEvery: 'daily' is not a duration"],
    ['checkEvery of no unit', { checkEvery: 6 }, "checkEvery: '6' is not a duration"],
    ['notes of a type that is no text', { notes: new Uint8Array([1]) }, 'notes: write a text'],
    ['enabled', { enabled: 'maybe' }, 'enabled: write true or false'],
    ['runbook', { runbook: 'javascript:alert(1)' }, 'runbook: write a link'],
    ['displayName', { displayName: 'x'.repeat(201) }, 'displayName: write a text of at most 200 characters'],
  ])('for its %s is invalid with the reason, and read all the same', async (_, columns, reason) => {
    token('gateway').expires('2027-06-30T12:00:00Z');
    await world().register(CONTOSO, 'gateway', { owners: 'ada@example.com', ...columns });
    await ticks(world(), 2);
    expect(await world().item('gateway')).toMatchObject({
      check: 'invalid',
      standing: 'healthy',
      expiresOn: Date.UTC(2027, 5, 30, 12),
      failure: { code: 'invalid', message: expect.stringContaining(reason) },
    });
    expect(world().mails()).toEqual(["ops@example.com: gateway: registry row can't be understood"]);
    expect(flat(textTo(world(), 'ops@example.com'))).toContain(reason);
  });

  test('is told to the operators once, not per sweep, however long it stays', async () => {
    await world().register(CONTOSO, 'gateway', { thresholds: 'soon' });
    token('gateway').neverExpires();
    await ticks(world(), 3);
    for (let day = 0; day < 5; day += 1) {
      world().clock.pass(DAY);
      await world().tick();
    }
    expect(world().mails()).toHaveLength(1);
    expect((await world().app().report({ limit: 10 })).counts).toMatchObject({ total: 1, invalid: 1 });
  });

  test('and is repaired is ok again; if it breaks again, that is told again the next day', async () => {
    token('gateway').expires('2027-06-30T12:00:00Z');
    await world().register(CONTOSO, 'gateway', { ...ADA, thresholds: 'soon' });
    await ticks(world(), 1);
    await world().register(CONTOSO, 'gateway', { ...ADA, thresholds: '30d' });
    await ticks(world(), 1);
    const item = await world().item('gateway');
    expect(item).toMatchObject({ check: 'ok', standing: 'healthy' });
    expect(item?.failure).toBeUndefined();
    await world().register(CONTOSO, 'gateway', { ...ADA, thresholds: 'later' });
    await ticks(world(), 2);
    expect(world().mails()).toHaveLength(1);
    world().clock.pass(DAY);
    await ticks(world(), 2);
    expect(world().mails()).toHaveLength(2);
  });

  test('and is repaired before the mail is not told', async () => {
    token('gateway').expires('2027-06-30T12:00:00Z');
    await world().register(CONTOSO, 'gateway', { ...ADA, thresholds: 'soon' });
    await world().sweep();
    await world().register(CONTOSO, 'gateway', ADA);
    await ticks(world(), 1);
    expect(world().mails()).toEqual([]);
    expect(await queued(world())).toBe(0);
  });

  test('still reminds its owner of the last known expiry', async () => {
    await world().register(CONTOSO, 'gateway', ADA);
    token('gateway').expires('2026-06-30T12:00:00Z');
    await at('2026-06-22T12:00:00Z');
    const reads = token('gateway').reads;
    // The operator takes the domain off the list: the target is in none that is allowed any more.
    world().restart({ IOT_CENTRAL_BASE_DOMAINS: 'example.com' });
    expect(await at('2026-06-23T12:00:00Z')).toEqual([
      'ada@example.com: Gateway expires in 7 days (30 June 2026)',
      "ops@example.com: Gateway: registry row can't be understood",
    ]);
    expect(token('gateway').reads).toBe(reads);
  });

  test('never costs its neighbours a reading', async () => {
    token('gateway').expires('2027-06-30T12:00:00Z');
    token('sensor').expires('2027-06-30T12:00:00Z');
    for (const name of ['a b', 'gateway', 'o:o', 'sensor', '~~']) await world().register(CONTOSO, name);
    await ticks(world(), 1);
    const { items } = await world().app().report({ limit: 10 });
    expect(items.map(({ name, check }) => `${name} ${check}`).sort()).toEqual([
      'a b invalid',
      'gateway ok',
      'o:o invalid',
      'sensor ok',
      '~~ invalid',
    ]);
  });
});

describe('a hostile name', () => {
  test.each([
    ['../x', '..~2Fx'],
    ['a/b', 'a~2Fb'],
    ['../../api/users', '..~2F..~2Fapi~2Fusers'],
    ['😀', '~F0~9F~98~80'],
    [`it's "it"`, 'it~27s~20~22it~22'],
    ['a?b=c#d', 'a~3Fb~3Dc~23d'],
    ['100%25', '100~2525'],
    ['tilde~2F', 'tilde~7E2F'],
  ])('%s stays one segment all the way to the wire', async (id, name) => {
    token(id).expires('2027-06-30T12:00:00Z');
    await world().register(CONTOSO, name, ADA);
    await ticks(world(), 1);
    expect(await world().item(name)).toMatchObject({ check: 'ok', expiresOn: Date.UTC(2027, 5, 30, 12) });
    expect(world().azure.iotCentral.requests.map(({ path }) => path)).toEqual([
      `/${HOST}/api/apiTokens/${encodeURIComponent(id)}`,
    ]);
  });
});

describe('owners', () => {
  test('are told once each, whatever the case of their addresses', async () => {
    await world().register(CONTOSO, 'gateway', {
      ...ADA,
      owners: 'Ada@Example.com, ada@example.COM; bob@example.com ADA@example.com',
    });
    token('gateway').expires('2026-06-30T12:00:00Z');
    expect((await at('2026-06-29T12:00:00Z')).map(line => line.split(':')[0])).toEqual([
      'Ada@Example.com',
      'bob@example.com',
    ]);
  });

  test('who change only the case of their address are told nothing twice', async () => {
    await toldAWeekBefore();
    await world().register(CONTOSO, 'gateway', { ...ADA, owners: 'ADA@example.com' });
    expect(await at('2026-06-24T12:00:00Z')).toEqual([]);
  });

  test('who are operators, too, get one mail from the expiry on', async () => {
    await world().register(CONTOSO, 'gateway', { ...ADA, owners: 'Ops@example.com' });
    token('gateway').expires('2026-06-30T12:00:00Z');
    expect(await at('2026-06-30T12:00:00Z')).toHaveLength(1);
  });

  test('who join late are told what is due; the others nothing twice', async () => {
    await toldAWeekBefore();
    await world().register(CONTOSO, 'gateway', { ...ADA, owners: 'ada@example.com bob@example.com' });
    expect(await at('2026-06-24T12:00:00Z')).toEqual([
      'bob@example.com: Gateway expires in 6 days (30 June 2026)',
    ]);
  });

  test('who are taken off the row get nothing more', async () => {
    await toldAWeekBefore();
    world().clock.to('2026-06-29T12:00:00Z');
    await world().sweep();
    await world().register(CONTOSO, 'gateway', { ...ADA, owners: 'bob@example.com' });
    expect((await at('2026-06-29T12:05:00Z')).map(line => line.split(':')[0])).toEqual(['bob@example.com']);
  });

  test('that are missing leave a target to the operators', async () => {
    await world().register(CONTOSO, 'gateway', { displayName: 'Gateway' });
    token('gateway').expires('2026-06-30T12:00:00Z');
    expect(await at('2026-06-23T12:00:00Z')).toEqual([
      'ops@example.com: 1 token and 1 problem need you: Gateway expires in 7 days (30 June 2026)',
    ]);
    expect(flat(textTo(world(), 'ops@example.com'))).toContain(
      `1 of the 1 target of ${CONTOSO} has no owner`,
    );
    expect(await at('2026-06-29T12:00:00Z')).toEqual([
      'ops@example.com: Gateway expires in 1 day (30 June 2026)',
    ]);
  });

  test('are spared while MAIL_TO is operators', async () => {
    world().restart({ MAIL_TO: 'operators' });
    await world().register(CONTOSO, 'gateway', ADA);
    token('gateway').expires('2026-06-30T12:00:00Z');
    expect(await at('2026-06-23T12:00:00Z')).toEqual([
      'ops@example.com: Gateway expires in 7 days (30 June 2026)',
    ]);
  });

  test('are told what is due then when MAIL_TO stops being none', async () => {
    world().restart({ MAIL_TO: 'none' });
    await world().register(CONTOSO, 'gateway', ADA);
    token('gateway').expires('2026-06-30T12:00:00Z');
    expect(await at('2026-06-23T12:00:00Z')).toEqual([]);
    expect(await queued(world())).toBe(0);
    world().restart({ MAIL_TO: 'owners' });
    expect(await at('2026-06-24T12:00:00Z')).toEqual([
      'ada@example.com: Gateway expires in 6 days (30 June 2026)',
    ]);
  });
});

describe('thresholds', () => {
  const EXPIRY = '2026-12-31T12:00:00Z';
  beforeEach(() => void token('gateway').expires(EXPIRY));

  test('of the row win over the setting, and the setting over the built-in', async () => {
    await world().register(CONTOSO, 'gateway', ADA);
    token('sensor').expires(EXPIRY);
    await world().register(CONTOSO, 'sensor', {
      owners: 'bob@example.com',
      displayName: 'Sensor',
      thresholds: '40d; 2h',
    });
    world().restart({ THRESHOLDS_IOT_CENTRAL_TOKEN: '20d, 3d' });
    const told: string[] = [];
    for (const moment of [
      '2026-11-21T12:00:00Z',
      '2026-12-01T12:00:00Z',
      '2026-12-11T12:00:00Z',
      '2026-12-28T12:00:00Z',
      '2026-12-31T10:00:00Z',
      '2026-12-31T12:00:00Z',
    ])
      for (const line of await at(moment)) told.push(`${moment.slice(5, 10)} ${line.split(' (')[0]}`);
    expect(told).toEqual([
      '11-21 bob@example.com: Sensor expires in 40 days',
      '12-11 ada@example.com: Gateway expires in 20 days',
      '12-28 ada@example.com: Gateway expires in 3 days',
      '12-31 bob@example.com: Sensor expires today at 12:00 UTC',
      // Neither list names the expiry itself, which is told all the same.
      '12-31 ada@example.com: Gateway expired just now',
      '12-31 ops@example.com: 2 tokens need you: Gateway expired just now',
      '12-31 bob@example.com: Sensor expired just now',
    ]);
  });

  test('in percent wait for a lifetime that was seen, and count from it', async () => {
    await world().register(CONTOSO, 'gateway', { ...ADA, thresholds: '20%' });
    expect(await at('2026-12-31T11:00:00Z')).toEqual([]);
    token('gateway').expires('2027-04-10T17:00:00Z');
    await at('2026-12-31T17:00:00Z');
    expect((await world().item('gateway'))?.lifetimeSeconds).toBe((100 * DAY) / 1_000);
    expect(await at('2027-03-21T16:59:59Z')).toEqual([]);
    expect(await at('2027-03-21T17:00:00Z')).toEqual([
      'ada@example.com: Gateway expires in 20 days (10 April 2027)',
    ]);
  });

  test('at or above a known lifetime are skipped: a short-lived token does not warn from birth', async () => {
    await world().register(CONTOSO, 'gateway', ADA);
    await at('2026-12-02T12:00:00Z');
    token('gateway').expires('2026-12-16T18:00:00Z');
    world().clock.to('2026-12-02T18:00:00Z');
    await world().tick();
    token('gateway').expires('2026-12-17T00:00:00Z');
    expect(await at('2026-12-03T00:00:00Z')).toEqual([
      'ada@example.com: Gateway was renewed until 17 December 2026',
    ]);
    expect(await at('2026-12-10T00:00:00Z')).toEqual([
      'ada@example.com: Gateway expires in 7 days (17 December 2026)',
    ]);
  });

  test('that are changed in the row hold from the next sweep on', async () => {
    await world().register(CONTOSO, 'gateway', { ...ADA, thresholds: '1d' });
    expect(await at('2026-12-20T12:00:00Z')).toEqual([]);
    await world().register(CONTOSO, 'gateway', { ...ADA, thresholds: '14d 1d' });
    expect(await at('2026-12-20T12:05:00Z')).toHaveLength(1);
    await world().register(CONTOSO, 'gateway', { ...ADA, thresholds: '30d 14d 1d' });
    expect(await at('2026-12-20T12:10:00Z')).toEqual([]);
  });
});

describe('an owner of 150 due targets', () => {
  const names = Array.from({ length: 150 }, (_, index) => `token-${String(index).padStart(3, '0')}`);
  const toldCount = async () => {
    let count = 0;
    for await (const state of allStates(world().tables)) count += state.told.size;
    return count;
  };

  test('gets as many lines as a mail holds, most urgent first, and the rest in the next mails; only what was in the body is told', async () => {
    const now = world().clock.now();
    // The later in the alphabet, the sooner it expires.
    names.forEach((name, index) => void token(name).expires(formatInstant(now + 10 * DAY - index * HOUR)));
    await world().registerAll(CONTOSO, names, { owners: 'ada@example.com' });
    await world().sweep();
    let waiting = names;
    while (waiting.length > 0) {
      await world().remind();
      const { plainText = '', html = '' } = world().mailsTo('ada@example.com').at(-1)?.message.content ?? {};
      for (const body of [plainText, html]) expect(Buffer.byteLength(body)).toBeLessThan(100_000);
      const told = waiting.filter(name => plainText.includes(name));
      expect(told.length).toBeGreaterThanOrEqual(Math.min(20, waiting.length));
      expect(told).toEqual(waiting.slice(-told.length));
      waiting = waiting.slice(0, -told.length);
      const follow = `${waiting.length} more follow in the next mail.`;
      expect(flat(plainText).includes(follow)).toBe(waiting.length > 0);
      expect(await toldCount()).toBe(names.length - waiting.length);
    }
    expect(world().mails()[0]).toContain('150 tokens need you: token-149 expires in 3 days');
    expect(await mailedBy(world(), () => ticks(world(), 1))).toEqual([]);
    expect(await queued(world())).toBe(0);
  });

  test('gets the same mail again after a failed send: same lines, same order, same count', async () => {
    const now = world().clock.now();
    names.forEach((name, index) => void token(name).expires(formatInstant(now + 10 * DAY - index * HOUR)));
    await world().registerAll(CONTOSO, names, { owners: 'ada@example.com' });
    await world().sweep();
    world().azure.communication.refuses({ fault: 'status', status: 500 });
    await world().remind();
    expect(world().mails()).toEqual([]);
    world().clock.pass(5 * MINUTE);
    await world().remind();
    expect(world().mails()).toEqual([
      expect.stringContaining('150 tokens need you: token-149 expires in 3 days'),
    ]);
    expect(flat(textTo(world(), 'ada@example.com'))).toMatch(/\b1\d\d more follow in the next mail\./);
  });
});
