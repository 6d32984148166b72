/** Listings: what a report shows of a target, in two shapes: as the calendar table holds it, and as one item of a report. */
import { type Instant, SECOND } from '../formats/instant';
import type { FailureCode } from './reading';
import { type Check, type Standing, standingOf } from './standing';
import type { Key } from './target';

/** The content of a target's calendar row. It does not change with time alone. */
export interface Listing {
  readonly kind: string;
  readonly displayName: string;
  readonly owners: readonly string[];
  readonly expiresOn?: Instant | 'never';
  /** Where the widest threshold falls. */
  readonly expiringFrom?: Instant;
  readonly lifetimeMs?: number;
  readonly minted: boolean;
  /** Its readings have not shown yet whether its expiry is fixed or minted, so none is shown. */
  readonly undecided?: true | undefined;
  readonly failing: boolean;
  readonly check: Check;
  readonly failure?: {
    readonly code: FailureCode | 'invalid' | 'notVerified';
    readonly message: string;
    readonly since: Instant;
    readonly count: number;
  };
  readonly checkedOn?: Instant;
  readonly nextCheckOn?: Instant;
  /** Since when its registry row is lost. */
  readonly rowLostSince?: Instant;
  /** The latest end of the snoozes in force. */
  readonly snoozedUntil?: Instant;
}

/** One target as `status` answers it (docs/api.md). Its snooze is undefined once that is over. */
export interface StatusItem extends Key, Omit<Listing, 'expiringFrom' | 'lifetimeMs' | 'failing'> {
  readonly remainingSeconds: number | undefined;
  readonly lifetimeSeconds?: number;
  readonly standing: Standing;
}

/** A listed target as a report shows it at `asOf`. Only standing, remaining time and snooze depend on that instant. */
export function itemOf(
  { scope, name, listing }: Key & { readonly listing: Listing },
  asOf: Instant,
): StatusItem {
  const { expiringFrom: _from, failing: _failing, lifetimeMs, snoozedUntil = 0, ...shown } = listing;
  const { expiresOn } = listing;
  return {
    scope,
    name,
    ...shown,
    remainingSeconds: typeof expiresOn === 'number' ? Math.floor((expiresOn - asOf) / SECOND) : undefined,
    lifetimeSeconds: lifetimeMs === undefined ? undefined : Math.round(lifetimeMs / SECOND),
    standing: standingOf(listing, asOf),
    snoozedUntil: snoozedUntil > asOf ? snoozedUntil : undefined,
  };
}
