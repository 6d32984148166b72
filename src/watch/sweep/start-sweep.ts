/** The start of a sweep: one message for every scope that can be swept now. */
import { formatInstant, type Instant } from '../../formats/instant';
import type { Clock, Log, ScopeRow, Tables } from '../ports';
import type { SweepMessage } from './message';

export interface StartSweep {
  readonly tables: Pick<Tables, 'registry' | 'scopes'>;
  readonly clock: Clock;
}

/** Raw partition keys of registry and scopes together: bad partitions are swept too, and those that were emptied. */
export async function startSweep({ tables, clock }: StartSweep, log: Log): Promise<SweepMessage[]> {
  const now = clock.now();
  const known = new Map<string, ScopeRow>();
  for await (const row of tables.scopes.all()) known.set(row.scope, row);
  const scopes = new Set(known.keys());
  for await (const { scope } of tables.registry.scopes()) scopes.add(scope);
  const messages: SweepMessage[] = [];
  for (const scope of [...scopes].sort()) {
    const wait = whyLeft(known.get(scope), now);
    if (wait) log.info(`Scope '${scope}' is left for a later tick: ${wait}.`);
    else messages.push({ scope, tick: formatInstant(now) });
  }
  log.info(`A sweep of ${messages.length} of ${scopes.size} scopes starts.`);
  return messages;
}

function whyLeft(row: ScopeRow | undefined, now: Instant): string | undefined {
  const { leaseUntil = 0, pace } = row ?? {};
  if (leaseUntil > now) return `another sweep holds it until ${formatInstant(leaseUntil)}`;
  const { pausedUntil = 0 } = pace ?? {};
  return pausedUntil > now ? `its service asked to wait until ${formatInstant(pausedUntil)}` : undefined;
}
