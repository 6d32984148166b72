/** What sweeps tell the operators: notices about a scope as a whole, and messages that could not be handled. */
import type { Counts } from '../../core/counts';
import type { Reminder } from '../../core/reminder';
import type { MailPolicy } from '../../core/watched';
import { DAY, HOUR, type Instant } from '../../formats/instant';
import { counted } from '../../formats/when';
import type { Clock, Log, OperatorNotices, ScopeRow, Tables } from '../ports';

/** What a sweep found out about its scope. */
export interface Findings {
  counts: Counts;
  /** Targets without an owner. */
  ownerless: number;
}

/** A scope fails as a whole only with this many targets, and only after this time. */
const LEAST_TARGETS = 2;
const LEAST_FAILING = HOUR;

/**
 * Each trouble is told in one line per operator, once while it lasts, in place of one line per target.
 * @returns the operator notices to store with the scope, and the lines that are due for them
 */
export function operatorNoticesOf(
  { scope, operatorNotices = {} }: ScopeRow,
  findings: Findings,
  mail: MailPolicy,
  now: Instant,
): { operatorNotices: OperatorNotices; lines: Reminder[] } {
  const canBeTold = mail.to !== 'none' && mail.operators.length > 0;
  const next: OperatorNotices = {};
  const lines: Reminder[] = [];
  for (const { reason, is, tellAfterMs, note } of checksOf(scope, findings)) {
    if (!is) continue;
    const { since, put } = operatorNotices[reason] ?? { since: now, put: false };
    const isDue = !put && canBeTold && now - since >= tellAfterMs;
    const line = { scope, name: '', reason, about: since, crossedOn: since, since, note };
    if (isDue) lines.push(...mail.operators.map(owner => ({ owner, ...line })));
    next[reason] = { since, put: put || isDue };
  }
  return { operatorNotices: next, lines };
}

function checksOf(scope: string, { counts, ownerless }: Findings) {
  const { total, failing, invalid, pending } = counts;
  return [
    {
      reason: 'scopeFailing',
      is: total >= LEAST_TARGETS && failing > 0 && failing + invalid + pending === total,
      tellAfterMs: LEAST_FAILING,
      note: `None of the ${counted(total, 'target')} of ${scope} can be read: look at the reasons on status, and at the identity's roles there.`,
    },
    {
      reason: 'ownerless',
      is: ownerless > 0,
      tellAfterMs: 0,
      note: `${ownerless} of the ${counted(total, 'target')} of ${scope} ${ownerless === 1 ? 'has' : 'have'} no owner, so the reminders come to you: write owners into their registry rows.`,
    },
  ] as const;
}

interface PoisonDeps {
  readonly tables: Pick<Tables, 'outbox'>;
  readonly clock: Clock;
  readonly mail: MailPolicy;
}

const LONGEST_SHOWN = 300;

/** Tells each operator of a message that the runtime gave up. Nothing is lost: the next tick sweeps the scope again. */
export async function tellPoison(
  message: unknown,
  { tables, clock, mail }: PoisonDeps,
  log: Log,
): Promise<void> {
  const now = clock.now();
  // Whole characters: the store refuses a line with half a surrogate pair.
  const shown = Array.from(JSON.stringify(message) ?? String(message))
    .slice(0, LONGEST_SHOWN)
    .join('');
  const note = `A sweep message could not be handled five times and was set aside; the next tick sweeps anew. It was: ${shown}`;
  log.warn(note);
  if (mail.to === 'none') return;
  // One line per scope and day: a message that fails at every tick must not hide other notices.
  const about = now - (now % DAY);
  const line = { scope: 'sweeps', name: scopeOf(message), reason: 'poisoned', about, crossedOn: about, note };
  await tables.outbox.put(mail.operators.map(owner => ({ owner, ...line, since: now })));
}

function scopeOf(message: unknown): string {
  const scope = typeof message === 'object' && message !== null && 'scope' in message ? message.scope : '';
  return typeof scope === 'string' ? scope.slice(0, LONGEST_SHOWN) : '';
}
