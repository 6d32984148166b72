/** `GET health`: whether the watcher works. It needs no key, so it shows no names. */
import * as v from 'valibot';
import { SECOND } from '../../formats/instant';
import type { Health, HealthReason } from '../../watch/report/health';
import { jsonOf, type Response } from '../problem';
import { lenient, type Route } from '../route';
import { described, Integer, listOf, wordsOf } from '../shape';

const CODES = wordsOf<HealthReason['code']>({
  sweepOverdue: true,
  rowsLost: true,
  nothingReadable: true,
  signInFails: true,
  mailRefused: true,
  mailSettings: true,
  fallbackInUse: true,
  mailBacklog: true,
  remindersUnreached: true,
  calendarUnwritable: true,
  historyUnwritable: true,
  storageUnreachable: true,
  tablesNewer: true,
});

const HealthBody = v.object({
  healthy: v.boolean(),
  reasons: listOf(
    v.object({
      code: v.picklist(CODES),
      message: described(v.string(), 'For a person; it tells no names.'),
    }),
  ),
  oldestReminderSeconds: described(
    v.nullable(v.pipe(Integer, v.minValue(0))),
    'How long the oldest untold reminder has waited; null while none waits.',
  ),
});
const HEALTH = jsonOf(HealthBody);

export const health: Route = {
  name: 'health',
  path: 'health',
  components: { Health: HealthBody },
  methods: {
    GET: lenient({
      tag: 'For programs',
      summary: 'Whether the watcher can be trusted',
      description: 'It needs no key and tells no names.',
      responses: {
        200: { is: 'The watcher works.', content: HEALTH.content },
        503: { is: 'It does not work; the answer has the reasons.', content: HEALTH.content },
      },
      handler: async ({ app }) => healthResponse(await app().health()),
    }),
  },
};

function healthResponse({ reasons, oldestReminderMs }: Health): Response {
  const healthy = reasons.length === 0;
  const oldestReminderSeconds = oldestReminderMs === undefined ? null : Math.round(oldestReminderMs / SECOND);
  return HEALTH.answer(healthy ? 200 : 503, { healthy, reasons, oldestReminderSeconds });
}
