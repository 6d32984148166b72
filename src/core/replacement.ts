/** Replacement: whether another target took a target's place, decided from the rows that its row names, one after the other (rule 20). */
import { quoted } from '../formats/invisible';

/** The value of `replacedBy` where a person said so and named no successor. No target can have this name. */
export const NOT_NAMED = '(not named)';

/** What a row says of its being watched. */
export interface Link {
  readonly name: string;
  readonly enabled: boolean;
  readonly replacedBy: string | undefined;
  /** Its key names a target. */
  readonly canBeRead: boolean;
}

/** The row itself, then the row that each names; undefined for one that is not in the registry of its scope. */
export type Chain = readonly [Link, ...(Link | undefined)[]];

export type Replacement =
  | { readonly is: 'none' }
  /** A watched target took its place. */
  | { readonly is: 'replaced'; readonly by: string }
  /** A person said so, and no successor is named. */
  | { readonly is: 'notVerified' }
  /** What the row names does not count, so it is watched on. */
  | BadReplacement;

export interface BadReplacement {
  readonly is: 'bad';
  readonly because: Badness;
  /** What the row names, and where the chain ends. */
  readonly named: string;
  readonly last: string;
}

type Badness =
  | 'notRegistered'
  | 'elsewhere'
  | 'itself'
  | 'circle'
  | 'disabled'
  | 'unreadable'
  | 'notNamed'
  | 'endless';

const NONE: Replacement = { is: 'none' };
/** Of a chain longer than this nobody knows where it ends. */
const MOST_LINKS = 20;

/** The name to look up next; undefined where the chain is whole. What a disabled row names says nothing: it is not watched anyway. */
export function nextName(chain: Chain): string | undefined {
  const [row] = chain;
  const last = chain.at(-1);
  if (!row.enabled || !last || chain.length > MOST_LINKS) return undefined;
  const { replacedBy } = last;
  if (replacedBy === undefined || isNotNamed(replacedBy)) return undefined;
  return chain.some(link => link?.name === replacedBy) ? undefined : replacedBy;
}

/** @param chain looked up until there is no next name */
export function replacementOf(chain: Chain): Replacement {
  const [row, ...successors] = chain;
  const { enabled, replacedBy: named } = row;
  if (!enabled || named === undefined) return NONE;
  if (isNotNamed(named)) return { is: 'notVerified' };
  const bad = (because: Badness, last: string): Replacement => ({ is: 'bad', because, named, last });
  if (named === row.name) return bad('itself', named);
  const end = successors.at(-1);
  if (!end) return bad('notRegistered', successors.at(-2)?.replacedBy ?? named);
  const { name: last, replacedBy: further } = end;
  if (further !== undefined && !isNotNamed(further))
    return bad(chain.length > MOST_LINKS ? 'endless' : 'circle', last);
  if (further !== undefined) return bad('notNamed', last);
  if (!end.enabled) return bad('disabled', last);
  return end.canBeRead ? { is: 'replaced', by: named } : bad('unreadable', last);
}

/** Whether a row that is enabled is not watched all the same. */
export function isReplaced({ is }: Replacement): boolean {
  return is === 'replaced' || is === 'notVerified';
}

const WORDS: Readonly<Record<Badness, (last: string) => string>> = {
  notRegistered: last => `${last} is not registered in this scope`,
  elsewhere: last => `${last} is of another scope`,
  itself: () => 'it names this target itself',
  circle: last => `it leads into a circle at ${last}`,
  disabled: last => `${last} has enabled=false`,
  unreadable: last => `the key of ${last} is not understood`,
  notNamed: last => `${last} was replaced itself, by what nobody says`,
  endless: () => `more than ${MOST_LINKS} targets replace each other`,
};

/** What is wrong, and the fix. @param right the right spelling of what may be meant */
export function replacementFault({ because, named, last }: BadReplacement, right?: string): string {
  const via = last === named ? '' : ` (reached from ${quoted(named)})`;
  const fix = right === undefined ? 'name a watched target of this scope' : `write '${right}'`;
  return `replacedBy: ${WORDS[because](quoted(last))}${via}; ${fix}, or clear it; until then the target is watched`;
}

function isNotNamed(text: string): boolean {
  return text.toLowerCase() === NOT_NAMED;
}
