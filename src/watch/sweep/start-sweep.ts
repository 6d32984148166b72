/** The start of a sweep, and its message: one for every scope that can be swept now. */
import pMap from 'p-map';
import * as v from 'valibot';
import { pauseEnd } from '../../core/pace';
import { formatInstant, type Instant, MINUTE, parseInstant } from '../../formats/instant';
import { traceparentOf } from '../../formats/traceparent';
import { counted } from '../../formats/when';
import type { Clock, Log, ScopeRow, Stored, Tables } from '../ports';
import { isHeld, type LastSweep, lastSweep } from './last-sweep';

const schema = v.object({
  scope: v.string('scope: the PartitionKey of registry rows'),
  tick: v.pipe(
    v.string('tick: an RFC 3339 instant'),
    v.check(text => parseInstant(text) !== undefined, 'tick: an RFC 3339 instant'),
  ),
  cursor: v.optional(v.string('cursor: the RowKey after which the sweep continues')),
  // A sweep does not depend on it, so a malformed one is no fault.
  traceparent: v.optional(v.pipe(v.unknown(), v.transform(traceparentOf))),
});

/**
 * The queue message that asks for one scope's sweep. `tick` is when the sweep of all scopes was started, `traceparent` by which run
 * of startSweep.
 */
export type SweepMessage = v.InferOutput<typeof schema>;

/** @throws an Error that names the faults. The runtime then tries again, and at last moves the message to the poison queue. */
export function parseSweepMessage(message: unknown): SweepMessage {
  const parsed = v.safeParse(schema, message);
  if (parsed.success) return parsed.output;
  const faults = parsed.issues.map(issue => issue.message).join('; ');
  throw new Error(`Malformed sweep message, want {"scope", "tick", "cursor"?, "traceparent"?}: ${faults}`);
}

const AT_ONCE = { concurrency: 16 };
/** The row of a scope that is not swept by then was not made by a sweep. */
const LONGEST_UNSEEN = 10 * MINUTE;

interface Deps {
  readonly tables: Pick<Tables, 'registry' | 'scopes' | 'expiries'>;
  readonly clock: Clock;
  readonly sweepPeriodMs: number;
  /** Tells a dead-man's switch how the sweep before went. Nothing waits for it. */
  ping(last: LastSweep, log: Log): void;
}

/** Takes the partition keys of registry and scopes together: so scopes with faults and emptied scopes are swept, too. */
export async function startSweep(
  { tables, clock, sweepPeriodMs, ping }: Deps,
  log: Log,
  traceparent?: string,
): Promise<SweepMessage[]> {
  const now = clock.now();
  const known = new Map<string, Stored<ScopeRow>>();
  for await (const row of tables.scopes.all()) known.set(row.scope, row);
  const scopes = new Set(known.keys());
  const touchedOn = new Map<string, Instant>();
  for await (const one of tables.registry.scopes()) {
    scopes.add(one.scope);
    touchedOn.set(one.scope, one.touchedOn);
  }
  // Where the table of the scopes is lost with the registry, only the expiries still name them.
  if (known.size === 0) for await (const scope of tables.expiries.scopes()) scopes.add(scope);
  const unfinished = [...scopes].flatMap(scope => {
    const row = known.get(scope);
    const seenOn = unfinishedSince(row, touchedOn.get(scope), now);
    return seenOn === undefined ? [] : [{ ...row, scope, seenOn }];
  });
  await pMap(unfinished, row => recordSeen(row, known.get(row.scope)?.etag, tables, log), AT_ONCE);
  const messages: SweepMessage[] = [];
  for (const scope of [...scopes].sort()) {
    const reason = whyNotNow(known.get(scope), now);
    if (reason) log.info(`Scope '${scope}' is left for a later tick: ${reason}.`);
    else messages.push({ scope, tick: formatInstant(now), traceparent: traceparentOf(traceparent) });
  }
  log.info(`A sweep of ${messages.length} of ${counted(scopes.size, 'scope')} starts.`);
  ping(lastSweep([...known.values()], sweepPeriodMs, now), log);
  return messages;
}

/**
 * Since when no sweep of a scope has finished, for `health`; undefined where that is recorded, or too soon to say: a first sweep
 * makes the row of its scope itself.
 */
function unfinishedSince(
  row: ScopeRow | undefined,
  touchedOn: Instant | undefined,
  now: Instant,
): Instant | undefined {
  if (!row) return touchedOn !== undefined && now - touchedOn >= LONGEST_UNSEEN ? touchedOn : undefined;
  const isKnown = row.finishedOn !== undefined || row.seenOn !== undefined || (row.leaseUntil ?? 0) > now;
  return isKnown ? undefined : Math.min(row.startedOn ?? now, now);
}

async function recordSeen(
  row: ScopeRow,
  etag: string | undefined,
  { scopes }: Deps['tables'],
  log: Log,
): Promise<void> {
  try {
    await scopes.save(row, etag);
  } catch (error) {
    // Any error is caught: the sweep of this scope meets it again, and says more.
    log.warn(`Scope '${row.scope}' could not be recorded as unfinished: ${error}`);
  }
}

function whyNotNow(row: ScopeRow | undefined, now: Instant): string | undefined {
  if (!row) return undefined;
  const { leaseUntil = now, checking, pace } = row;
  // A check has the lease for a moment only: the sweep waits for it.
  if (isHeld(row, now) && !checking) return `another sweep holds it until ${formatInstant(leaseUntil)}`;
  const pausedUntil = pace ? pauseEnd(pace, now) : now;
  return pausedUntil > now ? `its service asked to wait until ${formatInstant(pausedUntil)}` : undefined;
}
