/** A second transport: it takes a mail an hour after the first one's try, or at once where that refused its content or size. */
import { TableClient } from '@azure/data-tables';
import { MAIL_SERVICES, type MailServiceName } from '../../local/simulated/mail-services';
import { DAY, HOUR, MINUTE } from '../../src/formats/instant';
import { textTo } from '../support/story';
import { useWorld, type World } from '../support/world';

const HOST = 'contoso.azureiotcentral.com';
const SCOPE = `iotCentralToken:${HOST}`;
const OPS = 'ops@example.com';
const UNLIMITED = { MAIL_PER_MINUTE: '100000', MAIL_PER_HOUR: '100000' };
const MANY = 10_000;

const addressOf = (name: string) => `${name}@example.com`;

/** Registers one target for each owner; the first is the most urgent. */
async function owners({ azure, clock, register, sweep }: World, ...names: string[]): Promise<void> {
  for (const [index, name] of names.entries()) {
    azure.iotCentral.token(HOST, name).expires(clock.now() + 5 * DAY + index * HOUR);
    await register(SCOPE, name, { owners: addressOf(name) });
  }
  await sweep();
}

async function runs({ remind, clock }: World, count: number, every = 5 * MINUTE): Promise<void> {
  for (let run = 0; run < count; run += 1) {
    await remind();
    clock.pass(every);
  }
}

/** `transport owner`, oldest first. */
function mailed({ azure }: World): string[] {
  return azure.communication.mails.map(({ raw, to, message }) => {
    const byMime = message.senderAddress.endsWith('.org') ? 'graph' : 'smtp';
    return `${raw ? byMime : 'acs'} ${to.join().replace('@example.com', '')}`;
  });
}

const toldOf = async ({ tables }: World, name: string) =>
  (await tables.expiries.row({ scope: SCOPE, name }))?.told
    .get(addressOf(name))
    ?.map(({ outcome }) => outcome);
/** What health says of mail. */
const codes = async ({ app }: World) =>
  (await app().health()).reasons
    .map(({ code }) => code)
    .filter(code => code === 'mailRefused' || code === 'fallbackInUse');
const inUse = async ({ app }: World) => (await app().metrics()).fallbackInUse;

/** Requests for a mail that a service got. */
function asked({ azure }: World, transport: MailServiceName): number {
  if (transport === 'acs')
    return azure.communication.requests.filter(({ path }) => path === '/emails:send').length;
  return transport === 'graph' ? (azure.graph?.requests.length ?? 0) : (azure.smtp?.sessions.length ?? 0);
}

/** What is wrong with a transport, for all that it is asked until it heals. */
const trouble = {
  ours({ azure }: World, transport: MailServiceName) {
    refuses(azure, transport, 403, '550 5.7.60 not allowed');
  },
  away({ azure }: World, transport: MailServiceName) {
    refuses(azure, transport, 503, '451 4.3.0 try later');
  },
  tooLarge({ azure }: World, transport: MailServiceName) {
    refuses(azure, transport, 413, '552 5.3.4 too large');
  },
  heals({ azure }: World) {
    azure.communication.switches.scripts.splice(0);
    azure.graph?.heals();
    azure.smtp?.heals();
  },
};

function refuses(azure: World['azure'], transport: MailServiceName, status: number, reply: string): void {
  const all = { fault: 'times', times: MANY, inner: { fault: 'status', status } } as const;
  if (transport === 'acs') azure.communication.refuses(all);
  if (transport === 'graph') azure.graph?.refuses(all);
  if (transport === 'smtp')
    for (let time = 0; time < 1_000; time += 1) void azure.smtp?.fails('sender', { fault: 'reply', reply });
}

/** Each transport once as the first and once as the fallback. */
const PAIRS = MAIL_SERVICES.map((mail, at) => ({
  mail,
  fallback: MAIL_SERVICES[(at + 1) % MAIL_SERVICES.length] ?? mail,
}));

describe.each(PAIRS)('$mail first, then $fallback', ({ mail, fallback }) => {
  const world = useWorld({ mail, fallback, settings: UNLIMITED });

  test('while all is well the first one takes every mail', async () => {
    await owners(world(), 'ada', 'bob');
    await runs(world(), 20);
    expect(mailed(world())).toEqual([`${mail} ada`, `${mail} bob`]);
    expect([await codes(world()), await inUse(world())]).toEqual([[], false]);
  });

  test('a fault of our own for a day: one try a run, the fallback takes all after an hour, operators hear it once a day and when it is over', async () => {
    await owners(world(), 'ada', 'bob', 'eve');
    trouble.ours(world(), mail);
    await runs(world(), 12);
    expect(mailed(world())).toEqual([]);
    expect(asked(world(), mail)).toBeLessThanOrEqual(12);
    expect(asked(world(), mail)).toBeGreaterThan(9);
    await runs(world(), 3);
    const all = [`${fallback} ada`, `${fallback} bob`, `${fallback} eve`, `${fallback} ops`];
    expect(mailed(world()).sort()).toEqual(all);
    expect(textTo(world(), OPS)).toContain(`Mail goes by the fallback, ${fallback}.`);
    expect(await codes(world())).toEqual(['mailRefused', 'fallbackInUse']);
    expect(await inUse(world())).toBe(true);
    for (const name of ['ada', 'bob', 'eve']) expect(await toldOf(world(), name)).not.toContain('refused');

    // What becomes due later waits for an hour of its own.
    world().clock.pass(5 * HOUR);
    await owners(world(), 'kim');
    await runs(world(), 12);
    expect(mailed(world())).toHaveLength(4);
    await runs(world(), 2);
    expect(mailed(world()).slice(4)).toEqual([`${fallback} kim`]);

    // A day after operators heard it, they hear it again.
    world().clock.pass(18 * HOUR);
    await owners(world(), 'zoe');
    await runs(world(), 16);
    expect(mailed(world()).slice(5)).toEqual([`${fallback} zoe`, `${fallback} ops`]);

    trouble.heals(world());
    await owners(world(), 'sam');
    await runs(world(), 6);
    expect(mailed(world()).slice(7).sort()).toEqual([`${mail} ops`, `${mail} sam`]);
    expect(textTo(world(), OPS)).toContain(`no mail was taken by ${mail}`);
    expect([await codes(world()), await inUse(world())]).toEqual([[], false]);
    await runs(world(), 12, HOUR);
    expect(mailed(world())).toHaveLength(9);
  });

  test('a service that is away for hours is asked once a run, and takes mails again when it is back', async () => {
    await owners(world(), 'ada', 'bob', 'eve', 'kim', 'zoe');
    trouble.away(world(), mail);
    await runs(world(), 14);
    expect(mailed(world()).slice(0, 5)).toEqual(
      ['ada', 'bob', 'eve', 'kim', 'zoe'].map(name => `${fallback} ${name}`),
    );
    expect(await codes(world())).toEqual(['fallbackInUse']);
    await runs(world(), 2);
    await owners(world(), 'lea', 'max', 'sam');
    const before = asked(world(), mail);
    await runs(world(), 1);
    expect(asked(world(), mail) - before).toBe(1);
    trouble.heals(world());
    await runs(world(), 4);
    expect(mailed(world()).slice(6).sort()).toEqual([`${mail} lea`, `${mail} max`, `${mail} sam`]);
  });

  test('a mail that the first one refuses for its size is taken at once, under the same Message-ID domain', async () => {
    await owners(world(), 'ada');
    trouble.tooLarge(world(), mail);
    await runs(world(), 1);
    expect(mailed(world())).toEqual([`${fallback} ada`]);
    const said = world().log.lines.flatMap(line =>
      line.startsWith('{"event":"mail') ? [JSON.parse(line)] : [],
    );
    expect(said).toEqual([
      expect.objectContaining({ event: 'mailFailed', transport: mail, outcome: 'passed' }),
      expect.objectContaining({ event: 'mailSent', transport: fallback, operation: said[0].operation }),
    ]);
    const [sent] = world().azure.communication.mails;
    const domain = mail === 'graph' ? 'example.org' : 'example.com';
    expect(sent?.message.headers['Message-ID']).toMatch(new RegExp(`^<[0-9a-f-]{36}@${domain}>$`));
    expect(await codes(world())).toEqual([]);
    await runs(world(), 3);
    expect(asked(world(), mail)).toBe(2);
  });

  test('a mail that both refuse for its size is failed, and the operators are told', async () => {
    await owners(world(), 'ada');
    trouble.tooLarge(world(), mail);
    trouble.tooLarge(world(), fallback);
    await runs(world(), 1);
    expect([mailed(world()), await toldOf(world(), 'ada')]).toEqual([[], ['refused']]);
    trouble.heals(world());
    await runs(world(), 2);
    expect(mailed(world())).toEqual([`${mail} ops`]);
  });

  test('a mail that only the fallback refuses waits for the first one', async () => {
    await owners(world(), 'ada');
    trouble.ours(world(), mail);
    trouble.tooLarge(world(), fallback);
    await runs(world(), 40);
    expect([mailed(world()), await toldOf(world(), 'ada')]).toEqual([[], undefined]);
    const log = world().log.lines.join('\n');
    expect(log).toMatch(/"event":"mailFailed".*"outcome":"waits","cause":"content"/);
    expect(log).not.toContain('@');
    trouble.heals(world());
    trouble.tooLarge(world(), fallback);
    await runs(world(), 13);
    expect(mailed(world()).sort()).toEqual([`${mail} ada`, `${mail} ops`]);
  });

  test.each(['the first one', 'the fallback'])(
    'where both fail for a day, %s takes all as soon as it is mended',
    async healed => {
      await owners(world(), 'ada', 'bob');
      trouble.ours(world(), mail);
      trouble.ours(world(), fallback);
      await runs(world(), 48, 30 * MINUTE);
      expect(mailed(world())).toEqual([]);
      expect(await codes(world())).toContain('mailRefused');
      trouble.heals(world());
      trouble.ours(world(), healed === 'the fallback' ? mail : fallback);
      await runs(world(), 6);
      const by = healed === 'the fallback' ? fallback : mail;
      expect(mailed(world()).filter(line => !line.endsWith('ops'))).toEqual([`${by} ada`, `${by} bob`]);
    },
  );

  test('a mail of a fallback that is removed goes by the first one', async () => {
    await owners(world(), 'ada');
    trouble.ours(world(), mail);
    trouble.away(world(), fallback);
    await runs(world(), 15);
    expect(mailed(world())).toEqual([]);
    trouble.heals(world());
    const gone = { acs: 'COMMUNICATION_ENDPOINT', smtp: 'SMTP_URL', graph: 'GRAPH_MAIL_SENDER' }[fallback];
    world().restart({ MAIL_FALLBACK: '', [gone]: '' });
    await runs(world(), 14);
    expect(mailed(world())).toEqual([`${mail} ada`, `${mail} ops`]);
  });

  test('where the two change places, each mail is sent once', async () => {
    await owners(world(), 'ada', 'bob');
    trouble.ours(world(), mail);
    await runs(world(), 3);
    world().restart({ MAIL_FALLBACK: mail });
    await runs(world(), 6);
    expect(mailed(world()).sort()).toEqual([`${fallback} ada`, `${fallback} bob`]);
  });
});

describe('smtp first, then graph', () => {
  const world = useWorld({ mail: 'smtp', fallback: 'graph', settings: UNLIMITED });

  test('a recipient that is greylisted gets the mail by the fallback after an hour, and others by the first one', async () => {
    const { smtp } = world().azure;
    await owners(world(), 'ada', 'bob');
    void smtp?.fails('recipient', { fault: 'reply', reply: '450 4.7.1 greylisted' });
    await runs(world(), 1);
    if (smtp) smtp.switches.greylistMs = 10 * DAY;
    await runs(world(), 11);
    expect(mailed(world())).toEqual(['smtp bob']);
    await runs(world(), 1);
    expect(mailed(world())).toEqual(['smtp bob', 'graph ada']);
    expect([await codes(world()), await inUse(world())]).toEqual([[], false]);
  });

  test('a mail that was first tried while the clock was days ahead is not the first one’s for days', async () => {
    const { clock } = world();
    await owners(world(), 'ada');
    trouble.away(world(), 'smtp');
    clock.pass(3 * DAY);
    await runs(world(), 1, 0);
    clock.pass(-3 * DAY);
    await runs(world(), 1);
    expect(mailed(world())).toEqual(['graph ada']);
  });

  test('greylisting that is over within the hour is the first one’s', async () => {
    const { smtp } = world().azure;
    await owners(world(), 'ada');
    if (smtp) smtp.switches.greylistMs = HOUR;
    await runs(world(), 14);
    expect(mailed(world())).toEqual(['smtp ada']);
  });

  test.each(['550 5.1.1 unknown', '552 5.2.2 full', '550 no such user'])(
    'a recipient of whom the first one says "%s" is never tried by the fallback',
    async reply => {
      await owners(world(), 'ada');
      void world().azure.smtp?.fails('recipient', { fault: 'reply', reply });
      await runs(world(), 30);
      expect(mailed(world())).toEqual(['smtp ops']);
      expect([asked(world(), 'graph'), await toldOf(world(), 'ada')]).toEqual([0, ['refused']]);
    },
  );

  test('a recipient whom the fallback does not know is failed', async () => {
    await owners(world(), 'ada');
    trouble.away(world(), 'smtp');
    await runs(world(), 12);
    world().azure.graph?.refuses({ fault: 'status', status: 400, code: 'ErrorInvalidRecipients' });
    await runs(world(), 1);
    expect(await toldOf(world(), 'ada')).toEqual(['refused']);
  });
});

describe('acs first, then smtp', () => {
  const world = useWorld({ mail: 'acs', fallback: 'smtp', settings: UNLIMITED });

  /** The mail is taken, its answer is lost, and for this many reads nobody says what became of it. */
  async function lost(reads: number): Promise<void> {
    const { communication } = world().azure;
    await owners(world(), 'ada');
    communication.acceptsThen({ fault: 'reset' });
    communication.failsStatusReads({ fault: 'times', times: reads, inner: { fault: 'status', status: 503 } });
    await runs(world(), 16);
  }

  test('a mail of which the first one says in the end that it has it is not passed on', async () => {
    await lost(3);
    expect(mailed(world())).toEqual(['acs ada']);
    expect(await toldOf(world(), 'ada')).toEqual(['accepted']);
  });

  test('a mail of which nobody says anything for an hour is passed on, under the same Message-ID', async () => {
    await lost(50);
    expect(mailed(world())).toEqual(['acs ada', 'smtp ada', 'acs ops']);
    const [first, second] = world().azure.communication.mails;
    expect(second?.message.headers['Message-ID']).toBe(first?.message.headers['Message-ID']);
  });
});

describe('graph first, then acs', () => {
  const world = useWorld({ mail: 'graph', fallback: 'acs', settings: UNLIMITED });

  async function takenByFallback(): Promise<void> {
    await owners(world(), 'ada');
    trouble.tooLarge(world(), 'graph');
    world().azure.communication.recipient(addressOf('ada'), 'dropped');
    world().azure.communication.switches.pollsUntilFinal = MANY;
    await runs(world(), 1);
    expect(mailed(world())).toEqual(['acs ada']);
    trouble.heals(world());
  }

  test('the fallback is asked what became of its mail', async () => {
    await takenByFallback();
    world().azure.communication.switches.pollsUntilFinal = 1;
    await runs(world(), 3);
    expect(await toldOf(world(), 'ada')).toEqual(['undelivered']);
    expect((await world().tables.mailLedger.of('acs').counts()).totals).toMatchObject({
      accepted: 1,
      undelivered: 1,
    });
  });

  test('so it is where the mail is one of 0.1.0, which named no transport', async () => {
    await takenByFallback();
    const outbox = TableClient.fromConnectionString(world().env.AzureWebJobsStorage ?? '', 'outbox', {
      allowInsecureConnection: true,
    });
    for await (const { etag: _, transport: _named, ...row } of outbox.listEntities())
      if (row.rowKey?.startsWith('sent|'))
        await outbox.updateEntity(
          { ...row, partitionKey: row.partitionKey ?? '', rowKey: row.rowKey },
          'Replace',
        );
    world().azure.communication.switches.pollsUntilFinal = 1;
    await runs(world(), 3);
    expect(await toldOf(world(), 'ada')).toEqual(['undelivered']);
  });

  test('once it is not set any more, nobody is asked', async () => {
    await takenByFallback();
    world().restart({ MAIL_FALLBACK: '', COMMUNICATION_ENDPOINT: '' });
    const before = world().azure.communication.statusReads();
    await runs(world(), 3);
    expect(world().azure.communication.statusReads()).toBe(before);
    expect((await world().tables.outbox.of(addressOf('ada'))).sent).toEqual([]);
    expect(await toldOf(world(), 'ada')).toEqual(['accepted']);
  });
});
