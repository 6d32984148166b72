/** Poison messages: a sweep message that could not be handled is told to the operators, since it will not come back. */

import type { MailPolicy } from '../../core/watched';
import { DAY } from '../../formats/instant';
import type { Clock, Log, Tables } from '../ports';

export interface TellPoison {
  readonly tables: Pick<Tables, 'outbox'>;
  readonly clock: Clock;
  readonly mail: MailPolicy;
}

const MOST_SHOWN = 300;

/** Puts one line for each operator; the next tick of the schedule sweeps the scope anew. */
export async function tellPoison(
  message: unknown,
  { tables, clock, mail }: TellPoison,
  log: Log,
): Promise<void> {
  const now = clock.now();
  // Whole characters: half a one would make the store refuse the line.
  const shown = Array.from(JSON.stringify(message) ?? String(message))
    .slice(0, MOST_SHOWN)
    .join('');
  const note = `A sweep message could not be handled five times and was set aside; the next tick sweeps anew. It was: ${shown}`;
  log.warn(note);
  if (mail.to === 'none') return;
  // One line a scope and day: a message that fails at every tick must not bury what else operators are to hear.
  const about = now - (now % DAY);
  const line = {
    scope: 'sweeps',
    name: scopeOf(message),
    reason: 'poisoned',
    about,
    crossedOn: about,
    since: now,
    note,
  };
  await tables.outbox.put(mail.operators.map(owner => ({ owner, ...line })));
}

function scopeOf(message: unknown): string {
  const scope = typeof message === 'object' && message !== null && 'scope' in message ? message.scope : '';
  return typeof scope === 'string' ? scope.slice(0, MOST_SHOWN) : '';
}
