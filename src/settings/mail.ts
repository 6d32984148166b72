/** The settings of mail: which transport is meant, and from which address it sends. */
import { addressFault } from '../core/address';
import type { QuotaLimits } from '../core/quota';
import type { MailSettings } from '../email/transports';
import type { Transport } from '../email/transports/transport';
import type { EnvReader } from './env';

export interface MailTransports {
  /** The transport that every mail is tried with first. Undefined only when no mail is sent. */
  readonly first: MailSettings | undefined;
  /** `MAIL_FALLBACK`. Undefined also while anything of it is wrong. */
  readonly fallback: MailSettings | undefined;
  /** The first one's limits. */
  readonly limits: QuotaLimits;
  /** The fallback's own. */
  readonly fallbackLimits: QuotaLimits | undefined;
  readonly replyTo: string | undefined;
}

const LOWEST_LIMITS: QuotaLimits = { perMinute: 30, perHour: 100 };

type Known = readonly Transport<MailSettings>[];
type One = Known[number];

/** What is set, before it is read. `meant`: what `MAIL_FALLBACK` names. */
interface Chosen {
  readonly first: One | undefined;
  readonly meant: One | undefined;
  readonly all: Known;
}

/**
 * Every fault is reported: to `second` what is wrong with the fallback alone, while it is known which transport is first.
 * `needed`: mails are to be sent.
 */
export function readMail(read: EnvReader, second: EnvReader, known: Known, needed: boolean): MailTransports {
  const chosen = choose(read, second, known);
  const { first, meant, all } = chosen;
  if (all.length === 0 && needed)
    read.fault(
      'COMMUNICATION_ENDPOINT',
      'write the URL of the mail service (or set COMMUNICATION_CONNECTION_STRING, SMTP_URL, SMTP_HOST or GRAPH_MAIL_SENDER, or MAIL_TO to none)',
    );
  /** For settings that only these use. */
  const readerOf = (users: Known) =>
    first && users.length > 0 && users.every(user => user === meant) ? second : read;
  const usersOf = (name: string) => all.filter(({ senderIn }) => senderIn === name);
  const senderOf = ({ senderIn }: One) => readerOf(usersOf(senderIn)).text(senderIn) ?? '';
  const settings = all.map(transport => transport.read(readerOf([transport]), senderOf(transport)));
  // Checked where it is set, also while it is not used.
  const senders = new Set(['MAIL_SENDER', ...all.map(({ senderIn }) => senderIn)]);
  for (const name of senders) {
    const isNeeded = needed && (usersOf(name).length > 0 || all.length === 0);
    checkSender(readerOf(usersOf(name)), name, isNeeded);
  }
  const settingsOf = (one: One | undefined) =>
    settings.find(found => found !== undefined && found.transport === one?.name && found.sender !== '');
  const usualLimits = (one = known[0]) => one?.quotaFor(senderOf(one)) ?? LOWEST_LIMITS;
  const fallback = first && second.faults.length === 0 ? settingsOf(meant) : undefined;
  return {
    first: settingsOf(first),
    fallback,
    limits: limitsOf(read, usualLimits(first)),
    fallbackLimits: fallback && usualLimits(meant),
    replyTo: readAddress(read, 'MAIL_REPLY_TO'),
  };
}

/** The first of these settings that is set. */
function settingOf(read: EnvReader, { chosenBy }: One): string | undefined {
  return chosenBy.find(read.isSet);
}

/** Reports what is wrong with an address that mails come from. */
function checkSender(read: EnvReader, name: string, isNeeded: boolean): void {
  const isMissing = readAddress(read, name) === undefined && read.text(name) === undefined;
  if (isMissing && isNeeded)
    read.fault(name, 'write the sender address of the mails (or set MAIL_TO to none)');
}

function readAddress(read: EnvReader, name: string): string | undefined {
  const address = read.text(name);
  const fault = address === undefined ? undefined : addressFault(address);
  if (fault === undefined) return address;
  read.fault(name, fault);
  return undefined;
}

/** Which of the transports is first and which one is the fallback. */
function choose(read: EnvReader, second: EnvReader, known: Known): Chosen {
  const all = known.filter(transport => settingOf(read, transport) !== undefined);
  const fallback = second.text('MAIL_FALLBACK');
  const meant = all.find(({ name }) => name === fallback);
  const others = all.filter(transport => transport !== meant);
  const first = others.length === 1 ? others[0] : undefined;
  const fault = (message: string) => (first ? second : read).fault('MAIL_FALLBACK', message);
  if (fallback !== undefined && !meant) fault(notThere(fallback, known));
  else if (others.length > 1) fault(tooMany(read, others, meant !== undefined));
  else if (meant && !first)
    fault(`names ${meant.name}, which is the only way to send: set another first, or remove it`);
  return { first, meant, all };
}

/** What is wrong with a fallback that is not set. */
function notThere(fallback: string, known: Known): string {
  const named = known.find(({ name }) => name === fallback);
  if (!named) return `write one of ${known.map(({ name }) => name).join(', ')}`;
  return `names ${fallback}, which is not set: set ${named.chosenBy.join(' or ')}, or remove it`;
}

function tooMany(read: EnvReader, others: Known, hasFallback: boolean): string {
  const set = others.map(one => `${settingOf(read, one)} (${one.name})`).join(' and ');
  const way = hasFallback
    ? 'remove the settings of one'
    : 'name here the one to try second, or remove its settings';
  return `${set} are set, and one transport is the first: ${way}`;
}

function limitsOf(read: EnvReader, usual: QuotaLimits): QuotaLimits {
  const range = { least: 1, most: 1_000_000 };
  return {
    perMinute: read.number('MAIL_PER_MINUTE', usual.perMinute, range),
    perHour: read.number('MAIL_PER_HOUR', usual.perHour, range),
  };
}
