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

/** One part of what names a target in its service, in words: `Token id`, `gateway-prod`. */
export interface NamePart {
  readonly term: string;
  readonly text: string;
}

export interface RenewalStep {
  readonly say: string;
  /** To copy into a terminal. It holds no text of a row that a shell could take for more than a word. */
  readonly command?: string;
}

/** How people renew a target: the steps, and what is left to do once the new token is in use. */
export interface Renewal {
  readonly steps: readonly RenewalStep[];
  readonly cleanup: readonly RenewalStep[];
}

/** Of what can't be found in its service. */
export const NO_RENEWAL: Renewal = { steps: [], cleanup: [] };

/** A target in words for people. */
export interface Description {
  readonly displayName: string;
  /** What it is, such as `IoT Central API token`. */
  readonly label: string;
  /** Where it is, in words that a person can search for. */
  readonly where: string;
  /** All that names it in its service; empty where its key is not understood. */
  readonly parts: readonly NamePart[];
  readonly portalUrl?: string;
  readonly runbook?: string;
  readonly notes?: string;
  readonly renewal: Renewal;
  /** A renewed token is read under the same name. Otherwise the new one must be registered, and this one closed. */
  readonly renewalKeepsName?: boolean;
}

/**
 * All steps in order. A new token with a name of its own must be told to the watcher before the old one goes.
 * @param tell how that is done
 */
export function renewalSteps(
  { renewal, renewalKeepsName }: Pick<Description, 'renewal' | 'renewalKeepsName'>,
  tell: string,
): RenewalStep[] {
  const { steps, cleanup } = renewal;
  if (steps.length === 0) return [];
  return [...steps, ...(renewalKeepsName ? [] : [{ say: tell }]), ...cleanup];
}

/** Of a target that is not there any more: what keeps its name can't be asked for a new token, and nothing is left to delete. */
export function renewalStepsOfMissing(
  description: Pick<Description, 'renewal' | 'renewalKeepsName'>,
  tell: string,
): RenewalStep[] {
  const { renewal, renewalKeepsName } = description;
  return renewalKeepsName
    ? [{ say: 'Bring it back under the same name. The watcher notices that by itself.' }]
    : renewalSteps({ renewal: { ...renewal, cleanup: [] } }, tell);
}

/** The steps for calendars: each on a line of its own, with its command on the next one. */
export function renewalLines(description: Pick<Description, 'renewal' | 'renewalKeepsName'>): string[] {
  const steps = renewalSteps(description, 'Tell the watcher the id of the new one.');
  return steps.flatMap(({ say, command }) => (command === undefined ? [say] : [say, command]));
}
