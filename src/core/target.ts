/** Targets: the keys that name one in every table, and what they stand for. */
import { sha256 } from '../formats/hash';

/** The table keys of a target, encoded: they name it everywhere. */
export interface Key {
  readonly scope: string;
  readonly name: string;
}

/** 32 hexadecimal characters that stand for a target in the keys of other tables and in calendars. */
export function hashOf({ scope, name }: Key): string {
  // No key can hold a line feed, so two keys never give the same text.
  return sha256(`${scope}\n${name}`).slice(0, 32);
}

/**
 * The UID of a target's event in every calendar. It does not depend on the expiry, so a renewal moves the event. Mails and the
 * feed write the same UID, so a calendar that gets both shows one event.
 */
export function eventUid(key: Key): string {
  return `${hashOf(key)}@expiry-watcher`;
}

/** The decoded key: `containerApp` + subscription + [group, app]; `iotCentralToken` + application + [token id]. */
export interface Identity {
  readonly kind: string;
  readonly place: string;
  readonly names: readonly string[];
}

/** A target in words for people. */
export interface Description {
  readonly displayName: string;
  /** What it is, such as `IoT Central API token`. */
  readonly label: string;
  /** Where it is, in words that a person can search for. */
  readonly where: string;
  readonly portalUrl?: string;
  readonly runbook?: string;
  readonly notes?: string;
  readonly howToRenew: string;
  /** A renewed token is read under the same name. Otherwise the new one must be registered, and this one closed. */
  readonly renewalKeepsName?: boolean;
}
