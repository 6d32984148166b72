/** Sending is proved before it matters: `POST mail/test`, and the page of the dashboard. */
import { HOUR, MINUTE } from '../../src/formats/instant';
import { functionsOf } from '../../src/functions';
import { type Ask, asking } from '../support/asking';
import { useHost } from '../support/host';
import { CONTOSO, dump, flat, HOST, ticks } from '../support/story';
import { useWorld } from '../support/world';

const ADA = 'ada@example.com';
const OPS = 'ops@example.com';
const SECOND_OPS = 'night@example.com';
const world = useWorld({
  settings: { OPERATORS: `${OPS} ${SECOND_OPS}`, MAIL_PER_MINUTE: '3', MAIL_PER_HOUR: '5' },
});
const hosting = useHost();
let ask: Ask;
beforeEach(async () => {
  await world().register(CONTOSO, 'gateway', { owners: `Ada Lovelace <${ADA}>; Grace <grace@example.com>` });
  ask = await asking(world(), hosting);
});

const mail = () => world().azure.communication;
const press = (body?: unknown, headers: Record<string, string> = {}) =>
  ask('mail/test', {
    method: 'POST',
    headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    body: body === undefined || typeof body === 'string' ? body : JSON.stringify(body),
  });
const button = (body: string, headers: Record<string, string> = {}) =>
  ask('dashboard/mail?code=k%2B', {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    body,
  });
const sends = () => mail().requests.filter(({ path }) => path === '/emails:send');

describe('POST mail/test', () => {
  test.each<[string, unknown]>([
    ['without a body', undefined],
    ['with an empty object', {}],
  ])('%s sends one mail to the first operator, and answers what the transport said', async (_, body) => {
    const { status, body: answer } = await press(body);
    expect([status, answer]).toEqual([
      200,
      {
        to: OPS,
        transport: 'acs',
        answer: 'The mail was taken. Look for it in the mailbox, and among its spam.',
      },
    ]);
    expect(world().mails()).toEqual([`${OPS}: Test mail: the expiry watcher can send`]);
    const { plainText = '', html = '' } = world().mailsTo(OPS)[0]?.message.content ?? {};
    expect(flat(plainText)).toContain(
      'This is a test mail. As of 1 Jun 2026, 00:00 UTC. Somebody asked the expiry watcher to prove that its mail works. It does: this one left by acs, from watcher@example.com, and reached ops@example.com. It is about no token, and there is nothing to do.',
    );
    expect(flat(html)).toContain('This is a test mail');
    expect(plainText).not.toMatch(/owner of these tokens|undefined/);
  });

  test.each([
    ['an owner', ADA, ADA],
    ['an owner in another case, among blanks', ' Grace@Example.com ', 'Grace@Example.com'],
    ['another operator', SECOND_OPS.toUpperCase(), SECOND_OPS],
  ])('takes %s', async (_, to, expected) => {
    expect((await press({ to })).body).toMatchObject({ to: expected });
    expect(world().mailsTo(expected)).toHaveLength(1);
  });

  test.each<[string, unknown, string, RegExp]>([
    [
      'an address of nobody',
      { to: 'eve@example.com' },
      'unknown-address',
      /^to: eve@example\.com is no owner in the registry and no operator: register it .* OPERATORS$/,
    ],
    ['a part of an owner', { to: 'da@example.com' }, 'unknown-address', /^to: da@example\.com is no owner/],
    [
      'what is no address',
      { to: 'group:a@b' },
      'unknown-address',
      /^to: 'group:a@b' is not a mail address; write for example/,
    ],
    ['two addresses', { to: `${ADA}, ${OPS}` }, 'unknown-address', /is not a mail address/],
    ['a line break', { to: `${ADA}\r\nBcc: eve@example.com` }, 'unknown-address', /is not a mail address/],
    ['an empty text', { to: '' }, 'unknown-address', /^to: '' is not a mail address/],
    ['null', { to: null }, 'bad-body', /^to: write one mail address as a text/],
    ['a list', { to: [ADA] }, 'bad-body', /^to: write one mail address as a text/],
    ['another member', { two: ADA }, 'bad-body', /^two: there is no such member; the only one is to$/],
    ['a text', '"ada@example.com"', 'bad-body', /^body: send a JSON object/],
    ['no JSON', '{to: ada', 'bad-body', /^body: send a JSON object/],
    ['an array', [], 'bad-body', /^body: send a JSON object/],
  ])('refuses %s, and says what to write', async (_, body, type, detail) => {
    const before = await dump(world());
    const answer = await press(body);
    expect([answer.status, answer.body.type]).toEqual([400, `/problems/${type}`]);
    expect(answer.body.detail).toMatch(detail);
    expect(sends()).toEqual([]);
    expect(await dump(world())).toEqual(before);
  });

  test('finds an owner of the last row of many pages', async () => {
    const names = Array.from({ length: 2_500 }, (_, index) => `token-${index + 10_000}`);
    await world().registerAll(CONTOSO, names, { owners: OPS });
    await world().register(CONTOSO, 'zzz', { owners: 'last@example.com' });
    expect((await press({ to: 'last@example.com' })).status).toBe(200);
    expect((await press({ to: 'nobody@example.com' })).status).toBe(400);
  });

  test('takes its place in the same quota as the reminders, also where many press at once', async () => {
    const answers = await Promise.all(Array.from({ length: 6 }, () => press()));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 200, 429, 429, 429]);
    const spent = answers.find(({ status }) => status === 429);
    expect(spent?.body).toMatchObject({
      type: '/problems/mail-quota',
      detail: 'Nothing was sent: the mail quota is spent. Ask again in 60 seconds.',
    });
    expect(spent?.headers.get('retry-after')).toBe('60');
    expect(sends()).toHaveLength(3);
    world().azure.iotCentral.token(HOST, 'gateway').expires('2026-06-10T00:00:00Z');
    await world().tick();
    expect(sends()).toHaveLength(3);
    await ticks(world(), 1);
    expect(sends()).toHaveLength(5);
    expect((await press()).status).toBe(429);
    world().clock.pass(HOUR);
    expect((await press()).status).toBe(200);
  });

  test('says with 502 why the transport did not take it, and whether it may have left', async () => {
    mail().refuses({ fault: 'status', status: 403, code: 'Forbidden' });
    const refused = await press();
    expect([refused.status, refused.body]).toEqual([
      502,
      {
        type: '/problems/mail-not-taken',
        title: 'The mail was not taken',
        status: 502,
        detail:
          "By acs to ops@example.com: The mail service answered 403 Forbidden: give the watcher's identity the role Communication and Email Service Owner, or correct the access key.",
      },
    ]);
    mail().refuses({ fault: 'status', status: 400, code: 'InvalidRecipient' });
    expect((await press()).body.detail).toBe(
      'By acs to ops@example.com: The mail service answered 400 InvalidRecipient.',
    );
    mail().acceptsThen({ fault: 'reset' });
    expect((await press()).body.detail).toMatch(
      /could not be reached.*\. The mail may have left all the same\.$/,
    );
    const log = hosting.texts().join('\n');
    expect(log).toContain('A test mail by acs: The mail service answered 403 Forbidden');
    expect(log).not.toContain(OPS);
  });

  test('says that a mail was taken and then not delivered', async () => {
    mail().recipient(OPS, 'suppressed');
    const { status, body } = await press();
    expect([status, body.detail]).toEqual([
      502,
      expect.stringMatching(/The mail was taken, and then .*suppression list/),
    ]);
  });

  test('a wait that the service asks for holds back the reminders too', async () => {
    mail().refuses({ fault: 'status', status: 429, retryAfter: '600' });
    expect((await press()).status).toBe(502);
    const again = await press();
    expect([again.status, again.headers.get('retry-after')]).toEqual([429, '600']);
    expect(sends()).toHaveLength(1);
  });

  test('a mail that is taken ends the alarm about a fault of our own, and the operators hear of it', async () => {
    world().azure.iotCentral.token(HOST, 'gateway').expires('2026-06-10T00:00:00Z');
    mail().refuses({ fault: 'status', status: 401, code: 'Denied' });
    await world().tick();
    expect((await ask('health')).text).toContain('mail');
    world().clock.pass(MINUTE);
    expect((await press()).status).toBe(200);
    await ticks(world(), 2);
    expect(world().mails()).toContainEqual(expect.stringMatching(/^ops@example.com: .*[Mm]ail/));
    expect((await ask('health')).status).toBe(200);
  });

  test('a fault of our own is an alarm at once, until a test mail is taken', async () => {
    mail().refuses({ fault: 'status', status: 401, code: 'Denied' });
    await press();
    const ill = await ask('health');
    expect([ill.status, ill.body.reasons]).toEqual([
      503,
      [{ code: 'mailRefused', message: expect.stringMatching(/^No mail is taken by acs .* 401 Denied/) }],
    ]);
    expect((await ask('metrics')).text).toContain('expiry_watcher_mail_stopped{transport="acs"} 1');
    world().clock.pass(MINUTE);
    expect((await press()).status).toBe(200);
    expect((await ask('health')).status).toBe(200);
    world().restart({ MAIL_TO: 'none' });
    mail().refuses({ fault: 'status', status: 401, code: 'Denied' });
    await press();
    expect((await ask('health')).status).toBe(200);
  });

  test('that fails says that reminders go by the fallback, but not where nobody would take them', async () => {
    world().restart({ MAIL_FALLBACK: 'graph', GRAPH_MAIL_SENDER: 'watcher@example.com' });
    mail().refuses({ fault: 'status', status: 403, code: 'Forbidden' });
    expect((await press()).body.detail).toMatch(
      / While that lasts, reminders go by the fallback, graph, an hour late\.$/,
    );
    mail().refuses({ fault: 'status', status: 400, code: 'InvalidRecipient' });
    expect((await press()).body.detail).toMatch(/InvalidRecipient\.$/);
    expect((await press()).body.answer).not.toContain('graph');
  });

  test('where reminders are off it is sent all the same, and says so', async () => {
    world().restart({ MAIL_TO: 'none' });
    const { status, body } = await press();
    expect([status, body.answer]).toEqual([
      200,
      expect.stringContaining('MAIL_TO is none, so no reminder is sent'),
    ]);
    expect(flat(world().mailsTo(OPS)[0]?.message.content.plainText ?? '')).toContain('MAIL_TO is none');
  });

  test('without any way to send it names the settings', async () => {
    world().restart({ MAIL_TO: 'none', COMMUNICATION_ENDPOINT: '' });
    const { status, body } = await press();
    expect([status, body.type]).toEqual([502, '/problems/mail-not-taken']);
    expect(body.detail).toBe(
      'No way to send is set. Set COMMUNICATION_ENDPOINT and MAIL_SENDER, or SMTP_URL and MAIL_SENDER, or GRAPH_MAIL_SENDER.',
    );
  });

  test('without operators it asks for an address', async () => {
    world().restart({ OPERATORS: '' });
    const { status, body } = await press();
    expect([status, body.detail]).toEqual([
      400,
      'to: there are no operators: set OPERATORS, or name an owner of the registry here',
    ]);
    expect((await press({ to: ADA })).status).toBe(200);
  });

  test('with wrong settings it names each of them, and shows no secret', async () => {
    const { createApp } = await import('../../src/app');
    const env = { ...world().env, MAIL_SENDER: '', SMTP_URL: 'smtp://ada:pa55word@mail.example.com:99999' };
    const host = await hosting.start(
      functionsOf(() => createApp(env, world().clock)),
      { env: { SWEEP_SCHEDULE: '0 */5 * * * *', REMIND_SCHEDULE: '0 */5 * * * *' } },
    );
    const answer = await fetch(`${host.url}/api/mail/test`, { method: 'POST' });
    const text = await answer.text();
    expect(answer.status).toBe(502);
    expect(text).toContain('MAIL_SENDER');
    expect(text).toContain('SMTP_URL');
    expect(text).not.toContain('pa55word');
  });
});

describe('the page of the dashboard', () => {
  test('is linked from the dashboard, and has a form without a script that keeps the key', async () => {
    expect((await ask('dashboard?code=k%2B')).text).toContain('href="dashboard/mail?code=k%2B"');
    const { text } = await ask('dashboard/mail?code=k%2B');
    expect(text).toContain('<form method="post" action="mail?code=k%2B"');
  });

  test.each([
    ['to=', OPS],
    [`to=${encodeURIComponent(` ${ADA} `)}`, ADA],
  ])('%s sends one mail, and the page says so', async (form, to) => {
    const { status, text } = await button(form);
    expect(status).toBe(200);
    expect(text).toContain('role="status"><p><b>The test mail was sent.</b>');
    expect(text).toContain(`By <code>acs</code> to <bdi>${to}</bdi>: <bdi>The mail was taken.`);
    expect(text).toContain('href="../dashboard?code=k%2B"');
    expect(world().mailsTo(to)).toHaveLength(1);
  });

  test('says why nothing was sent', async () => {
    const unknown = await button('to=%3Cb%3Eeve');
    expect([unknown.status, unknown.text]).toEqual([400, expect.stringContaining('is not a mail address')]);
    expect(unknown.text).not.toContain('<b>eve');
    mail().refuses({ fault: 'status', status: 401, code: 'Denied' });
    const refused = await button('to=');
    expect([refused.status, refused.text]).toEqual([
      502,
      expect.stringContaining('The mail service answered 401'),
    ]);
    await button('to=');
    await button('to=');
    const spent = await button('to=');
    expect([spent.status, spent.headers.get('retry-after')]).toEqual([429, '60']);
    expect(spent.text).toContain('Try again in 60 seconds');
  });

  test('a form of another site, and any other form, sends nothing', async () => {
    expect((await button('to=', { 'sec-fetch-site': 'cross-site' })).status).toBe(403);
    for (const form of ['', 'from=', 'to=&to=', `to=${ADA}&x=1`])
      expect((await button(form)).status).toBe(400);
    expect((await button(`to=${'a'.repeat(70_000)}`)).status).toBe(413);
    expect(sends()).toEqual([]);
  });
});
