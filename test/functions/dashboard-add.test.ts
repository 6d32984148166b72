/** Adding a target in the dashboard: what people paste is understood, and what is wrong stands at its field with what was typed. */
import { DAY } from '../../src/formats/instant';
import { dashboardAdd } from '../../src/web/dashboard/add-route';
import type { Call } from '../../src/web/route';
import { type Ask, asking } from '../support/asking';
import { instant } from '../support/clock';
import { HOSTILE } from '../support/dashboard';
import { useHost } from '../support/host';
import { APPS, CONTOSO, HOST, notesOf, SUBSCRIPTION } from '../support/story';
import { type Visitor, visitor } from '../support/visitor';
import { START, useWorld } from '../support/world';

const world = useWorld();
const hosting = useHost();
const NOW = instant(START);
let ask: Ask;
let person: Visitor;
beforeEach(async () => {
  ask = await asking(world(), hosting);
  person = visitor(ask);
});

const columns = async (scope: string, name: string) =>
  (await world().app().findRow({ scope, name }))?.columns;
const RESOURCE = `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg-Shop/providers/Microsoft.App/containerApps/Web`;
const TOKEN_VALUE = `SharedAccessSignature sr=${SUBSCRIPTION}&sig=bm90IGEgdG9rZW4%3D&skn=gateway&se=1800000000000`;

describe('what is pasted is understood', () => {
  test.each<[string, string, string, string]>([
    ['a resource id', 'containerApp', RESOURCE, ''],
    ['a resource id with blanks around it', 'containerApp', ` \u200b${RESOURCE} \n`, ''],
    [
      'an address of the portal',
      'containerApp',
      `https://portal.azure.com/#@contoso.onmicrosoft.com/resource${RESOURCE}/containerapp`,
      '',
    ],
    [
      'an address of the portal with an encoded id',
      'containerApp',
      `https://portal.azure.com/#view/X/id/${encodeURIComponent(RESOURCE)}?feature=1`,
      '',
    ],
    ['parts', 'containerApp', SUBSCRIPTION.toUpperCase(), 'rg-shop/web'],
    ['table keys', 'containerApp', APPS, 'rg-shop:web'],
    ['table keys in one text', 'containerApp', `${APPS}\trg-shop:web`, ''],
    ['table keys as an address has them', 'containerApp', `${APPS}/rg-shop:web`, ''],
    ['a resource id in the form of another kind', 'iotCentralToken', RESOURCE, ''],
    ['a resource id in the other field', 'containerApp', '', RESOURCE],
  ])('%s of a container app', async (_, kind, place, name) => {
    await person.open(`dashboard/add?kind=${kind}`);
    await person.press('Add it', { place, name, owners: 'shop@example.com' });
    expect(person.address()).toBe(`dashboard/${encodeURIComponent(APPS)}/rg-shop%3Aweb?done=added`);
    expect(await columns(APPS, 'rg-shop:web')).toMatchObject({ owners: 'shop@example.com' });
  });

  test.each<[string, string, string, string, string]>([
    [
      'the address of its application',
      'iotCentralToken',
      `https://${HOST}/devices?x=1`,
      'gateway',
      'gateway',
    ],
    ['a host', 'iotCentralToken', HOST.toUpperCase(), ' gateway ', 'gateway'],
    [
      'its address in the API',
      'iotCentralToken',
      `https://${HOST}/api/apiTokens/gateway?api-version=1`,
      '',
      'gateway',
    ],
    ['table keys', 'iotCentralToken', CONTOSO, 'a~2Fb', 'a~2Fb'],
    ['an id with a slash', 'iotCentralToken', HOST, 'a/b', 'a~2Fb'],
    ['the form of another kind', 'containerApp', `https://${HOST}/`, 'gateway', 'gateway'],
  ])('a token of IoT Central by %s', async (_, kind, place, name, expected) => {
    await person.open(`dashboard/add?kind=${kind}`);
    await person.press('Add it', { place, name });
    expect(await columns(CONTOSO, expected)).toBeDefined();
    expect(person.words()).toContain('Added. The next sweep reads it.');
  });
});

describe('what is not taken stands at its field, with what was typed', () => {
  test.each<[string, string, Record<string, string>, string, string]>([
    ['nothing', 'containerApp', {}, 'place', 'is not a subscription id'],
    [
      'another host',
      'iotCentralToken',
      { place: 'https://evil.example/contoso', name: 'x' },
      'place',
      'not in an allowed domain',
    ],
    [
      'a host behind a user',
      'iotCentralToken',
      { place: 'https://x@evil.example/', name: 'x' },
      'place',
      'is not',
    ],
    ['no token id', 'iotCentralToken', { place: HOST }, 'name', 'is empty; write its name'],
    [
      'the token itself',
      'iotCentralToken',
      { place: HOST, name: TOKEN_VALUE },
      'name',
      'the value of a token',
    ],
    [
      'the token in the notes',
      'iotCentralToken',
      { place: HOST, name: 'x', notes: `It is ${TOKEN_VALUE}` },
      'notes',
      'take it out of the text',
    ],
    ['steps in a path', 'iotCentralToken', { place: HOST, name: '..' }, 'name', "can't be a name"],
    ['one part too few', 'containerApp', { place: SUBSCRIPTION, name: 'web' }, 'name', '2 parts, not 1'],
    ['markup', 'iotCentralToken', { place: HOSTILE, name: HOSTILE, displayName: HOSTILE }, 'place', 'is not'],
    ['2,000 characters', 'iotCentralToken', { place: HOST, name: 'x'.repeat(2_000) }, 'name', 'at most 1024'],
    [
      'an owner without a domain',
      'iotCentralToken',
      { place: HOST, name: 'x', owners: 'ada' },
      'owners',
      "'ada'",
    ],
    [
      'a note of 2,001 characters',
      'iotCentralToken',
      { place: HOST, name: 'x', notes: 'n'.repeat(2_001) },
      'notes',
      'at most 2000',
    ],
  ])('%s', async (_, kind, typed, field, why) => {
    await person.open(`dashboard/add?kind=${kind}`);
    const { status, text } = await person.press('Add it', typed);
    expect([status, text.includes(`id="${field}Fault"`)]).toEqual([422, true]);
    expect(person.words()).toContain(why);
    expect(person.fields('Add it')).toMatchObject(typed);
    expect(text).not.toContain('<script>alert');
    expect((await world().app().listRows({ limit: 9 })).items).toEqual([]);
  });

  test('every fault at once: of the key and of the columns', async () => {
    await person.open('dashboard/add?kind=iotCentralToken');
    const { text } = await person.press('Add it', {
      place: 'x',
      name: 'y',
      owners: 'ada',
      runbook: 'ftp://x',
    });
    for (const field of ['place', 'owners', 'runbook']) expect(text).toContain(`id="${field}Fault"`);
  });

  test('what is registered already, with a link to it; its row stays as it is', async () => {
    await world().register(CONTOSO, 'gateway', { notes: 'mine' });
    await person.open('dashboard/add?kind=iotCentralToken&code=k');
    const { status, text } = await person.press('Add it', { place: HOST, name: 'gateway', notes: 'other' });
    expect([status, person.words().includes('It is registered already: look at it')]).toEqual([409, true]);
    expect(text).toContain(`href="../dashboard/${encodeURIComponent(CONTOSO)}/gateway?code=k"`);
    expect(await columns(CONTOSO, 'gateway')).toMatchObject({ notes: 'mine' });
  });
});

test('from the dashboard, adding and checking that it exists takes three presses and keeps the key of the address', async () => {
  world()
    .azure.iotCentral.token(HOST, 'gateway')
    .expires(NOW + 20 * DAY);
  const { text } = await person.open('dashboard?code=a+k');
  expect(text).toContain('href="dashboard/add?code=a+k"');
  await person.open('dashboard/add?kind=iotCentralToken&code=a+k');
  await person.press('Add it', { place: HOST, name: 'gateway', owners: ' ada@example.com\n' });
  expect(person.address()).toContain('?done=added&code=a+k');
  await person.press('Check now');
  expect(person.words()).toContain('it expires Sun 21 Jun 2026, 00:00 UTC');
  expect(await notesOf(world(), CONTOSO, 'gateway', 'added')).toEqual(['in the dashboard']);
  expect(await columns(CONTOSO, 'gateway')).toMatchObject({ owners: 'ada@example.com', enabled: '' });
});

test('an address may fill it in, and what it holds stays text', async () => {
  await person.open(`dashboard/add?${new URLSearchParams({ kind: HOSTILE, place: HOSTILE, name: 'x' })}`);
  expect(person.page().text).not.toContain('<script>alert');
  expect(person.fields('Add it')).toMatchObject({ kind: 'containerApp', place: HOSTILE, name: 'x' });
});

test('a form with a field of its own, or without one, is not taken', async () => {
  await person.open('dashboard/add');
  expect((await person.press('Add it', { color: 'x' })).status).toBe(400);
  await person.open('dashboard/add');
  expect((await person.press('Add it', { owners: undefined })).status).toBe(400);
  expect((await ask('dashboard/add', { method: 'POST', body: '{}' })).status).toBe(415);
});

test('the history says by whom, where the platform vouches for the name', async () => {
  const body = new URLSearchParams({ kind: 'iotCentralToken', place: HOST, name: 'gateway' });
  for (const field of ['owners', 'thresholds', 'checkEvery', 'displayName', 'runbook', 'notes'])
    body.set(field, '');
  const call: Call = {
    method: 'POST',
    url: 'https://x.example/api/dashboard/add',
    key: { scope: '', name: '' },
    header: name => (name === 'content-type' ? 'application/x-www-form-urlencoded' : null),
    by: ' grace\r\n@example.com ',
    bytes: async () => Buffer.from(body.toString()),
    app: world().app,
    log: world().log,
  };
  expect(await dashboardAdd.methods.POST?.serve(call)).toMatchObject({ status: 303 });
  expect(await notesOf(world(), CONTOSO, 'gateway', 'added')).toEqual(['by grace @example.com']);
});
