/** A simulated SMTP submission server: it takes mails as a real one does, and delivers them into the outbox. */
import { SMTPServer, type SMTPServerOptions, type SMTPServerSession } from 'smtp-server';
import { LOOPBACK, listen } from '../ports';
import { getOrCreate } from './faults';
import type { Mailbox } from './mailbox';
import { readMime } from './mime-mail';
import { SlidingLimit } from './throttling';

export interface SmtpOptions {
  readonly mailbox: Mailbox;
  readonly now: () => number;
  /** 0 or none: any free port. */
  readonly port?: number;
  /** With them a mail needs a sign-in; without them anybody may send. */
  readonly user?: string;
  readonly password?: string;
  readonly perMinute?: number;
  readonly authMethods?: string[];
  /** Bytes of the largest mail that it takes. */
  readonly size?: number;
  /** With them it offers STARTTLS; without them it speaks in clear. */
  readonly tls?: { readonly key: string; readonly cert: string; readonly implicit?: boolean };
}

export type SmtpStep = 'connect' | 'signIn' | 'sender' | 'recipient' | 'content';

/** What happens at the next time that a client comes to a step. */
export type SmtpFault =
  /** The reply is sent as it is, such as `550 5.1.1 unknown`. */
  | { readonly fault: 'reply'; readonly reply: string }
  /** The connection ends. `accepts`: the mail is taken before. */
  | { readonly fault: 'drop'; readonly accepts?: boolean }
  /** No answer. `accepts`: the mail is taken. */
  | { readonly fault: 'hang'; readonly accepts?: boolean };

export type SimulatedSmtp = Awaited<ReturnType<typeof startSimulatedSmtp>>;

const LARGEST = 10 * 1024 * 1024;

/** `url` is `smtp://…` with user and password. */
export async function startSimulatedSmtp(options: SmtpOptions) {
  const { now, mailbox, tls, user, password, perMinute = 1_000_000 } = options;
  const faults = new Map<SmtpStep, { readonly fault: SmtpFault; readonly met: () => void }[]>();
  const firstTries = new Map<string, number>();
  const limit = new SlidingLimit(perMinute, 1_000_000, now);
  const switches = { greylistMs: 0 };
  const sessions: { name: string; secure: boolean }[] = [];
  /** The next fault of a step takes the place of its answer. */
  const at = async (step: SmtpStep, { id }: SMTPServerSession, accept?: () => Promise<void>) => {
    const next = faults.get(step)?.shift();
    const accepts = !next || ('accepts' in next.fault && next.fault.accepts);
    if (accepts) await accept?.();
    if (!next) return;
    const { fault, met } = next;
    met();
    if (fault.fault === 'reply') throw replied(fault.reply);
    if (fault.fault === 'hang') await new Promise(() => {});
    for (const connection of server.connections) if (connection.id === id) connection._socket.destroy();
  };
  const greylisted = (address: string) =>
    now() - getOrCreate(firstTries, address.toLowerCase(), now) < switches.greylistMs;
  const server = new SMTPServer({
    ...tlsOptions(tls),
    size: options.size ?? LARGEST,
    authMethods: options.authMethods ?? ['PLAIN', 'LOGIN', 'XOAUTH2'],
    allowInsecureAuth: true,
    authOptional: user === undefined,
    disableReverseLookup: true,
    onConnect: answering(session => at('connect', session)),
    onAuth({ username, password: given, accessToken }, session, callback) {
      const known = accessToken === undefined ? username === user && given === password : username === user;
      at('signIn', session).then(
        () =>
          known ? callback(null, { user: username }) : callback(replied('535 5.7.8 wrong user or password')),
        callback,
      );
    },
    onMailFrom(_address, session, callback) {
      sessions.push({ name: session.hostNameAppearsAs, secure: session.secure });
      const busy = limit.accrue() !== undefined;
      answer(
        busy ? Promise.reject(replied('421 4.7.0 too many mails, try again later')) : at('sender', session),
        callback,
      );
    },
    onRcptTo({ address }, session, callback) {
      const wait = greylisted(address);
      answer(
        wait ? Promise.reject(replied('450 4.7.1 greylisted, try again later')) : at('recipient', session),
        callback,
      );
    },
    onData(stream, session, callback) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.once('end', () => {
        const deliver = async () => {
          const raw = Buffer.concat(chunks);
          const { id, message } = await readMime(raw);
          mailbox.accept(id, message, raw);
        };
        const done = stream.sizeExceeded
          ? Promise.reject(replied('552 5.3.4 the mail is too large'))
          : at('content', session, deliver);
        answer(done, callback);
      });
    },
  });
  // A client that leaves is no fault of the server.
  server.on('error', () => {});
  const port = await listen(server.server, options.port ?? 0);
  const credentials =
    user === undefined
      ? ''
      : `${encodeURIComponent(user)}${password === undefined ? '' : `:${encodeURIComponent(password)}`}@`;
  return {
    url: `${tls?.implicit ? 'smtps' : 'smtp'}://${credentials}${LOOPBACK}:${port}`,
    port,
    switches,
    /** One for each mail that was begun. */
    sessions,
    connections: () => server.connections.size,
    /** At the next time that a client comes to this step. Resolves when one did. */
    fails: (step: SmtpStep, fault: SmtpFault) =>
      new Promise<void>(met => void getOrCreate(faults, step, () => []).push({ fault, met })),
    close: () =>
      new Promise<void>(resolve => {
        for (const connection of server.connections) connection._socket.destroy();
        server.close(() => resolve());
      }),
  };
}

function tlsOptions(tls: SmtpOptions['tls']): SMTPServerOptions {
  if (!tls) return { disabledCommands: ['STARTTLS'], logger: false };
  return { key: tls.key, cert: tls.cert, secure: tls.implicit === true };
}

type Callback = (error?: Error | null) => void;

function answering(work: (session: SMTPServerSession) => Promise<void>) {
  return (session: SMTPServerSession, callback: Callback) => answer(work(session), callback);
}

function answer(work: Promise<void>, callback: Callback): void {
  work.then(() => callback(), callback);
}

/** `550 5.1.1 unknown` as the error that makes the server reply it. */
function replied(reply: string): Error {
  const [, code, words = ''] = /^(\d{3}) ?(.*)$/s.exec(reply) ?? [];
  return Object.assign(new Error(words), { responseCode: Number(code) });
}
