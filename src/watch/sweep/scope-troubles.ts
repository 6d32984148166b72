/** Troubles of a scope as a whole: told to its operators in one line, once, and not in one line a target. */

import type { Counts } from '../../core/counts';
import type { Reminder } from '../../core/reminder';
import type { MailPolicy } from '../../core/watched';
import { HOUR, type Instant } from '../../formats/instant';
import type { ScopeRow, Troubles } from '../ports';

/** What one sweep found of its scope. */
export interface Found {
  readonly counts: Counts;
  /** Targets that nobody owns. */
  readonly ownerless: number;
}

/** A single target is no whole, and a bad hour is no trouble yet. */
const LEAST_TARGETS = 2;
const RIPE = HOUR;

/** @returns the troubles to record with the scope, and the lines that are due for them. */
export function troublesOf(
  { scope, troubles = {} }: ScopeRow,
  { counts, ownerless }: Found,
  mail: MailPolicy,
  now: Instant,
): { troubles: Troubles; lines: Reminder[] } {
  const { total, failing, invalid, pending } = counts;
  const found: Record<keyof Troubles, { is: boolean; ripe: number; note: string }> = {
    scopeFailing: {
      is: total >= LEAST_TARGETS && failing > 0 && failing + invalid + pending === total,
      ripe: RIPE,
      note: `None of the ${total} targets of ${scope} can be read: look at the reasons on status, and at the identity's roles there.`,
    },
    ownerless: {
      is: ownerless > 0,
      ripe: 0,
      note: `${ownerless} of the ${total} targets of ${scope} have no owner, so their reminders come to you: write owners into their registry rows.`,
    },
  };
  const heard = mail.to !== 'none' && mail.operators.length > 0;
  const next: Troubles = {};
  const lines: Reminder[] = [];
  for (const trouble of ['scopeFailing', 'ownerless'] as const) {
    const { is, ripe, note } = found[trouble];
    if (!is) continue;
    const { since, put } = troubles[trouble] ?? { since: now, put: false };
    const due = !put && heard && now - since >= ripe;
    if (due) lines.push(...mail.operators.map(owner => lineOf(owner, scope, trouble, since, note)));
    next[trouble] = { since, put: put || due };
  }
  return { troubles: next, lines };
}

function lineOf(
  owner: string,
  scope: string,
  reason: keyof Troubles,
  since: Instant,
  note: string,
): Reminder {
  return { owner, scope, name: '', reason, about: since, crossedOn: since, since, note };
}
