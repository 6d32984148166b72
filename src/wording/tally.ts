/** How many tokens, registry rows and matters of the watcher a mail is about: the count that a subject line gives. */
import type { Digest, DigestLine, Subject } from '../core/digest';
import { counted } from '../formats/when';

export interface Tally {
  readonly tokens: number;
  readonly rows: number;
  readonly matters: number;
  /** Tokens with nothing but good news. */
  readonly good: number;
}

type Sort = keyof Tally;

/** Targets, not lines: an operator may be told of one target's expiry and of its row in one mail; what is worst counts. */
export function tallyOf({ lines, more }: Digest): Tally {
  const sorts = new Map<string, Sort>();
  for (const line of lines)
    if (!sorts.has(identityOf(line))) sorts.set(identityOf(line), sortOf(line.subject));
  const tally = { tokens: 0, rows: 0, matters: 0, good: 0 };
  for (const sort of sorts.values()) tally[sort] += 1;
  // Lines come most urgent first, so what follows in the next mail is no worse than the last of them.
  const last = lines.at(-1);
  if (last) tally[sortOf(last.subject)] += more;
  return tally;
}

/** How many things somebody has to see to. */
export function needsOf({ tokens, rows, matters }: Tally): number {
  return tokens + rows + matters;
}

/** `4 tokens and 1 registry row need you`. */
export function needsWords(tally: Tally): string {
  const { tokens, rows, matters } = tally;
  const alone = tokens + rows === 0;
  const parts = [
    ...(tokens > 0 ? [counted(tokens, 'token')] : []),
    ...(rows > 0 ? [counted(rows, 'registry row')] : []),
    ...(matters > 0 ? [counted(matters, 'matter') + (alone ? ' of the watcher' : '')] : []),
  ];
  const last = parts.pop() ?? 'No token';
  const all = parts.length > 0 ? `${parts.join(', ')} and ${last}` : last;
  return `${all} ${needsOf(tally) > 1 ? 'need' : 'needs'} you`;
}

export function isGood(subject: Subject): boolean {
  return sortOf(subject) === 'good';
}

function sortOf({ is }: Subject): Sort {
  if (is === 'invalid') return 'rows';
  if (is === 'matter') return 'matters';
  return is === 'renewed' || is === 'readable' ? 'good' : 'tokens';
}

function identityOf({ reminder, subject }: DigestLine): string {
  const { scope, name, reason, about } = reminder;
  return JSON.stringify(subject.is === 'matter' ? [scope, name, reason, about] : [scope, name]);
}
