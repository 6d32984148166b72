/** The explanation of one target: its item, its state, its history, what was told, what comes next, and why a reminder is or isn't due. */
import { assess, crossingsFor, scheduleOf } from '../../core/assess';
import { NO_COUNTS } from '../../core/counts';
import { type DecisionContext, decide } from '../../core/decisions';
import type { Expiry } from '../../core/expiry';
import { foresee } from '../../core/forecast';
import type { TargetEvent } from '../../core/history';
import { itemOf } from '../../core/listing';
import type { Reminder } from '../../core/reminder';
import type { Replacement } from '../../core/replacement';
import type { NextCheck } from '../../core/schedule';
import { fixedExpiry } from '../../core/standing';
import type { Description, Key } from '../../core/target';
import {
  crossingsOf,
  inForce,
  type SkippedThreshold,
  type Threshold,
  type ThresholdPolicy,
} from '../../core/thresholds';
import { audienceOf, isWatched, type MailPolicy, type Watched } from '../../core/watched';
import type { Instant } from '../../formats/instant';
import type { Clock, Tables } from '../ports';
import { mailIn } from '../sweep/operator-notices';
import { lostRow } from '../targets/lost-row';
import { descriptionOf, type Kinds, type ParsedTarget } from '../targets/parse-target';
import { resolveTarget, successorsOf } from '../targets/successors';
import { type ExplainedRecipient, type ExplainInput, formerOf, recipientsOf } from './explain-recipients';
import { type Because, NEXT_CHECKS, type NoMailReason, noMail, SKIPPED } from './explain-sentences';
import type { Report } from './status';

export type { ExplainedDecision, ExplainedRecipient, Role } from './explain-recipients';
export type { Because, NoMailReason } from './explain-sentences';

interface Deps {
  readonly tables: {
    readonly registry: Pick<Tables['registry'], 'row'>;
    readonly expiries: Pick<Tables['expiries'], 'row'>;
    readonly history: Pick<Tables['history'], 'of'>;
    readonly scopes: Pick<Tables['scopes'], 'get'>;
  };
  readonly clock: Clock;
  readonly kinds: Kinds;
  readonly mail: MailPolicy;
}

export interface Explained {
  readonly key: Key;
  readonly explanation: Explanation;
  /** What it is, where it is, and how to renew it; undefined where its registry row is gone. */
  readonly about: Description | undefined;
  /** The report of this target alone, so that its item is the same as on `status`; empty while it is on no report. */
  readonly report: Report;
  /** Newest first. */
  readonly history: readonly TargetEvent[];
}

export interface Explanation {
  readonly asOf: Instant;
  /** Undefined where the registry row is gone. */
  readonly row: Watched | undefined;
  /** As recorded; undefined before the first sweep. */
  readonly state: Expiry | undefined;
  readonly thresholds: readonly ExplainedThreshold[];
  readonly recipients: readonly ExplainedRecipient[];
  readonly next: ExplainedNext;
}

export interface ExplainedThreshold {
  readonly threshold: Threshold;
  /** `always`: the expiry itself, which no list has to name. */
  readonly from: ThresholdPolicy['from'] | 'always';
  /** Undefined where it is skipped. */
  readonly at: Instant | undefined;
  readonly crossed: boolean;
  readonly skipped: Because<SkippedThreshold['because'] | NoMailReason> | undefined;
}

export interface ExplainedNext {
  readonly check: { readonly on: Instant; readonly because: Because<NextCheck['because']> } | undefined;
  readonly crossing: { readonly threshold: Threshold; readonly at: Instant } | undefined;
  readonly mail: NextMail | undefined;
  /** That mail, and those that follow it if nothing changes. */
  readonly mails: readonly NextMail[];
  /** Why no mail follows; undefined while one does. */
  readonly silence: Because<NoMailReason> | undefined;
}

/** What goes out next, all at one instant. */
interface NextMail {
  readonly at: Instant;
  readonly lines: readonly Pick<Reminder, 'owner' | 'reason'>[];
}

export const MOST_EVENTS = 100;
const MOST_MAILS = 12;

/** @returns undefined for a target that has neither a registry row nor a recorded state. */
export async function explain(key: Key, deps: Deps): Promise<Explained | undefined> {
  const { registry, expiries, history, scopes } = deps.tables;
  const asOf = deps.clock.now();
  const [found, state, events, swept] = await Promise.all([
    registry.row(key),
    expiries.row(key),
    history.of(key, MOST_EVENTS),
    scopes.get(key.scope),
  ]);
  const row = found ?? lostRow(state);
  if (row) {
    const successors = successorsOf(key.scope, deps.tables, deps.kinds);
    const parsed = await resolveTarget(row, deps.kinds, successors);
    const about = descriptionOf(parsed);
    return { key, about, ...explainRow(parsed, state, mailIn(swept, deps.mail), asOf), history: events };
  }
  if (!state) return undefined;
  return {
    key,
    about: undefined,
    explanation: explainGone(state, asOf),
    report: reportOf([], asOf),
    history: events,
  };
}

/** In the state that the next sweep finds if it reads nothing. */
function explainRow(
  { watched: row, located }: ParsedTarget,
  state: Expiry | undefined,
  mail: MailPolicy,
  asOf: Instant,
): Pick<Explained, 'explanation' | 'report'> {
  const { after, listing } = assess(row, state, undefined, mail, asOf);
  const input: ExplainInput = {
    row,
    state: after,
    mail,
    now: asOf,
    whyNoRecipients: whyNoRecipients(row, mail),
  };
  const recipients = recipientsOf(input);
  const next = nextOf(input, recipients, located !== undefined);
  const { scope, name } = row;
  return {
    explanation: { asOf, row, state, thresholds: thresholdsOf(input), recipients, next },
    report: reportOf(listing ? [itemOf({ scope, name, listing }, asOf)] : [], asOf),
  };
}

function explainGone(state: Expiry, asOf: Instant): Explanation {
  const silence = noMail('removed', contextWithoutRecipient({ is: 'none' }, state, asOf));
  return {
    asOf,
    row: undefined,
    state,
    thresholds: [],
    recipients: formerOf(state, [], asOf),
    next: { check: undefined, crossing: undefined, mail: undefined, mails: [], silence },
  };
}

function whyNoRecipients(row: Watched, mail: MailPolicy): NoMailReason | undefined {
  if (!row.columns.enabled) return 'disabled';
  if (mail.to === 'none') return 'mailOff';
  const { owners, copies } = audienceOf(row, mail);
  return owners.length + copies.length === 0 ? 'nobody' : undefined;
}

function reportOf(items: Report['items'], asOf: Instant): Report {
  return { asOf, counts: NO_COUNTS, countsAsOf: undefined, items, nextCursor: undefined };
}

/** Each threshold once: first those that fall on an instant, earliest first, then the skipped ones. */
function thresholdsOf({ row, state, now }: ExplainInput): ExplainedThreshold[] {
  const { thresholds } = row.policy;
  const expiresOn = fixedExpiry(state);
  const from = (threshold: Threshold): ExplainedThreshold['from'] =>
    thresholds.includes(threshold) ? row.policy.from : 'always';
  const skip = (threshold: Threshold, skipped: ExplainedThreshold['skipped']) => {
    return { threshold, from: from(threshold), at: undefined, crossed: false, skipped };
  };
  if (expiresOn === undefined) {
    const context = contextWithoutRecipient(row.replacement, state, now);
    const decision = decide('threshold', context);
    const because = decision.due ? undefined : noMail(decision.because, context);
    return inForce(thresholds).map(threshold => skip(threshold, because));
  }
  const found = crossingsOf(thresholds, expiresOn, state.lifetimeMs);
  return [
    ...found.crossings.map(({ threshold, at }) => {
      return { threshold, from: from(threshold), at, crossed: at <= now, skipped: undefined };
    }),
    ...found.skipped.map(({ threshold, because: code }) => skip(threshold, { code, why: SKIPPED[code] })),
  ];
}

function nextOf(
  input: ExplainInput,
  recipients: readonly ExplainedRecipient[],
  canBeRead: boolean,
): ExplainedNext {
  const { row, state, mail, now } = input;
  const mails = nextMails(input, canBeRead);
  const [next] = mails;
  const crossing = crossingsFor(row, state).find(({ at }) => at > now);
  const read = isWatched(row) && canBeRead ? scheduleOf(row, state, mail, now) : undefined;
  return {
    check: read && { on: read.on, because: { code: read.because, why: NEXT_CHECKS[read.because] } },
    crossing: crossing && { threshold: crossing.threshold, at: crossing.at },
    mail: next,
    mails,
    silence: next ? undefined : whyNoMail(input, recipients),
  };
}

/** The first mails of the forecast, however far ahead. */
function nextMails({ row, state, mail, now }: ExplainInput, canBeRead: boolean): NextMail[] {
  const mails = new Map<Instant, NextMail['lines'][number][]>();
  for (const { at, reminder } of foresee({ row, state, canBeRead }, mail, now, Number.POSITIVE_INFINITY)) {
    const lines = mails.get(at) ?? [];
    if (lines.length === 0 && mails.size === MOST_MAILS) break;
    lines.push({ owner: reminder.owner, reason: reminder.reason });
    mails.set(at, lines);
  }
  return [...mails].map(([at, lines]) => ({ at, lines }));
}

/** The one reason for all recipients, or what is decided about the thresholds for the first of them. */
function whyNoMail(
  { row, state, now, whyNoRecipients }: ExplainInput,
  recipients: readonly ExplainedRecipient[],
): Because<NoMailReason> | undefined {
  if (whyNoRecipients !== undefined)
    return noMail(whyNoRecipients, contextWithoutRecipient(row.replacement, state, now));
  const decisions = recipients.flatMap(recipient => recipient.decisions);
  const decision = decisions.find(({ topic, due }) => topic === 'threshold' && !due);
  return decision && !decision.due ? { code: decision.code, why: decision.why } : undefined;
}

/** For what is the same for every recipient. */
function contextWithoutRecipient(replacement: Replacement, state: Expiry, now: Instant): DecisionContext {
  return { owner: '', replacement, state, crossings: [], told: [], snooze: undefined, now };
}
