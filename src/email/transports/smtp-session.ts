/** One connection to a mail server: opened with TLS and signed in, and one mail after another sent over it. Every end is data, never an exception. */
import { Readable } from 'node:stream';
import { types } from 'node:util';
import SMTPConnection, {
  type SMTPConnectionCustomAuthContext,
  type SMTPConnectionOptions,
} from 'nodemailer/lib/smtp-connection';
import { NO_TOKEN, NO_XOAUTH2, type SmtpEnd, type SmtpStep } from './smtp-answers';
import type { SmtpSettings } from './smtp-settings';

/** In milliseconds. */
export interface SmtpLimits {
  /** From the look-up of the name to the greeting and the end of the TLS handshake. */
  readonly connect: number;
  /** Silence on an open connection. */
  readonly silence: number;
  /** From the start of a send to its end, whatever the server sends meanwhile. */
  readonly whole: number;
}

export interface SessionOptions extends SmtpSettings {
  readonly limits: SmtpLimits;
  /** What we call ourselves (EHLO). */
  readonly name: string;
  /** A token of the identity; undefined without one. Asked for each connection. */
  getToken(): Promise<string | undefined>;
}

export interface Envelope {
  readonly from: string;
  readonly to: string;
}

/** An open session, or how the try to open one ended. */
export type Opened = { readonly session: Session } | { readonly end: SmtpEnd };

export type Session = ReturnType<typeof sessionOn>;

/** How long the server may take to say goodbye. */
const GOODBYE = 2_000;
/** One reply of the server. */
const LONGEST_REPLY = 64 * 1_024;

/** @param signal ends the connection */
export async function openSession(options: SessionOptions, signal: AbortSignal): Promise<Opened> {
  const connection = new SMTPConnection(connectionOptions(options));
  // Without a listener an error between two mails would end the process.
  connection.on('error', () => {});
  const ending = endOn(connection, signal);
  let step: SmtpStep = 'connect';
  try {
    await finished(connection, done => connection.connect(done));
    step = 'signIn';
    await signIn(connection, options);
    return { session: sessionOn(connection) };
  } catch (error) {
    connection.close();
    return { end: endOf(error, step) };
  } finally {
    ending.stop();
  }
}

function sessionOn(connection: SMTPConnection) {
  return {
    isOpen: () => !connection.destroyed,
    /** Undefined: accepted. */
    async send(envelope: Envelope, message: Buffer, signal: AbortSignal): Promise<SmtpEnd | undefined> {
      let started = false;
      // The client reads the message only after the server asked for it (354). Before that nothing of it was sent.
      const body = Readable.from(
        (function* () {
          started = true;
          yield message;
        })(),
        { objectMode: false },
      );
      const ending = endOn(connection, signal);
      try {
        await finished(connection, done =>
          connection.send({ from: envelope.from, to: [envelope.to], size: message.length }, body, done),
        );
        return undefined;
      } catch (error) {
        const end = { ...endOf(error, stepOf(error, started)), started };
        await reset(connection);
        return end;
      } finally {
        ending.stop();
      }
    },
    /** Says goodbye, and ends the connection whatever the server answers. */
    async close(): Promise<void> {
      if (connection.destroyed) return;
      const ended = new Promise<void>(resolve => {
        connection.once('end', () => resolve());
      });
      const timer = setTimeout(() => connection.close(), GOODBYE);
      connection.quit();
      await ended;
      clearTimeout(timer);
    },
  };
}

function connectionOptions({ host, port, tls, name, limits }: SessionOptions): SMTPConnectionOptions {
  return {
    host,
    port,
    name,
    secure: tls === 'implicit',
    requireTLS: tls === 'startTls',
    // Stated, so that no environment entry can turn the check off.
    tls: { rejectUnauthorized: true, minVersion: 'TLSv1.2' },
    connectionTimeout: limits.connect,
    greetingTimeout: limits.connect,
    dnsTimeout: limits.connect,
    socketTimeout: limits.silence,
    socketCloseTimeout: GOODBYE,
    maxResponseSize: LONGEST_REPLY,
  };
}

/** Nothing without a user. With a password by what the server offers, else by the identity's token (XOAUTH2). */
async function signIn(connection: SMTPConnection, options: SessionOptions): Promise<void> {
  const { user, password: pass } = options;
  if (user === undefined) return;
  if (pass !== undefined) {
    await finished(connection, done => connection.login({ user, pass, credentials: { user, pass } }, done));
    return;
  }
  const token = await options.getToken();
  if (token === undefined) throw Object.assign(new Error('There is no token.'), { code: NO_TOKEN });
  connection.customAuth.set(BY_IDENTITY, context => offerToken(context, user, token));
  await finished(connection, done => connection.login({ method: BY_IDENTITY, user }, done));
}

/** Not called XOAUTH2: for that name the client would take PLAIN instead where a server offers both. */
const BY_IDENTITY = 'IDENTITY';

/** A server that takes no token is not sent one. */
async function offerToken(
  context: SMTPConnectionCustomAuthContext,
  user: string,
  token: string,
): Promise<void> {
  if (!context.authMethods.includes('XOAUTH2'))
    throw Object.assign(new Error('XOAUTH2 is not offered.'), { code: NO_XOAUTH2 });
  const response = Buffer.from(`user=${user}\u0001auth=Bearer ${token}\u0001\u0001`).toString('base64');
  let answer = await context.sendCommand(`AUTH XOAUTH2 ${response}`);
  // The reason of a refusal comes as a challenge; the refusal itself after an empty response.
  if (answer.status === 334) answer = await context.sendCommand('');
  if (answer.status !== 235) throw new Error('The token was refused.');
}

type Done = (error?: Error | null, result?: unknown) => void;

/** Ends with the callback or, where the connection ends before it, with the connection's error. */
function finished(connection: SMTPConnection, start: (done: Done) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => connection.off('error', failed).off('end', ended);
    const failed = (error: Error) => {
      stop();
      reject(error);
    };
    const ended = () => failed(new Error('The connection ended.'));
    connection.once('error', failed).once('end', ended);
    start(error => {
      if (error) return failed(error);
      stop();
      resolve();
    });
  });
}

/** Ends the connection when the signal says so. */
function endOn(connection: SMTPConnection, signal: AbortSignal): { stop(): void } {
  const end = () => connection.close();
  if (signal.aborted) end();
  signal.addEventListener('abort', end);
  return { stop: () => signal.removeEventListener('abort', end) };
}

/** After a refusal the next mail needs a new start. A connection that does not take one is ended. */
async function reset(connection: SMTPConnection): Promise<void> {
  if (connection.destroyed) return;
  try {
    await finished(connection, done => connection.reset(done));
  } catch {
    // Whatever the reason is: the next mail gets a new connection.
    connection.close();
  }
}

/** The step that a failed send ended at. */
function stepOf(error: unknown, started: boolean): SmtpStep {
  const command = textOf(error, 'command');
  if (command === 'MAIL FROM') return 'sender';
  if (command === 'RCPT TO') return 'recipient';
  return command === 'DATA' || started ? 'content' : 'connect';
}

/** What the client tells of an error: the server's reply, or the name of what happened. Its message is not kept. */
function endOf(error: unknown, step: SmtpStep): SmtpEnd {
  if (!types.isNativeError(error)) throw error;
  const name = textOf(error, 'originalCode') ?? textOf(error, 'code');
  return { step, reply: textOf(error, 'response'), error: name };
}

function textOf(error: unknown, name: string): string | undefined {
  const value: unknown = Object.getOwnPropertyDescriptor(Object(error), name)?.value;
  return typeof value === 'string' && value !== '' ? value : undefined;
}
