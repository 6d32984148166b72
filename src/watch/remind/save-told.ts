/**
 * Saving what an owner was told: read, change, and write under the etag that was read, a bounded number of times. So nothing that
 * another sender told is overwritten, and a target that can't be written stops no other.
 */
import pMap from 'p-map';
import { toldTo } from '../../core/assess';
import type { Expiry } from '../../core/expiry';
import { isCrowded } from '../../core/former';
import { isAboutWatcher } from '../../core/notices';
import type { Reminder } from '../../core/reminder';
import type { Key } from '../../core/target';
import type { Told } from '../../core/told';
import type { MailPolicy } from '../../core/watched';
import type { Instant } from '../../formats/instant';
import type { Stored, Tables } from '../ports';
import { type Kinds, parseTarget } from '../targets/parse-target';
import { prune } from '../targets/prune';

/** At most this many requests to the tables are in flight at once. */
export const AT_ONCE = { concurrency: 16 };
/** A row that other writers change more often in a row than this is left to a later run. */
const MOST_TRIES = 6;

export interface SaveDeps {
  readonly tables: Pick<Tables, 'registry' | 'expiries'>;
  readonly kinds: Kinds;
  readonly mail: MailPolicy;
}

/** What is changed: of one owner, with these reminders. */
export interface ToldChange {
  readonly owner: string;
  readonly reminders: readonly Reminder[];
  /** The new list of one target, with the reminders about it; the same list where nothing changes. */
  change(told: readonly Told[], reminders: readonly Reminder[]): readonly Told[];
  /** States that were read a moment ago. */
  readonly known?: readonly Stored<Expiry>[];
  readonly now: Instant;
}

/** The reminders of a mail about one target. They are written together, since each write replaces the column. */
type OfTarget = readonly [Reminder, ...Reminder[]];

/** @returns the reminders whose targets do not hold the change now. A target that is gone needs none. */
export async function saveTold(asked: ToldChange, deps: SaveDeps): Promise<Reminder[]> {
  const { owner, known = [] } = asked;
  const refused: OfTarget[] = [];
  let states = new Map(known.map(state => [idOf(state), state]));
  let left = byTarget(asked.reminders);
  for (let tries = 0; left.length > 0 && tries < MOST_TRIES; tries += 1) {
    const read = async (target: OfTarget) => await changedState(target, states, asked, deps);
    const changed = (await pMap(left, read, AT_ONCE)).flat();
    const unwritten = new Map(
      (await deps.tables.expiries.mergeTold(owner, changed)).map(row => [idOf(row), row.why]),
    );
    const again: OfTarget[] = [];
    for (const target of left) {
      const why = unwritten.get(idOf(target[0]));
      // The store may refuse a row that is too large.
      if (why === 'overtaken' || (why === 'refused' && (await pruneRow(target[0], asked.now, deps))))
        again.push(target);
      else if (why === 'refused') refused.push(target);
    }
    left = again;
    states = new Map();
  }
  return [...refused, ...left].flat();
}

/** The new list of a target with the etag to write it under; nothing where the target is gone or the list stays as it is. */
async function changedState(
  [first, ...others]: OfTarget,
  states: ReadonlyMap<string, Stored<Expiry>>,
  { owner, change, now }: ToldChange,
  deps: SaveDeps,
) {
  let state = states.get(idOf(first)) ?? (await deps.tables.expiries.row(first));
  if (state && isCrowded(state) && (await pruneRow(first, now, deps)))
    state = await deps.tables.expiries.row(first);
  if (!state) return [];
  const before = toldTo(state, owner);
  const told = change(before, [first, ...others]);
  const { scope, name, etag } = state;
  return told === before ? [] : [{ scope, name, etag, told }];
}

async function pruneRow(key: Key, now: Instant, deps: SaveDeps): Promise<boolean> {
  const { registry, expiries } = deps.tables;
  const [row, state] = await Promise.all([registry.row(key), expiries.row(key)]);
  return row && state ? await prune(state, parseTarget(row, deps.kinds).watched, deps, now) : false;
}

export function byTarget(reminders: readonly Reminder[]): OfTarget[] {
  const targets = new Map<string, OfTarget>();
  for (const reminder of reminders.filter(isAboutTarget)) {
    const id = idOf(reminder);
    targets.set(id, [reminder, ...(targets.get(id) ?? [])]);
  }
  return [...targets.values()];
}

export function isAboutTarget(reminder: Reminder): boolean {
  return !isAboutWatcher(reminder);
}

function idOf({ scope, name }: Key): string {
  return JSON.stringify([scope, name]);
}
