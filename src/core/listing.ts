/** Listings: what reports show of a target, as the calendar table holds it, and the same as one item of a report. */
import { type Instant, SECOND } from '../formats/instant';
import type { FailureCode } from './reading';
import { type Check, type Standing, standingOf } from './standing';
import type { Key } from './target';

/** What a report shows of a target: the content of its calendar row. */
export interface Listing {
  readonly kind: string;
  readonly displayName: string;
  readonly owners: readonly string[];
  readonly expiresOn?: Instant | 'never';
  readonly expiringFrom?: Instant;
  readonly lifetimeMs?: number;
  readonly minted: boolean;
  readonly failing: boolean;
  readonly check: Check;
  readonly failure?: {
    readonly code: FailureCode | 'invalid';
    readonly message: string;
    readonly since: Instant;
    readonly count: number;
  };
  readonly checkedOn?: Instant;
  readonly nextCheckOn?: Instant;
  /** The latest end of the snoozes that hold. */
  readonly snoozedUntil?: Instant;
}

/** One target as `status` answers it (docs/api.md). */
export interface StatusItem {
  readonly kind: string;
  readonly scope: string;
  readonly name: string;
  readonly displayName: string;
  readonly owners: readonly string[];
  readonly expiresOn: Instant | 'never' | undefined;
  readonly remainingSeconds: number | undefined;
  readonly lifetimeSeconds?: number;
  readonly minted: boolean;
  readonly standing: Standing;
  readonly check: Check;
  readonly failure?: Listing['failure'];
  readonly checkedOn: Instant | undefined;
  readonly nextCheckOn: Instant | undefined;
  /** Until then at least one of its owners wants no reminders; absent when that is over. */
  readonly snoozedUntil?: Instant;
}

/** A listed target as a report shows it at `asOf`: only its standing and what is left of its life depend on the time. */
export function itemOf(
  { scope, name, listing }: Key & { readonly listing: Listing },
  asOf: Instant,
): StatusItem {
  const { kind, displayName, owners, expiresOn, lifetimeMs, minted, check, failure } = listing;
  const { checkedOn, nextCheckOn, snoozedUntil } = listing;
  return {
    kind,
    scope,
    name,
    displayName,
    owners,
    expiresOn,
    remainingSeconds: typeof expiresOn === 'number' ? Math.floor((expiresOn - asOf) / SECOND) : undefined,
    ...(lifetimeMs !== undefined && { lifetimeSeconds: Math.round(lifetimeMs / SECOND) }),
    minted,
    standing: standingOf(listing, asOf),
    check,
    ...(failure && { failure }),
    checkedOn,
    nextCheckOn,
    ...(snoozedUntil !== undefined && snoozedUntil > asOf && { snoozedUntil }),
  };
}
