/** While a setting of mail is missing or wrong, only mail waits: everything else runs and says so, and the reminders go out once it is set. */
import { DAY, HOUR } from '../../src/formats/instant';
import { asking } from '../support/asking';
import { useHost } from '../support/host';
import { CONTOSO, HOST, queued, ticks } from '../support/story';
import { useWorld } from '../support/world';

const world = useWorld();
const hosting = useHost();

async function expiring(): Promise<void> {
  world()
    .azure.iotCentral.token(HOST, 'gateway')
    .expires(world().clock.now() + 5 * DAY);
  await world().register(CONTOSO, 'gateway', { owners: 'ada@example.com' });
}
const measured = async () => {
  const { mailUnset, mailOff } = await world().app().metrics();
  return { mailUnset, mailOff };
};

test.each<[what: string, settings: Record<string, string>, named: string]>([
  [
    'no transport',
    { COMMUNICATION_ENDPOINT: '', COMMUNICATION_CONNECTION_STRING: '' },
    'COMMUNICATION_ENDPOINT',
  ],
  ['no sender', { MAIL_SENDER: '' }, 'MAIL_SENDER'],
  ['a wrong sender', { MAIL_SENDER: 'grace@example' }, 'MAIL_SENDER'],
  ['a wrong reply address', { MAIL_REPLY_TO: 'grace@example' }, 'MAIL_REPLY_TO'],
  ['two transports', { SMTP_HOST: 'mail.example.com' }, 'MAIL_FALLBACK'],
  ['a fallback that is the only transport', { MAIL_FALLBACK: 'acs' }, 'MAIL_FALLBACK'],
  ['a quota of none', { MAIL_PER_HOUR: '0' }, 'MAIL_PER_HOUR'],
  ['an unknown recipient', { MAIL_TO: 'everybody' }, 'MAIL_TO'],
  ['a wrong operator', { OPERATORS: 'grace@example' }, 'OPERATORS'],
  ['a wrong link secret', { PUBLIC_URL: 'https://watcher.example.com', LINK_SECRET: 'grace' }, 'LINK_SECRET'],
  ['no operator to send all to', { MAIL_TO: 'operators', OPERATORS: '' }, 'OPERATORS'],
])('with %s all runs but mail, which goes out once it is set', async (_, settings, named) => {
  await expiring();
  world().restart(settings);
  await world().tick();
  expect((await world().item('gateway'))?.check).toBe('ok');
  expect(world().mails()).toEqual([]);
  const waiting = await queued(world());
  // Each run says so.
  for (const _run of [1, 2]) {
    world().log.lines.length = 0;
    await world().remind();
    expect(world().log.lines).toEqual([
      expect.stringMatching(new RegExp(`No mail is sent.*${named}: `, 's')),
    ]);
  }
  const ask = await asking(world(), hosting);
  const health = await ask('health');
  expect([health.status, health.body.reasons]).toEqual([
    503,
    [{ code: 'mailSettings', message: expect.stringMatching(`No mail is sent.*${named}`) }],
  ]);
  // Anyone may ask for the health.
  expect(health.text).not.toContain('grace');
  const page = await ask('dashboard');
  expect([page.status, page.text]).toEqual([200, expect.stringMatching(`role="alert"[^]*${named}: `)]);
  expect((await ask('status')).status).toBe(200);
  expect((await ask('metrics')).text).toMatch(/\nexpiry_watcher_mail_stopped\{transport="\w*"\} 1\n/);
  world().restart();
  await ticks(world(), 1);
  expect(world().mails()).toEqual([expect.stringMatching(/^ada@example\.com: gateway expires in/)]);
  expect([waiting > 0 || 'OPERATORS' in settings, await queued(world())]).toEqual([true, 0]);
  expect((await world().app().health()).reasons).toEqual([]);
  expect(await measured()).toEqual({ mailUnset: false, mailOff: false });
});

const GRAPH_SECOND = { MAIL_FALLBACK: 'graph', GRAPH_MAIL_SENDER: 'watcher@example.com' };

test.each<[what: string, settings: Record<string, string>, named: string]>([
  ['is not set', { MAIL_FALLBACK: 'graph' }, 'MAIL_FALLBACK'],
  ['is no transport', { MAIL_FALLBACK: 'grace@example' }, 'MAIL_FALLBACK'],
  ['has a wrong server', { SMTP_HOST: 'grace@example', MAIL_FALLBACK: 'smtp' }, 'SMTP_HOST'],
  ['has a placeholder', { SMTP_URL: 'smtp://ada:changeme@example.com', MAIL_FALLBACK: 'smtp' }, 'SMTP_URL'],
  ['has a wrong sender', { ...GRAPH_SECOND, GRAPH_MAIL_SENDER: 'grace@example' }, 'GRAPH_MAIL_SENDER'],
  ['has a wrong endpoint', { ...GRAPH_SECOND, GRAPH_ENDPOINT: 'http://grace.example' }, 'GRAPH_ENDPOINT'],
])(
  'a fallback that %s holds back no mail of the first transport, and all say so',
  async (_, settings, named) => {
    await expiring();
    world().restart(settings);
    await world().tick();
    expect(world().mails()).toEqual([expect.stringMatching(/^ada@example\.com: gateway expires in/)]);
    expect(world().log.lines).toContainEqual(
      expect.stringMatching(new RegExp(`^The fallback of mail is not used.*\n  - ${named}: `, 's')),
    );
    const ask = await asking(world(), hosting);
    const health = await ask('health');
    expect([health.status, health.body.reasons]).toEqual([
      503,
      [
        {
          code: 'mailSettings',
          message: expect.stringMatching(`fallback of mail is not used.*\\(${named}\\)`),
        },
      ],
    ]);
    expect(health.text).not.toContain('grace');
    expect((await ask('dashboard')).text).toMatch(new RegExp(`role="alert"[^]*${named}: `));
    expect((await ask('metrics')).text).toMatch(/\nexpiry_watcher_mail_stopped\{transport="acs"\} 0\n/);
    expect(await measured()).toEqual({ mailUnset: false, mailOff: false });
    const tested = await ask('mail/test', { method: 'POST' });
    expect([tested.status, tested.body.answer]).toEqual([
      200,
      expect.stringMatching(`The fallback is not used: ${named}: `),
    ]);
  },
);

test('MAIL_TO=none is a decision: it is seen, nothing is queued, and the watcher is healthy, also with what waited before', async () => {
  await expiring();
  await world().sweep();
  expect(await queued(world())).toBe(1);
  world().restart({ MAIL_TO: 'none', COMMUNICATION_ENDPOINT: '', MAIL_SENDER: '' });
  world().clock.pass(7 * HOUR);
  await world().tick();
  expect(world().log.lines.at(-1)).toBe('MAIL_TO is none: no mail is sent, and nothing is queued.');
  expect((await world().app().health()).reasons).toEqual([]);
  expect(await measured()).toEqual({ mailUnset: false, mailOff: true });
  const ask = await asking(world(), hosting);
  expect((await ask('dashboard')).text).toContain('MAIL_TO is none. This page is all that warns.');
  expect([await queued(world()), world().mails()]).toEqual([1, []]);
});

test('a wrong setting of mail while MAIL_TO is none is told by the log', async () => {
  world().restart({ MAIL_TO: 'none', MAIL_SENDER: 'grace@example' });
  await world().remind();
  expect(world().log.lines.join('\n')).toMatch(/MAIL_SENDER: .*MAIL_TO is none/s);
  expect((await world().app().health()).reasons).toEqual([]);
});
