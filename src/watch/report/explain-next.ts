/** The thresholds in force for a target, and what comes next: the next read, the next threshold, the next mail, or why there is none. */
import { crossingsFor, scheduleOf } from '../../core/assess';
import type { Expiry } from '../../core/expiry';
import { foresee } from '../../core/forecast';
import { type DecisionContext, decide, type Reminder } from '../../core/reminder';
import type { NextCheck } from '../../core/schedule';
import { fixedExpiry } from '../../core/standing';
import { isWatched } from '../../core/target';
import {
  crossingsOf,
  type SkippedThreshold,
  type Threshold,
  type ThresholdPolicy,
} from '../../core/thresholds';
import type { Instant } from '../../formats/instant';
import type { ExplainedRecipient, ExplainInput } from './explain-recipients';
import { type Because, check, type NoMailReason, noMail, skipped } from './explain-sentences';

export interface ExplainedThreshold {
  readonly threshold: Threshold;
  readonly from: ThresholdPolicy['from'];
  /** Undefined where it is skipped. */
  readonly at: Instant | undefined;
  readonly crossed: boolean;
  readonly skipped: Because<SkippedThreshold['because'] | NoMailReason> | undefined;
}

export interface ExplainedNext {
  readonly check: { readonly on: Instant; readonly because: Because<NextCheck['because']> } | undefined;
  readonly crossing: { readonly threshold: Threshold; readonly at: Instant } | undefined;
  readonly mail: NextMail | undefined;
  /** Why no mail follows; undefined while one does. */
  readonly silence: Because<NoMailReason> | undefined;
}

/** What goes out next, all at one instant. */
interface NextMail {
  readonly at: Instant;
  readonly lines: readonly Pick<Reminder, 'owner' | 'reason'>[];
}

/** Each threshold once: first those that fall on an instant, earliest first, then the skipped ones. */
export function thresholdsOf({ row, state, now }: ExplainInput): ExplainedThreshold[] {
  const { thresholds, from } = row.policy;
  const expiresOn = fixedExpiry(state);
  const skip = (threshold: Threshold, because: ExplainedThreshold['skipped']) => ({
    threshold,
    from,
    at: undefined,
    crossed: false,
    skipped: because,
  });
  if (expiresOn === undefined) {
    const because = whyNoExpiry(contextWithoutRecipient(state, now));
    return thresholds.map(threshold => skip(threshold, because));
  }
  const found = crossingsOf(thresholds, expiresOn, state.lifetimeMs);
  return [
    ...found.crossings.map(({ threshold, at }) => ({
      threshold,
      from,
      at,
      crossed: at <= now,
      skipped: undefined,
    })),
    ...found.skipped.map(({ threshold, because }) => skip(threshold, skipped(because))),
  ];
}

export function nextOf(
  input: ExplainInput,
  recipients: readonly ExplainedRecipient[],
  canBeRead: boolean,
): ExplainedNext {
  const { row, state, mail, now } = input;
  const next = nextMail(input, canBeRead);
  const crossing = crossingsFor(row, state).find(({ at }) => at > now);
  const read = isWatched(row.columns) && canBeRead ? scheduleOf(row, state, mail, now) : undefined;
  return {
    check: read && { on: read.on, because: check(read.because) },
    crossing: crossing && { threshold: crossing.threshold, at: crossing.at },
    mail: next,
    silence: next ? undefined : whyNoMail(input, recipients),
  };
}

/** The first mail of the forecast, however far ahead. */
function nextMail({ row, state, mail, now }: ExplainInput, canBeRead: boolean): NextMail | undefined {
  const lines: NextMail['lines'][number][] = [];
  let first: number | undefined;
  for (const { at, reminder } of foresee({ row, state, canBeRead }, mail, now, Number.POSITIVE_INFINITY)) {
    first ??= at;
    if (at > first) break;
    lines.push({ owner: reminder.owner, reason: reminder.reason });
  }
  return first === undefined ? undefined : { at: first, lines };
}

/** The one reason for all recipients, or what is decided about the thresholds for the first of them. */
function whyNoMail(
  { state, now, whyNobody }: ExplainInput,
  recipients: readonly ExplainedRecipient[],
): Because<NoMailReason> | undefined {
  if (whyNobody !== undefined) return noMail(whyNobody, contextWithoutRecipient(state, now));
  const decisions = recipients.flatMap(recipient => recipient.decisions);
  const decision = decisions.find(({ topic, due }) => topic === 'threshold' && !due);
  return decision && !decision.due ? { code: decision.code, why: decision.why } : undefined;
}

function whyNoExpiry(context: DecisionContext): Because<NoMailReason> | undefined {
  const decision = decide('threshold', context);
  return decision.due ? undefined : noMail(decision.because, context);
}

/** For what is the same for every recipient. */
export function contextWithoutRecipient(state: Expiry, now: Instant): DecisionContext {
  return { state, crossings: [], told: [], snooze: undefined, now };
}
