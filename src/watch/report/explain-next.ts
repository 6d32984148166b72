/** The thresholds in force for a target, and what comes next: the next read, the next threshold, the next mail, or why there is none. */
import { crossingsFor, scheduleOf } from '../../core/assess';
import { foresee } from '../../core/forecast';
import { decideThreshold } from '../../core/reminder';
import { fixedExpiry } from '../../core/standing';
import { isWatched } from '../../core/target';
import { crossingsOf } from '../../core/thresholds';
import type { Case } from './explain-recipients';
import { check, type Grounds, silence, skip } from './explain-words';
import type {
  Because,
  ExplainedNext,
  ExplainedRecipient,
  ExplainedThreshold,
  NextMail,
  Silence,
} from './explanation';

/** Each threshold once: those that fall somewhere, earliest first, then those that say nothing. */
export function thresholdsOf({ row, state, now }: Case): ExplainedThreshold[] {
  const { thresholds, from } = row.policy;
  const expiresOn = fixedExpiry(state);
  if (expiresOn === undefined) {
    const skipped = whyNoExpiry({ row, state, now });
    return thresholds.map(threshold => ({ threshold, from, at: undefined, crossed: false, skipped }));
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
    ...found.skipped.map(({ threshold, because }) => ({
      threshold,
      from,
      at: undefined,
      crossed: false,
      skipped: skip(because),
    })),
  ];
}

export function nextOf(
  of: Case,
  recipients: readonly ExplainedRecipient[],
  canBeRead: boolean,
): ExplainedNext {
  const { row, state, mail, now } = of;
  const mailed = nextMail(of, canBeRead);
  const crossing = crossingsFor(row, state).find(({ at }) => at > now);
  const read = isWatched(row.columns) && canBeRead ? scheduleOf(row, state, mail, now) : undefined;
  return {
    check: read && { on: read.on, because: check(read.because) },
    crossing: crossing && { threshold: crossing.threshold, at: crossing.at },
    mail: mailed,
    silence: mailed ? undefined : whySilent(of, recipients),
  };
}

/** As the forecast has it, however far ahead: whatever goes out first. */
function nextMail({ row, state, mail, now }: Case, canBeRead: boolean): NextMail | undefined {
  const lines: NextMail['lines'][number][] = [];
  let first: number | undefined;
  for (const { at, reminder } of foresee({ row, state, canBeRead }, mail, now, Number.POSITIVE_INFINITY)) {
    first ??= at;
    if (at > first) break;
    lines.push({ owner: reminder.owner, reason: reminder.reason });
  }
  return first === undefined ? undefined : { at: first, lines };
}

/** The one reason that holds for all, or what is decided about the thresholds for the first who hears of it. */
function whySilent(of: Case, recipients: readonly ExplainedRecipient[]): Because<Silence> | undefined {
  if (of.muteness !== undefined) return silence(of.muteness, groundsOf(of));
  const decisions = recipients.flatMap(recipient => recipient.decisions);
  const decision = decisions.find(({ topic, due }) => topic === 'threshold' && !due);
  return decision && !decision.due ? { code: decision.code, why: decision.why } : undefined;
}

function whyNoExpiry({ row, state, now }: Pick<Case, 'row' | 'state' | 'now'>) {
  const decision = decideThreshold(state, [], [], now);
  return decision.due ? undefined : silence(decision.because, groundsOf({ row, state, now }));
}

function groundsOf({ row, state, now }: Pick<Case, 'row' | 'state' | 'now'>): Grounds {
  const crossings = crossingsFor(row, state);
  return { topic: 'threshold', state, crossings, told: [], snooze: undefined, now };
}
