/** Health: whether the watcher itself can be trusted right now; it tells no names, since anybody may ask. */
import { HOUR, type Instant, MINUTE } from '../../formats/instant';
import type { Clock, ScopeRow, Tables } from '../ports';

export interface HealthSource {
  readonly tables: Pick<Tables, 'registry' | 'scopes' | 'outbox'>;
  /** Creates the tables where they are missing. */
  ready(): Promise<void>;
  readonly clock: Clock;
  /** The longest gap between two ticks of the sweep's schedule. */
  readonly sweepPeriodMs: number;
}

export interface HealthReason {
  readonly code: 'sweepOverdue' | 'mailBacklog' | 'storageUnreachable';
  readonly message: string;
}

export interface Health {
  readonly reasons: readonly HealthReason[];
  /** How long the oldest untold reminder has waited; undefined where none waits or nobody can say. */
  readonly oldestReminderMs: number | undefined;
}

/** How a storage account fails that is away or does not let us in. */
const STORAGE_FAULTS = [
  'RestError',
  'AuthenticationError',
  'AggregateAuthenticationError',
  'CredentialUnavailableError',
];
const PERIODS = 3;
const GRACE = 30 * MINUTE;
const LONGEST_UNTOLD = 6 * HOUR;

/** Why the watcher can't be trusted, no reasons when it can. */
export async function health(source: HealthSource): Promise<Health> {
  try {
    await source.ready();
    const now = source.clock.now();
    const [sweeps, oldest] = await Promise.all([sweepReasons(source, now), source.tables.outbox.oldest()]);
    const waited = oldest === undefined ? undefined : Math.max(0, now - oldest);
    return { reasons: [...sweeps, ...mailReasons(waited)], oldestReminderMs: waited };
  } catch (error) {
    if (!(error instanceof Error) || !STORAGE_FAULTS.includes(error.name)) throw error;
    const reasons: HealthReason[] = [
      { code: 'storageUnreachable', message: 'The tables could not be read.' },
    ];
    return { reasons, oldestReminderMs: undefined };
  }
}

async function sweepReasons({ tables, sweepPeriodMs }: HealthSource, now: Instant): Promise<HealthReason[]> {
  const patience = PERIODS * sweepPeriodMs + GRACE;
  const finished = new Set<string>();
  let overdue = 0;
  for await (const row of tables.scopes.all()) {
    if (row.finishedOn === undefined) continue;
    finished.add(row.scope);
    if (now - lastSign(row, row.finishedOn) > patience) overdue += 1;
  }
  // A scope without a finished sweep is as late as its registry rows are old.
  for await (const { scope, touchedOn } of tables.registry.scopes()) {
    if (!finished.has(scope) && now - touchedOn > patience) overdue += 1;
  }
  const message = `${overdue} scopes have finished no sweep for ${Math.round(patience / MINUTE)} minutes.`;
  return overdue > 0 ? [{ code: 'sweepOverdue', message }] : [];
}

/** A pause that the service asked for is no delay of ours. */
function lastSign(row: ScopeRow, finishedOn: Instant): Instant {
  return Math.max(finishedOn, row.pace?.pausedUntil ?? 0);
}

function mailReasons(waited: number | undefined): HealthReason[] {
  if (waited === undefined || waited < LONGEST_UNTOLD) return [];
  const hours = Math.floor(waited / HOUR);
  return [{ code: 'mailBacklog', message: `The oldest untold reminder has waited ${hours} hours.` }];
}
