/** The feed: expiries as somebody subscribes to them. */
import type { Instant } from '../formats/instant';
import type { Key } from './target';

export interface FeedQuery {
  readonly kind?: string;
  /** Without regard to case. */
  readonly owner?: string;
}

export interface Feed {
  readonly asOf: Instant;
  /** Soonest first. */
  readonly entries: readonly FeedEntry[];
  /** Later ones were left out. */
  readonly truncated: boolean;
}

/** One target whose expiry is known and fixed. */
export interface FeedEntry extends Key {
  readonly displayName: string;
  /** What it is, such as `IoT Central API token`. */
  readonly label: string;
  /** Where it is, in words a person can search for. */
  readonly where: string;
  readonly howToRenew: string;
  readonly portalUrl?: string;
  readonly runbook?: string;
  readonly expiresOn: Instant;
  /** How long before the expiry its thresholds still to come fall, in milliseconds; negative: after it. */
  readonly alarms: readonly number[];
  readonly readOn?: Instant;
  /** Reads fail, so the expiry could not be confirmed. */
  readonly failure?: { readonly since: Instant; readonly message: string };
}
