/** Metrics: what a monitoring system reads of the targets, the scopes and the mails. Its cost does not grow with the fleet. */

import { type MailTotals, NO_MAILS } from '../../core/mail-outcome';
import { FAILURE_CODES } from '../../core/reading';
import type { Check, Standing } from '../../core/standing';
import type { Key } from '../../core/target';
import type { Instant } from '../../formats/instant';
import type { Calendar, Clock, ScopeRow, Scopes, Tables } from '../ports';
import { type FleetCounts, firstOfBothParts, NO_FLEET, withScope } from './fleet';
import { type MailMeasures, measureMail, measureOutbox, type OutboxMeasures } from './metrics-mail';

/** Every code under which a target's failure is shown. */
const SHOWN_FAILURES = [...FAILURE_CODES, 'invalid'] as const;
type ShownFailure = (typeof SHOWN_FAILURES)[number];

/** All of it is as of one instant. */
export interface Measures {
  readonly asOf: Instant;
  readonly version: string;
  readonly sweepPeriodMs: number;
  readonly fleet: FleetMeasures;
  readonly targets: TargetMeasures;
  /** The scope whose last finished sweep is oldest comes first. */
  readonly scopes: readonly ScopeMeasures[];
  readonly scopesLeftOut: number;
  readonly outbox: OutboxMeasures;
  readonly mail: Readonly<Record<'send' | 'look', MailMeasures>>;
  /** Mails by outcome, over the life of the installation. */
  readonly mails: MailTotals;
}

/** The whole fleet, as the last sweeps of its scopes counted it. */
export interface FleetMeasures {
  readonly standings: Readonly<Record<Standing, number>>;
  readonly checks: Readonly<Record<Check, number>>;
  readonly minted: number;
  /** When the oldest of those sweeps ended. */
  readonly asOf: Instant | undefined;
}

/** The targets that are shown one by one. Their number has a bound. */
export interface TargetMeasures {
  /** Those with a date, soonest first. */
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
  /** The end of the last pause that its service asked for; it may be past. */
  readonly pausedUntil: Instant | undefined;
  readonly leased: boolean;
}

interface Deps {
  readonly tables: Pick<Tables, 'calendar' | 'scopes' | 'outbox' | 'mailLedger'>;
  readonly clock: Clock;
  /** The longest gap between two ticks of the sweep's schedule. */
  readonly sweepPeriodMs: number;
  /** Of this app. */
  readonly version: string;
}

/** Of the targets with a date, and as many of those without one: 5 storage calls each, and half a megabyte of text. */
const MOST_TARGETS = 5_000;
/** Of more scopes than this, only the ones with the oldest sweeps are shown one by one. All of them are counted. */
const MOST_SCOPES = 1_000;

/** Makes about 5 storage calls for each part of the targets, 10 for the outbox, 1 per 1,000 scopes, and 3 more. */
export async function metrics({ tables, clock, sweepPeriodMs, version }: Deps): Promise<Measures> {
  const asOf = clock.now();
  const [{ total, ...scopes }, { count, isCut, ...targets }, outbox, send, look, found] = await Promise.all([
    measureScopes(tables.scopes, asOf),
    measureTargets(tables.calendar, asOf),
    measureOutbox(tables.outbox),
    measureMail(tables.mailLedger, 'send', asOf),
    measureMail(tables.mailLedger, 'look', asOf),
    tables.mailLedger.totals(),
  ]);
  const leftOut = isCut ? Math.max(0, total - count) : 0;
  // Each member becomes a series, so the etag is left out.
  const { etag: _etag, ...mails } = found ?? { ...NO_MAILS, etag: '' };
  const mail = { send, look };
  return { asOf, version, sweepPeriodMs, ...scopes, targets: { ...targets, leftOut }, outbox, mail, mails };
}

export async function measureTargets(calendar: Calendar, asOf: Instant, most = MOST_TARGETS) {
  const { items, isCut } = await firstOfBothParts(calendar, most, asOf);
  const dated = items.flatMap(({ kind, scope, name, expiresOn, minted }) =>
    typeof expiresOn === 'number' && !minted ? [{ kind, scope, name, expiresOn }] : [],
  );
  const failures = new Map<ShownFailure, number>(SHOWN_FAILURES.map(code => [code, 0]));
  for (const { failure } of items)
    if (failure) failures.set(failure.code, (failures.get(failure.code) ?? 0) + 1);
  return { dated, failures, count: items.length, isCut };
}

export async function measureScopes(table: Pick<Scopes, 'all'>, now: Instant, most = MOST_SCOPES) {
  const scopes: ScopeMeasures[] = [];
  let fleet = NO_FLEET;
  for await (const row of table.all()) {
    scopes.push(scopeOf(row, now));
    fleet = withScope(fleet, row);
  }
  scopes.sort((a, b) => (a.finishedOn ?? 0) - (b.finishedOn ?? 0));
  return {
    fleet: fleetOf(fleet),
    total: fleet.counts.total,
    scopes: scopes.slice(0, most),
    scopesLeftOut: Math.max(0, scopes.length - most),
  };
}

function scopeOf(row: ScopeRow, now: Instant): ScopeMeasures {
  const { scope, startedOn, finishedOn, durationMs, pace, counts, leaseUntil = 0 } = row;
  return {
    scope,
    targets: counts?.total ?? 0,
    failing: counts?.failing ?? 0,
    startedOn,
    finishedOn,
    durationMs,
    pausedUntil: pace?.pausedUntil,
    leased: leaseUntil > now,
  };
}

function fleetOf({ counts, countsAsOf }: FleetCounts): FleetMeasures {
  const { total, healthy, expiring, expired, unknown, minted, failing, invalid, pending } = counts;
  const ok = total - failing - invalid - pending;
  return {
    standings: { healthy, expiring, expired, unknown },
    checks: { ok, failing, invalid, pending },
    minted,
    asOf: countsAsOf,
  };
}
