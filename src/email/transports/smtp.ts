/** Mail by SMTP submission (RFC 6409): one connection a run, TLS always but on this machine, and an honest answer about each mail. */
import { safeCredential } from '../../azure/sign-in';
import { domainOf } from '../../core/address';
import type { Digest } from '../../core/digest';
import type { Mailer, SendOutcome } from '../../watch/ports';
import { messageOf } from '../mime';
import { type SmtpEnd, smtpOutcome } from './smtp-answers';
import { type Opened, openSession, type Session, type SmtpLimits } from './smtp-session';
import { type SmtpSettings, smtp } from './smtp-settings';
import type { MailerContext } from './transport';

export interface SmtpOptions extends MailerContext, SmtpSettings {
  readonly limits?: SmtpLimits;
}

const { promises } = smtp;
/** The client's own limits reach ten minutes, which is the time of the whole function. */
const LIMITS: SmtpLimits = { connect: 10_000, silence: 60_000, whole: promises.longestSend };
const SCOPE = 'https://outlook.office365.com/.default';

export function createMailer(options: SmtpOptions): Mailer {
  const { limits = LIMITS, sender } = options;
  const credential = safeCredential(options.credential, options.timeoutMs);
  const open = (signal: AbortSignal) =>
    openSession(
      {
        ...options,
        limits,
        name: domainOf(sender),
        getToken: async () => (await credential.getToken(SCOPE))?.token || undefined,
      },
      signal,
    );
  let session: Session | undefined;
  /** Over the connection of this run, while there is one. A connection that died meanwhile was no try: the mail gets a new one. */
  const sendOnce = async (message: Buffer, to: string): Promise<SmtpEnd | undefined> => {
    const signal = AbortSignal.timeout(limits.whole);
    const send = (over: Session) => over.send({ from: sender, to }, message, signal);
    if (session?.isOpen()) {
      const end = await send(session);
      if (!end || !wasDead(end)) return end;
      await session.close();
    }
    session = undefined;
    const opened: Opened = await open(signal);
    if ('end' in opened) return opened.end;
    session = opened.session;
    return await send(session);
  };
  // One connection takes one mail at a time.
  const inTurn = turns();
  return {
    promises,
    send: (digest: Digest, operationId: string): Promise<SendOutcome> =>
      inTurn(async () => {
        const message = await messageOf(digest, operationId, options, promises);
        if (!Buffer.isBuffer(message)) return message;
        const end = await sendOnce(message, digest.owner);
        return end ? smtpOutcome(end) : { outcome: 'accepted' };
      }),
    close: () =>
      inTurn(async () => {
        await session?.close();
        session = undefined;
      }),
  };
}

/** Whether a kept connection was at its end, or the server ended it, before anything of the mail was sent. */
function wasDead({ reply, started }: SmtpEnd): boolean {
  return !started && (reply === undefined || reply.startsWith('421'));
}

/** Runs one piece of work after the other. */
function turns(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return work => {
    const result = last.then(work);
    last = result.catch(() => {});
    return result;
  };
}
