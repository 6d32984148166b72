/** What a mail transport declares. A new transport is a file that sends, one with its settings, and a line in each of the two lists. */
import type { TokenCredential } from '@azure/core-auth';
import type { QuotaLimits } from '../../core/quota';
import type { MailPromises } from '../../watch/ports';
import type { Letterhead } from '../words';

/** What a transport's settings are read with. Names of settings are those of the environment. */
export interface SettingsReader {
  /** The trimmed value; undefined when it is missing or empty. */
  text(name: string): string | undefined;
  fault(name: string, message: string): void;
}

/** The settings of one transport, ready to use. */
export interface TransportSettings<Name extends string = string> {
  readonly transport: Name;
  /** The address that its mails come from. */
  readonly sender: string;
}

/** The light part of a transport: it is loaded at every start, so it imports no client. */
export interface Transport<Settings extends TransportSettings = TransportSettings> {
  readonly name: Settings['transport'];
  /** Where any of these is set, this transport is meant. The first is what a message names. */
  readonly chosenBy: readonly [string, ...string[]];
  /** The setting with the sender's address. */
  readonly senderIn: string;
  readonly promises: MailPromises;
  /** What the service takes in a minute and in an hour, unless settings say otherwise. */
  quotaFor(sender: string): QuotaLimits;
  /** Undefined where a setting is missing or wrong; then each such setting was reported. */
  read(read: SettingsReader, sender: string): Settings | undefined;
}

/** What every transport is opened with, beside its own settings. */
export interface MailerContext extends Letterhead {
  /** Not used for plain http or SMTP. */
  readonly credential: TokenCredential;
  /** Milliseconds for one request over HTTP, sign-in included. */
  readonly timeoutMs: number;
  /** Where answers to a mail go. */
  readonly replyTo?: string;
  /** The domain of the first transport's sender. A fallback uses it too, so that a mail keeps its Message-ID. */
  readonly idDomain?: string;
}
