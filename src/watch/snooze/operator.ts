/** What the link in a mail does, for an operator at the dashboard: snoozing for a recipient, and reading what replaced a target. */
import { includesAddress } from '../../core/address';
import { type Actor, actorWords } from '../../core/history';
import { LINK_LASTS } from '../../core/snooze';
import { fixedExpiry } from '../../core/standing';
import type { Key } from '../../core/target';
import type { Log } from '../ports';
import { resolveTarget, successorsOf } from '../targets/successors';
import type { Deps, OwnTarget } from './link-target';
import { snooze, undo } from './mute';
import { type ReadSuccessor, readSuccessor } from './replace';

export interface SnoozeAsked {
  readonly owner: string;
  readonly days: number;
  readonly reason: string;
}

/** `fault`: nothing was done, and why. */
export type Snoozed =
  | { readonly done: 'snoozed' | 'unsnoozed' }
  | { readonly fault: string; readonly of: 'owner' | 'days' };

type Refusal = Extract<Snoozed, { readonly fault: string }>;

const REFUSED = refusal('it is not registered any more, or no sweep has found it yet');
const ELSEWHERE = refusal('somebody snoozed it in the meantime: see below until when');

export async function snoozeFor(
  key: Key,
  { owner, days, reason }: SnoozeAsked,
  deps: Deps,
  actor: Actor,
): Promise<Snoozed> {
  const target = await targetOf(key, owner, deps);
  if ('fault' in target) return target;
  // The form is shown only for people who have no snooze.
  const action = { act: 'snooze', days, reason, seen: '' } as const;
  const result = await snooze(target, action, deps, whoWords(target, actor));
  if ('refused' in result) return REFUSED;
  if (result.badDays !== undefined) return { fault: result.badDays, of: 'days' };
  return result.changedMeanwhile ? ELSEWHERE : { done: 'snoozed' };
}

export async function unsnoozeFor(key: Key, owner: string, deps: Deps, actor: Actor): Promise<Snoozed> {
  const target = await targetOf(key, owner, deps);
  if ('fault' in target) return target;
  const result = await undo(target, deps, whoWords(target, actor));
  return 'refused' in result ? REFUSED : { done: 'unsnoozed' };
}

/** Reads the target that a person names as the new one; nothing is stopped. */
export async function readReplacement(key: Key, newId: string, deps: Deps, log: Log): Promise<ReadSuccessor> {
  const { tables, kinds, clock } = deps;
  const row = await tables.registry.row(key);
  if (!row) return { fault: 'the old one is not registered any more' };
  const parsed = await resolveTarget(row, kinds, successorsOf(key.scope, tables, kinds));
  return readSuccessor({ row, parsed, now: clock.now() }, newId, deps, log);
}

function whoWords({ link }: OwnTarget, actor: Actor): string {
  return `for ${link.owner}, ${actorWords(actor)}`;
}

/** The target as this person sees it. */
async function targetOf(
  key: Key,
  owner: string,
  { tables, kinds, clock, mail }: Deps,
): Promise<OwnTarget | Refusal> {
  const now = clock.now();
  const [row, state] = await Promise.all([tables.registry.row(key), tables.expiries.row(key)]);
  if (!row || !state) return REFUSED;
  const parsed = await resolveTarget(row, kinds, successorsOf(key.scope, tables, kinds));
  const { owners } = parsed.watched.columns;
  if (!includesAddress([...owners, ...mail.operators], owner))
    return refusal('this person is neither an owner nor an operator');
  const about = fixedExpiry(state);
  return { link: { ...key, owner, about, until: now + LINK_LASTS }, row, parsed, state, mail, now };
}

function refusal(fault: string): Refusal {
  return { fault, of: 'owner' };
}
