/** The snooze route over HTTP: what a browser, a scanner and an attacker get from it. */
import { TableClient } from '@azure/data-tables';
import { DAY, MINUTE } from '../../src/formats/instant';
import { functionsOf } from '../../src/functions';
import { instant } from '../support/clock';
import { useHost } from '../support/host';
import { LINKED, tokenTo } from '../support/snooze';
import { CONTOSO, dump, HOST, mailsAt } from '../support/story';
import { useWorld } from '../support/world';

const world = useWorld({ settings: LINKED });
const hosting = useHost();

const ADA = 'ada@example.com';
const EXPIRY = '2026-07-01T12:00:00Z';
const FORM = 'application/x-www-form-urlencoded';
const TOKEN_VALUE = encodeURIComponent('SharedAccessSignature sr=a&sig=b');

interface Page {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

let url = '';
/** Sends a request to the link in Ada's mail. */
let ask: (method: string, body?: string | Uint8Array<ArrayBuffer>, contentType?: string) => Promise<Page>;

async function asked(address: string, init: RequestInit = {}): Promise<Page> {
  const response = await fetch(address, { redirect: 'error', ...init });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

async function furnish(columns: Record<string, string> = {}): Promise<void> {
  await world().register(CONTOSO, 'gateway', { owners: ADA, displayName: 'Gateway', ...columns });
  world().azure.iotCentral.token(HOST, 'gateway').expires(EXPIRY);
  expect(await mailsAt(world(), '2026-06-20T12:00:00Z')).toHaveLength(1);
  const env = { SWEEP_SCHEDULE: '0 0 0 1 1 *', REMIND_SCHEDULE: '0 0 0 1 1 *' };
  const connectionString = world().connectionString;
  const host = await hosting.start(functionsOf(world().app), { env, connectionString });
  url = `${host.url}/api/snooze?t=${tokenTo(world(), ADA)}`;
  ask = (method, body, contentType = FORM) =>
    asked(url, { method, ...(body !== undefined && { body, headers: { 'content-type': contentType } }) });
}

const row = () => world().tables.expiries.row({ scope: CONTOSO, name: 'gateway' });

test('GET shows the page and HEAD its headers; neither changes anything', async () => {
  await furnish();
  const before = await dump(world());
  const { status, headers, text } = await ask('GET');
  expect([status, headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
  for (const words of ['Gateway', ADA, 'expires in 11 days', 'Wed 1 Jul 2026, 12:00 UTC', 'Stop watching'])
    expect(text).toContain(words);
  const head = await ask('HEAD');
  expect([head.status, head.text, head.headers.get('content-type')]).toEqual([
    200,
    '',
    'text/html; charset=utf-8',
  ]);
  expect(await dump(world())).toEqual(before);
  expect((await ask('PUT')).status).toBe(405);
});

test('every page loads nothing from outside, is kept in no cache and sends its address to no one', async () => {
  await furnish();
  const pages = [
    await ask('GET'),
    await ask('POST', 'act=undo'),
    await ask('POST', ''),
    await asked(`${url}x`),
  ];
  expect(pages.map(({ status }) => status)).toEqual([200, 200, 400, 400]);
  for (const { headers, text } of pages) {
    const policy = headers.get('content-security-policy') ?? '';
    expect(policy.split('; ').sort()).toEqual([
      "base-uri 'none'",
      "default-src 'none'",
      "form-action 'self'",
      "frame-ancestors 'none'",
      'img-src data:',
      expect.stringMatching(/^style-src 'sha256-[\w+/]{43}='$/),
    ]);
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('x-robots-tag')).toContain('noindex');
    expect(text).not.toMatch(/<script|\son\w+=|style="|https?:\/\//i);
  }
});

test('POST snoozes and undoes, and says so on the page itself', async () => {
  await furnish();
  const snoozed = await ask('POST', 'act=snooze&days=7&reason=on+holiday');
  expect(snoozed.status).toBe(200);
  expect(snoozed.text).toMatch(/<b>Snoozed\.<\/b>.*until Sat 27 Jun 2026, 12:00 UTC/);
  expect((await row())?.snoozes.get(ADA)).toEqual({
    about: instant(EXPIRY),
    until: world().clock.now() + 7 * DAY,
    reason: 'on holiday',
    on: world().clock.now(),
  });
  expect((await ask('GET')).text).toContain('Undo the snooze');
  const undone = await ask('POST', 'act=undo');
  expect([undone.status, undone.text.includes('Not snoozed any more')]).toEqual([200, true]);
  expect((await row())?.snoozes.size).toBe(0);
});

test('an own number of days is taken, and a reason on several lines becomes one', async () => {
  await furnish();
  const body = new URLSearchParams({
    act: 'snooze',
    days: 'other',
    otherDays: '90',
    reason: ' a\r\nb\u202E\0 c ',
    seen: '',
  });
  expect((await ask('POST', body.toString(), `${FORM}; charset=UTF-8`)).status).toBe(200);
  expect((await row())?.snoozes.get(ADA)).toMatchObject({
    until: world().clock.now() + 90 * DAY,
    reason: 'a b c',
  });
});

test('the page offers what is left of the 90 days, and says when nothing is left', async () => {
  await furnish();
  const days = (text: string) => [...text.matchAll(/name="days" value="(\w+)"/g)].map(([, value]) => value);
  expect(days((await ask('GET')).text)).toEqual(['1', '7', '30', '90', 'other']);
  await ask('POST', 'act=snooze&days=7&reason=x');
  await ask('POST', 'act=undo');
  world().clock.pass(70 * DAY);
  const { text } = await ask('GET');
  expect(days(text)).toEqual(['1', '7', '20', 'other']);
  expect(text).toContain('Days, 1 to 20');
  const before = await dump(world());
  for (const [body, field] of [
    ['days=30', 'days'],
    ['days=other&otherDays=21', 'otherDays'],
  ]) {
    const refused = await ask('POST', `act=snooze&reason=x&${body}`);
    expect(refused.status).toBe(400);
    expect(refused.text).toContain(
      `id="${field}Fault">Not saved: 20 days at most: it was first snoozed on 2026-06-20`,
    );
  }
  expect(await dump(world())).toEqual(before);
  world().clock.pass(15 * DAY);
  expect(days((await ask('GET')).text)).toEqual(['1', '5', 'other']);
  world().clock.pass(5 * DAY);
  const over = await ask('GET');
  expect(days(over.text)).toEqual([]);
  expect(over.text).toContain('It can be snoozed no longer');
  expect(over.text).toContain('first snoozed it on Sat 20 Jun 2026');
});

describe('"I replaced it"', () => {
  const NEXT = '2027-07-01T12:00:00Z';
  const registered = (name: string) => world().tables.registry.row({ scope: CONTOSO, name });
  /** The fields of the form on a page that has this act. */
  const formOf = (text: string, act: string) => {
    const form = text.split('<form').find(part => part.includes(`name="act" value="${act}"`)) ?? '';
    return new URLSearchParams(
      [...form.matchAll(/type="hidden" name="(\w+)" value="([^"]*)"/g)].map(
        ([, name = '', value = '']): [string, string] => [name, value],
      ),
    ).toString();
  };

  test('reads the new one, asks, stops the old one, and undoes that, all on the page itself', async () => {
    await furnish();
    world().azure.iotCentral.token(HOST, 'newer').expires(NEXT);
    const asked = await ask('POST', 'act=replace&newId=newer&newExpiry=&why=');
    expect(asked.status).toBe(200);
    for (const words of ['Nothing is stopped yet', 'Thu 1 Jul 2027, 12:00 UTC', '<bdi>newer</bdi>'])
      expect(asked.text).toContain(words);
    expect((await registered('gateway'))?.columns.replacedBy).toBeUndefined();
    const confirmed = await ask('POST', formOf(asked.text, 'confirm'));
    expect(confirmed.status).toBe(200);
    expect(confirmed.text).toMatch(/Gateway<\/bdi> is no longer watched/);
    expect((await registered('gateway'))?.columns.replacedBy).toBe('newer');
    const again = await ask('POST', formOf(asked.text, 'confirm'));
    expect([again.status, again.text.includes('That was done already')]).toEqual([200, true]);
    const shown = await ask('GET');
    expect([shown.status, shown.text.includes('Watch the old one again')]).toEqual([200, true]);
    const undone = await ask('POST', formOf(shown.text, 'unreplace'));
    expect([undone.status, undone.text.includes('<b>Watched again.</b>')]).toEqual([200, true]);
    expect((await registered('gateway'))?.columns.replacedBy).toBe('');
  });

  test('a scanner that opens the page of a replaced target changes nothing', async () => {
    await furnish();
    await world().register(CONTOSO, 'gateway', { owners: ADA, replacedBy: '(not named)' });
    const before = await dump(world());
    expect((await ask('GET')).text).toContain('Replaced, not verified');
    expect(await dump(world())).toEqual(before);
  });

  test('without the new id stops only with a date or a reason, which everybody then sees', async () => {
    await furnish();
    const empty = await ask('POST', 'act=replace&newId=&newExpiry=&why=+');
    expect([empty.status, empty.text.includes('id="newIdFault"')]).toEqual([400, true]);
    expect((await registered('gateway'))?.columns.replacedBy).toBeUndefined();
    const stopped = await ask('POST', 'act=replace&newId=&newExpiry=2027-05-01&why=rotated+%3Cb%3E');
    expect(stopped.status).toBe(200);
    expect(stopped.text).toContain('the new one expires on 2027-05-01; rotated &lt;b&gt;');
    world().clock.pass(DAY);
    await world().sweep();
    expect(await world().item('gateway')).toMatchObject({
      check: 'notVerified',
      failure: { message: expect.stringContaining('rotated <b>') },
    });
  });

  test('while the service refuses requests it says when to try again', async () => {
    await furnish();
    world().azure.iotCentral.app(HOST).misbehaves({ fault: 'status', status: 429, retryAfter: '600' });
    const { status, headers, text } = await ask('POST', 'act=replace&newId=newer');
    expect([status, Number(headers.get('retry-after')) > 0]).toEqual([429, true]);
    expect(text).toContain('Nothing was changed');
    expect(text).toMatch(/id="newIdFault">Not saved: the service allows no request/);
  });
});

describe('a form that is wrong', () => {
  const long = 'x'.repeat(501);

  test.each([
    ['no days', 'act=snooze&reason=x', 'daysFault'],
    ['days of none', 'act=snooze&days=0&reason=x', 'daysFault'],
    ['too many days', 'act=snooze&days=91&reason=x', 'daysFault'],
    ['half a day', 'act=snooze&days=1.5&reason=x', 'daysFault'],
    ['days as code', 'act=snooze&days=1e1&reason=x', 'daysFault'],
    ['an own number left out', 'act=snooze&days=other&otherDays=&reason=x', 'otherDaysFault'],
    ['no reason', 'act=snooze&days=7', 'reasonFault'],
    ['a reason of blanks', 'act=snooze&days=7&reason=+%0D%0A', 'reasonFault'],
    ['a reason with a token', `act=snooze&days=7&reason=${TOKEN_VALUE}`, 'reasonFault'],
    ['a reason of 501 characters', `act=snooze&days=7&reason=${long}`, 'reasonFault'],
    ['a new id that is the old one', 'act=replace&newId=gateway', 'newIdFault'],
    ['a new id that is too long', `act=replace&newId=${'x'.repeat(1_025)}`, 'newIdFault'],
    ['no new id, no date and no reason', 'act=replace&newId=', 'newIdFault'],
    ['a date that does not exist', 'act=replace&newExpiry=2027-02-30', 'newExpiryFault'],
    ['a date of another form', 'act=replace&newExpiry=1.5.2027', 'newExpiryFault'],
    ['a reason with a token for no new id', `act=replace&why=${TOKEN_VALUE}`, 'whyFault'],
    ['a reason of 501 characters for no new id', `act=replace&why=${long}`, 'whyFault'],
    ['a confirmation that proves nothing, of the old one', 'act=confirm&name=gateway&proof=x', 'newIdFault'],
  ])('with %s is shown again with the fault at its field', async (_what, body, id) => {
    await furnish();
    const before = await dump(world());
    const { status, text } = await ask('POST', body);
    expect(status).toBe(400);
    expect(text).toContain('Nothing was changed');
    expect(text).toContain(`id="${id}"`);
    expect(text).toMatch(new RegExp(`aria-describedby="${id}[ "]`));
    expect(await dump(world())).toEqual(before);
  });

  test('keeps what was written', async () => {
    await furnish();
    const { text } = await ask('POST', 'act=snooze&days=other&otherDays=200&reason=%3Cb%3Ebold');
    expect(text).toContain('value="200"');
    expect(text).toContain('>&lt;b&gt;bold</textarea>');
    expect(text).toMatch(/value="other" id="other" checked/);
  });

  test.each([
    ['nothing', 400, '', FORM],
    ['another act', 400, 'act=delete', FORM],
    ['a field twice', 400, 'act=snooze&days=7&days=8&reason=x', FORM],
    ['a field of its own', 400, 'act=undo&admin=1', FORM],
    ['JSON', 415, '{"act":"undo"}', 'application/json'],
    ['plain text', 415, 'act=undo', 'text/plain'],
    ['parts', 415, '--x', 'multipart/form-data; boundary=x'],
    ['more than 64 KiB', 413, `act=snooze&days=7&reason=${'x'.repeat(65_536)}`, FORM],
    ['bytes that are no UTF-8', 400, new Uint8Array([0x61, 0x63, 0x74, 0x3d, 0xff]), FORM],
  ])('with %s is answered %i and changes nothing', async (_what, expected, body, contentType) => {
    await furnish();
    const before = await dump(world());
    const { status, text } = await ask('POST', body, contentType);
    expect([status, text.includes('Nothing was changed')]).toEqual([expected, true]);
    expect(await dump(world())).toEqual(before);
  });
});

test('what a row says cannot become part of the page', async () => {
  const evil = '"><script>alert(1)</script><img src=x onerror=alert(1)>';
  await furnish({ displayName: evil });
  const pages = [
    await ask('GET'),
    await ask('POST', `act=snooze&days=7&reason=${encodeURIComponent(evil)}`),
    await ask('POST', `act=replace&newId=${encodeURIComponent(evil)}`),
    await ask('GET'),
  ];
  expect(pages.map(({ status }) => status)).toEqual([200, 200, 400, 200]);
  for (const { text } of pages) {
    expect(text).toContain('&lt;script&gt;alert(1)');
    expect(text).not.toMatch(/<script|<img/);
  }
});

test('a link that does nothing says why, with a status of its own', async () => {
  await furnish();
  const at = url.slice(0, url.indexOf('?'));
  expect((await asked(at)).status).toBe(400);
  expect((await asked(`${url}&t=again`)).status).toBe(400);
  expect((await asked(`${url}&utm_source=mail`)).status).toBe(200);
  expect((await asked(`${at}?t=1.e30.nonsense`)).text).toContain('can’t be read');
  await world().register(CONTOSO, 'gateway', { owners: 'bob@example.com', displayName: 'Gateway' });
  const strangers = await ask('GET');
  expect([strangers.status, strangers.text.includes('Gateway')]).toEqual([403, false]);
  await world().unregister(CONTOSO, 'gateway');
  expect((await ask('POST', 'act=undo')).status).toBe(410);
  world().clock.pass(120 * DAY);
  expect((await ask('GET')).text).toContain('This link has expired');
});

test('while the registry row is lost, the page snoozes, and says why nothing is written into the row', async () => {
  await furnish();
  await TableClient.fromConnectionString(world().connectionString, 'registry', {
    allowInsecureConnection: true,
  }).deleteTable();
  world().clock.pass(5 * MINUTE);
  await world().sweep();
  expect((await ask('GET')).status).toBe(200);
  const { status, text } = await ask('POST', 'act=replace&newId=&newExpiry=&why=moved');
  expect([status, text.includes('Its registry row is lost')]).toEqual([409, true]);
  expect((await ask('POST', 'act=snooze&days=7&reason=moved')).text).toContain('Snoozed.');
  expect((await row())?.saidReplaced).toBeUndefined();
});

test('without a secret there are no links: 404, and it says so', async () => {
  await furnish();
  world().restart({ LINK_SECRET: '' });
  const { status, text } = await ask('GET');
  expect([status, text.includes('Links are switched off')]).toEqual([404, true]);
  expect((await ask('POST', 'act=undo')).status).toBe(404);
});
