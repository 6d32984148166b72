/** The start of a sweep, and its message: one for every scope that can be swept now. */
import * as v from 'valibot';
import { pauseEnd } from '../../core/pace';
import { formatInstant, HOUR, type Instant, parseInstant } from '../../formats/instant';
import { counted } from '../../formats/when';
import type { Clock, Log, ScopeRow, Tables } from '../ports';

const schema = v.object({
  scope: v.string('scope: the PartitionKey of registry rows'),
  tick: v.pipe(
    v.string('tick: an RFC 3339 instant'),
    v.check(text => parseInstant(text) !== undefined, 'tick: an RFC 3339 instant'),
  ),
  cursor: v.optional(v.string('cursor: the RowKey after which the sweep continues')),
});

/** The queue message that asks for one scope's sweep. `tick` is when the sweep of all scopes was started. */
export type SweepMessage = v.InferOutput<typeof schema>;

/** @throws an Error that names the faults. The runtime then tries again, and at last moves the message to the poison queue. */
export function parseSweepMessage(message: unknown): SweepMessage {
  const parsed = v.safeParse(schema, message);
  if (parsed.success) return parsed.output;
  const faults = parsed.issues.map(issue => issue.message).join('; ');
  throw new Error(`Malformed sweep message, want {"scope", "tick", "cursor"?}: ${faults}`);
}

/** A lease that ends later than this comes from a clock that was wrong, or from an editor: no scope waits until then. */
const FURTHEST_AHEAD = HOUR;

interface Deps {
  readonly tables: Pick<Tables, 'registry' | 'scopes'>;
  readonly clock: Clock;
}

/** Takes the partition keys of registry and scopes together: so scopes with faults and emptied scopes are swept, too. */
export async function startSweep({ tables, clock }: Deps, log: Log): Promise<SweepMessage[]> {
  const now = clock.now();
  const known = new Map<string, ScopeRow>();
  for await (const row of tables.scopes.all()) known.set(row.scope, row);
  const scopes = new Set(known.keys());
  for await (const { scope } of tables.registry.scopes()) scopes.add(scope);
  const messages: SweepMessage[] = [];
  for (const scope of [...scopes].sort()) {
    const reason = whyNotNow(known.get(scope), now);
    if (reason) log.info(`Scope '${scope}' is left for a later tick: ${reason}.`);
    else messages.push({ scope, tick: formatInstant(now) });
  }
  log.info(`A sweep of ${messages.length} of ${counted(scopes.size, 'scope')} starts.`);
  return messages;
}

function whyNotNow(row: ScopeRow | undefined, now: Instant): string | undefined {
  if (!row) return undefined;
  const { leaseUntil = now, checking, pace } = row;
  // A check has the lease for a moment only: the sweep waits for it.
  if (isHeld(row, now) && !checking) return `another sweep holds it until ${formatInstant(leaseUntil)}`;
  const pausedUntil = pace ? pauseEnd(pace, now) : now;
  return pausedUntil > now ? `its service asked to wait until ${formatInstant(pausedUntil)}` : undefined;
}

/** Whether a lease is in force. */
export function isHeld(row: ScopeRow | undefined, now: Instant): boolean {
  const left = (row?.leaseUntil ?? now) - now;
  return left > 0 && left <= FURTHEST_AHEAD;
}
