/** The settings of mail: which transport is meant, and from which address it sends. */
import { addressFault } from '../core/address';
import type { QuotaLimits } from '../core/quota';
import type { MailSettings } from '../email/transports';
import type { Transport } from '../email/transports/transport';
import type { EnvReader } from './env';

export interface MailTransports {
  /** The transport that every mail is tried with first. Undefined only when no mail is sent. */
  readonly first: MailSettings | undefined;
  /** `MAIL_FALLBACK`. */
  readonly fallback: MailSettings | undefined;
  /** The first one's limits. */
  readonly limits: QuotaLimits;
  /** The fallback's own. */
  readonly fallbackLimits: QuotaLimits | undefined;
  readonly replyTo: string | undefined;
}

const LOWEST_LIMITS: QuotaLimits = { perMinute: 30, perHour: 100 };

type Known = readonly Transport<MailSettings>[];
type Names = { readonly first?: string; readonly fallback?: string };

/** Every fault is reported. `needed`: mails are to be sent. */
export function readMail(read: EnvReader, known: Known, needed: boolean): MailTransports {
  const chosen = known.filter(({ chosenBy }) => settingOf(read, chosenBy) !== undefined);
  if (chosen.length === 0 && needed)
    read.fault(
      'COMMUNICATION_ENDPOINT',
      'write the URL of the mail service (or set COMMUNICATION_CONNECTION_STRING, SMTP_URL, SMTP_HOST or GRAPH_MAIL_SENDER, or MAIL_TO to none)',
    );
  const senderOf = ({ senderIn }: Known[number]) => read.text(senderIn) ?? '';
  const settings = chosen.map(transport => transport.read(read, senderOf(transport)));
  checkSenders(read, chosen.length > 0 ? chosen : known.slice(0, 1), needed);
  const named = (name: string | undefined) =>
    settings.find(one => one !== undefined && one.transport === name && one.sender !== '');
  const { first, fallback } = order(read, chosen, known);
  const usualLimits = (name: string | undefined) => {
    const limited = chosen.find(one => one.name === name) ?? known[0];
    return limited?.quotaFor(senderOf(limited)) ?? LOWEST_LIMITS;
  };
  return {
    first: named(first),
    fallback: named(fallback),
    limits: limitsOf(read, usualLimits(first)),
    fallbackLimits: fallback === undefined ? undefined : usualLimits(fallback),
    replyTo: readAddress(read, 'MAIL_REPLY_TO'),
  };
}

/** The first of these settings that is set. */
function settingOf(read: EnvReader, names: readonly string[]): string | undefined {
  return names.find(name => read.text(name) !== undefined);
}

/** Reports what is wrong with the addresses that mails come from. */
function checkSenders(read: EnvReader, chosen: Known, needed: boolean): void {
  // Checked where it is set, also while it is not used.
  for (const name of new Set(['MAIL_SENDER', ...chosen.map(({ senderIn }) => senderIn)])) {
    const missing = readAddress(read, name) === undefined && read.text(name) === undefined;
    if (missing && needed && chosen.some(({ senderIn }) => senderIn === name))
      read.fault(name, 'write the sender address of the mails (or set MAIL_TO to none)');
  }
}

function readAddress(read: EnvReader, name: string): string | undefined {
  const address = read.text(name);
  const fault = address === undefined ? undefined : addressFault(address);
  if (fault === undefined) return address;
  read.fault(name, fault);
  return undefined;
}

/** Which of the transports is first and which one is the fallback. */
function order(read: EnvReader, chosen: Known, known: Known): Names {
  const fallback = read.text('MAIL_FALLBACK');
  const names = known.map(({ name }) => name);
  if (fallback !== undefined && !names.some(name => name === fallback)) {
    read.fault('MAIL_FALLBACK', `write one of ${names.join(', ')}`);
    return {};
  }
  const meant = chosen.find(({ name }) => name === fallback);
  if (fallback !== undefined && !meant) {
    const { chosenBy } = known.find(({ name }) => name === fallback) ?? { chosenBy: [] };
    read.fault(
      'MAIL_FALLBACK',
      `names ${fallback}, which is not set: set ${chosenBy.join(' or ')}, or remove it`,
    );
    return {};
  }
  const others = chosen.filter(transport => transport !== meant);
  if (meant && others.length === 0)
    read.fault(
      'MAIL_FALLBACK',
      `names ${meant.name}, which is the only way to send: set another first, or remove it`,
    );
  if (others.length > 1) read.fault('MAIL_FALLBACK', tooMany(read, others, meant !== undefined));
  return { first: others[0]?.name, fallback };
}

function tooMany(read: EnvReader, others: Known, hasFallback: boolean): string {
  const set = others.map(({ name, chosenBy }) => `${settingOf(read, chosenBy)} (${name})`).join(' and ');
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
