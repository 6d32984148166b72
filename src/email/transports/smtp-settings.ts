/** The settings of SMTP submission. The URL is parsed here: the client would take options such as `ignoreTLS` from its query. */
import { isIPv6 } from 'node:net';
import { isLoopback } from '../../formats/endpoint';
import type { SettingsReader, Transport, TransportSettings } from './transport';

export interface SmtpSettings extends TransportSettings<'smtp'> {
  readonly host: string;
  readonly port: number;
  /** `implicit`: from the first byte. `startTls`: demanded before anything else. `loopback`: on this machine, if it is offered. */
  readonly tls: 'implicit' | 'startTls' | 'loopback';
  /** Absent: the server takes mails without a sign-in. */
  readonly user?: string;
  /** Absent with a user: the identity signs in (XOAUTH2). */
  readonly password?: string;
}

/** One way to write the server down, before its TLS is known. */
interface Server {
  readonly host: string;
  readonly port: number;
  readonly implicitTls: boolean;
  readonly user?: string;
  readonly password?: string;
}

const PARTS = ['SMTP_HOST', 'SMTP_PORT', 'SMTP_USER', 'SMTP_PASSWORD'] as const;
const SUBMISSION = 587;
const SUBMISSION_TLS = 465;
const NAME = /^[a-z0-9_]([a-z0-9_.-]*[a-z0-9])?$/i;
const SCHEMES: Readonly<Record<string, number>> = { 'smtp:': SUBMISSION, 'smtps:': SUBMISSION_TLS };
const URL_FORM = 'smtp://user:password@host:587 (or smtps://…:465), with user and password percent-encoded';
const HOST_FORM = 'write only the name or address of the mail server, for example smtp.example.com';

export const smtp: Transport<SmtpSettings> = {
  name: 'smtp',
  chosenBy: ['SMTP_URL', ...PARTS],
  senderIn: 'MAIL_SENDER',
  promises: { recognisesRepeats: false, largestMail: 10 * 1_024 * 1_024, longestSend: 80_000 },
  quotaFor: () => ({ perMinute: 30, perHour: 400 }),
  read(read, sender) {
    const url = read.text('SMTP_URL');
    const server = url === undefined ? fromParts(read) : fromUrl(read, url);
    if (!server) return undefined;
    const { implicitTls, ...rest } = server;
    return { transport: 'smtp', ...rest, tls: implicitTls ? 'implicit' : tlsFor(rest), sender };
  },
};

/** A token of the identity never crosses a connection in clear, not even on this machine (rule 21). */
function tlsFor({ host, user, password }: Omit<Server, 'implicitTls'>): SmtpSettings['tls'] {
  const byIdentity = user !== undefined && password === undefined;
  return isLoopback(`http://${host.includes(':') ? `[${host}]` : host}`) && !byIdentity
    ? 'loopback'
    : 'startTls';
}

function fromParts(read: SettingsReader): Server | undefined {
  const [host, port, user, password] = PARTS.map(name => read.text(name));
  const faults: [name: string, fault: string | undefined][] = [
    ['SMTP_HOST', host === undefined ? `is missing; ${HOST_FORM}` : hostFault(host)],
    ['SMTP_PORT', port === undefined ? undefined : portFault(port)],
    [
      'SMTP_USER',
      user === undefined && password !== undefined
        ? 'is missing; SMTP_PASSWORD needs it'
        : controlFault(user),
    ],
    ['SMTP_PASSWORD', controlFault(password)],
  ];
  if (report(read, faults) || host === undefined) return undefined;
  const number = Number(port ?? SUBMISSION);
  return {
    host: bare(host),
    port: number,
    implicitTls: number === SUBMISSION_TLS,
    ...signIn(user, password),
  };
}

/** A fault never shows the URL: it holds the password. */
function fromUrl(read: SettingsReader, text: string): Server | undefined {
  const beside = PARTS.filter(name => read.text(name) !== undefined);
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const user = decoded(url?.username);
  const password = decoded(url?.password);
  const found = report(read, [
    [
      'SMTP_URL',
      beside.length > 0 ? `is set beside ${beside.join(', ')}: remove one of the two ways` : undefined,
    ],
    ['SMTP_URL', url === undefined ? `is not a URL; write ${URL_FORM}` : urlFault(url, user, password)],
  ]);
  if (found || !url) return undefined;
  const port = Number(url.port || SCHEMES[url.protocol]);
  const implicitTls = url.protocol === 'smtps:' || port === SUBMISSION_TLS;
  return { host: bare(url.hostname), port, implicitTls, ...signIn(user ?? undefined, password ?? undefined) };
}

/** `null` stands for what is not percent-encoded as it should be. */
function urlFault(
  url: URL,
  user: string | null | undefined,
  password: string | null | undefined,
): string | undefined {
  if (!Object.hasOwn(SCHEMES, url.protocol)) return `it is not smtp:// or smtps://; write ${URL_FORM}`;
  if (/[?#]/.test(url.href))
    return `it has a query or a fragment, and none is allowed: percent-encode ? and # in the password (%3F, %23)`;
  if (url.pathname !== '' && url.pathname !== '/')
    return `it has a path, and none is allowed: percent-encode / in the password (%2F)`;
  if (user === null || password === null)
    return 'its user or password is not percent-encoded: write % as %25';
  if (user === undefined && password !== undefined) return 'it has a password and no user';
  if (url.port !== '' && portFault(url.port)) return portFault(url.port);
  return controlFault(user) ?? controlFault(password) ?? hostFault(url.hostname);
}

/** Undefined for none; `null` for text that is not percent-encoded. */
function decoded(text = ''): string | null | undefined {
  if (text === '') return undefined;
  try {
    return decodeURIComponent(text);
  } catch (error) {
    if (error instanceof URIError) return null;
    throw error;
  }
}

function signIn(user: string | undefined, password: string | undefined) {
  return { ...(user !== undefined && { user }), ...(password !== undefined && { password }) };
}

/** @returns whether there was any fault */
function report(read: SettingsReader, faults: readonly (readonly [string, string | undefined])[]): boolean {
  for (const [name, fault] of faults) if (fault !== undefined) read.fault(name, fault);
  return faults.some(([, fault]) => fault !== undefined);
}

function hostFault(host: string): string | undefined {
  if (host === '') return `it has no host; ${HOST_FORM}`;
  return NAME.test(host) || isIPv6(bare(host)) ? undefined : `its host is no name of a server; ${HOST_FORM}`;
}

function portFault(text: string): string | undefined {
  const good = /^\d{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= 65_535;
  return good ? undefined : 'write a port from 1 to 65535: 587, or 465 for TLS from the first byte';
}

/** A line end would be another command, and a NUL another field of the sign-in. */
function controlFault(text: string | null | undefined): string | undefined {
  return /\p{Cc}/u.test(text ?? '') ? 'has a control character in the user or password' : undefined;
}

/** Node wants an IPv6 address without its brackets. */
function bare(host: string): string {
  return host.replace(/^\[|\]$/g, '');
}
