/** Digests: the content of one mail, an owner's due reminders, most urgent first (rules 15 and 19). */
import type { Instant } from './instant';
import type { Reminder } from './reminder';
import type { Threshold } from './thresholds';
import { isInvalid } from './told';

/** A transaction deletes the lines and the claim together, so 100 operations bound the lines. */
export const MOST_LINES = 99;

/** What a mail says about one reminder: the evidence with it. */
export interface DigestLine {
  readonly reminder: Reminder;
  readonly displayName: string;
  /** What it is, such as `IoT Central API token`. */
  readonly label: string;
  /** Where it is, in words a person can search for. */
  readonly where: string;
  readonly portalUrl?: string;
  readonly runbook?: string;
  readonly notes?: string;
  readonly howToRenew: string;
  readonly subject:
    | {
        readonly is: 'threshold';
        readonly threshold: Threshold;
        readonly expiresOn: Instant;
        /** The last reading that succeeded. */
        readonly readOn: Instant;
        /** Reads fail since, so the expiry could not be confirmed. */
        readonly unconfirmed?: { readonly since: Instant; readonly message: string };
      }
    | { readonly is: 'invalid'; readonly faults: readonly string[]; readonly since: Instant };
}

export interface Digest {
  readonly owner: string;
  readonly lines: readonly DigestLine[];
  /** How many due reminders follow in the next mail. */
  readonly more: number;
  /** The one instant of this digest: days are counted from it. */
  readonly asOf: Instant;
}

/** Most urgent first: what expires (or expired) first; rows that can't be understood after all dated ones. */
export function byUrgency(a: Reminder, b: Reminder): number {
  const invalid = Number(isInvalid(a)) - Number(isInvalid(b));
  return invalid || a.about - b.about || compare(a.name, b.name) || compare(a.scope, b.scope);
}

function compare(a: string, b: string): number {
  return Number(a > b) - Number(a < b);
}
