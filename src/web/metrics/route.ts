/** `GET metrics`: the state of the targets and of the watcher, for Prometheus. */
import { SECOND } from '../../formats/instant';
import { EXPOSITION, exposition, type Family, type Sample } from '../../formats/prometheus';
import type { Measures, ScopeMeasures } from '../../watch/report/metrics';
import type { Response } from '../problem';
import { lenient, type Route } from '../route';

export const metrics: Route = {
  name: 'metrics',
  path: 'metrics',
  methods: {
    // A scraper may add parameters of its own.
    GET: lenient({
      tag: 'For programs',
      summary: 'Metrics for Prometheus',
      description:
        'When each of the soonest dated targets expires, as an instant, and the state of the watcher.',
      responses: { 200: { is: 'Text format 0.0.4.', content: { [EXPOSITION]: 'text' } } },
      handler: async ({ app }) => metricsResponse(await app().metrics()),
    }),
  },
};

export function metricsResponse(measures: Measures): Response {
  return {
    status: 200,
    // No cache may keep names and expiries.
    headers: { 'content-type': EXPOSITION, 'cache-control': 'no-store' },
    body: exposition(familiesOf(measures)),
  };
}

/** Each metric with its name below `expiry_watcher_`, its help and its series. */
export function familiesOf(measures: Measures): Family[] {
  const { version, sweepPeriodMs, scopesLeftOut, outbox, mails, transports, mailOff, mailUnset } = measures;
  const { standings, checks, minted, asOf } = measures.fleet;
  const { dated, failures, leftOut } = measures.targets;
  const quotas = Object.entries(measures.mail);
  const byScope = (measure: (scope: ScopeMeasures) => number | undefined) =>
    measures.scopes.flatMap(one => some(measure(one), { scope: one.scope }));
  const families: readonly (readonly [name: string, help: string, samples: readonly Sample[]])[] = [
    ['build_info', 'The version that answers; always 1.', some(1, { version })],
    [
      'sweep_period_seconds',
      "The longest gap between two ticks of the sweep's schedule.",
      some(sweepPeriodMs / SECOND),
    ],
    ['targets', 'Targets by standing, as the last sweeps counted them.', by('standing', standings)],
    [
      'targets_by_check',
      'Targets by how reading them goes, as the last sweeps counted them.',
      by('check', checks),
    ],
    [
      'minted_targets',
      'Targets whose every read makes a new token, so that no expiry is shown.',
      some(minted),
    ],
    [
      'counts_timestamp_seconds',
      'When the oldest of the sweeps ended that counted the targets.',
      some(seconds(asOf)),
    ],
    [
      'target_expiry_timestamp_seconds',
      'When a target expires or has expired; the 5,000 soonest of those that have a date.',
      dated.flatMap(({ kind, scope, name, expiresOn }) => some(expiresOn / SECOND, { kind, scope, name })),
    ],
    [
      'failing_targets',
      'Targets that can not be read or understood, or are said to be replaced by nobody knows what, by code; of those that were looked at.',
      by('code', Object.fromEntries(failures)),
    ],
    [
      'targets_left_out',
      'Targets that were not looked at: the later of more than 5,000 with a date, or of more than 5,000 without one.',
      some(leftOut),
    ],
    [
      'scope_targets',
      'Targets of a scope, as its last sweep counted them.',
      byScope(({ targets }) => targets),
    ],
    [
      'scope_failing_targets',
      'Targets of a scope whose reads fail, as its last sweep counted them.',
      byScope(({ failing }) => failing),
    ],
    [
      'scope_sweep_started_timestamp_seconds',
      'When the last sweep of a scope began.',
      byScope(({ startedOn }) => seconds(startedOn)),
    ],
    [
      'scope_sweep_finished_timestamp_seconds',
      'When a sweep of a scope last ended.',
      byScope(({ finishedOn }) => seconds(finishedOn)),
    ],
    [
      'scope_sweep_duration_seconds',
      'How long the last sweep of a scope took that ended.',
      byScope(({ durationMs }) => seconds(durationMs)),
    ],
    [
      'scope_throttled_until_timestamp_seconds',
      'Until when the service of a scope last asked to wait; a time in the past means no pause.',
      byScope(({ pausedUntil }) => seconds(pausedUntil)),
    ],
    ['scope_lease_held', 'Whether a scope is being swept: 1, or 0.', byScope(({ leased }) => Number(leased))],
    [
      'scopes_left_out',
      'Scopes that are counted and not shown one by one; those with the 1,000 oldest sweeps are.',
      some(scopesLeftOut),
    ],
    [
      'outbox_lines',
      'Reminders and notices that wait to be told, by reason; threshold stands for every threshold.',
      by('reason', Object.fromEntries(outbox.lines)),
    ],
    [
      'outbox_oldest_line_timestamp_seconds',
      'Since when the oldest of them waits; without operator notices, which are sent once a day.',
      some(seconds(outbox.oldest)),
    ],
    ['outbox_cut', 'Whether more wait than were counted, about 10,000: 1, or 0.', some(Number(outbox.cut))],
    [
      'digests',
      'Mails being sent (claimed), to be tried again (retrying), and accepted by a mail service that has not yet said what became of them (followed).',
      by('state', outbox.digests),
    ],
    [
      'mails_total',
      'Mails by what became of them, over the life of the installation: each once as accepted by the mail service, refused by it or given up on it; of those accepted each once more as delivered, undelivered or unknown after a day.',
      by('outcome', mails),
    ],
    [
      'mail_stopped',
      'Whether a mail transport takes no mail for a fault of our own, or none is used because settings of mail are missing or wrong: 1, or 0.',
      [
        ...transports.flatMap(({ transport, fault }) => some(Number(fault !== undefined), { transport })),
        ...(mailUnset ? some(1, { transport: '' }) : []),
      ],
    ],
    ['mail_off', 'Whether MAIL_TO is none, so that no mail is sent: 1, or 0.', some(Number(mailOff))],
    [
      'mails_accepted_total',
      'Mails that a mail transport took, of those that are set, since they are counted apart.',
      transports.flatMap(({ transport, accepted }) => some(accepted, { transport })),
    ],
    [
      'mail_fallback_in_use',
      'Whether the first mail transport takes no mail and the fallback does: 1, or 0.',
      some(Number(measures.fallbackInUse)),
    ],
    [
      'mail_requests_last_hour',
      'What all instances together asked of the first mail service in the last hour, by quota: send, or look for what became of a mail.',
      quotas.flatMap(([quota, { lastHour }]) => some(lastHour, { quota })),
    ],
    [
      'mail_paused_until_timestamp_seconds',
      'Until when the mail service last asked to wait, by quota; a time in the past means no pause.',
      quotas.flatMap(([quota, { pausedUntil }]) => some(seconds(pausedUntil), { quota })),
    ],
  ];
  return families.map(([name, help, samples]) => ({ name: `expiry_watcher_${name}`, help, samples }));
}

/** One series for each word. */
function by(label: string, counts: Readonly<Record<string, number>>): Sample[] {
  return Object.entries(counts).map(([word, value]) => ({ labels: { [label]: word }, value }));
}

/** One series, or none while its value is unknown. */
function some(value: number | undefined, labels: Readonly<Record<string, string>> = {}): Sample[] {
  return value === undefined ? [] : [{ labels, value }];
}

function seconds(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : ms / SECOND;
}
