/** "I replaced it" by the link in a mail: the new one is read, the person confirms, the others are told, and it can be undone. */
import { DAY, HOUR, MINUTE } from '../../src/formats/instant';
import type { LinkAction, LinkResult, Proposed } from '../../src/watch/snooze/link-answers';
import { instant } from '../support/clock';
import { LINKED, linksTo, replaceBy, tokenTo } from '../support/snooze';
import {
  APPS,
  CONTOSO,
  dump,
  HOST,
  historyOf,
  mailsAt,
  notesOf,
  SUBSCRIPTION,
  textTo,
} from '../support/story';
import { useWorld } from '../support/world';

const world = useWorld({ settings: LINKED });

const ADA = 'ada@example.com';
const BOB = 'Bob@Example.com';
const OPS = 'ops@example.com';
const BOTH = { owners: `${ADA}, ${BOB}`, displayName: 'Gateway' };
const EXPIRY = '2026-08-01T12:00:00Z';
const NEXT = '2026-09-01T12:00:00Z';

const token = (id: string) => world().azure.iotCentral.token(HOST, id);
const row = (name: string, scope = CONTOSO) => world().tables.registry.row({ scope, name });
const at = async (text: string) =>
  (await mailsAt(world(), `2026-${text}T12:00:00Z`)).map(mail => mail.split(': ')[0]).sort();
const follow = (asked: LinkAction, link = tokenTo(world(), ADA)) =>
  world().app().followLink(link, asked, world().log);
const read = (newId: string, link?: string) => follow({ act: 'replace', newId }, link);
const replace = (newId: string, link = tokenTo(world(), ADA)) => replaceBy(world(), link, newId);
const stored = () => dump(world(), ['registry', 'expiries', 'calendar', 'outbox', 'history']);

function proposed(answer: LinkResult): Proposed['proposed'] {
  if (!('proposed' in answer)) throw new Error(JSON.stringify(answer));
  return answer.proposed;
}

/** Up to the mails to both owners 30 days before the expiry. */
beforeEach(async () => {
  await world().register(CONTOSO, 'gateway', BOTH);
  token('gateway').expires(EXPIRY);
  token('newer').expires(NEXT);
  expect(await at('07-02')).toEqual([BOB, ADA]);
});

describe('with the new id', () => {
  test('it reads the new one and shows its expiry; nothing is stopped before the person confirms', async () => {
    const before = await stored();
    const answer = proposed(await read('newer'));
    expect(answer).toMatchObject({
      id: 'newer',
      name: 'newer',
      expiresOn: instant(NEXT),
      isRegistered: false,
    });
    expect(await stored()).toEqual(before);
    expect(await at('07-18')).toEqual([BOB, ADA]);
  });

  test('stops the old one for everybody, and watches the new one with the same policy', async () => {
    const columns = {
      ...BOTH,
      thresholds: '30d 3d',
      checkEvery: '2h',
      runbook: 'https://wiki.example.com/x',
      notes: 'n',
    };
    await world().register(CONTOSO, 'gateway', { ...columns, enabled: 'true' });
    token('gateway/2').expires(NEXT);
    expect(await replace('gateway/2')).toMatchObject({ stopped: 'Gateway', by: 'gateway/2', done: 'now' });
    expect((await row('gateway'))?.columns).toEqual({
      ...columns,
      enabled: 'true',
      replacedBy: 'gateway~2F2',
    });
    expect((await row('gateway~2F2'))?.columns).toEqual(columns);
    expect(await notesOf(world(), CONTOSO, 'gateway', 'replaced')).toEqual([`by gateway~2F2, says ${ADA}`]);
    expect(await notesOf(world(), CONTOSO, 'gateway~2F2', 'replaces')).toEqual([`'gateway', says ${ADA}`]);
    await at('07-03');
    expect(await world().item('gateway')).toBeUndefined();
    expect(await at('08-01')).toEqual([]);
    expect(await at('08-02')).toEqual([BOB, ADA]);
    expect(world().mails().at(-1)).toContain('1 September 2026');
  });

  test('the co-owners and the operators are told, once; who said so is not', async () => {
    await replace('newer');
    expect(await at('07-03')).toEqual([BOB, OPS]);
    for (const words of ['was replaced by newer', ADA, 'replacedBy'])
      expect(textTo(world(), BOB)).toContain(words);
    expect(await at('07-04')).toEqual([]);
    expect(await at('08-01')).toEqual([]);
  });

  test('does not change a row that exists already', async () => {
    await world().register(CONTOSO, 'newer', { owners: BOB });
    expect(proposed(await read('newer'))).toMatchObject({ isRegistered: true });
    await replace('newer');
    expect((await row('newer'))?.columns).toEqual({ owners: BOB });
    expect((await row('gateway'))?.columns.replacedBy).toBe('newer');
  });

  test.each([
    ['like the old one', 'RG / Shop2'],
    ['as its row is called', 'rg:shop2'],
    [
      'as a whole resource id',
      `/subscriptions/${SUBSCRIPTION}/resourceGroups/RG/providers/Microsoft.App/containerApps/Shop2`,
    ],
  ])('takes a container app %s', async (_how, newId) => {
    const app = (name: string) => world().azure.arm.app(SUBSCRIPTION, 'rg', name);
    app('shop').expires(EXPIRY);
    app('shop2').expires(NEXT);
    await world().register(APPS, 'rg:shop', { owners: ADA });
    for (const day of ['07-03', '07-04', '07-25']) await at(day);
    const shop = new URL(linksTo(world(), ADA).at(-1) ?? '').searchParams.get('t') ?? '';
    expect(await read('shop2', shop)).toMatchObject({ badNewId: expect.stringContaining('rg/shop') });
    expect(await replace(newId, shop)).toMatchObject({ stopped: 'rg:shop', by: 'rg/shop2' });
    expect((await row('rg:shop', APPS))?.columns.replacedBy).toBe('rg:shop2');
    expect(await row('rg:shop2', APPS)).toBeDefined();
  });

  test.each([
    ['the old one itself', 'gateway', /old one/],
    ['what no address can hold', '..', /can't be a name/],
    ['one that leads back to the old one', 'older', /circle/],
    ['one that is disabled', 'off', /enabled=false/],
    ['one that was replaced', 'former', /newer replaced it/],
    ['one that is not there', 'typo', /could not be read: IoT Central knows no such API token/],
    ['one that has expired', 'dead', /it expired on Mon 1 Jun 2026/],
  ])('refuses %s, and changes nothing', async (_what, newId, why) => {
    await world().register(CONTOSO, 'older', { replacedBy: 'gateway' });
    await world().register(CONTOSO, 'off', { enabled: 'false' });
    await world().register(CONTOSO, 'former', { replacedBy: 'newer' });
    await world().register(CONTOSO, 'newer');
    token('dead').expires('2026-06-01T00:00:00Z');
    const before = await stored();
    expect(await read(newId)).toMatchObject({ badNewId: expect.stringMatching(why) });
    expect(await stored()).toEqual(before);
  });

  test('a service that refuses requests is answered in words, and nothing is stopped', async () => {
    world().azure.iotCentral.app(HOST).misbehaves({ fault: 'status', status: 429, retryAfter: '600' });
    const before = await stored();
    expect(await read('newer')).toMatchObject({
      badNewId: expect.stringMatching(/^the service allows no request .* try again in \d+ seconds/),
      retryAfterMs: expect.any(Number),
    });
    expect(await stored()).toEqual(before);
  });

  test('a confirmation of anything that was not just read is asked again', async () => {
    const { name, proof } = proposed(await read('newer'));
    token('other').expires(NEXT);
    const confirm = (asked: { name?: string; proof?: string } = {}) =>
      follow({ act: 'confirm', name, proof, ...asked });
    expect(await confirm({ name: 'other' })).toHaveProperty('proposed.name', 'other');
    expect(await confirm({ proof: '' })).toHaveProperty('proposed');
    expect(await confirm({ proof: proof.replace(/^\d/, '9') })).toHaveProperty('proposed');
    world().clock.pass(HOUR + 1);
    expect(await confirm()).toHaveProperty('proposed');
    expect((await row('gateway'))?.columns.replacedBy).toBeUndefined();
    const again = proposed(await read('newer'));
    await world().register(CONTOSO, 'gateway', { ...BOTH, notes: 'edited in the meantime' });
    expect(await confirm(again)).toHaveProperty('proposed');
    expect((await row('gateway'))?.columns.replacedBy).toBeUndefined();
  });

  test('pressed many times at once it acts once, and each press says that it is done', async () => {
    const { name, proof } = proposed(await read('newer'));
    const answers = await Promise.all(
      Array.from({ length: 6 }, () => follow({ act: 'confirm', name, proof })),
    );
    const done = answers.map(answer => ('stopped' in answer ? answer.done : JSON.stringify(answer)));
    expect(done.sort()).toEqual(['already', 'already', 'already', 'already', 'already', 'now']);
    expect(await notesOf(world(), CONTOSO, 'gateway', 'replaced')).toHaveLength(1);
    const before = await stored();
    expect(await follow({ act: 'confirm', name, proof })).toMatchObject({ by: 'newer', done: 'already' });
    expect(await stored()).toEqual(before);
    expect(await at('07-03')).toEqual([BOB, OPS]);
  });

  test('two owners who name two successors at once: one counts, and the others are told of that one', async () => {
    token('other').expires(NEXT);
    const links = [tokenTo(world(), ADA), tokenTo(world(), BOB)] as const;
    const first = proposed(await read('newer', links[0]));
    const second = proposed(await read('other', links[1]));
    await Promise.all([
      follow({ act: 'confirm', ...first }, links[0]),
      follow({ act: 'confirm', ...second }, links[1]),
    ]);
    const by = (await row('gateway'))?.columns.replacedBy;
    expect(['newer', 'other']).toContain(by);
    expect(await notesOf(world(), CONTOSO, 'gateway', 'replaced')).toHaveLength(1);
  });
});

describe('without the new id', () => {
  const unnamed = (note = 'the new one expires on 2027-08-01') => follow({ act: 'replaceUnnamed', note });

  test('stops the old one, and it stays visible as replaced, not verified', async () => {
    expect(await unnamed()).toMatchObject({ stopped: 'Gateway', by: undefined, done: 'now' });
    expect((await row('gateway'))?.columns.replacedBy).toBe('(not named)');
    expect(await at('07-03')).toEqual([BOB, OPS]);
    expect(textTo(world(), OPS)).toContain('the new one expires on 2027-08-01');
    for (const day of ['08-01', '08-20']) {
      expect(await at(day)).toEqual([]);
      expect(await world().item('gateway')).toMatchObject({
        check: 'notVerified',
        standing: 'unknown',
        failure: {
          code: 'notVerified',
          since: instant('2026-07-02T12:00:00Z'),
          message: expect.stringMatching(/^replaced, not verified: .*ada@example.com.*2027-08-01/),
        },
      });
    }
    const { items } = await world()
      .app()
      .report({ withinMs: 365 * DAY, limit: 10 });
    expect(items).toEqual([]);
  });

  test('a row that says so by itself is not watched either; the operators hear of it once', async () => {
    await world().register(CONTOSO, 'by-hand', { owners: ADA, replacedBy: '(not named)' });
    token('by-hand').expires('2026-07-20T12:00:00Z');
    expect(await at('07-03')).toEqual([OPS]);
    expect(textTo(world(), OPS)).toContain('replaced and names no');
    expect(await at('07-21')).toEqual([BOB, ADA]);
    expect(await at('07-22')).toEqual([]);
    expect(await world().item('by-hand')).toMatchObject({
      check: 'notVerified',
      failure: { message: expect.stringContaining('in its registry row') },
    });
    await world().register(CONTOSO, 'by-hand', { owners: ADA });
    expect(await at('07-23')).toEqual([ADA, OPS]);
  });

  test('pressed many times at once it acts once', async () => {
    await Promise.all(Array.from({ length: 4 }, () => unnamed()));
    expect(await notesOf(world(), CONTOSO, 'gateway', 'replaced')).toHaveLength(1);
  });
});

describe('undone', () => {
  const undo = (link?: string) => follow({ act: 'unreplace' }, link);

  test('on the same page: the old one is watched again, and who had heard otherwise is told', async () => {
    await replace('newer');
    await at('07-03');
    expect(await world().app().showLink(tokenTo(world(), ADA))).toMatchObject({
      stopped: 'Gateway',
      by: 'newer',
      said: { by: ADA, on: instant('2026-07-02T12:00:00Z') },
    });
    expect(await undo()).toMatchObject({ done: 'watchedAgain', view: { displayName: 'Gateway' } });
    expect((await row('gateway'))?.columns.replacedBy).toBe('');
    expect(await row('newer')).toBeDefined();
    expect(await historyOf(world(), CONTOSO, 'gateway')).toEqual(
      expect.arrayContaining(['replaced', 'watchedAgain']),
    );
    expect(await at('07-04')).toEqual([BOB, OPS]);
    expect(textTo(world(), BOB)).toContain('is watched again');
    expect(await at('07-05')).toEqual([]);
    expect(await at('07-18')).toEqual([BOB, ADA]);
  });

  test('before anyone was told, nobody hears of it', async () => {
    await follow({ act: 'replaceUnnamed', note: 'x' });
    await undo(tokenTo(world(), BOB));
    expect(await at('07-03')).toEqual([]);
    expect(await world().item('gateway')).toMatchObject({ check: 'ok' });
  });

  test('twice it says the same, and changes nothing more; then it can be replaced again', async () => {
    await replace('newer');
    await undo();
    const before = await stored();
    expect(await undo()).toMatchObject({ done: 'watchedAgain' });
    expect(await stored()).toEqual(before);
    world().clock.pass(MINUTE);
    expect(await replace('newer')).toMatchObject({ done: 'now' });
    expect(await at('07-03')).toEqual([BOB, OPS]);
  });

  test('many times at once it acts once', async () => {
    await replace('newer');
    const answers = await Promise.all(Array.from({ length: 4 }, () => undo()));
    for (const answer of answers) expect(answer).toMatchObject({ done: 'watchedAgain' });
    expect(await notesOf(world(), CONTOSO, 'gateway', 'watchedAgain')).toHaveLength(1);
  });

  test('a queued notice is dropped', async () => {
    await replace('newer');
    world().clock.pass(5 * MINUTE);
    await world().sweep();
    await undo();
    await world().remind();
    expect(world().mailsTo(OPS)).toEqual([]);
    expect(await notesOf(world(), CONTOSO, 'gateway', 'dropped')).toHaveLength(2);
  });
});
