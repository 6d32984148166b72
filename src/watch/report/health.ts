/** Health: whether the watcher itself works. It shows no names, since it can be asked without signing in. */
import { HOUR, type Instant, MINUTE } from '../../formats/instant';
import { counted } from '../../formats/when';
import type { Clock, Tables } from '../ports';

interface Deps {
  readonly tables: Pick<Tables, 'registry' | 'scopes' | 'outbox' | 'calendar' | 'history'>;
  /** Creates the tables that are missing. */
  ready(): Promise<void>;
  readonly clock: Clock;
  /** The longest gap between two ticks of the sweep's schedule. */
  readonly sweepPeriodMs: number;
}

export interface HealthReason {
  readonly code:
    | 'sweepOverdue'
    | 'mailBacklog'
    | 'remindersUnreached'
    | 'calendarUnwritable'
    | 'historyUnwritable'
    | 'storageUnreachable';
  readonly message: string;
}

export interface Health {
  readonly reasons: readonly HealthReason[];
  /** How long the oldest untold reminder has waited; undefined if none waits or the tables can't be read. */
  readonly oldestReminderMs: number | undefined;
}

/** Names of the errors of a storage account that can't be reached or denies access. */
const STORAGE_FAULTS = [
  'RestError',
  'AuthenticationError',
  'AggregateAuthenticationError',
  'CredentialUnavailableError',
];
const PERIODS = 3;
const GRACE = 30 * MINUTE;
const LONGEST_UNTOLD = 6 * HOUR;

/** Lists the reasons why the watcher does not work; an empty list means that it works. */
export async function health(deps: Deps): Promise<Health> {
  try {
    await deps.ready();
    const now = deps.clock.now();
    const [scopes, oldest, derived] = await Promise.all([
      scopeReasons(deps, now),
      deps.tables.outbox.oldest(),
      derivedReasons(deps),
    ]);
    const waited = oldest === undefined ? undefined : Math.max(0, now - oldest);
    return { reasons: [...scopes, ...mailReasons(waited), ...derived], oldestReminderMs: waited };
  } catch (error) {
    if (!(error instanceof Error) || !STORAGE_FAULTS.includes(error.name)) throw error;
    const reasons: HealthReason[] = [
      { code: 'storageUnreachable', message: 'The tables could not be read.' },
    ];
    return { reasons, oldestReminderMs: undefined };
  }
}

async function scopeReasons({ tables, sweepPeriodMs }: Deps, now: Instant): Promise<HealthReason[]> {
  const longestGap = PERIODS * sweepPeriodMs + GRACE;
  const finished = new Set<string>();
  let overdue = 0;
  let unreached = 0;
  for await (const row of tables.scopes.all()) {
    unreached += row.unreached ?? 0;
    if (row.finishedOn === undefined) continue;
    finished.add(row.scope);
    // A pause that the service asked for is not the watcher's delay.
    if (now - Math.max(row.finishedOn, row.pace?.pausedUntil ?? 0) > longestGap) overdue += 1;
  }
  // A scope that was never swept is overdue from the age of its registry rows on.
  for await (const { scope, touchedOn } of tables.registry.scopes()) {
    if (!finished.has(scope) && now - touchedOn > longestGap) overdue += 1;
  }
  const message = `${counted(overdue, 'scope')} ${overdue === 1 ? 'has' : 'have'} finished no sweep for ${counted(Math.round(longestGap / MINUTE), 'minute')}.`;
  return [
    ...(overdue > 0 ? [{ code: 'sweepOverdue', message } as const] : []),
    ...unreachedReasons(unreached),
  ];
}

/** It ends with the sweep after somebody was told, or after there is nothing to tell any more. */
function unreachedReasons(unreached: number): HealthReason[] {
  if (unreached === 0) return [];
  const message = `${counted(unreached, 'reminder')} reached neither an owner nor an operator: correct the addresses of the owners, or set OPERATORS to addresses that can be reached. The targets' pages say which mails did not arrive, and why.`;
  return [{ code: 'remindersUnreached', message }];
}

/** Reading and mails go on without these tables, so nothing else shows that they fail. */
async function derivedReasons({ tables: { calendar, history } }: Deps): Promise<HealthReason[]> {
  const [unlisted, unrecorded] = await Promise.all([calendar.refusal(), history.refusal()]);
  const reasons: HealthReason[] = [];
  if (unlisted !== undefined) {
    const message = `The calendar takes no writes (${unlisted}): reports and feeds show old states; reading and mails go on.`;
    reasons.push({ code: 'calendarUnwritable', message });
  }
  if (unrecorded !== undefined) {
    const message = `The history takes no writes (${unrecorded}): what happens now is missing in it; reading and mails go on.`;
    reasons.push({ code: 'historyUnwritable', message });
  }
  return reasons;
}

function mailReasons(waited: number | undefined): HealthReason[] {
  if (waited === undefined || waited < LONGEST_UNTOLD) return [];
  const hours = Math.floor(waited / HOUR);
  return [
    { code: 'mailBacklog', message: `The oldest untold reminder has waited ${counted(hours, 'hour')}.` },
  ];
}
