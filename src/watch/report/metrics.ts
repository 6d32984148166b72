/** Metrics: what a monitoring system reads of the targets, the scopes and the mails. Its cost does not grow with the fleet. */

import { addMails, type MailTotals, NO_MAILS } from '../../core/mail-outcome';
import { NOTICE_KINDS, noticeKindOf, waitsForDailyMail } from '../../core/notices';
import { UNUSED, type Usage } from '../../core/quota';
import { FAILURE_CODES } from '../../core/reading';
import { HOUR, type Instant } from '../../formats/instant';
import type { Calendar, Clock, MailState, Outbox, ScopeRow, Scopes, Tables } from '../ports';
import { type FleetCounts, firstOfBothParts, NO_FLEET, withScope } from './fleet';
import { type LedgerRows, type TransportNames, transportStates } from './transport-states';

/** Every code under which a target's failure is shown. */
const SHOWN_FAILURES = [...FAILURE_CODES, 'invalid'] as const;

/** All of it is as of one instant. */
export type Measures = Awaited<ReturnType<typeof metrics>>;
export type ScopeMeasures = Measures['scopes'][number];

interface Deps {
  readonly tables: Pick<Tables, 'calendar' | 'scopes' | 'outbox' | 'mailLedger'>;
  readonly clock: Clock;
  /** The longest gap between two ticks of the sweep's schedule. */
  readonly sweepPeriodMs: number;
  readonly transports: TransportNames;
  /** Of this app. */
  readonly version: string;
  readonly mailState: MailState;
}

/** Of the targets with a date, and as many of those without one: 5 storage calls each, and half a megabyte of text. */
const MOST_TARGETS = 5_000;
/** Of more scopes than this, only the ones with the oldest sweeps are shown one by one. All of them are counted. */
const MOST_SCOPES = 1_000;
/** Rows of the outbox: 10 storage calls. */
const MOST_ROWS = 10_000;

/** Makes about 5 storage calls for each part of the targets, 10 for the outbox, 1 per 1,000 scopes, and 1 more. */
export async function metrics(deps: Deps) {
  const { tables, clock, sweepPeriodMs, transports: names, version, mailState } = deps;
  const asOf = clock.now();
  const [{ total, ...scopes }, { count, isCut, ...targets }, outbox, ledger] = await Promise.all([
    measureScopes(tables.scopes, asOf),
    measureTargets(tables.calendar, asOf),
    measureOutbox(tables.outbox),
    tables.mailLedger.everyTransport(),
  ]);
  const leftOut = isCut ? Math.max(0, total - count) : 0;
  const { send = UNUSED, look = UNUSED } = ledger.get(names.first ?? '') ?? {};
  const mail = { send: measureMail(send, asOf), look: measureMail(look, asOf) };
  const { transports, fallbackInUse } = transportStates(ledger, names, asOf);
  return {
    asOf,
    version,
    sweepPeriodMs,
    ...scopes,
    targets: { ...targets, leftOut },
    outbox,
    mail,
    /** `MAIL_TO` is `none`. */
    mailOff: mailState.isOff,
    /** Mails wait, since settings of mail are missing or wrong. */
    mailUnset: !mailState.isOff && mailState.faults.length > 0,
    mails: allMails(ledger),
    transports,
    fallbackInUse: fallbackInUse !== undefined,
  };
}

/** The targets that are shown one by one, in a bounded number: those with a date, soonest first, and how many fail. */
export async function measureTargets(calendar: Calendar, asOf: Instant, most = MOST_TARGETS) {
  const { items, isCut } = await firstOfBothParts(calendar, most, asOf);
  const dated = items.flatMap(({ kind, scope, name, expiresOn, minted }) =>
    typeof expiresOn === 'number' && !minted ? [{ kind, scope, name, expiresOn }] : [],
  );
  const failures = new Map<string, number>(SHOWN_FAILURES.map(code => [code, 0]));
  for (const { failure } of items)
    if (failure) failures.set(failure.code, (failures.get(failure.code) ?? 0) + 1);
  return { dated, failures, count: items.length, isCut };
}

/** The scopes, the one whose last finished sweep is oldest first; and the whole fleet, as those sweeps counted it. */
export async function measureScopes(table: Pick<Scopes, 'all'>, now: Instant, most = MOST_SCOPES) {
  const scopes: ReturnType<typeof scopeOf>[] = [];
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

function scopeOf(row: ScopeRow, now: Instant) {
  const { scope, startedOn, finishedOn, durationMs, pace, counts, leaseUntil = 0 } = row;
  return {
    scope,
    targets: counts?.total ?? 0,
    failing: counts?.failing ?? 0,
    startedOn,
    finishedOn,
    durationMs,
    // The end of the last pause that its service asked for; it may be past.
    pausedUntil: pace?.pausedUntil,
    leased: leaseUntil > now,
  };
}

function fleetOf({ counts, countsAsOf }: FleetCounts) {
  const { total, healthy, expiring, expired, unknown, minted, failing, invalid, pending } = counts;
  const ok = total - failing - invalid - pending;
  return {
    standings: { healthy, expiring, expired, unknown },
    checks: { ok, failing, invalid, pending },
    minted,
    asOf: countsAsOf,
  };
}

/**
 * Waiting reminders by reason, since when the oldest waits (without the operators' own, which may wait for a day), and the
 * digests: `claimed` are being sent, `retrying` failed and are tried again, `followed` are accepted and have not ended. Stops
 * after the owner with whom `most` is reached; then it is `cut`.
 */
export async function measureOutbox(outbox: Pick<Outbox, 'byOwner'>, most = MOST_ROWS) {
  const lines = new Map<string, number>(NOTICE_KINDS.map(kind => [kind, 0]));
  const digests = { claimed: 0, retrying: 0, followed: 0 };
  let oldest: Instant | undefined;
  let rows = 0;
  for await (const owned of outbox.byOwner()) {
    for (const { reminder, told } of owned.lines) {
      if (told) continue;
      // Thresholds count as one reason: owners may write any number of them.
      const reason = noticeKindOf(reminder) ?? 'unknown';
      lines.set(reason, (lines.get(reason) ?? 0) + 1);
      if (!waitsForDailyMail(reminder)) oldest = Math.min(oldest ?? reminder.since, reminder.since);
    }
    digests.followed += owned.sent.length;
    if (owned.claim) digests[owned.claim.tries > 0 ? 'retrying' : 'claimed'] += 1;
    rows += owned.lines.length + owned.sent.length + (owned.claim ? 1 : 0);
    if (rows >= most) return { lines, oldest, digests, cut: true };
  }
  return { lines, oldest, digests, cut: false };
}

/** By all transports that were ever used. */
function allMails(ledger: LedgerRows): MailTotals {
  return [...ledger.values()].reduce((sum, { totals }) => addMails(sum, totals), NO_MAILS);
}

/** The requests of the last hour, of all instances together. */
function measureMail({ requests, pausedUntil }: Usage, now: Instant) {
  const ofLastHour = requests.filter(({ at }) => at > now - HOUR);
  return { lastHour: ofLastHour.reduce((sum, { count }) => sum + count, 0), pausedUntil };
}
