/** Health as `GET health` answers it. */
import * as v from 'valibot';
import { SECOND } from '../formats/instant';
import { type Answer, json } from './problem';
import { described, listOf } from './shape';

export const HealthBody = v.object({
  healthy: v.boolean(),
  reasons: listOf(
    v.object({
      code: v.picklist(['sweepOverdue', 'mailBacklog', 'storageUnreachable']),
      message: described(v.string(), 'For a person; it tells no names.'),
    }),
  ),
  oldestReminderSeconds: described(
    v.nullable(v.pipe(v.number(), v.integer(), v.minValue(0))),
    'How long the oldest untold reminder has waited; null while none waits.',
  ),
});
type HealthBody = v.InferOutput<typeof HealthBody>;

interface Health {
  readonly reasons: HealthBody['reasons'];
  readonly oldestReminderMs: number | undefined;
}

/** 200, or 503 with the reasons. */
export function healthAnswer({ reasons, oldestReminderMs }: Health): Answer {
  const healthy = reasons.length === 0;
  const oldestReminderSeconds = oldestReminderMs === undefined ? null : Math.round(oldestReminderMs / SECOND);
  const body: HealthBody = { healthy, reasons, oldestReminderSeconds };
  return json(healthy ? 200 : 503, body);
}
