/** What owners were told: kept with the target, so that nothing is told twice and a renewed target starts clean. */
import type { Instant } from '../formats/instant';
import { NOTICES, type NoticeKind, noticeKindOf } from './notices';

/** One thing an owner was told about a target. */
export interface Told {
  /** The canonical text of a threshold, or a notice. */
  readonly reason: string;
  /** The instant it was about: the expiry, or the start of what it reports. */
  readonly about: Instant;
  /** The crossing that was told; it and all wider ones count as done. */
  readonly crossedOn: Instant;
  readonly on: Instant;
  readonly operationId: string;
  /** `accepted` by the mail service; `refused` by it for good; `undelivered`: accepted and not delivered. */
  readonly outcome: 'accepted' | 'refused' | 'undelivered';
  /** An earlier mail about the same did arrive. */
  readonly earlierArrived?: true;
}

const MOST_ENTRIES_PER_SUBJECT = 8;

/** Adds a line: one entry for each subject and instant, latest first. The oldest entries go, since the column must stay small. */
export function withTold(told: readonly Told[], line: Told): Told[] {
  const subject = subjectOf(line);
  const known = told.find(other => subjectOf(other) === subject && other.about === line.about);
  // A late result of an earlier mail changes no later entry, and "accepted" never replaces "undelivered" of the same mail.
  if (known && (isLaterEntry(known, line) || isFinalEntry(known, line))) return [...told];
  const sameSubject = told.filter(other => subjectOf(other) === subject && other.about !== line.about);
  const others = told.filter(other => subjectOf(other) !== subject);
  const heard = known !== undefined && hasHeard(known) && known.operationId !== line.operationId;
  return [
    heard ? { ...line, earlierArrived: true } : line,
    ...sameSubject.slice(0, MOST_ENTRIES_PER_SUBJECT - 1),
    ...others,
  ];
}

/** A refused or undelivered mail counts as told, so that it is not repeated; but its owner has not received it. */
export function hasHeard({ outcome, earlierArrived }: Told): boolean {
  return outcome === 'accepted' || earlierArrived === true;
}

/** Whether an owner was told this notice about this instant. */
export function wasNoticed(told: readonly Told[], notice: NoticeKind, about: Instant): boolean {
  return told.some(line => line.reason === notice && line.about === about);
}

/** Whether an owner was reminded of this expiry at this crossing or a tighter one, or told that the target is expired and gone. */
export function wasReminded(told: readonly Told[], expiresOn: Instant, crossedOn: Instant): boolean {
  return told.some(
    line =>
      line.about === expiresOn && isReminder(line) && (line.reason === 'gone' || line.crossedOn >= crossedOn),
  );
}

/** Whether an owner was reminded of an earlier expiry and was told of no renewal since. */
export function awaitsGoodNews(told: readonly Told[], expiresOn: Instant): boolean {
  const renewedOn = Math.max(0, ...told.filter(line => line.reason === 'renewed').map(({ on }) => on));
  return told.some(line => isReminder(line) && line.about < expiresOn && line.on > renewedOn);
}

function isLaterEntry(known: Told, line: Told): boolean {
  if (known.reason === line.reason || line.reason === 'gone') return false;
  return known.reason === 'gone' || known.crossedOn > line.crossedOn;
}

/** "Undelivered" is final: a slower sender may write about the same mail later. */
function isFinalEntry(known: Told, line: Told): boolean {
  return known.operationId === line.operationId && known.outcome === 'undelivered';
}

function isReminder(line: Told): boolean {
  const kind = noticeKindOf(line);
  return kind !== undefined && NOTICES[kind].says === 'reminder';
}

/** Thresholds and the notice that ends them are one subject: for each expiry, only the latest entry counts. */
function subjectOf(line: Told): string {
  return isReminder(line) ? 'expiry' : line.reason;
}
