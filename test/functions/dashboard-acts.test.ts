/** What the forms of a target's page do to its row, as a browser without a script sends them; each can be undone and stands in the history. */
import { DAY, MINUTE } from '../../src/formats/instant';
import { type Ask, asking } from '../support/asking';
import { instant } from '../support/clock';
import { HOSTILE } from '../support/dashboard';
import { useHost } from '../support/host';
import { CONTOSO, HOST, historyOf, notesOf } from '../support/story';
import { type Visitor, visitor } from '../support/visitor';
import { START, useWorld } from '../support/world';

const world = useWorld();
const hosting = useHost();
const NOW = instant(START);
const KEY = { scope: CONTOSO, name: 'gateway' };
const PAGE = `dashboard/${encodeURIComponent(CONTOSO)}/gateway`;
let ask: Ask;
let person: Visitor;
beforeEach(async () => {
  ask = await asking(world(), hosting);
  person = visitor(ask);
});

const token = (name = 'gateway') => world().azure.iotCentral.token(HOST, name);
const register = (columns: Record<string, unknown> = {}) =>
  world().register(CONTOSO, 'gateway', { owners: 'ada@example.com', displayName: 'Gateway', ...columns });
const columns = async (name = 'gateway') =>
  (
    await world()
      .app()
      .findRow({ ...KEY, name })
  )?.columns;
const notes = (type: string) => notesOf(world(), CONTOSO, 'gateway', type);

describe('pause', () => {
  test('and resume take one press each, keep the rest of the row, and stand in the history', async () => {
    await register({ notes: 'two\nlines' });
    await person.open(PAGE);
    await person.press('Pause');
    expect(person.address()).toBe(`${PAGE}?done=paused`);
    expect(person.words()).toContain('Paused. It is neither read nor told about');
    expect(await columns()).toMatchObject({ enabled: 'false', notes: 'two\nlines', displayName: 'Gateway' });
    await person.press('Resume');
    expect(person.words()).toContain('Watched again.');
    expect(await columns()).toMatchObject({ enabled: 'true' });
    expect([await notes('paused'), await notes('resumed')]).toEqual([
      ['in the dashboard'],
      ['in the dashboard'],
    ]);
  });

  test('of a row with a fault says which column to correct first, and opens the form', async () => {
    await register({ thresholds: 'soon' });
    await person.open(PAGE);
    const { status, text } = await person.press('Pause');
    expect([status, text.includes('id="edit" open')]).toEqual([422, true]);
    expect(text).toContain('id="thresholdsFault"');
    expect(await columns()).toMatchObject({ enabled: '' });
  });
});

describe('edit', () => {
  test('has a field for every column', async () => {
    await register();
    await person.open(PAGE);
    const fields = Object.keys(person.fields('Save')).filter(name => name !== 'act' && name !== 'tag');
    const all = Object.keys((await columns()) ?? {}).filter(name => name !== 'enabled');
    expect([...fields].sort()).toEqual([...all, 'enabled'].sort());
  });

  test('is undone by one press, and that too; the history names the columns', async () => {
    await register({ notes: ' first\nsecond', thresholds: '30d 7d 0' });
    await person.open(PAGE);
    await person.press('Save', { notes: 'other', owners: 'eve@example.com' });
    expect(person.words()).toContain('Saved. The next sweep goes by it. Undo the last change');
    expect(person.words()).toContain('Owners “ ada@example.com ”, Notes “ first second ”');
    expect(await notes('edited')).toEqual(['in the dashboard: owners, notes']);
    world().clock.pass(MINUTE);
    await person.press('Undo the last change');
    expect(person.address()).toBe(`${PAGE}?done=undone`);
    expect(await columns()).toMatchObject({ owners: 'ada@example.com', thresholds: '30d 7d 0' });
    expect((await columns())?.notes).toBe(' first\nsecond');
    world().clock.pass(MINUTE);
    await person.press('Undo the last change');
    expect(await columns()).toMatchObject({ notes: 'other', owners: 'eve@example.com' });
  });

  test('can be undone later, from the page itself, with what it would put back', async () => {
    await register();
    await person.open(PAGE);
    await person.press('Save', { displayName: HOSTILE });
    world().clock.pass(3 * DAY);
    await person.open(PAGE);
    expect(person.page().text).not.toContain('<script>alert');
    expect(person.words()).toContain('Puts back what was there before: Display name “ Gateway ”');
    await person.press('Undo the last change');
    expect(await columns()).toMatchObject({ displayName: 'Gateway' });
  });

  test('can be undone for a week: then what was there before is forgotten, and the history stays', async () => {
    await register({ notes: 'pasted by mistake' });
    await person.open(PAGE);
    await person.press('Save', { notes: '' });
    world().clock.pass(8 * DAY);
    await world().app().reconcile(world().log);
    await person.open(PAGE);
    expect(person.page().text).not.toContain('Undo the last change');
    expect(await notes('edited')).toHaveLength(1);
    expect(JSON.stringify(await world().tables.history.of(KEY, 9))).not.toContain('pasted');
  });

  test('that clears what replaced it watches it again', async () => {
    await world().register(CONTOSO, 'newer');
    await register({ replacedBy: 'newer' });
    await person.open(PAGE);
    await person.press('Save', { replacedBy: '' });
    expect(await columns()).toMatchObject({ replacedBy: '' });
    expect(await notes('watchedAgain')).toEqual(['in the dashboard; it was replaced by newer']);
  });

  test.each(['1', '2'])('of two windows: the second is told, whatever it does (%s)', async which => {
    await register();
    const other = visitor(ask);
    await person.open(PAGE);
    await other.open(PAGE);
    await person.press('Save', { notes: 'first' });
    const { status, text } =
      which === '1' ? await other.press('Pause') : await other.press('Save', { notes: 'second' });
    expect(status).toBe(409);
    expect(other.words()).toContain('changed');
    if (which === '2') expect(text).toContain('second</textarea>');
    expect(await columns()).toMatchObject({ notes: 'first', enabled: '' });
  });
});

describe('remove', () => {
  const ask2 = () => person.open(`${PAGE}?ask=remove`);

  test('asks first, says what it means, and is undone by one press with every column', async () => {
    await register({ thresholds: '30d 0', notes: 'n', runbook: 'https://wiki.example.com/' });
    token().expires(NOW + 20 * DAY);
    await world().sweep();
    const before = await columns();
    await ask2();
    expect(person.words()).toContain('nobody is told when it expires');
    expect(await columns()).toEqual(before);
    await person.press('Remove it');
    expect([person.address(), await columns()]).toEqual([`${PAGE}?done=removed`, undefined]);
    expect(person.words()).toContain('Removed. It leaves all reports at the next sweep');
    await person.press('Undo the last change');
    expect(await columns()).toEqual(before);
    expect(person.words()).toContain('Undone.');
    expect(await historyOf(world(), CONTOSO, 'gateway')).toEqual(
      expect.arrayContaining(['removed', 'added']),
    );
  });

  test('of what no sweep has seen can be undone as well, also later', async () => {
    await register();
    await ask2();
    await person.press('Remove it');
    expect(person.page().status).toBe(404);
    await person.open(PAGE);
    await person.press('Undo the last change');
    expect(await columns()).toMatchObject({ displayName: 'Gateway' });
  });

  test('after somebody changed the row removes nothing, and says so', async () => {
    await register();
    await ask2();
    await register({ notes: 'new' });
    const { status } = await person.press('Remove it');
    expect([status, person.words().includes('Nothing was done.')]).toEqual([409, true]);
    expect(await columns()).toMatchObject({ notes: 'new' });
    await ask2();
    await world().unregister(CONTOSO, 'gateway');
    expect((await person.press('Remove it')).status).toBe(404);
    expect(person.words()).toContain('Nothing was done.');
  });

  test('can’t be undone over a row that somebody added since, nor with what is refused now', async () => {
    await world().register(CONTOSO, 'newer');
    await register({ replacedBy: 'newer' });
    await ask2();
    await person.press('Remove it');
    const other = visitor(ask);
    await other.open(PAGE);
    await world().unregister(CONTOSO, 'newer');
    const refused = await other.press('Undo the last change');
    expect([refused.status, wordsAbout(other)]).toEqual([404, true]);
    await register({ notes: 'by hand' });
    expect((await person.press('Undo the last change')).status).toBe(409);
    expect(await columns()).toMatchObject({ notes: 'by hand' });
  });

  const wordsAbout = (one: Visitor) =>
    /The row was not put back.*replacedBy: 'newer' is not registered/.test(one.words());

  test('of a key that is not understood is possible too', async () => {
    await world().register(CONTOSO, 'a b', {});
    await person.open(`dashboard/${encodeURIComponent(CONTOSO)}/a%20b?ask=remove`);
    await person.press('Remove it');
    expect(await columns('a b')).toBeUndefined();
  });
});

describe('"it was replaced by a new one"', () => {
  test('reads the new one, asks, registers it, and stops the old one; undo watches both', async () => {
    token('newer').expires(NOW + 300 * DAY);
    await register({ thresholds: '30d 0' });
    await person.open(PAGE);
    await person.press('Read the new one', { newId: `https://${HOST}/api/apiTokens/newer` });
    expect(person.words()).toContain('Is this the new one?');
    expect(person.words()).toContain('New id newer Expires in 300 days');
    expect([await columns('newer'), (await columns())?.replacedBy]).toEqual([undefined, '']);
    await person.press('Stop watching the old one');
    expect(person.address()).toBe(`${PAGE}?done=replaced`);
    expect(await columns()).toMatchObject({ replacedBy: 'newer' });
    expect(await columns('newer')).toMatchObject({ owners: 'ada@example.com', thresholds: '30d 0' });
    expect(await notes('replaced')).toEqual(['by newer, in the dashboard']);
    await person.press('Watch it again');
    expect(await columns()).toMatchObject({ replacedBy: '' });
  });

  test.each<[string, string, string]>([
    ['nothing', ' ', 'write the id of the new one'],
    ['itself', 'gateway', 'that is the old one'],
    ['what is not there', 'absent', 'it could not be read'],
    [
      'what is of another scope',
      'https://other.azureiotcentral.com/api/apiTokens/x',
      'it is of another scope',
    ],
    ['markup', HOSTILE, 'it could not be read'],
  ])('of %s is refused at its field, and keeps what was typed', async (_, newId, why) => {
    await register();
    await person.open(PAGE);
    const { status, text } = await person.press('Read the new one', { newId });
    expect([status, text.includes('id="replace" open')]).toEqual([422, true]);
    expect(person.words()).toContain(why);
    expect(person.fields('Read the new one').newId).toBe(newId);
    expect(text).not.toContain('<script>alert');
    expect(await columns()).toMatchObject({ replacedBy: '' });
  });

  test('after a change of the row asks again, and registers nothing', async () => {
    token('newer').expires(NOW + 300 * DAY);
    await register();
    await person.open(PAGE);
    await person.press('Read the new one', { newId: 'newer' });
    await register({ notes: 'new' });
    expect((await person.press('Stop watching the old one')).status).toBe(409);
    expect([await columns('newer'), (await columns())?.replacedBy]).toEqual([undefined, '']);
  });
});

describe('a snooze for somebody', () => {
  beforeEach(async () => {
    token().expires(NOW + 6 * DAY);
    await register();
    await world().sweep();
    await person.open(PAGE);
  });
  const snoozed = async () => (await world().tables.expiries.row(KEY))?.snoozes.get('ada@example.com');

  test('holds until its end, names both people, and is ended by one press', async () => {
    await person.press('Snooze', { days: '3', reason: 'is on holiday' });
    expect(await snoozed()).toMatchObject({ until: NOW + 3 * DAY, reason: 'is on holiday' });
    expect(await notes('snoozed')).toEqual([
      'for ada@example.com, in the dashboard until 2026-06-04T00:00:00.000Z: is on holiday',
    ]);
    await world().tick();
    expect(world().mailsTo('ada@example.com')).toEqual([]);
    await person.press('End the snooze');
    expect(await snoozed()).toBeUndefined();
    expect(await notes('unsnoozed')).toEqual(['for ada@example.com, in the dashboard']);
    expect(person.words()).toContain('The snooze has ended.');
  });

  test('is undone by its own button; what undoes a change of the row does not stand beside it', async () => {
    await person.press('Pause');
    await person.press('Resume');
    await person.press('Snooze', { reason: 'is on holiday' });
    const [notice = ''] = /<div class="card notice">.*?<section/s.exec(person.page().text) ?? [];
    expect([notice.includes('Snoozed.'), notice.includes('Undo')]).toEqual([true, false]);
    expect(person.words()).toContain('Undo the last change');
  });

  test.each<[string, Record<string, string>, string]>([
    ['too long', { days: '91' }, 'write 1 to 90 whole days'],
    ['no number', { days: '1e1' }, 'write 1 to 90 whole days'],
    ['without a reason', { reason: '  ' }, 'say why'],
    ['with the value of a token', { reason: 'SharedAccessSignature sr=a&sig=b' }, 'must not be kept here'],
    ['with an endless reason', { reason: 'x'.repeat(2_000) }, 'at most 500 characters'],
    ['for a stranger', { owner: 'eve@example.com' }, 'neither an owner nor an operator'],
  ])('that is %s is refused at its field, and keeps what was typed', async (_, typed, why) => {
    const given = { owner: 'ada@example.com', days: '3', reason: 'holiday', ...typed };
    const { status, text } = await person.press('Snooze', given);
    expect([status, text.includes('id="snooze" open')]).toEqual([422, true]);
    expect(person.words()).toContain(why);
    expect(person.fields('Snooze')).toMatchObject({ days: given.days, reason: given.reason });
    expect(await snoozed()).toBeUndefined();
  });

  test('ends within 90 days of the first one, also for an operator', async () => {
    token().expires(NOW + 200 * DAY);
    await world().sweep();
    await person.press('Snooze', { days: '5', reason: 'a' });
    world().clock.pass(80 * DAY);
    await person.open(PAGE);
    expect((await person.press('Snooze', { days: '20', reason: 'b' })).status).toBe(422);
    expect(person.words()).toContain('10 days at most: it was first snoozed on 2026-06-01');
  });

  test('that the owner set in the meantime is left alone', async () => {
    const other = visitor(ask);
    await other.open(PAGE);
    await other.press('Snooze', { days: '3', reason: 'first' });
    expect((await person.press('Snooze', { days: '9', reason: 'second' })).status).toBe(422);
    expect(await snoozed()).toMatchObject({ reason: 'first' });
  });
});

test('a reload of what a form led to sends nothing again', async () => {
  await register();
  await person.open(PAGE);
  await person.press('Pause');
  world().clock.pass(MINUTE);
  await person.press('Resume');
  const before = await columns();
  await person.reload();
  expect([await columns(), await historyOf(world(), CONTOSO, 'gateway')]).toEqual([
    before,
    ['paused', 'resumed'],
  ]);
});

test.each(['pause', 'remove', 'undo', 'replace', 'confirm', 'snooze'])(
  'the form %s of another site is refused',
  async act => {
    await register();
    const { status } = await ask(PAGE, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'cross-site' },
      body: `act=${act}&tag=x`,
    });
    expect([status, await historyOf(world(), CONTOSO, 'gateway')]).toEqual([403, []]);
  },
);
