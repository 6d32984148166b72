/** Metrics: what a monitoring system is told, gathered in a number of storage calls that has a bound whatever the fleet's size. */
import { NO_MAILS } from '../../core/mail-outcome';
import type { Clock, Tables } from '../ports';
import type { Measures } from './measures';
import { measureMail, measureOutbox } from './metrics-mail';
import { measureScopes } from './metrics-scopes';
import { measureTargets } from './metrics-targets';

export type { Measures } from './measures';

export interface MetricsSource {
  readonly tables: Pick<Tables, 'calendar' | 'scopes' | 'outbox' | 'mailLedger'>;
  readonly clock: Clock;
  /** The longest gap between two ticks of the sweep's schedule. */
  readonly sweepPeriodMs: number;
  /** The app's own. */
  readonly version: string;
}

/** About 5 calls for each of the dated and the undated targets, 10 for the outbox, 1 per 1,000 scopes, and 3: however many targets there are. */
export async function metrics({ tables, clock, sweepPeriodMs, version }: MetricsSource): Promise<Measures> {
  const asOf = clock.now();
  const [{ total, ...scopes }, examined, outbox, send, look, counted] = await Promise.all([
    measureScopes(tables.scopes, asOf),
    measureTargets(tables.calendar),
    measureOutbox(tables.outbox),
    measureMail(tables.mailLedger, 'send', asOf),
    measureMail(tables.mailLedger, 'look', asOf),
    tables.mailLedger.totals(),
  ]);
  const { cut, dated, failures, count } = examined;
  const leftOut = cut ? Math.max(0, total - count) : 0;
  const targets = { dated, failures, leftOut };
  // Each member becomes a series, so the etag is left out.
  const { etag: _etag, ...mails } = counted ?? { ...NO_MAILS, etag: '' };
  return { asOf, version, sweepPeriodMs, ...scopes, targets, outbox, mail: { send, look }, mails };
}
