/** What is still to be told in a world: decided from the recorded states, and what waits in the outbox. */
import { crossingsFor, remindersFor } from '../../src/core/assess';
import { isForOperators } from '../../src/core/notices';
import { describeReminder } from '../../src/core/reminder';
import type { SendDeps } from '../../src/watch/remind/send-digest';
import { resolveTarget, successorsOf } from '../../src/watch/targets/successors';
import { allStates } from './states';

/** All that is due by the current state, for owners and operators. Notices to operators may wait for a day. */
export async function duePerTarget(watch: SendDeps): Promise<string[]> {
  const due: string[] = [];
  for await (const state of allStates(watch.tables)) {
    const row = await watch.tables.registry.row(state);
    if (!row) continue;
    const successors = successorsOf(row.scope, watch.tables, watch.kinds);
    const { watched } = await resolveTarget(row, watch.kinds, successors);
    if (!watched.columns.enabled) continue;
    const crossings = crossingsFor(watched, state);
    due.push(
      ...remindersFor(watched, state, crossings, watch.mail, watch.clock.now()).map(
        reminder => `${reminder.name}: ${describeReminder(reminder)}`,
      ),
    );
  }
  for await (const { lines } of watch.tables.outbox.byOwner())
    due.push(
      ...lines
        .filter(({ reminder }) => !isForOperators(reminder))
        .map(({ reminder }) => `in the outbox: ${describeReminder(reminder)}`),
    );
  return due;
}
