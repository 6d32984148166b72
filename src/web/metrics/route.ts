/** `GET metrics`: the state of the targets and of the watcher for Prometheus; each metric with its name, meaning and labels. */
import { SECOND } from '../../formats/instant';
import { EXPOSITION, exposition, type Family, type Sample } from '../../formats/prometheus';
import type { Measures, ScopeMeasures } from '../../watch/report/metrics';
import type { Response } from '../problem';
import { lenient, type Route } from '../route';

export const metrics: Route = {
  name: 'metrics',
  path: 'metrics',
  auth: 'key',
  methods: {
    // A scraper may add parameters of its own.
    GET: lenient({
      tag: 'For programs',
      summary: 'Metrics for Prometheus',
      description:
        'When each of the soonest dated targets expires, as an instant, and how the watcher itself is.',
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

export function familiesOf(measures: Measures): Family[] {
  return [
    ...watcherFamilies(measures),
    ...fleetFamilies(measures),
    ...targetFamilies(measures),
    ...scopeFamilies(measures),
    ...mailFamilies(measures),
  ];
}

function watcherFamilies({ version, sweepPeriodMs }: Measures): Family[] {
  return [
    family('build_info', 'The version that answers; always 1.', some(1, { version })),
    family(
      'sweep_period_seconds',
      "The longest gap between two ticks of the sweep's schedule.",
      some(sweepPeriodMs / SECOND),
    ),
  ];
}

function fleetFamilies({ fleet: { standings, checks, minted, asOf } }: Measures): Family[] {
  return [
    family('targets', 'Targets by standing, as the last sweeps counted them.', by('standing', standings)),
    family(
      'targets_by_check',
      'Targets by how reading them goes, as the last sweeps counted them.',
      by('check', checks),
    ),
    family(
      'minted_targets',
      'Targets whose every read makes a new token, so that no expiry is shown.',
      some(minted),
    ),
    family(
      'counts_timestamp_seconds',
      'When the oldest of the sweeps ended that counted the targets.',
      some(seconds(asOf)),
    ),
  ];
}

function targetFamilies({ targets: { dated, failures, leftOut } }: Measures): Family[] {
  return [
    family(
      'target_expiry_timestamp_seconds',
      'When a target expires or has expired; the 5,000 soonest of those that have a date.',
      dated.map(({ kind, scope, name, expiresOn }) => ({
        labels: { kind, scope, name },
        value: expiresOn / SECOND,
      })),
    ),
    family(
      'failing_targets',
      'Targets that can not be read or understood, by code; of those that were looked at.',
      by('code', Object.fromEntries(failures)),
    ),
    family(
      'targets_left_out',
      'Targets that were not looked at: the later of more than 5,000 with a date, or of more than 5,000 without one.',
      some(leftOut),
    ),
  ];
}

function scopeFamilies({ scopes, scopesLeftOut }: Measures): Family[] {
  const each = (name: string, help: string, measure: (scope: ScopeMeasures) => number | undefined) =>
    family(
      `scope_${name}`,
      help,
      scopes.flatMap(one => some(measure(one), { scope: one.scope })),
    );
  return [
    each('targets', 'Targets of a scope, as its last sweep counted them.', one => one.targets),
    each(
      'failing_targets',
      'Targets of a scope whose reads fail, as its last sweep counted them.',
      one => one.failing,
    ),
    each('sweep_started_timestamp_seconds', 'When the last sweep of a scope began.', one =>
      seconds(one.startedOn),
    ),
    each('sweep_finished_timestamp_seconds', 'When a sweep of a scope last ended.', one =>
      seconds(one.finishedOn),
    ),
    each('sweep_duration_seconds', 'How long the last sweep of a scope took that ended.', one =>
      seconds(one.durationMs),
    ),
    each(
      'throttled_until_timestamp_seconds',
      'Until when the service of a scope last asked to wait; over once it is past.',
      one => seconds(one.pausedUntil),
    ),
    each('lease_held', 'Whether a scope is being swept: 1, or 0.', one => Number(one.leased)),
    family(
      'scopes_left_out',
      'Scopes that are counted and not shown one by one; the 1,000 stalest are.',
      some(scopesLeftOut),
    ),
  ];
}

function mailFamilies({ outbox, mail, mails }: Measures): Family[] {
  const quotas = Object.entries(mail);
  return [
    family(
      'outbox_lines',
      'Reminders and notices that wait to be told, by reason; threshold stands for every threshold.',
      by('reason', Object.fromEntries(outbox.lines)),
    ),
    family(
      'outbox_oldest_line_timestamp_seconds',
      "Since when the oldest of them waits; operators' own matters left out, of which they hear once a day.",
      some(seconds(outbox.oldest)),
    ),
    family(
      'outbox_cut',
      'Whether more wait than were counted, about 10,000: 1, or 0.',
      some(Number(outbox.cut)),
    ),
    family(
      'digests',
      'Mails being sent (claimed), to be tried again (retrying), and accepted by a mail service that has not yet said what became of them (followed).',
      by('state', outbox.digests),
    ),
    {
      ...family(
        'mails_total',
        'Mails by what became of them, over the life of the installation: each once as accepted by the mail service, refused by it or given up on it; of those accepted each once more as delivered, undelivered or unknown after a day.',
        by('outcome', mails),
      ),
      type: 'counter',
    },
    family(
      'mail_requests_last_hour',
      'What all instances together asked of the mail service in the last hour, by quota: send, or look for what became of a mail.',
      quotas.map(([quota, { lastHour }]) => ({ labels: { quota }, value: lastHour })),
    ),
    family(
      'mail_paused_until_timestamp_seconds',
      'Until when the mail service last asked to wait, by quota; over once it is past.',
      quotas.flatMap(([quota, { pausedUntil }]) => some(seconds(pausedUntil), { quota })),
    ),
  ];
}

function family(name: string, help: string, samples: readonly Sample[]): Family {
  return { name: `expiry_watcher_${name}`, help, samples };
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
