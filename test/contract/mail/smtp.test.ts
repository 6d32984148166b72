/** Mail by SMTP against a real server: connections, TLS, sign-in, the wire, and every way in which a try can end. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { listen } from '../../../local/ports';
import { Mailbox } from '../../../local/simulated/mailbox';
import {
  type SimulatedSmtp,
  type SmtpFault,
  type SmtpOptions,
  type SmtpStep,
  startSimulatedSmtp,
} from '../../../local/simulated/smtp';
import { createMailer, type SmtpOptions as MailerOptions } from '../../../src/email/transports/smtp';
import type { Mailer } from '../../../src/watch/ports';
import { dated, digest, NOW, OWNER, oneLine } from '../../email/digests';
import { selfSigned } from '../../support/certificate';
import { NO_IDENTITY } from '../../support/mail-services';
import { startWire } from '../../support/wire';

const ID = '3f2b1c8e-6f0a-5d7e-9c11-0a1b2c3d4e5f';
const id = (number: number) => ID.replace(/.$/, String(number));
const TOKEN = 'SECRET-OF-THE-IDENTITY';
const PASSWORD = 'SECRET-p:/?#@%ö';

let now = NOW;
let mailbox: Mailbox;
const running: { close(): Promise<unknown> }[] = [];
beforeEach(() => {
  now = NOW;
  mailbox = new Mailbox(() => now);
});
afterEach(async () => {
  jest.restoreAllMocks();
  for (const one of running.splice(0).reverse()) await one.close();
});
const closing = <T extends { close(): Promise<unknown> }>(one: T): T => {
  running.push(one);
  return one;
};

const start = async (options: Partial<SmtpOptions> = {}): Promise<SimulatedSmtp> =>
  closing(await startSimulatedSmtp({ now: () => now, mailbox, ...options }));

/** Short, for a server that says nothing; the others answer long before. */
const SHORT = { connect: 300, silence: 300, whole: 60_000 };

function mailerAt(port: number, options: Partial<MailerOptions> = {}): Mailer {
  const mailer = createMailer({
    transport: 'smtp',
    host: '127.0.0.1',
    port,
    tls: 'loopback',
    sender: 'watcher@Example.com',
    credential: NO_IDENTITY,
    timeoutMs: 5_000,
    ...options,
  });
  return closing(mailer);
}

const identity = (tokens: string[] = [TOKEN]) => {
  const asked: unknown[] = [];
  const credential = {
    getToken: async (scopes: string | string[]) => {
      asked.push(scopes);
      const token = tokens.shift();
      return token === undefined ? null : { token, expiresOnTimestamp: Date.now() + 3_600_000 };
    },
  };
  return { asked, credential };
};

describe('a run', () => {
  test('has one connection for all its mails, and ends it with a goodbye', async () => {
    const server = await start();
    const wire = closing(await startWire(server.port));
    const mailer = mailerAt(wire.port);
    for (const number of [1, 2, 3]) await mailer.send(oneLine(), id(number));
    expect([wire.sent.length, server.connections()]).toEqual([1, 1]);
    await mailer.close();
    expect(wire.sent[0]?.toString()).toMatch(/QUIT\r\n$/);
    expect(mailbox.mails).toHaveLength(3);
  });

  test('calls itself by the domain of its sender', async () => {
    const server = await start();
    await mailerAt(server.port).send(oneLine(), ID);
    expect(server.sessions).toEqual([{ name: 'example.com', secure: false }]);
  });

  test('is not a try on a connection that died meanwhile: the mail gets a new one', async () => {
    const server = await start();
    const wire = closing(await startWire(server.port));
    const mailer = mailerAt(wire.port);
    await mailer.send(oneLine(), id(1));
    wire.cut();
    expect(await mailer.send(oneLine(), id(2))).toEqual({ outcome: 'accepted' });
    void server.fails('sender', { fault: 'reply', reply: '421 4.4.2 idle for too long' });
    expect(await mailer.send(oneLine(), id(3))).toEqual({ outcome: 'accepted' });
    void server.fails('sender', { fault: 'drop' });
    expect(await mailer.send(oneLine(), id(4))).toEqual({ outcome: 'accepted' });
    expect(mailbox.mails.map(({ operationId }) => operationId)).toEqual([1, 2, 3, 4].map(id));
  });

  test('goes on after a recipient that was refused', async () => {
    const server = await start();
    const mailer = mailerAt(server.port);
    void server.fails('recipient', { fault: 'reply', reply: '550 5.1.1 unknown' });
    expect(await mailer.send(oneLine(), id(1))).toMatchObject({ outcome: 'refused', cause: 'recipient' });
    expect(await mailer.send(oneLine(), id(2))).toEqual({ outcome: 'accepted' });
    void server.fails('content', { fault: 'reply', reply: '554 5.6.0 no' });
    expect(await mailer.send(oneLine(), id(3))).toMatchObject({ outcome: 'refused', cause: 'content' });
    expect(await mailer.send(oneLine(), id(4))).toEqual({ outcome: 'accepted' });
    expect(server.connections()).toBe(1);
  });

  test('that sent nothing, or is over, has nothing to end', async () => {
    const server = await start();
    const mailer = mailerAt(server.port);
    await mailer.close();
    await mailer.send(oneLine(), ID);
    await mailer.close();
    await mailer.close();
    expect(mailbox.mails).toHaveLength(1);
  });
});

describe('the end of a try', () => {
  const reply = (text: string): SmtpFault => ({ fault: 'reply', reply: text });

  test.each<[SmtpStep, SmtpFault, string, string]>([
    ['connect', reply('554 5.7.1 not you'), 'unsettled', 'ours'],
    ['connect', reply('421 4.3.2 busy'), 'unsettled', 'service'],
    ['connect', { fault: 'drop' }, 'unsettled', 'service'],
    ['connect', { fault: 'hang' }, 'unsettled', 'service'],
    ['sender', reply('550 5.1.8 blocked'), 'unsettled', 'ours'],
    ['sender', reply('451 4.3.0 later'), 'unsettled', 'service'],
    ['sender', reply('552 5.3.4 too large'), 'refused', 'content'],
    ['sender', { fault: 'drop' }, 'unsettled', 'service'],
    ['sender', { fault: 'hang' }, 'unsettled', 'service'],
    ['recipient', reply('550 5.1.1 unknown'), 'refused', 'recipient'],
    ['recipient', reply('450 4.7.1 greylisted'), 'unsettled', 'recipient'],
    ['recipient', { fault: 'drop' }, 'unsettled', 'service'],
    ['recipient', { fault: 'hang' }, 'unsettled', 'service'],
    ['content', reply('554 5.2.252 SendAsDenied'), 'unsettled', 'ours'],
    ['content', reply('552 5.3.4 too large'), 'refused', 'content'],
    ['content', reply('451 4.3.0 later'), 'unsettled', 'service'],
    ['content', { fault: 'drop' }, 'unsettled', 'unknown'],
    ['content', { fault: 'drop', accepts: true }, 'unsettled', 'unknown'],
    ['content', { fault: 'hang', accepts: true }, 'unsettled', 'unknown'],
  ])('at %s by %j is %s, %s', async (step, fault, outcome, cause) => {
    const server = await start();
    const limit = new AbortController();
    jest.spyOn(AbortSignal, 'timeout').mockReturnValueOnce(limit.signal);
    const met = server.fails(step, fault);
    const mailer = mailerAt(server.port);
    const sent = mailer.send(oneLine(), ID);
    await met;
    // The time limit of a send, in the hands of the test.
    if (fault.fault === 'hang') limit.abort();
    expect(await sent).toMatchObject({ outcome, cause });
    expect(mailbox.mails).toHaveLength('accepts' in fault ? 1 : 0);
    // It recovers without a new mailer, and the id stays.
    expect(await mailer.send(oneLine(), ID)).toEqual({ outcome: 'accepted' });
    expect(new Set(mailbox.mails.map(({ operationId }) => operationId))).toEqual(new Set([ID]));
  });

  test('by greylisting is the recipient asking for patience, until it is over', async () => {
    const server = await start();
    server.switches.greylistMs = 3_600_000;
    const mailer = mailerAt(server.port);
    expect(await mailer.send(oneLine(), ID)).toMatchObject({ outcome: 'unsettled', cause: 'recipient' });
    now += 3_600_000;
    expect(await mailer.send(oneLine(), ID)).toEqual({ outcome: 'accepted' });
  });

  test('by throttling is about the service', async () => {
    const server = await start({ perMinute: 1 });
    const mailer = mailerAt(server.port);
    await mailer.send(oneLine(), id(1));
    expect(await mailer.send(oneLine(), id(2))).toMatchObject({ outcome: 'unsettled', cause: 'service' });
  });

  test('at a size that the server does not take is about this mail, and nothing of it is sent', async () => {
    const server = await start({ size: 500 });
    expect(await mailerAt(server.port).send(oneLine(), ID)).toEqual({
      outcome: 'refused',
      cause: 'content',
      message: 'the mail is larger than the mail server takes',
    });
    expect(server.sessions).toEqual([]);
    // The same on a connection that is kept, which then is not left open beside a new one.
    const kept = await start({ size: 20_000 });
    const mailer = mailerAt(kept.port);
    await mailer.send(oneLine(), ID);
    const long = digest(Array.from({ length: 20 }, (_, index) => dated({ name: `t${index}` })));
    expect(await mailer.send(long, ID)).toMatchObject({ outcome: 'refused', cause: 'content' });
    expect(kept.connections()).toBeLessThanOrEqual(1);
  });

  test('where nobody listens is about the service', async () => {
    const server = await start();
    await server.close();
    expect(await mailerAt(server.port).send(oneLine(), ID)).toEqual({
      outcome: 'unsettled',
      cause: 'service',
      message: 'the mail server could not be reached (ECONNREFUSED)',
    });
  });
});

describe('a server that follows no protocol', () => {
  /** Each connection is handed to the test; it is ended at the end of the test. */
  async function speaking(talk: (socket: Socket) => void): Promise<number> {
    const sockets: Socket[] = [];
    const server: Server = createServer(socket => {
      sockets.push(socket.on('error', () => {}));
      talk(socket);
    });
    const close = () =>
      new Promise(done => {
        server.close(done);
        for (const socket of sockets) socket.destroy();
      });
    running.push({ close });
    return await listen(server, 0);
  }
  const answering = (replies: readonly string[]) =>
    speaking(socket => {
      const left = [...replies];
      socket.write(left.shift() ?? '');
      socket.on('data', () => void socket.write(left.shift() ?? ''));
    });

  test.each<[string, readonly string[], string]>([
    ['says HTTP', ['HTTP/1.1 400 Bad Request\r\n\r\n'], 'service'],
    ['sends an endless line', ['220 '.padEnd(200_000, 'x')], 'service'],
    ['sends endless lines', ['220-x\r\n'.repeat(20_000)], 'service'],
    ['says nothing', [''], 'service'],
    ['refuses EHLO and HELO', ['220 hi\r\n', '502 no\r\n', '502 no\r\n'], 'ours'],
    ['answers with a number that means nothing', ['220 hi\r\n', '250 ok\r\n', '999 what\r\n'], 'service'],
    ['answers too often', ['220 hi\r\n', '250 ok\r\n250 ok\r\n'], 'service'],
    ['closes in the middle of a reply', ['220 hi\r\n', '250-ok\r\n25'], 'service'],
  ])('and %s ends the try, and nothing else', async (_what, replies, cause) => {
    const limits = cause === 'ours' ? {} : { limits: SHORT };
    const mailer = mailerAt(await answering(replies), limits);
    expect(await mailer.send(oneLine(), ID)).toMatchObject({ outcome: 'unsettled', cause });
  });

  test('and drips an answer is ended by the time limit of the whole send', async () => {
    const port = await speaking(socket => {
      socket.write('220 hi\r\n');
      const timer = setInterval(() => socket.write('250-x\r\n'), 20);
      socket.once('close', () => clearInterval(timer));
    });
    const mailer = mailerAt(port, { limits: { ...SHORT, whole: 600 } });
    expect(await mailer.send(oneLine(), ID)).toMatchObject({ outcome: 'unsettled', cause: 'service' });
  });

  test('and accepts in the same breath as it closes has accepted', async () => {
    const replies = ['250 ok\r\n', '250 ok\r\n', '250 ok\r\n', '354 go\r\n'];
    const port = await speaking(socket => {
      const left = [...replies];
      let mail = '';
      socket.write('220 hi\r\n');
      socket.on('data', chunk => {
        if (left.length > 0) return void socket.write(left.shift() ?? '');
        mail += chunk.toString();
        if (mail.endsWith('\r\n.\r\n')) socket.end('250 2.0.0 queued\r\n');
      });
    });
    expect(await mailerAt(port).send(oneLine(), ID)).toEqual({ outcome: 'accepted' });
  });
});

describe('the wire', () => {
  test('has lines of at most 998 characters ended by CRLF, stuffed dots, and one end', async () => {
    const server = await start();
    const wire = closing(await startWire(server.port));
    const notes = '.\r\n..\r\n.\n...';
    const odd = digest([dated({ extra: { displayName: '.', notes: `${notes} ${'z'.repeat(1_900)}` } })]);
    await mailerAt(wire.port).send(odd, ID);
    const sent = wire.sent[0]?.toString('latin1') ?? '';
    const [, message = ''] = sent.split('DATA\r\n');
    expect(sent.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
    expect(sent.split('\r\n').filter(line => line.length > 998)).toEqual([]);
    expect(message.split('\r\n').filter(line => /^\.(?!\.)/.test(line))).toEqual(['.']);
    expect(message).toMatch(/\r\n\.\r\n$/);
    expect(mailbox.mails[0]?.message.content.plainText).toContain('z'.repeat(500));
  });

  test('carries the password where it is this machine, by what the server offers', async () => {
    const server = await start({ user: 'watcher', password: PASSWORD });
    const right = { user: 'watcher', password: PASSWORD };
    expect(await mailerAt(server.port, right).send(oneLine(), ID)).toEqual({ outcome: 'accepted' });
    const wrong = await mailerAt(server.port, { ...right, password: 'SECRET' }).send(oneLine(), ID);
    expect(wrong).toMatchObject({ outcome: 'unsettled', cause: 'ours' });
    expect(JSON.stringify(wrong)).not.toMatch(/SECRET/);
    expect(await mailerAt(server.port).send(oneLine(), ID)).toMatchObject({ cause: 'ours' });
  });

  test.each([['PLAIN'], ['LOGIN'], ['XOAUTH2', 'LOGIN']])(
    'and signs in where the server offers %s',
    async (...authMethods) => {
      const server = await start({ user: 'watcher', password: PASSWORD, authMethods });
      const mailer = mailerAt(server.port, { user: 'watcher', password: PASSWORD });
      expect(await mailer.send(oneLine(), ID)).toEqual({ outcome: 'accepted' });
    },
  );

  test('a sign-in that fails for now is about the service', async () => {
    const server = await start({ user: 'watcher', password: PASSWORD });
    void server.fails('signIn', { fault: 'reply', reply: '454 4.7.0 later' });
    const mailer = mailerAt(server.port, { user: 'watcher', password: PASSWORD });
    expect(await mailer.send(oneLine(), ID)).toMatchObject({ outcome: 'unsettled', cause: 'service' });
  });
});

describe('without TLS, where it is demanded', () => {
  test.each<Partial<MailerOptions>>([
    {},
    { user: 'watcher', password: PASSWORD },
    { user: 'watcher', ...identity() },
  ])('nothing is sent but the request for it', async options => {
    const server = await start({ user: 'watcher', password: PASSWORD });
    const wire = closing(await startWire(server.port));
    const mailer = mailerAt(wire.port, { tls: 'startTls', ...options });
    expect(await mailer.send(oneLine(), ID)).toMatchObject({ outcome: 'unsettled', cause: 'ours' });
    expect(wire.sent.map(String)).toEqual(['EHLO example.com\r\nSTARTTLS\r\n']);
  });

  test.each<[string, Partial<MailerOptions>]>([
    ['STARTTLS', { tls: 'startTls' }],
    ['implicit TLS', { tls: 'implicit' }],
  ])(
    'a certificate that nobody vouches for ends %s, whatever the environment says',
    async (_way, options) => {
      const tls = { ...selfSigned(), implicit: options.tls === 'implicit' };
      const server = await start({ user: 'watcher', password: PASSWORD, tls });
      const wire = closing(await startWire(server.port));
      const before = process.env.NODE_TLS_REJECT_UNAUTHORIZED;
      process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
      try {
        const mailer = mailerAt(wire.port, { user: 'watcher', password: PASSWORD, ...options });
        expect(await mailer.send(oneLine(), ID)).toEqual({
          outcome: 'unsettled',
          cause: 'ours',
          message: expect.stringMatching(/no safe connection .*SELF_SIGNED.*NODE_EXTRA_CA_CERTS/),
        });
      } finally {
        if (before === undefined) delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;
        else process.env.NODE_TLS_REJECT_UNAUTHORIZED = before;
      }
      expect(wire.sent.join('')).not.toMatch(/AUTH|MAIL|watcher/);
      expect(mailbox.mails).toEqual([]);
    },
  );

  test('TLS from the first byte at a server that speaks in clear is our own fault', async () => {
    const server = await start();
    const sent = await mailerAt(server.port, { tls: 'implicit' }).send(oneLine(), ID);
    expect(sent).toMatchObject({ outcome: 'unsettled', cause: 'ours' });
  });

  test('a token is not even asked for, and without a token nothing is sent', async () => {
    const server = await start({ user: 'watcher' });
    const { asked, credential } = identity();
    const mailer = mailerAt(server.port, { tls: 'startTls', user: 'watcher', credential });
    await mailer.send(oneLine(), ID);
    expect(asked).toEqual([]);
  });
});

describe('with a private CA in NODE_EXTRA_CA_CERTS', () => {
  const SCRIPT = resolve('test/contract/mail/send-by-smtp.ts');
  const TSX = pathToFileURL(require.resolve('tsx')).href;
  const folder = mkdtempSync(join(tmpdir(), 'smtp-ca-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  /** In a process of its own, since Node reads that entry at its start. */
  function sendIn(port: number, ca: string, options: object): Promise<{ answers: unknown; asked: unknown }> {
    const file = join(folder, `${port}.pem`);
    writeFileSync(file, ca);
    const env = { ...process.env, NODE_EXTRA_CA_CERTS: file };
    const argv = ['--import', TSX, SCRIPT, String(port), JSON.stringify(options)];
    return new Promise((done, failed) => {
      execFile(process.execPath, argv, { env, timeout: 90_000 }, (error, out, errors) =>
        error ? failed(new Error(errors)) : done(JSON.parse(out)),
      );
    });
  }

  test.each(['startTls', 'implicit', 'loopback'] as const)(
    '%s is safe, and shows no credential',
    async tls => {
      const own = selfSigned();
      const server = await start({
        user: 'watcher',
        password: PASSWORD,
        tls: { ...own, implicit: tls === 'implicit' },
      });
      const wire = closing(await startWire(server.port));
      const { answers } = await sendIn(wire.port, own.cert, { tls, user: 'watcher', password: PASSWORD });
      expect(answers).toEqual([{ outcome: 'accepted' }, { outcome: 'accepted' }]);
      expect(server.sessions.map(({ secure }) => secure)).toEqual([true, true]);
      expect(wire.sent.join('')).not.toMatch(/AUTH|MAIL FROM|watcher/);
    },
  );

  test('the token of the identity signs in, once for each connection', async () => {
    const own = selfSigned();
    const server = await start({ user: 'watcher', tls: own });
    const wire = closing(await startWire(server.port));
    const { answers, asked } = await sendIn(wire.port, own.cert, {
      tls: 'startTls',
      user: 'watcher',
      token: TOKEN,
    });
    expect(answers).toEqual([{ outcome: 'accepted' }, { outcome: 'accepted' }]);
    expect(asked).toEqual(['https://outlook.office365.com/.default']);
    expect(wire.sent.join('')).not.toMatch(/AUTH|XOAUTH2/);
  });

  test('a token that is refused, or that there is none of, is our own fault and is not shown', async () => {
    const own = selfSigned();
    const server = await start({ user: 'another', tls: own });
    const options = { tls: 'startTls', user: 'watcher' };
    const refused = await sendIn(server.port, own.cert, { ...options, token: TOKEN });
    expect(refused.answers).toMatchObject([{ cause: 'ours' }, { cause: 'ours' }]);
    const none = await sendIn(server.port, own.cert, options);
    expect(none.answers).toMatchObject([{ cause: 'signIn' }, { cause: 'signIn' }]);
    const plain = await start({ user: 'watcher', tls: own, authMethods: ['PLAIN'] });
    const unasked = await sendIn(plain.port, own.cert, { ...options, token: TOKEN });
    expect(unasked.answers).toMatchObject([{ cause: 'ours' }, { cause: 'ours' }]);
    expect(JSON.stringify(unasked)).toContain('takes no token of an identity');
    expect(JSON.stringify([refused, none])).not.toContain(TOKEN);
  });

  test.each([
    ['for another name', selfSigned({ name: 'mail.example.com' })],
    ['that is over', selfSigned({ days: -1 })],
  ])('a certificate %s is refused', async (_what, own) => {
    const server = await start({ user: 'watcher', password: PASSWORD, tls: own });
    const { answers } = await sendIn(server.port, own.cert, {
      tls: 'startTls',
      user: 'watcher',
      password: PASSWORD,
    });
    expect(answers).toMatchObject([{ cause: 'ours' }, { cause: 'ours' }]);
    expect(server.sessions).toEqual([]);
  });
});

test('the mail goes to the owner alone, whatever the digest says', async () => {
  const server = await start();
  await mailerAt(server.port).send(oneLine(), ID);
  expect(mailbox.mails[0]?.to).toEqual([OWNER]);
});
