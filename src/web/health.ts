/** Health as `GET health` answers it. */
import { SECOND } from '../core/instant';
import { type Answer, json } from './problem';

interface Health {
  readonly reasons: readonly { readonly code: string; readonly message: string }[];
  readonly oldestReminderMs: number | undefined;
}

/** 200, or 503 with the reasons; `oldestReminderSeconds` is null while no reminder waits. */
export function healthAnswer({ reasons, oldestReminderMs }: Health): Answer {
  const healthy = reasons.length === 0;
  const oldestReminderSeconds = oldestReminderMs === undefined ? null : Math.round(oldestReminderMs / SECOND);
  return json(healthy ? 200 : 503, { healthy, reasons, oldestReminderSeconds });
}
