/** The ledger of the mail services: what all instances of the app asked of them, how mails ended, and what operators heard. */
import type { MailTotals } from '../../core/mail-outcome';
import type { Usage } from '../../core/quota';
import type { Instant } from '../../formats/instant';
import type { MailFault } from './mail';

/** The quotas of the mail service: POSTs of mails, and reads of a mail's status. */
export type Quota = 'send' | 'look';

/** What all instances together asked of the mail service, and how their mails ended. */
export interface MailCounts extends Readonly<Record<Quota, Usage>> {
  /** When the service last accepted any mail. */
  readonly acceptedOn?: Instant;
  /** How digests ended, since the installation. */
  readonly totals: MailTotals;
  /** Noted only where there is a fallback. */
  readonly outage?: Outage;
  /** Of a fallback: when the operators were last told that it is in use. */
  readonly inUseToldOn?: Instant;
}

/** A transport has taken no mail since then, though it was asked. */
export interface Outage {
  readonly since: Instant;
  /** When it last took none, and why. */
  readonly on: Instant;
  readonly message: string;
}

/** What all instances of the app asked of the mail services, how their mails ended, and what operators heard. */
export interface MailLedger {
  /** Of the transport with this name. */
  of(transport: string): TransportLedger;
  /** Of each transport that was ever used; under the empty name, what earlier versions counted. */
  everyTransport(): Promise<ReadonlyMap<string, MailCounts & { readonly fault?: RecordedFault }>>;
  /** When an operator last got a mail with operator notices. */
  operatorNoticesToldOn(owner: string): Promise<Instant | undefined>;
  saveOperatorNoticesToldOn(owner: string, on: Instant): Promise<void>;
  /** How far the summaries are; undefined before the first ones. */
  summary(): Promise<SummaryProgress | undefined>;
  /** Under its etag; without one it is new. @returns the new etag; undefined when another sender was faster. */
  saveSummary(progress: SummaryProgress): Promise<string | undefined>;
}

/** The requests of all instances of the app to one mail service, and how their mails ended. */
export interface TransportLedger {
  /** Without an etag there is no row yet. */
  counts(): Promise<
    MailCounts & {
      readonly etag?: string;
      readonly fault?: RecordedFault;
      /** When a delivery report last came. */
      readonly reportedOn?: Instant;
    }
  >;
  /** Creates the row or, under its etag, replaces it. @returns the new etag; undefined when another instance was faster. */
  saveCounts(counts: MailCounts, etag: string | undefined): Promise<string | undefined>;
  /** The fault of our own for which mails are not taken, or were not until lately. */
  saveFault(fault: RecordedFault): Promise<void>;
  /** Mails are taken again, and the operators were told. */
  clearFault(): Promise<void>;
  saveReportedOn(on: Instant): Promise<void>;
}

export interface SummaryProgress {
  /** When the last ones were begun. */
  readonly on: Instant;
  /** The last owner who was served, as a key; undefined when all were. */
  readonly after?: string;
  readonly etag?: string;
}

export interface RecordedFault {
  /** When a mail last met it. */
  readonly on: Instant;
  readonly since: Instant;
  readonly why: MailFault;
  /** What the service answered and how to mend it. */
  readonly message: string;
}
