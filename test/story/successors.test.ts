/** `replacedBy` in the registry: it counts only as long as it leads to a watched target of the same scope (rule 20). */
import { MINUTE } from '../../src/formats/instant';
import { LINKED, tokenTo } from '../support/snooze';
import { APPS, CONTOSO, HOST, mailsAt, notesOf, SUBSCRIPTION, textTo } from '../support/story';
import { useWorld } from '../support/world';

const world = useWorld({ settings: LINKED });

const ADA = 'ada@example.com';
const OPS = 'ops@example.com';
const EXPIRY = '2026-08-01T12:00:00Z';

const at = async (text: string) =>
  (await mailsAt(world(), `2026-${text}T12:00:00Z`)).map(mail => mail.split(': ')[0]).sort();

async function watched(name: string, columns: Record<string, unknown> = {}, expiry = EXPIRY): Promise<void> {
  await world().register(CONTOSO, name, { owners: ADA, ...columns });
  world().azure.iotCentral.token(HOST, name).expires(expiry);
}

const ODD: readonly (readonly [string, unknown, RegExp])[] = [
  ['a name with a typing error', 'newr', /'newr' is not registered in this scope/],
  ['a question mark', '?', /'\?' is not registered/],
  ['a number', 42, /'42' is not registered/],
  ['a date', new Date('2026-07-01T00:00:00Z'), /'2026-07-01T00:00:00.000Z' is not registered/],
  ['a flag', true, /'true' is not registered/],
  ['itself', 'gateway', /names this target itself/],
  ['a sentence', 'see ticket 4711', /'see ticket 4711' is not registered/],
  ['a name in capitals', 'NEWER', /'NEWER' is not registered/],
  ['an invisible character', 'newer\u200b', /'newer‹U\+200B›' is not registered.*write 'newer'/],
  [
    'a URL of another application',
    'https://other.azureiotcentral.com/api/apiTokens/newer',
    /of another scope/,
  ],
  ['the URL of the new one', `https://${HOST}/api/apiTokens/newer`, /write 'newer'/],
  ['bytes', new Uint8Array([1, 2]), /write a text/],
  ['a text without end', 'x'.repeat(1_025), /at most 1024 characters/],
];

test.each(ODD)(
  '%s leaves the target watched, and is shown as invalid with the reason',
  async (_what, replacedBy, why) => {
    await watched('newer', {}, '2027-08-01T12:00:00Z');
    await watched('gateway', { replacedBy });
    expect(await at('07-02')).toEqual([ADA, OPS]);
    expect(world().mails().join()).toContain('gateway');
    expect(await world().item('gateway')).toMatchObject({
      check: 'invalid',
      expiresOn: Date.parse(EXPIRY),
      failure: { code: 'invalid', message: expect.stringMatching(why) },
    });
    expect(textTo(world(), OPS)).toContain('replacedBy');
    expect(await at('08-01')).toEqual([ADA, OPS]);
  },
);

test.each(['-', 'n/a', 'NONE', 'null', '  '])('%j means that nothing replaced it', async replacedBy => {
  await watched('gateway', { replacedBy });
  expect(await at('07-02')).toEqual([ADA]);
  expect(await world().item('gateway')).toMatchObject({ check: 'ok' });
});

test.each([
  ['the readable id', 'rg/shop2'],
  ['capital letters', 'RG:Shop2'],
  [
    'a whole resource id',
    `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.App/containerApps/shop2`,
  ],
])('%s of a container app is told the right name', async (_how, replacedBy) => {
  await world().register(APPS, 'rg:shop', { owners: ADA, replacedBy });
  await world().register(APPS, 'rg:shop2', { owners: ADA });
  await world().sweep();
  expect((await world().item('rg:shop'))?.failure?.message).toMatch(/write 'rg:shop2'/);
  await world().register(APPS, 'rg:shop', { owners: ADA, replacedBy: 'rg:shop2' });
  world().clock.pass(300_000);
  await world().sweep();
  expect(await world().item('rg:shop')).toBeUndefined();
});

test('a chain that ends in a watched target counts, wherever its rows stand', async () => {
  await watched('b-old', { replacedBy: 'z-middle' });
  await watched('z-middle', { replacedBy: 'a-new' });
  await watched('a-new', {}, '2027-08-01T12:00:00Z');
  expect(await at('07-02')).toEqual([]);
  expect(await world().item('b-old')).toBeUndefined();
  expect(await world().item('z-middle')).toBeUndefined();
  expect(await at('08-01')).toEqual([]);
});

test('two rows that name each other are both watched, and both invalid', async () => {
  await watched('left', { replacedBy: 'right' });
  await watched('right', { replacedBy: 'left' });
  expect(await at('07-02')).toEqual([ADA, OPS]);
  for (const name of ['left', 'right'])
    expect(await world().item(name)).toMatchObject({
      check: 'invalid',
      failure: { message: expect.stringContaining('circle') },
    });
});

/** A row that vanished may be lost: a sweep finds first that it was removed. */
async function sweepAgain(): Promise<void> {
  world().clock.pass(5 * MINUTE);
  await world().sweep();
}

const BREAKS: readonly (readonly [string, () => Promise<void>, RegExp])[] = [
  ['removed', () => world().unregister(CONTOSO, 'newer').then(sweepAgain), /'newer' is not registered/],
  ['disabled', () => world().register(CONTOSO, 'newer', { enabled: 'false' }), /enabled=false/],
  ['replaced by the old one', () => world().register(CONTOSO, 'newer', { replacedBy: 'gateway' }), /circle/],
  [
    'replaced by what is not there',
    () => world().register(CONTOSO, 'newer', { replacedBy: 'x' }),
    /'x' is not/,
  ],
  [
    'replaced, not verified',
    () => world().register(CONTOSO, 'newer', { replacedBy: '(not named)' }),
    /nobody says/,
  ],
];

test.each(BREAKS)(
  'when its successor is %s later, the old one is watched again',
  async (_what, breakIt, why) => {
    await watched('newer', {}, '2027-08-01T12:00:00Z');
    await watched('gateway', { replacedBy: 'newer' });
    expect(await at('07-02')).toEqual([]);
    expect(await world().item('gateway')).toBeUndefined();
    await breakIt();
    expect(await at('07-03')).toEqual(expect.arrayContaining([ADA, OPS]));
    expect(await world().item('gateway')).toMatchObject({
      check: 'invalid',
      expiresOn: Date.parse(EXPIRY),
      failure: { message: expect.stringMatching(why) },
    });
    expect(await notesOf(world(), CONTOSO, 'gateway', 'invalid')).toEqual([expect.stringMatching(why)]);
    await watched('newer', {}, '2027-08-01T12:00:00Z');
    await at('07-04');
    expect(await world().item('gateway')).toBeUndefined();
  },
);

test('a successor with a column that is not understood is watched, so it counts', async () => {
  await watched('newer', { thresholds: '30d a-week' }, '2027-08-01T12:00:00Z');
  await watched('gateway', { replacedBy: 'newer' });
  await at('07-02');
  expect(await world().item('gateway')).toBeUndefined();
});

test('a queued reminder is dropped once the successor counts, and sent while it does not', async () => {
  await watched('newer', {}, '2027-08-01T12:00:00Z');
  await watched('gateway');
  world().clock.to('2026-07-02T12:00:00Z');
  await world().sweep();
  await world().register(CONTOSO, 'gateway', { owners: ADA, replacedBy: 'newer' });
  await world().remind();
  expect(world().mailsTo(ADA)).toEqual([]);
  expect(await notesOf(world(), CONTOSO, 'gateway', 'dropped')).toEqual([
    expect.stringMatching(/: notWatched$/),
  ]);
  await world().register(CONTOSO, 'gateway', { owners: ADA, replacedBy: 'newr' });
  await at('07-03');
  expect(world().mailsTo(ADA)).toHaveLength(1);
});

test('every answer about one target says the same', async () => {
  await watched('newer', {}, '2027-08-01T12:00:00Z');
  await watched('gateway');
  expect(await at('07-02')).toEqual([ADA]);
  const says = async () => {
    const app = world().app();
    const explained = await app.explain(CONTOSO, 'gateway');
    const checked = await app.checkNow({ scope: CONTOSO, name: 'gateway' }, world().log);
    const link = await app.showLink(tokenTo(world(), ADA));
    const { entries } = await app.feed({});
    const { mails } = await app.forecast(365);
    const foreseen = mails.flatMap(({ lines }) => lines.map(({ reminder }) => reminder.name));
    return {
      listed: (explained?.report.items.length ?? 0) > 0,
      check: 'refused' in checked ? checked.refused : 'read',
      link: 'stopped' in link ? 'stopped' : 'view' in link ? 'view' : 'refused',
      inFeed: entries.some(({ name }) => name === 'gateway'),
      foreseen: foreseen.includes('gateway'),
    };
  };
  expect(await says()).toEqual({ listed: true, check: 'read', link: 'view', inFeed: true, foreseen: true });
  await world().register(CONTOSO, 'gateway', { owners: ADA, replacedBy: 'newer' });
  expect(await says()).toEqual({
    listed: false,
    check: 'notWatched',
    link: 'stopped',
    inFeed: false,
    foreseen: false,
  });
  await world().register(CONTOSO, 'gateway', { owners: ADA, replacedBy: 'newr' });
  expect(await says()).toEqual({
    listed: true,
    check: 'invalid',
    link: 'view',
    inFeed: true,
    foreseen: true,
  });
  await world().app().reconcile(world().log);
  expect(await world().item('gateway')).toMatchObject({ check: 'invalid' });
});
