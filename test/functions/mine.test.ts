/** The pages behind the links that only read, over HTTP: an owner's list, one target, and what they refuse. */
import { DAY, MINUTE } from '../../src/formats/instant';
import { functionsOf } from '../../src/functions';
import { useHost } from '../support/host';
import { LINKED, tokenTo } from '../support/snooze';
import { CONTOSO, dump, HOST, mailsAt, textTo } from '../support/story';
import { useWorld } from '../support/world';

const world = useWorld({ settings: LINKED });
const hosting = useHost();

const ADA = 'ada@example.com';
const SOON = '2026-07-01T12:00:00Z';

/** The links in Ada's latest mail to pages that only read: of its targets, and then the list. */
function viewTokens(): string[] {
  const text = textTo(world(), ADA);
  return [...text.matchAll(/\/api\/mine\?t=([\w.-]+)/g)].map(([, token = '']) => token);
}

let ask: (token: string, path?: string) => Promise<{ status: number; headers: Headers; text: string }>;

async function furnish(): Promise<void> {
  const { register, azure } = world();
  await register(CONTOSO, 'gateway', {
    owners: `${ADA}, bob@example.com`,
    displayName: 'Gateway <1>',
    runbook: 'https://wiki.example.com/run',
    notes: 'In the\nbasement.',
  });
  await register(CONTOSO, 'later', { owners: ADA });
  await register(CONTOSO, 'others', { owners: 'bob@example.com' });
  azure.iotCentral.token(HOST, 'gateway').expires(SOON);
  azure.iotCentral.token(HOST, 'later').expires('2027-05-01T00:00:00Z');
  azure.iotCentral.token(HOST, 'others').expires('2027-05-01T00:00:00Z');
  await mailsAt(world(), '2026-06-20T12:00:00Z');
  const env = { SWEEP_SCHEDULE: '0 0 0 1 1 *', REMIND_SCHEDULE: '0 0 0 1 1 *' };
  const host = await hosting.start(functionsOf(world().app), {
    env,
    connectionString: world().connectionString,
  });
  ask = async (token, path = 'mine') => {
    const response = await fetch(`${host.url}/api/${path}?t=${token}`, { redirect: 'error' });
    return { status: response.status, headers: response.headers, text: await response.text() };
  };
}

test('the list names all that its reader owns, the soonest first, and nothing else; each leads to its page', async () => {
  await furnish();
  const before = await dump(world());
  const { status, headers, text } = await ask(viewTokens().at(-1) ?? '');
  expect([status, headers.get('cache-control'), headers.get('referrer-policy')]).toEqual([
    200,
    'no-store',
    'no-referrer',
  ]);
  expect([...text.matchAll(/<bdi>([^<]*)<\/bdi><\/a>/g)].map(([, name]) => name)).toEqual([
    'Gateway &lt;1&gt;',
    'later',
  ]);
  expect(text).toContain('expires in 11 days');
  expect(text).not.toContain('others');
  const [, token = ''] = /href="\?t=([\w.-]+)"/.exec(text) ?? [];
  expect((await ask(token)).text).toContain('<h1><bdi>Gateway &lt;1&gt;</bdi></h1>');
  expect(await dump(world())).toEqual(before);
});

test('the page of a target says what its mails say, how to renew it too, and can do nothing', async () => {
  await furnish();
  const { status, text } = await ask(viewTokens()[0] ?? '');
  expect(status).toBe(200);
  for (const words of [
    'Expiring',
    'expires in 11 days',
    'Wed 1 Jul 2026, 12:00 UTC',
    '<dt>Token id</dt><dd><bdi>gateway</bdi>',
    `<dt>Application</dt><dd><bdi>${HOST}</bdi>`,
    'bob@example.com',
    'href="https://wiki.example.com/run"',
    'In the<br>basement.',
    'az iot central api-token create --app-id',
    'All your tokens',
  ])
    expect(text).toContain(words);
  expect(text).not.toMatch(/<form|<button|api\/snooze/);
});

test('the page of what can’t be found asks for a new one, as its mails do, and not to delete the old one', async () => {
  await furnish();
  const [token = ''] = viewTokens();
  world().azure.iotCentral.token(HOST, 'gateway').misbehaves({ fault: 'status', status: 404 });
  await mailsAt(world(), '2026-06-21T12:00:00Z');
  const { text } = await ask(token);
  expect(text).toContain('api-token create');
  expect(text).not.toContain('api-token delete');
});

test('a link of another kind, an altered one and an old one are refused', async () => {
  await furnish();
  const [token = ''] = viewTokens();
  expect((await ask(tokenTo(world(), ADA))).status).toBe(400);
  expect((await ask(token, 'snooze')).status).toBe(400);
  expect((await ask(`${token}x`)).status).toBe(400);
  expect((await ask('')).status).toBe(400);
  world().clock.pass(121 * DAY);
  expect((await ask(token)).status).toBe(410);
});

test('who is no owner any more sees nothing of the target, on its page and in the list', async () => {
  await furnish();
  const tokens = viewTokens();
  await world().register(CONTOSO, 'gateway', { owners: 'bob@example.com', displayName: 'Gateway <1>' });
  world().clock.pass(5 * MINUTE);
  await world().sweep();
  const refused = await ask(tokens[0] ?? '');
  expect([refused.status, refused.text.includes('Gateway')]).toEqual([403, false]);
  expect((await ask(tokens.at(-1) ?? '')).text).not.toContain('Gateway');
});

test('a target that is disabled or removed says so', async () => {
  await furnish();
  const [token = ''] = viewTokens();
  await world().register(CONTOSO, 'gateway', { owners: ADA, enabled: false });
  expect((await ask(token)).status).toBe(410);
  await world().unregister(CONTOSO, 'gateway');
  expect((await ask(token)).status).toBe(410);
});

test('"I replaced it" leads to the page with that form first and open', async () => {
  await furnish();
  const plain = (await ask(tokenTo(world(), ADA), 'snooze')).text;
  const asked = (await ask(`${tokenTo(world(), ADA)}&do=replaced`, 'snooze')).text;
  expect(plain.indexOf('Snooze it')).toBeLessThan(plain.indexOf('I replaced it'));
  expect(asked.indexOf('I replaced it')).toBeLessThan(asked.indexOf('Snooze it'));
  expect(plain).not.toContain('<details class="card" open>');
  expect(asked).toContain('<details class="card" open>');
});
