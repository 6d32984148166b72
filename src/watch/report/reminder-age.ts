/** Tells how long the oldest reminder has waited, so that an alert sees a backlog also while the sender itself does not run. */
import { eventLine } from '../../core/events';
import type { Clock, Log, Tables } from '../ports';
import { LONGEST_UNTOLD } from './health';

interface Deps {
  readonly tables: Pick<Tables, 'outbox'>;
  readonly clock: Clock;
}

/** Never throws: no sweep fails for it. */
export async function tellReminderAge({ tables, clock }: Deps, log: Log): Promise<void> {
  try {
    const now = clock.now();
    // Of more lines than a page holds, one that has waited too long is found all the same.
    const oldest = await tables.outbox.oldest(now - LONGEST_UNTOLD);
    log.info(eventLine('reminderAge', { oldestMs: oldest === undefined ? 0 : Math.max(0, now - oldest) }));
  } catch (error) {
    log.warn(`How long reminders wait is not known: ${error}`);
  }
}
