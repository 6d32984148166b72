/** The feed: expiries as somebody subscribes to them, and the one identity of an expiry in every calendar. */
import type { Instant } from './instant';
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

/**
 * Stable for a target, whatever its expiry: read again after a renewal, the event moves. Mails and the feed write the
 * same, so that a calendar which has both shows one.
 * @param sha256 of a text's UTF-8 bytes, in hexadecimal.
 */
export function eventUid({ scope, name }: Key, sha256: (text: string) => string): string {
  // No key can hold a line feed, so no two keys read the same.
  return `${sha256(`${scope}\n${name}`).slice(0, 32)}@expiry-watcher`;
}
