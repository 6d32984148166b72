/** A target's page over HTTP: what its forms do, what they refuse, and what is said of it. */
import { DAY, MINUTE } from '../../src/formats/instant';
import { functionsOf } from '../../src/functions';
import { borrowLease } from '../../src/watch/sweep/lease';
import { type Ask, asking } from '../support/asking';
import { instant } from '../support/clock';
import { HOSTILE } from '../support/dashboard';
import { useHost } from '../support/host';
import { CONTOSO, dump, HOST } from '../support/story';
import { START, useWorld } from '../support/world';

const world = useWorld();
const hosting = useHost();
const NOW = instant(START);
const GATEWAY = { scope: CONTOSO, name: 'gateway' };
const PAGE = `dashboard/${encodeURIComponent(CONTOSO)}/gateway`;
const FORM = 'application/x-www-form-urlencoded';
const KEY = 'a+key/=';
let ask: Ask;
beforeEach(async () => {
  ask = await asking(world(), hosting);
});

const token = () => world().azure.iotCentral.token(HOST, 'gateway');
const register = (columns: Record<string, unknown> = {}) =>
  world().register(CONTOSO, 'gateway', { owners: 'ada@example.com', displayName: 'Gateway', ...columns });

const post = (fields: Record<string, string> | string, headers: Record<string, string> = {}, search = '') =>
  ask(`${PAGE}${search}`, {
    method: 'POST',
    redirect: 'manual',
    headers: { 'content-type': FORM, ...headers },
    body: typeof fields === 'string' ? fields : new URLSearchParams(fields).toString(),
  });
const check = (headers = {}, search = '') => post('act=check', headers, search);

const ENTITIES: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };
const plain = (text: string) => text.replace(/&(\w+|#39);/g, (whole, name) => ENTITIES[name] ?? whole);
const wordsOf = (text: string) =>
  plain(text.replace(/<style>.*?<\/style>/s, '').replace(/<[^>]*>/g, ' ')).replace(/\s+/g, ' ');

/** The edit form as a page holds it, as a browser would send it. */
function formIn(page: string): Record<string, string> {
  const form = /<details class="edit" id="edit".*?<\/details>/s.exec(page)?.[0] ?? '';
  const fields: Record<string, string> = {};
  for (const [, name = '', value = ''] of form.matchAll(
    /<input type="(?:hidden|text)"[^>]*? name="(\w+)" value="([^"]*)"/g,
  ))
    fields[name] = plain(value);
  for (const [, name = '', value = ''] of form.matchAll(
    /<textarea[^>]*? name="(\w+)"[^>]*>\n(.*?)<\/textarea>/gs,
  ))
    fields[name] = plain(value).replaceAll('\n', '\r\n');
  if (/name="enabled" value="true" checked/.test(form)) fields.enabled = 'true';
  return fields;
}

const page = async (search = '') => (await ask(`${PAGE}${search}`)).text;
const columns = async () => (await world().app().findRow(GATEWAY))?.columns;

describe('check now', () => {
  test('reads, records, and leads to the page, which says so; the key goes along', async () => {
    token().expires(NOW + 20 * DAY);
    await register();
    const { status, headers, text } = await check(
      {},
      `?${new URLSearchParams({ code: KEY, done: 'saved' })}`,
    );
    const location = headers.get('location') ?? '';
    expect([status, text, location]).toEqual([
      303,
      '',
      `?${new URLSearchParams({ done: 'checked', code: KEY })}`,
    ]);
    for (const name of ['cache-control', 'referrer-policy'])
      expect(headers.get(name)).toMatch(/^no-(store|referrer)$/);
    const shown = await ask(`${PAGE}${location}`);
    expect(shown.text).toMatch(/role="status"><p><b>Checked\.<\/b>/);
    expect(wordsOf(shown.text)).toContain(
      'It was read Mon 1 Jun 2026, 00:00 UTC : it expires Sun 21 Jun 2026, 00:00 UTC.',
    );
    expect(wordsOf(shown.text)).not.toContain(KEY);
  });

  test('says that the read failed, and why', async () => {
    token().misbehaves({ fault: 'status', status: 403, code: 'Forbidden' });
    await register();
    const { headers } = await check();
    const text = await page(headers.get('location') ?? '');
    expect(text).toMatch(
      /role="alert"><p><b>It was tried <time [^>]*>Mon 1 Jun 2026, 00:00 UTC<\/time>, and the read failed:<\/b> <code>notAllowed<\/code>/,
    );
  });

  test('while a sweep has the scope shows what was read at once, and changes nothing', async () => {
    token().expires(NOW + 20 * DAY);
    await register();
    await borrowLease(world().tables.scopes, CONTOSO, world().clock);
    // All but the share that checks have used.
    const records = async () => (await dump(world())).filter(row => !row.includes('"partitionKey":"check"'));
    const before = await records();
    const { status, text } = await check();
    expect([status, await records()]).toEqual([200, before]);
    expect(wordsOf(text)).toContain(
      'Read just now, Mon 1 Jun 2026, 00:00 UTC : it expires Sun 21 Jun 2026, 00:00 UTC.',
    );
    expect(wordsOf(text)).toContain(
      'It is not recorded yet: a sweep is reading this scope and will record it',
    );
  });

  test.each<[string, Record<string, unknown>, string]>([
    ['is not understood', { thresholds: 'soon' }, "not understood: thresholds: 'soon'"],
    ['is not enabled', { enabled: 'false' }, 'not watched: it is not enabled'],
    ['was replaced', { replacedBy: 'other' }, 'not watched: another target took its place'],
  ])('is not offered for a target whose row %s, and refused with 409', async (_, row, words) => {
    await world().register(CONTOSO, 'other');
    await register(row);
    expect(await page()).not.toContain('value="check"');
    const { status, text } = await check();
    expect([status, wordsOf(text).includes('It was not read.')]).toEqual([409, true]);
    expect(wordsOf(text)).toContain(words);
  });

  test('is 429 with Retry-After while the scope has to wait', async () => {
    await register();
    const pace = { level: 20, at: NOW, pausedUntil: NOW + 10 * MINUTE, refusals: 1 };
    await world().tables.scopes.save({ scope: CONTOSO, pace }, undefined);
    const { status, headers, text } = await check();
    expect([status, headers.get('retry-after')]).toEqual([429, '600']);
    expect(text).toMatch(/role="alert">.*try again in 600 seconds/);
  });

  test('is 404 for what was never there, and for what is remembered alone, without a form', async () => {
    expect((await check()).status).toBe(404);
    token().expires(NOW + 20 * DAY);
    await register();
    await world().sweep();
    await world().unregister(CONTOSO, 'gateway');
    const { status, text } = await check();
    expect([status, wordsOf(text).includes('It is no longer registered.'), text.includes('<form')]).toEqual([
      404,
      true,
      false,
    ]);
  });
});

describe('edit', () => {
  test('says below thresholds that do not name the expiry what is in force besides, and keeps them as they are', async () => {
    const inForce = /Here, none of them is 0 or after the expiry \(such as -7d\), so 0 is in force besides/;
    token().expires(NOW + 20 * DAY);
    await register({ thresholds: '30d 7d' });
    await world().sweep();
    const shown = wordsOf(await page());
    expect(shown).toMatch(inForce);
    expect(shown).toMatch(/ 0 Sun 21 Jun 2026, 00:00 UTC .{0,20}always in force/);
    await post({ ...formIn(await page()), notes: 'x', enabled: 'true' });
    expect(await columns()).toMatchObject({ thresholds: '30d 7d', notes: 'x' });
    // A form that was refused speaks of what was typed.
    const refused = await post({
      ...formIn(await page()),
      thresholds: '7d 0',
      runbook: 'x',
      enabled: 'true',
    });
    expect([refused.status, inForce.test(wordsOf(refused.text))]).toEqual([422, false]);
    await register({ thresholds: '7d -1d' });
    expect(wordsOf(await page())).not.toMatch(inForce);
  });

  test('shows the row as people wrote it, and saves what is changed; what it has no field for stays', async () => {
    await register({
      owners: 'ada@example.com; Bob@Example.com',
      replacedBy: 'other',
      team: 'blue',
      checkEvery: '6h',
    });
    const form = formIn(await page());
    expect(form).toMatchObject({
      owners: 'ada@example.com; Bob@Example.com',
      checkEvery: '6h',
      enabled: 'true',
    });
    const saved = await post(
      { ...form, owners: 'eve@example.com', thresholds: '14d 1d', notes: 'a\r\nb' },
      {},
      '?code=k',
    );
    expect([saved.status, saved.headers.get('location')]).toEqual([303, '?done=saved&code=k']);
    expect(await columns()).toMatchObject({
      owners: 'eve@example.com',
      thresholds: '14d 1d',
      notes: 'a\nb',
      checkEvery: '6h',
      replacedBy: 'other',
      enabled: '',
    });
    expect((await dump(world(), ['registry'])).join()).toContain('"team":"blue"');
    const text = await page('?done=saved');
    expect(text).toMatch(/role="status"><p><b>Saved\.<\/b> The next sweep goes by it\./);
    expect(text).toMatch(/<details class="edit" id="edit">/);
  });

  test('switches it off and on', async () => {
    await register();
    const { enabled: _on, ...off } = formIn(await page());
    await post(off);
    expect((await columns())?.enabled).toBe('false');
    await post({ ...formIn(await page()), enabled: 'true' });
    expect((await columns())?.enabled).toBe('true');
  });

  test('tells each fault at its field, keeps what was typed, and puts the cursor to the first', async () => {
    await register();
    const form = formIn(await page());
    const before = await dump(world());
    const typed = {
      ...form,
      owners: 'ada, eve',
      thresholds: 'soon',
      runbook: 'javascript:alert(1)',
      notes: '<b>kept',
    };
    const { status, text } = await post(typed);
    expect([status, await dump(world())]).toEqual([422, before]);
    expect(formIn(text)).toEqual(typed);
    expect(text).toMatch(/<details class="edit" id="edit" open>/);
    expect(text.match(/aria-invalid="true"/g)).toHaveLength(3);
    expect(text.match(/ autofocus/g)).toHaveLength(1);
    expect(text).toMatch(
      /<textarea id="owners"[^>]* aria-invalid="true" aria-describedby="ownersFault ownersHint" autofocus>/,
    );
    expect(wordsOf(text)).toMatch(
      /Nothing was saved\. .*'ada' is not a mail address; [^;]+; 'eve' is not a mail address;/,
    );
    expect(text).toContain('<title>Not saved: Gateway');
  });

  test('corrects a row with faults', async () => {
    await register({ thresholds: 'soon', enabled: 'perhaps' });
    const form = formIn(await page());
    expect(form).toMatchObject({ thresholds: 'soon', enabled: 'true' });
    expect((await post({ ...form, thresholds: '30d' })).status).toBe(303);
    expect(await columns()).toMatchObject({ thresholds: '30d', enabled: 'true' });
    expect(await page()).toContain('value="check"');
  });

  test('is refused where the row was changed in the meantime: both are shown, and saving again takes what was typed', async () => {
    await register();
    const form = formIn(await page());
    await register({ owners: 'new@example.com', notes: 'theirs' });
    const before = await dump(world());
    const { status, text } = await post({ ...form, owners: 'mine@example.com' });
    expect([status, await dump(world())]).toEqual([409, before]);
    expect(wordsOf(text)).toMatch(
      /changed in the meantime.*In the registry now: new@example\.com.*In the registry now: theirs/,
    );
    const again = formIn(text);
    expect([again.owners, again.tag === form.tag]).toEqual(['mine@example.com', false]);
    expect((await post(again)).status).toBe(303);
    expect((await columns())?.owners).toBe('mine@example.com');
  });

  test('of a row that was removed in the meantime keeps what was typed on the page', async () => {
    token().expires(NOW + 20 * DAY);
    await register();
    await world().sweep();
    const form = { ...formIn(await page()), notes: 'much work' };
    await world().unregister(CONTOSO, 'gateway');
    const { status, text } = await post(form);
    expect([status, wordsOf(text).includes('removed in the meantime. You had typed:')]).toEqual([409, true]);
    expect(wordsOf(text)).toContain('Notes much work');
    await world().app().reconcile(world().log);
    expect(await columns()).toBeUndefined();
  });

  test('of a row whose key is wrong says that no key can be edited', async () => {
    await world().register(CONTOSO, 'a b', {});
    const { text } = await ask(`dashboard/${encodeURIComponent(CONTOSO)}/a%20b`);
    expect([wordsOf(text).includes('a key can’t be edited'), text.includes('value="edit"')]).toEqual([
      true,
      false,
    ]);
  });

  test('gives hostile values back as they were', async () => {
    const hostile = {
      displayName: HOSTILE,
      owners: HOSTILE,
      thresholds: HOSTILE,
      notes: `\n${HOSTILE}\n</textarea>`,
    };
    await register(hostile);
    const text = await page();
    expect(text).not.toMatch(/<script>|<img/i);
    expect(formIn(text)).toMatchObject({ ...hostile, notes: hostile.notes.replaceAll('\n', '\r\n') });
    const { status, text: back } = await post({ ...formIn(text), checkEvery: HOSTILE.slice(0, 20) });
    expect([status, /<script>|<img/i.test(back)]).toEqual([422, false]);
    expect(formIn(back)).toMatchObject({ displayName: HOSTILE, checkEvery: HOSTILE.slice(0, 20) });
  });
});

describe('what is refused before it is parsed', () => {
  test.each<[string, Record<string, string>, number]>([
    ['from another site', { 'sec-fetch-site': 'cross-site' }, 403],
    ['from another origin', { origin: 'https://evil.example' }, 403],
    ['of JSON', { 'content-type': 'application/json' }, 415],
  ])('a form %s', async (_, headers, expected) => {
    token().expires(NOW + 20 * DAY);
    await register();
    const before = await dump(world());
    const { status, text } = await check(headers);
    expect([status, wordsOf(text).includes('Nothing was changed.')]).toEqual([expected, true]);
    expect(await dump(world())).toEqual(before);
  });

  test('one of more than 64 KiB, one with a field of its own, and one without any', async () => {
    await register();
    const form = formIn(await page());
    const statuses = [];
    for (const body of [{ ...form, notes: 'x'.repeat(65_536) }, { ...form, color: 'x' }, ''])
      statuses.push((await post(body)).status);
    expect(statuses).toEqual([413, 400, 400]);
    expect(await columns()).toMatchObject({ notes: '', replacedBy: '' });
  });

  test('what the address claims to be done, but for our own words', async () => {
    await register();
    for (const search of ['?done=deleted', '?done=saved&done=saved', '?done=', '?done=toString'])
      expect(await page(search)).not.toContain('role="status"><p>');
  });
});

test('no answer is cached or sends a referrer, and each has the one policy', async () => {
  await register();
  const form = formIn(await page());
  const answers = [
    await ask(PAGE),
    await check(),
    await post({ ...form, thresholds: 'x' }),
    await post({ ...form, tag: 'other' }),
    await check({ 'sec-fetch-site': 'cross-site' }),
    await post(''),
  ];
  expect(answers.map(({ status }) => status)).toEqual([200, 303, 422, 409, 403, 400]);
  for (const { status, headers, text } of answers) {
    expect([headers.get('cache-control'), headers.get('referrer-policy')]).toEqual([
      'no-store',
      'no-referrer',
    ]);
    if (status === 303) continue;
    expect(headers.get('content-security-policy')).toMatch(
      /^default-src 'none'; .*script-src 'self'; connect-src 'self'; /,
    );
    expect(text.match(/<script[^>]*>/g)).toEqual([
      expect.stringMatching(/src="\.\.\/\.\.\/dashboard\.js\?v=\w+" defer/),
    ]);
  }
});

test('the script is where both pages say, for anybody, and cached', async () => {
  await register();
  for (const path of ['dashboard', PAGE]) {
    const src = /<script src="([^"]+)"/.exec((await ask(path)).text)?.[1] ?? '';
    const from = `http://x/${path}`;
    const { status, headers, text } = await ask(new URL(src, from).href.replace('http://x/', ''));
    expect([status, headers.get('content-type')]).toEqual([200, 'text/javascript; charset=utf-8']);
    expect(headers.get('cache-control')).toContain('immutable');
    expect(text).toContain('It keeps itself current.');
  }
});

describe('a fault of ours', () => {
  const broken = functionsOf(() => {
    throw new Error('MAIL_SENDER is bad');
  });

  test.each<[string, string]>([
    ['GET', 'dashboard'],
    ['GET', PAGE],
    ['POST', PAGE],
  ])('in %s %s is a page without its cause, and the log has the cause', async (method, path) => {
    const { url } = await hosting.start(broken, {
      env: { SWEEP_SCHEDULE: '0 0 0 1 1 *', REMIND_SCHEDULE: '0 0 0 1 1 *' },
    });
    const body = method === 'POST' ? { body: 'act=check', headers: { 'content-type': FORM } } : {};
    const response = await fetch(`${url}/api/${path}`, { method, ...body });
    const text = await response.text();
    expect([response.status, response.headers.get('content-type')]).toEqual([
      500,
      'text/html; charset=utf-8',
    ]);
    expect(wordsOf(text)).toContain('An error occurred in the watcher');
    expect(text).not.toMatch(/MAIL_SENDER|Error|at /);
    expect(hosting.texts().join()).toContain('MAIL_SENDER is bad');
  });
});
