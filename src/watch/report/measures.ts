/** Measures: what a monitoring system is told of the targets and of the watcher itself, all as of one instant. */

import type { MailTotals } from '../../core/mail-outcome';
import { FAILURE_CODES } from '../../core/reading';
import type { Check, Standing } from '../../core/standing';
import type { Key } from '../../core/target';
import type { Instant } from '../../formats/instant';

/** Every code under which a target's failure is shown. */
export const SHOWN_FAILURES = [...FAILURE_CODES, 'invalid'] as const;
export type ShownFailure = (typeof SHOWN_FAILURES)[number];

export interface Measures {
  readonly asOf: Instant;
  readonly version: string;
  readonly sweepPeriodMs: number;
  readonly fleet: FleetMeasures;
  readonly targets: TargetMeasures;
  /** The one that finished a sweep longest ago first. */
  readonly scopes: readonly ScopeMeasures[];
  readonly scopesLeftOut: number;
  readonly outbox: OutboxMeasures;
  readonly mail: Readonly<Record<'send' | 'look', MailMeasures>>;
  /** What became of mails, over the life of the installation. */
  readonly mails: MailTotals;
}

/** The whole fleet, as its last sweeps counted it. */
export interface FleetMeasures {
  readonly standings: Readonly<Record<Standing, number>>;
  readonly checks: Readonly<Record<Check, number>>;
  readonly minted: number;
  /** The oldest of those sweeps. */
  readonly asOf: Instant | undefined;
}

/** The targets that were looked at one by one: bounded, so that neither an answer nor what it costs grows with the fleet. */
export interface TargetMeasures {
  /** Dated ones, soonest first. */
  readonly dated: readonly (Key & { readonly kind: string; readonly expiresOn: Instant })[];
  readonly failures: ReadonlyMap<ShownFailure, number>;
  readonly leftOut: number;
}

export interface ScopeMeasures {
  readonly scope: string;
  readonly targets: number;
  readonly failing: number;
  readonly startedOn: Instant | undefined;
  readonly finishedOn: Instant | undefined;
  readonly durationMs: number | undefined;
  /** The last pause that its service asked for; it may be over. */
  readonly pausedUntil: Instant | undefined;
  readonly leased: boolean;
}

export interface OutboxMeasures {
  /** By what is to be told; `threshold` stands for every threshold. */
  readonly lines: ReadonlyMap<string, number>;
  /** Since when the oldest reminder about a target waits; what operators are told once a day may wait. */
  readonly oldest: Instant | undefined;
  readonly digests: Readonly<Record<DigestState, number>>;
  /** More wait than were counted. */
  readonly cut: boolean;
}

/** Claimed and being sent; sent in vain and to be tried again; accepted by the mail service, which has not yet said what became of it. */
export type DigestState = 'claimed' | 'retrying' | 'followed';

export interface MailMeasures {
  /** Requests in the last hour, of all instances together. */
  readonly lastHour: number;
  readonly pausedUntil: Instant | undefined;
}
