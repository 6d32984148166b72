/** What owners were told: kept with the target, so that nothing is told twice and a renewed target starts clean. */
import type { Instant } from '../formats/instant';
import { cut, oneLine } from '../formats/text';
import { addressKey } from './address';
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
  /**
   * `accepted` by the mail service; `refused` by it for good, or given up; `undelivered`: accepted and not delivered.
   * `forgotten`: accepted, and unknown to the service an hour later. It counts as not told, and goes out again.
   */
  readonly outcome: 'accepted' | 'refused' | 'undelivered' | 'forgotten';
  /** An earlier mail about the same did arrive. */
  readonly earlierArrived?: true;
  /** Which attempt its mail was, where it was not the first. */
  readonly attempt?: number;
  /** Why it did not arrive. */
  readonly why?: string;
  /** The owner whom it did not reach: the operator was told in that owner's place. */
  readonly meantFor?: string;
}

/** A reminder is mailed at most so often under new operation ids; then it is given up. */
export const MOST_ATTEMPTS = 3;

/** A renewal that moves to and fro is told once for each expiry; other subjects hardly ever come back. */
const MOST_EXPIRIES = 8;
const MOST_OF_A_NOTICE = 5;
/** What an operator was told in the place of owners: four topics of ten owners. With fewer, one would be told again and again. */
const MOST_IN_PLACE = 40;
const LONGEST_WHY = 200;

/**
 * Adds a line: one entry for each subject and instant, latest first. The oldest entries go, since the column must stay small.
 * @returns the same list where nothing changes
 */
export function withTold(told: readonly Told[], line: Told): readonly Told[] {
  const subject = subjectOf(line);
  const known = told.find(other => subjectOf(other) === subject && other.about === line.about);
  // A late result of an earlier mail changes no later entry, and "accepted" never replaces the end of the same mail.
  if (known && (isLaterEntry(known, line) || isFinalEntry(known, line))) return told;
  const sameSubject = told.filter(other => subjectOf(other) === subject && other.about !== line.about);
  const others = told.filter(other => subjectOf(other) !== subject);
  const isSameMail = known?.operationId === line.operationId;
  const heard = known && (isSameMail ? known.earlierArrived === true : hasHeard(known));
  // The column has no room for every reason: one in the place of an owner is with that owner, and an earlier one is over.
  const why = line.meantFor === undefined && line.why ? cut(oneLine(line.why), LONGEST_WHY) : undefined;
  const added = { ...line, why };
  const most = isReminder(line) ? MOST_EXPIRIES : MOST_OF_A_NOTICE;
  return bounded([
    heard ? { ...added, earlierArrived: true } : added,
    ...sameSubject.slice(0, most - 1).map(({ why: _over, ...earlier }) => earlier),
    ...others,
  ]);
}

function bounded(told: readonly Told[]): Told[] {
  const inPlace = told.filter(({ meantFor }) => meantFor !== undefined).slice(0, MOST_IN_PLACE);
  return told.filter(line => line.meantFor === undefined || inPlace.includes(line));
}

/**
 * Takes back what one mail told: the service accepted it and did not know it afterwards. After the last attempt it is given up,
 * and `why` says so. @returns the same list where nothing changes
 */
export function takenBack(told: readonly Told[], operationId: string, why: string): readonly Told[] {
  const isOfMail = (line: Told) => line.operationId === operationId && line.outcome === 'accepted';
  if (!told.some(isOfMail)) return told;
  return told.map(line => {
    if (!isOfMail(line)) return line;
    if (attemptOf(line) < MOST_ATTEMPTS) return { ...line, outcome: 'forgotten' };
    return { ...line, outcome: 'refused', why };
  });
}

/** Which attempt the next mail with a reminder is. */
export function nextAttempt(told: readonly Told[], reminder: ToldOf): number {
  const known = told.find(line => isToldOf(line, reminder));
  return known?.outcome === 'forgotten' ? attemptOf(known) + 1 : 1;
}

type ToldOf = Pick<Told, 'reason' | 'about' | 'meantFor'>;

/** Whether an entry is about this very reminder. */
export function isToldOf(line: Told, { reason, about, meantFor }: ToldOf): boolean {
  return line.reason === reason && line.about === about && isForSame(line, { meantFor });
}

function isForSame(a: Pick<Told, 'meantFor'>, b: Pick<Told, 'meantFor'>): boolean {
  return addressKey(a.meantFor ?? '') === addressKey(b.meantFor ?? '');
}

function attemptOf({ attempt = 1 }: Told): number {
  return attempt;
}

/** Refused or not delivered: it counts as told and is not repeated, but somebody else must hear it. */
export function didNotArrive({ outcome }: Told): boolean {
  return outcome === 'refused' || outcome === 'undelivered';
}

/** A refused or undelivered mail counts as told, so that it is not repeated; but its owner has not received it. */
export function hasHeard({ outcome, earlierArrived }: Told): boolean {
  return outcome === 'accepted' || earlierArrived === true;
}

/** Whether an owner was told this notice about this instant. */
export function wasNoticed(told: readonly Told[], notice: NoticeKind, about: Instant): boolean {
  return told.some(line => counts(line) && line.reason === notice && line.about === about);
}

/** Whether an owner was reminded of this expiry at this crossing or a tighter one, or told that the target is expired and gone. */
export function wasReminded(told: readonly Told[], expiresOn: Instant, crossedOn: Instant): boolean {
  return told.some(
    line =>
      counts(line) &&
      line.about === expiresOn &&
      isReminder(line) &&
      (line.reason === 'gone' || line.crossedOn >= crossedOn),
  );
}

/** Whether an owner was reminded of an earlier expiry and was told of no renewal since. */
export function awaitsGoodNews(told: readonly Told[], expiresOn: Instant): boolean {
  const renewedOn = Math.max(0, ...told.filter(line => line.reason === 'renewed').map(({ on }) => on));
  return told.some(line => isReminder(line) && line.about < expiresOn && line.on > renewedOn);
}

/** What was forgotten is not told, and what was told in the place of an owner is not the operator's own. */
function counts({ outcome, meantFor }: Told): boolean {
  return outcome !== 'forgotten' && meantFor === undefined;
}

function isLaterEntry(known: Told, line: Told): boolean {
  if (known.reason === line.reason) return attemptOf(known) > attemptOf(line);
  if (line.reason === 'gone') return false;
  return known.reason === 'gone' || known.crossedOn > line.crossedOn;
}

/** Of one mail, only "accepted" can still change: a slower sender may write about the same mail later. */
function isFinalEntry(known: Told, line: Told): boolean {
  if (known.operationId !== line.operationId || known.reason !== line.reason) return false;
  return known.outcome !== 'accepted' || line.outcome === 'accepted';
}

function isReminder(line: Told): boolean {
  const kind = noticeKindOf(line);
  return kind !== undefined && NOTICES[kind].says === 'reminder';
}

/** Thresholds and the notice that ends them are one subject: for each expiry, only the latest entry counts. */
function subjectOf(line: Told): string {
  const subject = isReminder(line) ? 'expiry' : line.reason;
  return line.meantFor === undefined ? subject : `${subject} for ${addressKey(line.meantFor)}`;
}
