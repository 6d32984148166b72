/** What the end of a try over SMTP means, by the step it ended at, the reply code and the enhanced code (RFC 5321, 3463). Pure. */
import type { DelayCause, SendOutcome } from '../../watch/ports';

/** `connect`: greeting, EHLO and STARTTLS. `content`: DATA, the message and the answer to it. */
export type SmtpStep = 'connect' | 'signIn' | 'sender' | 'recipient' | 'content';

/** How a try ended without the mail being accepted. */
export interface SmtpEnd {
  readonly step: SmtpStep;
  /** The server's last reply, as sent; absent when the connection ended or was never made. */
  readonly reply?: string;
  /** Some of the message was sent, so that an end without a reply says nothing. */
  readonly started?: boolean;
  /** The name of the error without a reply, such as `ECONNREFUSED` or `CERT_HAS_EXPIRED`. */
  readonly error?: string;
}

/** The name of the error when the identity gave no token, and when the server takes none. */
export const NO_TOKEN = 'NO_TOKEN';
export const NO_XOAUTH2 = 'NO_XOAUTH2';

interface Reply {
  readonly code: number;
  /** `5.1.1`; empty without one. */
  readonly enhanced: string;
  readonly text: string;
}

type Rule = readonly [applies: (reply: Reply, step: SmtpStep) => boolean, fix: string];

const SIGN_IN = 'correct SMTP_USER and SMTP_PASSWORD, or give the identity the right to send';
const SENDER = 'the server does not let this account send from MAIL_SENDER';
const BLOCKED = 'the server blocks MAIL_SENDER; ask its administrator';
const BASIC = 'the server takes no more passwords: remove SMTP_PASSWORD, so that the identity signs in';
const POLICY = 'the server forbids it to this account or sender; ask its administrator';
const SERVER = 'correct SMTP_URL or SMTP_HOST and SMTP_PORT, or ask the administrator of the server';
const PORT =
  'it does not speak TLS from the first byte; correct the port or the scheme in SMTP_URL or SMTP_PORT';
const CERTIFICATE =
  'its certificate cannot be trusted: correct the host name, or name a private CA in NODE_EXTRA_CA_CERTS';

/** A size that is refused is about this mail, also where it is refused before the content. */
const isSize = ({ code, enhanced }: Reply, step: SmtpStep) =>
  (step !== 'connect' && step !== 'signIn' && (enhanced === '5.3.4' || enhanced === '5.2.3')) ||
  ((step === 'sender' || step === 'content') && code === 552 && enhanced === '');

/** 5xx replies that an operator must end. The first rule that applies says how. */
const OURS: readonly Rule[] = [
  [({ enhanced }) => enhanced === '5.7.30', BASIC],
  [({ enhanced }) => enhanced === '5.2.252', SENDER],
  [({ enhanced }) => enhanced === '5.1.7' || enhanced === '5.1.8', BLOCKED],
  [({ code }, step) => step === 'signIn' || [530, 534, 535, 538].includes(code), SIGN_IN],
  [({ enhanced }) => /^5\.7\./.test(enhanced), POLICY],
  [(_reply, step) => step === 'connect', SERVER],
  [(_reply, step) => step === 'sender', SENDER],
  // The server did not understand us, or does not know us as a client of it.
  [({ code }) => [500, 502, 503, 504, 521].includes(code), SERVER],
  [({ text, enhanced }, step) => step === 'recipient' && enhanced === '' && /\brelay/i.test(text), POLICY],
];

/** Replies that ask all senders for patience, whichever recipient they answer. */
const BUSY = /too many|rate.?limit|throttl/i;

export function smtpOutcome(end: SmtpEnd): SendOutcome {
  const reply = end.reply === undefined ? undefined : parseReply(end.reply);
  if (!reply) return withoutReply(end);
  const words = inWords(reply, end.step);
  if (reply.code >= 400 && reply.code < 500) return unsettled(causeOf4xx(reply, end.step), words);
  // Neither yes nor no.
  if (reply.code < 500) return unsettled(end.step === 'content' ? 'unknown' : 'service', words);
  if (isSize(reply, end.step)) return { outcome: 'refused', cause: 'content', message: words };
  const fix = OURS.find(([applies]) => applies(reply, end.step))?.[1];
  if (fix !== undefined) return unsettled('ours', `${words}: ${fix}`);
  const aboutMailbox = end.step === 'recipient' || /^5\.[12]\./.test(reply.enhanced);
  return { outcome: 'refused', cause: aboutMailbox ? 'recipient' : 'content', message: words };
}

/** Undefined for what is not a reply of SMTP. */
function parseReply(text: string): Reply | undefined {
  const [, code, enhanced = ''] = /^([2-5]\d\d)(?:[ -]+([245]\.\d{1,3}\.\d{1,3})(?!\S))?/.exec(text) ?? [];
  return code === undefined ? undefined : { code: Number(code), enhanced, text };
}

function causeOf4xx({ code, enhanced, text }: Reply, step: SmtpStep): DelayCause {
  if (step !== 'recipient' && step !== 'content') return 'service';
  if (/^4\.[12]\./.test(enhanced)) return 'recipient';
  const busy = code === 421 || code === 432 || /^4\.[35]\./.test(enhanced) || BUSY.test(text);
  return busy ? 'service' : 'recipient';
}

function withoutReply({ step, started, error = '' }: SmtpEnd): SendOutcome {
  const name = /^[A-Z][A-Z0-9_]{2,59}$/.test(error) ? ` (${error})` : '';
  if (started) return unsettled('unknown', `the mail server gave no answer after the mail${name}`);
  // The client compares it with the SIZE that the server announced.
  if (error === 'EMESSAGE')
    return { outcome: 'refused', cause: 'content', message: 'the mail is larger than the mail server takes' };
  if (isAboutTls(error)) {
    const fix = /CERT|SIGNED|VERIFY|ISSUER/.test(error) ? CERTIFICATE : PORT;
    return unsettled('ours', `there is no safe connection to the mail server${name}: ${fix}`);
  }
  const fix = step === 'signIn' ? SIGN_IN_FIXES[error] : undefined;
  if (fix !== undefined) {
    const cause = error === NO_TOKEN ? 'signIn' : 'ours';
    return unsettled(cause, `the sign-in to the mail server failed${name}: ${fix}`);
  }
  return unsettled('service', `the mail server could not be reached${name}`);
}

const SIGN_IN_FIXES: Readonly<Record<string, string>> = {
  [NO_TOKEN]: 'the identity has no token for it; set SMTP_PASSWORD, or correct the identity',
  [NO_XOAUTH2]: 'the server takes no token of an identity; set SMTP_PASSWORD',
  EAUTH: SIGN_IN,
};

/** OpenSSL's and Node's names of what is wrong with a certificate or a handshake. */
function isAboutTls(error: string): boolean {
  return /CERT|SELF_SIGNED|UNABLE_TO_(GET|VERIFY)|ALTNAME|^ERR_(SSL|TLS)|^EPROTO$|^ETLS$/.test(error);
}

/** Digits only: the text of a reply may repeat what we sent. */
function inWords({ code, enhanced }: Reply, step: SmtpStep): string {
  return `the mail server answered ${code}${enhanced && ` ${enhanced}`} to ${SAID_TO[step]}`;
}

const SAID_TO: Readonly<Record<SmtpStep, string>> = {
  connect: 'the connection',
  signIn: 'the sign-in',
  sender: 'the sender',
  recipient: 'the recipient',
  content: 'the mail',
};

function unsettled(cause: DelayCause, message: string): SendOutcome {
  return { outcome: 'unsettled', cause, message };
}
