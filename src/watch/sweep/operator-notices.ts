/** What sweeps tell the operators: notices about a scope as a whole, and messages that could not be handled. */
import { addressKey, includesAddress } from '../../core/address';
import type { Counts } from '../../core/counts';
import { eventLine } from '../../core/events';
import type { Reminder } from '../../core/reminder';
import type { Reason, ScopeReads } from '../../core/scope-reads';
import type { MailPolicy } from '../../core/watched';
import { DAY, type Instant } from '../../formats/instant';
import { counted } from '../../formats/when';
import type { Clock, Log, OperatorNotices, ScopeRow, ScopeTrouble, Tables } from '../ports';

/** What a sweep found out about its scope. */
export interface Findings {
  counts: Counts;
  /** Targets without an owner. */
  ownerless: number;
  /** Of the targets that can be read at all: how reading them goes. */
  reads: ScopeReads;
}

/** Something wrong with a scope: whether it is so, and whether the operators may be told now. */
interface Trouble {
  readonly is: boolean;
  readonly mayTell: boolean;
  /** Another notice that has told it: who heard that needs no line. */
  readonly toldBy?: ScopeTrouble | undefined;
  readonly note: string;
}

/**
 * Each trouble is told in one line per operator, once while it lasts, in place of one line per target.
 * @returns the operator notices to store with the scope, and the lines that are due for them
 */
export function operatorNoticesOf(
  { scope, operatorNotices: known = {} }: ScopeRow,
  findings: Findings,
  mail: MailPolicy,
  now: Instant,
): { operatorNotices: OperatorNotices; lines: Reminder[] } {
  const next: OperatorNotices = {};
  const lines: Reminder[] = [];
  const note = (reason: keyof OperatorNotices, { is, mayTell, toldBy, note }: Trouble) => {
    if (!is) return;
    const { since, put } = known[reason] ?? { since: now, put: false };
    const heard = [...toldOf(known[reason], mail), ...toldOf(toldBy, mail)];
    const mayHear = mayTell && canBeTold(mail) ? mail.operators : [];
    const untold = mayHear.filter(operator => !includesAddress(heard, operator));
    const line = { scope, name: '', reason, about: since, crossedOn: since, since, note };
    lines.push(...untold.map(owner => ({ owner, ...line })));
    // Without those who are operators no more: who comes back hears of it again.
    const told = mail.operators.filter(operator => includesAddress([...heard, ...untold], operator));
    const isPut = put || toldBy?.put === true || untold.length > 0;
    next[reason] = { since, put: isPut, ...(isPut && { operators: told.map(addressKey) }) };
  };
  note('scopeFailing', scopeFailing(scope, findings, known));
  note('readsRefused', readsRefused(scope, findings, next));
  note('ownerless', ownerless(scope, findings));
  return { operatorNotices: next, lines };
}

/** Which operators have a line about this trouble. */
function toldOf(trouble: ScopeTrouble | undefined, { operators }: MailPolicy): readonly string[] {
  return trouble?.put ? (trouble.operators ?? operators) : [];
}

/** While the operators know that a scope can't be read, no one is told so of each target. */
export function mailIn(scope: Pick<ScopeRow, 'operatorNotices'> | undefined, mail: MailPolicy): MailPolicy {
  const scopeFails = scope?.operatorNotices?.scopeFailing !== undefined && canBeTold(mail);
  return scopeFails ? { ...mail, scopeFails } : mail;
}

function canBeTold({ to, operators }: MailPolicy): boolean {
  return to !== 'none' && operators.length > 0;
}

/** Of all targets that were tried, none can be read. */
function scopeFailing(
  scope: string,
  { counts, reads }: Findings,
  { readsRefused }: OperatorNotices,
): Trouble {
  const { answered, failing, failedOnce, refused, readOn = 0 } = reads;
  const all = counts.total === 1 ? 'The only target' : `None of the ${counts.total} targets`;
  return {
    is: failing > 0 && answered === 0,
    mayTell: failedOnce === 0,
    // The refusal that was told has reached the last target. Reads that succeeded meanwhile would make it a new trouble.
    toldBy: readsRefused && refused === failing && readOn < readsRefused.since ? readsRefused : undefined,
    note: `${all} of ${scope} can${counts.total === 1 ? "'t" : ''} be read.\n${reasonsOf(reads.reasons)}`,
  };
}

/** Some targets can't be read, and only an operator can mend that. */
function readsRefused(
  scope: string,
  { counts, reads }: Findings,
  { scopeFailing }: OperatorNotices,
): Trouble {
  const { refused, reasons } = reads;
  return {
    is: refused > 0,
    mayTell: scopeFailing === undefined,
    toldBy: scopeFailing,
    note: `${refused} of the ${counted(counts.total, 'target')} of ${scope} can't be read, and no owner of a token can mend that.\n${reasonsOf(reasons.filter(reason => reason.refused))}`,
  };
}

function ownerless(scope: string, { counts: { total }, ownerless }: Findings): Trouble {
  return {
    is: ownerless > 0,
    mayTell: true,
    note: `${ownerless} of the ${counted(total, 'target')} of ${scope} ${ownerless === 1 ? 'has' : 'have'} no owner, so the reminders come to you: write owners into their registry rows.`,
  };
}

/** One line for each reason: how many targets it holds back, and the first of them by name. */
function reasonsOf(reasons: readonly Reason[]): string {
  return reasons
    .map(({ message, count, names }) => {
      const first = names.length < count ? `${names.join(', ')}, …` : names.join(', ');
      return `${counted(count, 'target')} (${first}): ${message}`;
    })
    .join('\n');
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
  log.warn(eventLine('poison', { scope: scopeOf(message) }));
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
