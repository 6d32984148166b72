/** Mail that is not taken, by SMTP and Graph: whose fault it is decides how often it is tried, who hears of it, and that nobody else waits. */
import { DAY, HOUR, MINUTE } from '../../src/formats/instant';
import { useWorld } from '../support/world';

const HOST = 'contoso.azureiotcentral.com';
const SCOPE = `iotCentralToken:${HOST}`;
const OPS = 'ops@example.com';

type Mail = 'smtp' | 'graph';

describe.each<Mail>(['smtp', 'graph'])('by %s', mail => {
  const world = useWorld({ mail, settings: { MAIL_PER_MINUTE: '100000', MAIL_PER_HOUR: '100000' } });
  let asked = 0;

  /** Registers one target for each owner; the first is the most urgent. */
  async function owners(...names: string[]): Promise<void> {
    const { azure, clock, register } = world();
    for (const [index, name] of names.entries()) {
      azure.iotCentral.token(HOST, name).expires(clock.now() + 5 * DAY + index * HOUR);
      await register(SCOPE, name, { owners: `${name}@example.com` });
    }
    await world().sweep();
  }
  /** Runs the sender again and again. @returns how many tries met a fault in each run */
  async function runs(count: number, every = 5 * MINUTE): Promise<number[]> {
    const tries: number[] = [];
    for (let run = 0; run < count; run += 1) {
      asked = 0;
      await world().remind();
      tries.push(asked);
      world().clock.pass(every);
    }
    return tries;
  }
  const { ours, greylistsFor, away, loses } = {
    /** The next `times` tries meet a fault of our own. */
    ours(times: number) {
      const { smtp, graph } = world().azure;
      for (let time = 0; time < times; time += 1)
        void smtp?.fails('sender', { fault: 'reply', reply: '550 5.7.60 not allowed' }).then(count);
      graph?.refuses({ fault: 'times', times, inner: { fault: 'status', status: 403 } });
    },
    greylistsFor(ms: number) {
      const { smtp } = world().azure;
      if (smtp) smtp.switches.greylistMs = ms;
    },
    away(times: number) {
      const { smtp, graph } = world().azure;
      for (let time = 0; time < times; time += 1) void smtp?.fails('connect', { fault: 'drop' }).then(count);
      graph?.refuses({ fault: 'times', times, inner: { fault: 'status', status: 503 } });
    },
    /** The mail is taken and its answer is lost. */
    loses() {
      const { smtp, graph } = world().azure;
      void smtp?.fails('content', { fault: 'drop', accepts: true }).then(count);
      graph?.acceptsThen({ fault: 'reset' });
    },
  };
  function count(): void {
    asked += 1;
  }
  const codes = async () => (await world().app().health()).reasons.map(({ code }) => code);
  const subjects = () =>
    world()
      .mails()
      .map(line => line.replace(/ expires.*$/, ''));
  const toldOf = async (name: string) =>
    (await world().tables.expiries.row({ scope: SCOPE, name }))?.told
      .get(`${name}@example.com`)
      ?.map(({ outcome }) => outcome);
  const isStopped = async () =>
    (await world().app().metrics()).transports.some(({ fault }) => fault !== undefined);
  const requests = () => world().azure.graph?.requests.length ?? 0;

  test('a fault of our own costs one try a run for a day, and is told when it is mended', async () => {
    await owners('ada', 'bob', 'eve');
    ours(10_000);
    const before = requests();
    const tries = await runs(24 * 4, 15 * MINUTE);
    if (mail === 'smtp') expect(tries.filter(count => count !== 1)).toEqual([]);
    else expect(requests() - before).toBe(24 * 4);
    expect(await codes()).toContain('mailRefused');
    expect(await isStopped()).toBe(true);
    expect(world().log.lines.at(-1)).toContain('a fault of our own');
    expect([world().mails(), await toldOf('ada')]).toEqual([[], undefined]);
    world().azure.smtp?.heals();
    world().azure.graph?.heals();
    await runs(6);
    expect(subjects().sort()).toEqual([
      'ada@example.com: ada',
      'bob@example.com: bob',
      'eve@example.com: eve',
      `${OPS}: The watcher needs you: mail was refused for a while`,
    ]);
    expect(await codes()).not.toContain('mailRefused');
    expect(await isStopped()).toBe(false);
    await runs(12);
    expect(world().mails()).toHaveLength(4);
  });

  test('a mail that was taken while the clock was days ahead says nothing of those after it', async () => {
    const { clock } = world();
    await owners('zoe');
    clock.pass(2 * DAY);
    await runs(1, 0);
    clock.pass(HOUR - 2 * DAY);
    expect(world().mails()).toHaveLength(1);
    await owners('ada', 'bob');
    ours(50);
    for (const tries of await runs(6)) expect(tries).toBeLessThanOrEqual(1);
    expect(await codes()).toContain('mailRefused');
    world().azure.graph?.heals();
    world().azure.smtp?.heals();
    away(1_000);
    await runs(40, 15 * MINUTE);
    expect([await toldOf('ada'), await toldOf('bob')]).toEqual([undefined, undefined]);
  });

  test('a service that is away is tried three times a run, and then all is sent', async () => {
    await owners('ada', 'bob', 'eve', 'kim', 'zoe');
    away(3);
    await runs(1);
    expect(world().mails()).toEqual([]);
    expect(world().log.lines.at(-1)).toContain('took none of 3 mails in a row');
    await runs(3);
    expect(subjects().sort()).toEqual(
      ['ada', 'bob', 'eve', 'kim', 'zoe'].map(name => `${name}@example.com: ${name}`),
    );
  });

  test('a repeat keeps its Message-ID and leaves out what became untrue', async () => {
    world()
      .azure.iotCentral.token(HOST, 'other')
      .expires(world().clock.now() + 6 * DAY);
    await world().register(SCOPE, 'other', { owners: 'ada@example.com' });
    await owners('ada');
    loses();
    await runs(1);
    world()
      .azure.iotCentral.token(HOST, 'other')
      .expires(world().clock.now() + 300 * DAY);
    world().clock.pass(DAY);
    await world().sweep();
    await runs(4);
    const { mails } = world().azure.communication;
    expect(new Set(mails.map(({ message }) => message.headers['Message-ID'])).size).toBe(1);
    expect(mails.map(({ message }) => /\bother\b/.test(message.content.plainText ?? ''))).toEqual([
      true,
      false,
    ]);
    expect(await toldOf('ada')).toEqual(['accepted']);
  });

  test('a repeat of which nothing is true any more is not sent', async () => {
    await owners('ada');
    loses();
    await runs(1);
    world()
      .azure.iotCentral.token(HOST, 'ada')
      .expires(world().clock.now() + 300 * DAY);
    world().clock.pass(DAY);
    await world().sweep();
    await runs(6);
    expect(world().mails()).toHaveLength(1);
    expect(await toldOf('ada')).toBeUndefined();
  });

  test('an accepted mail is final: it is not followed, takes no quota of looks, and is counted', async () => {
    await owners('ada');
    await runs(2);
    const { look, send, totals } = await world().tables.mailLedger.of(mail).counts();
    expect([look.requests, send.requests.length]).toEqual([[], 1]);
    expect(totals).toMatchObject({ accepted: 1, unknown: 1, delivered: 0 });
    expect((await world().tables.outbox.of('ada@example.com')).sent).toEqual([]);
  });

  if (mail === 'smtp') {
    test('greylisting for an hour delays a mail, and no other', async () => {
      await owners('ada', 'bob');
      void world().azure.smtp?.fails('recipient', { fault: 'reply', reply: '450 4.7.1 greylisted' });
      await runs(1);
      expect(subjects()).toEqual(['bob@example.com: bob']);
      greylistsFor(HOUR);
      await runs(11);
      expect(world().mails()).toHaveLength(1);
      await runs(14);
      expect(subjects()).toEqual(['bob@example.com: bob', 'ada@example.com: ada']);
      expect(await codes()).not.toContain('mailRefused');
    });

    test('a recipient that is put off for two days counts as failed, and the operators hear it', async () => {
      await owners('ada');
      greylistsFor(10 * DAY);
      await runs(95, 30 * MINUTE);
      expect([world().mails(), await toldOf('ada')]).toEqual([[], undefined]);
      await runs(5, 30 * MINUTE);
      expect(await toldOf('ada')).toEqual(['refused']);
      greylistsFor(0);
      await runs(24);
      expect(world().mails()).toEqual([expect.stringMatching(/^ops@example\.com: .*ada expires/)]);
    });

    test('a policy against one recipient stops nobody else', async () => {
      await owners('ada', 'bob', 'eve');
      void world().azure.smtp?.fails('recipient', { fault: 'reply', reply: '550 5.7.1 not you' });
      await runs(1);
      expect(world().mails()).toEqual([]);
      await runs(1);
      expect(subjects().slice(0, 2)).toEqual(['bob@example.com: bob', 'eve@example.com: eve']);
    });
  }
});
