/** What owners were told: kept with the target, so that nothing is told twice and a renewed target starts clean. */
import type { Instant } from '../formats/instant';

/** One thing an owner was told about a target. */
export interface Told {
  /** The canonical text of a threshold, or a notice. */
  readonly reason: string;
  /** The instant it was about: the expiry, or since when what it notices was so. */
  readonly about: Instant;
  /** The crossing that was told; it and all wider ones count as done. */
  readonly crossedOn: Instant;
  readonly on: Instant;
  readonly operationId: string;
  /** Taken by the mail service; refused by it for good; or taken and not delivered. */
  readonly outcome: 'accepted' | 'refused' | 'undelivered';
  /** An earlier mail about the same did arrive. */
  readonly earlierArrived?: true;
}

/** What can be told beside thresholds. */
export const NOTICES = ['invalid', 'renewed', 'missing', 'gone', 'unreadable', 'readable'] as const;
export type Notice = (typeof NOTICES)[number];

const MOST_OF_A_TOPIC = 8;

/** The notice that a reason names; undefined for a threshold. */
export function noticeOf({ reason }: { readonly reason: string }): Notice | undefined {
  return NOTICES.find(notice => notice === reason);
}

/** What an owner was told with one line more: one entry a topic and instant, latest first; old ones go, for the column must stay small. */
export function withTold(told: readonly Told[], line: Told): Told[] {
  const topic = topicOf(line);
  const known = told.find(other => topicOf(other) === topic && other.about === line.about);
  // Late news of an earlier mail, such as that it did not arrive, takes no later word back; nor does late word that this one was accepted.
  if (known && (isLaterWord(known, line) || isLastWord(known, line))) return [...told];
  const alike = told.filter(other => topicOf(other) === topic && other.about !== line.about);
  const others = told.filter(other => topicOf(other) !== topic);
  const heard = known !== undefined && hasHeard(known) && known.operationId !== line.operationId;
  return [
    heard ? { ...line, earlierArrived: true } : line,
    ...alike.slice(0, MOST_OF_A_TOPIC - 1),
    ...others,
  ];
}

/** What was refused or not delivered counts as told, lest it loop; but nobody heard it. */
export function hasHeard({ outcome, earlierArrived }: Told): boolean {
  return outcome === 'accepted' || earlierArrived === true;
}

/** Whether an owner heard of this notice about this instant. */
export function wasNoticed(told: readonly Told[], notice: Notice, about: Instant): boolean {
  return told.some(line => line.reason === notice && line.about === about);
}

/** Whether an owner was reminded of this expiry at a crossing or a tighter one, or told that the target is gone for good. */
export function wasReminded(told: readonly Told[], expiresOn: Instant, crossedOn: Instant): boolean {
  return told.some(
    line =>
      line.about === expiresOn && isReminder(line) && (line.reason === 'gone' || line.crossedOn >= crossedOn),
  );
}

function isLaterWord(known: Told, line: Told): boolean {
  if (known.reason === line.reason || line.reason === 'gone') return false;
  return known.reason === 'gone' || known.crossedOn > line.crossedOn;
}

/** That a mail did not arrive ends it, whatever a sender that was overtaken still says of it. */
function isLastWord(known: Told, line: Told): boolean {
  return known.operationId === line.operationId && known.outcome === 'undelivered';
}

/** Whether an owner was reminded of an earlier expiry and heard of no renewal since. */
export function awaitsGoodNews(told: readonly Told[], expiresOn: Instant): boolean {
  const heardOn = Math.max(0, ...told.filter(line => line.reason === 'renewed').map(({ on }) => on));
  return told.some(line => isReminder(line) && line.about < expiresOn && line.on > heardOn);
}

function isReminder(line: Told): boolean {
  return topicOf(line) === 'expiry';
}

/** Thresholds and the notice that ends them are one topic: of each expiry, only the latest word counts. */
function topicOf(line: Told): Notice | 'expiry' {
  const notice = noticeOf(line);
  return notice === undefined || notice === 'gone' ? 'expiry' : notice;
}
