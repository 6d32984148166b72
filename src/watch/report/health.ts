/** Health: whether the watcher itself works. It shows no names, since it can be asked without signing in. */
import { HOUR, type Instant, MINUTE, SECOND } from '../../formats/instant';
import { counted, moment } from '../../formats/when';
import type { Clock, MailState, ScopeRow, Tables } from '../ports';
import { isOverdue, longestGapOf } from '../sweep/last-sweep';
import { type TransportNames, transportStates } from './transport-states';

interface Deps {
  readonly tables: Pick<Tables, 'registry' | 'scopes' | 'outbox' | 'mailLedger' | 'calendar' | 'history'>;
  /** Creates the tables that are missing. */
  ready(): Promise<void>;
  readonly clock: Clock;
  /** The longest gap between two ticks of the sweep's schedule. */
  readonly sweepPeriodMs: number;
  readonly mailState: MailState;
  readonly transports: TransportNames;
}

export interface HealthReason {
  readonly code:
    | 'sweepOverdue'
    | 'rowsLost'
    | 'nothingReadable'
    | 'signInFails'
    | 'mailRefused'
    | 'mailSettings'
    | 'fallbackInUse'
    | 'mailBacklog'
    | 'remindersUnreached'
    | 'calendarUnwritable'
    | 'historyUnwritable'
    | 'storageUnreachable'
    | 'tablesNewer';
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
/** From then on a reminder that waits is a fault. */
export const LONGEST_UNTOLD = 6 * HOUR;
/** Anyone may ask, as often as they like. */
const LOOK_LASTS = 5 * SECOND;

/**
 * Health for any number of askers: they share one look at the tables in 5 s, also one that fails or takes long. A look makes about
 * ten calls, of which one may answer a page of scopes; their number does not grow with the fleet.
 */
export function sharedHealth(deps: Deps): () => Promise<Health> {
  let look: { readonly on: Instant; readonly answer: Promise<Health> } | undefined;
  let isOver = true;
  return () => {
    const now = deps.clock.now();
    // A clock that was set back must not keep an old look.
    const isFresh = look !== undefined && now >= look.on && now - look.on < LOOK_LASTS;
    if (look && (isFresh || !isOver)) return look.answer;
    isOver = false;
    const answer = health(deps).finally(() => {
      isOver = true;
    });
    look = { on: now, answer };
    return answer;
  };
}

/** Lists the reasons why the watcher does not work; an empty list means that it works. */
async function health(deps: Deps): Promise<Health> {
  const unset = settingReasons(deps.mailState);
  try {
    await deps.ready();
    const now = deps.clock.now();
    const [scopes, refused, oldest, derived] = await Promise.all([
      scopeReasons(deps, now),
      mailReasons(deps, now),
      deps.tables.outbox.oldest(now - LONGEST_UNTOLD),
      derivedReasons(deps),
    ]);
    const waited = oldest === undefined ? undefined : Math.max(0, now - oldest);
    // What is left in the outbox when an operator turns mail off waits as that operator wants it.
    const late = deps.mailState.isOff ? [] : backlog(waited);
    return { reasons: [...unset, ...scopes, ...refused, ...late, ...derived], oldestReminderMs: waited };
  } catch (error) {
    const reason = storageReason(error);
    if (!reason) throw error;
    return { reasons: [...unset, reason], oldestReminderMs: undefined };
  }
}

function storageReason(error: unknown): HealthReason | undefined {
  if (!(error instanceof Error)) return undefined;
  if (error.name === 'NewerTables') return { code: 'tablesNewer', message: error.message };
  if (!STORAGE_FAULTS.includes(error.name)) return undefined;
  return { code: 'storageUnreachable', message: 'The tables could not be read.' };
}

async function scopeReasons({ tables, sweepPeriodMs }: Deps, now: Instant): Promise<HealthReason[]> {
  const longestGap = longestGapOf(sweepPeriodMs);
  const [suspects, isUnseen, unreadable] = await Promise.all([
    tables.scopes.suspects(now - longestGap),
    isFirstUnseen(tables, now - longestGap),
    nothingReadable(tables),
  ]);
  const overdue = suspects.filter(row => isOverdue(row, now - longestGap)).length + Number(isUnseen);
  return [
    ...overdueReason(overdue, longestGap),
    ...lostReason(suspects),
    ...signInReason(suspects),
    ...unreachedReason(suspects),
    ...unreadable,
  ];
}

/** Where startSweep does not run, no scope is recorded: then the age of the first registry row shows it. */
async function isFirstUnseen({ registry, scopes }: Deps['tables'], before: Instant): Promise<boolean> {
  for await (const { scope, touchedOn } of registry.scopes())
    return touchedOn < before && (await scopes.get(scope)) === undefined;
  return false;
}

function overdueReason(overdue: number, longestGap: number): HealthReason[] {
  const message = `${counted(overdue, 'scope')} ${overdue === 1 ? 'has' : 'have'} finished no sweep for ${counted(Math.round(longestGap / MINUTE), 'minute')}.`;
  return overdue > 0 ? [{ code: 'sweepOverdue', message }] : [];
}

/** It ends with the sweep after somebody was told, or after there is nothing to tell any more. */
function unreachedReason(suspects: readonly ScopeRow[]): HealthReason[] {
  const unreached = suspects.reduce((sum, row) => sum + (row.unreached ?? 0), 0);
  if (unreached === 0) return [];
  const message = `${counted(unreached, 'reminder')} reached neither an owner nor an operator: correct the addresses of the owners, or set OPERATORS to addresses that can be reached. The targets' pages say which mails did not arrive, and why.`;
  return [{ code: 'remindersUnreached', message }];
}

function lostReason(suspects: readonly ScopeRow[]): HealthReason[] {
  const targets = suspects.reduce((sum, { rowsLost }) => sum + (rowsLost?.count ?? 0), 0);
  const message = `The registry rows of ${counted(targets, 'target')} vanished at once. Restore them, or confirm the removal on the dashboard or with POST registry/lost; a day after, the targets go by themselves.`;
  return targets > 0 ? [{ code: 'rowsLost', message }] : [];
}

function signInReason(suspects: readonly ScopeRow[]): HealthReason[] {
  const count = suspects.filter(({ readability }) => readability === 'signIn').length;
  const message = `The watcher can't sign in to read the targets of ${counted(count, 'scope')}: check its managed identity and AZURE_CLIENT_ID.`;
  return count > 0 ? [{ code: 'signInFails', message }] : [];
}

async function nothingReadable({ scopes }: Deps['tables']): Promise<HealthReason[]> {
  if (await scopes.anyReadable('some')) return [];
  const isTried = (await scopes.anyReadable('none')) || (await scopes.anyReadable('signIn'));
  const message =
    'No target can be read at all: look at the reasons on status, and at the roles of the watcher’s identity.';
  return isTried ? [{ code: 'nothingReadable', message }] : [];
}

/** A fault may hold an address, so only the settings are named here. */
function settingReasons({ isOff, faults, fallbackFaults }: MailState): HealthReason[] {
  const reason = (what: string, faults: readonly string[], so: string): HealthReason[] => {
    const settings = [...new Set(faults.map(fault => fault.split(':', 1)[0]))].join(', ');
    const message = `${what} are missing or wrong (${settings}). The dashboard and the log of sendReminders say what to write. ${so}`;
    return isOff || faults.length === 0 ? [] : [{ code: 'mailSettings', message }];
  };
  return [
    ...reason('No mail is sent: settings of mail', faults, 'No reminder is lost; they wait.'),
    ...reason(
      'The fallback of mail is not used: settings of it',
      fallbackFaults,
      'Mails go by the first transport alone.',
    ),
  ];
}

async function mailReasons({ tables: { mailLedger }, transports }: Deps, now: Instant) {
  const state = transportStates(await mailLedger.everyTransport(), transports, now);
  const reasons = state.transports.flatMap(({ transport, fault }): HealthReason[] => {
    if (!fault) return [];
    const code = fault.why === 'signIn' ? 'signInFails' : 'mailRefused';
    const message = `No mail is taken by ${transport} since ${moment(fault.since)}, for a fault of our own: ${fault.message}. No reminder is lost.`;
    return [{ code, message }];
  });
  if (state.fallbackInUse) {
    const { first, fallback, since, message } = state.fallbackInUse;
    const words = `Mails go by the fallback, ${fallback}, an hour late: ${first} took none since ${moment(since)}, ${message}.`;
    reasons.push({ code: 'fallbackInUse', message: words });
  }
  return reasons;
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

function backlog(waited: number | undefined): HealthReason[] {
  if (waited === undefined || waited < LONGEST_UNTOLD) return [];
  const hours = Math.floor(waited / HOUR);
  return [
    { code: 'mailBacklog', message: `The oldest untold reminder has waited ${counted(hours, 'hour')}.` },
  ];
}
