/** The words of an explanation: one sentence for every code, so that a new code without a sentence does not compile. */

import type { Expiry } from '../../core/expiry';
import type { Reminder } from '../../core/reminder';
import type { NextCheck } from '../../core/schedule';
import type { Snooze } from '../../core/snooze';
import { fixedExpiry } from '../../core/standing';
import type { Crossing, SkippedThreshold } from '../../core/thresholds';
import { formatThreshold } from '../../core/thresholds';
import { noticeOf, type Told } from '../../core/told';
import type { Instant } from '../../formats/instant';
import { utc } from '../../formats/when';
import type { Because, Silence, Topic } from './explanation';

/** What a decision rested on. */
export interface Grounds {
  readonly topic: Topic;
  readonly state: Expiry;
  readonly crossings: readonly Crossing[];
  readonly told: readonly Told[];
  readonly snooze: Snooze | undefined;
  readonly now: Instant;
}

type Words = (grounds: Grounds) => string;

/** Why nothing is due, or nothing is told at all. */
const SILENCES: Record<Silence, Words> = {
  notRead: () => 'It was never read successfully, so that no expiry is known.',
  undecided: () => 'Its last read moved its expiry or was the first: one more read shows whether it stands.',
  minted: () => 'Every read of it makes a new token, so that its expiry says nothing about the future.',
  neverExpires: () => 'It never expires.',
  noThresholdCrossed: ({ crossings: [first] }) =>
    first
      ? `No threshold is crossed yet; the first, ${formatThreshold(first.threshold)}, falls on ${utc(first.at)}.`
      : 'None of its thresholds says anything about this expiry.',
  awaitsReading: ({ state }) =>
    `A threshold was crossed after the last successful read (${on(state.readOn)}); it is told only once a later read confirms the expiry.`,
  awaitsSecondLook: ({ state }) =>
    `It was not found at the last read (${on(state.checkedOn)}); it is told once it is not found twice in a row.`,
  toldAsGone: ({ state }) =>
    `Its expiry (${on(fixedExpiry(state))}) has passed and it is not found: one notice, expired and gone, stands for its thresholds.`,
  told: toldWords,
  snoozed: ({ snooze }) => `This recipient muted it until ${on(snooze?.until)}: ${snooze?.reason ?? ''}`,
  notSo: ({ topic, state }) => NOT_SO[topic](state),
  notTold: ({ topic }) =>
    topic === 'renewed'
      ? 'It was renewed, but this recipient had not been reminded of the earlier expiry.'
      : 'It can be read again, but this recipient had not been told that it could not.',
  notYet: ({ state: { failure } }) =>
    `Reads have failed ${failure?.count ?? 0} times in a row since ${on(failure?.since)}; that is told from three failures and one hour on.`,
  ownersAlone: () => 'This is for its owners alone: operators get a copy from the expiry on.',
  disabled: () => 'Its registry row has enabled=false, so that it is neither read nor told about.',
  replaced: () =>
    'Its registry row names the target that took its place, so that it is neither read nor told about.',
  removed: ({ state: { goneSince } }) =>
    `Its registry row is gone${goneSince === undefined ? '; the next sweep notices it' : `, which was noticed on ${on(goneSince)}`}.`,
  mailOff: () => 'MAIL_TO is none: no mail is sent about anything.',
  nobody: () => 'It has no owner, and there are no operators (OPERATORS) to stand in.',
};

const NOT_SO: Record<Topic, (state: Expiry) => string> = {
  threshold: () => 'No threshold speaks of it.',
  invalid: () => 'Its registry row is understood.',
  missing: ({ failure }) =>
    failure ? 'Reads fail, but not because it is not found.' : 'The last read found it.',
  gone: () => 'The last read found it.',
  unreadable: ({ failure }) =>
    failure ? 'It is not found, which is a notice of its own.' : 'The last read succeeded.',
  readable: ({ failure }) => (failure ? 'Reads still fail.' : 'No failure has ended.'),
  renewed: () => 'Its expiry is not known to be a renewal of an earlier one.',
};

/** Why something is due. */
const DUE: Record<
  Topic,
  (due: Pick<Reminder, 'reason' | 'about' | 'crossedOn'>, grounds: Grounds) => string
> = {
  threshold: ({ reason, about, crossedOn }, { state }) =>
    `Its threshold ${reason} was crossed on ${on(crossedOn)}; it expires on ${on(about)}, ${evidence(state)}.`,
  gone: ({ about }) => `Its expiry (${on(about)}) has passed, and it is not found any more.`,
  missing: ({ about }) => `It has not been found since ${on(about)}, twice in a row or more.`,
  unreadable: ({ about }, { state: { failure } }) =>
    `It could not be read since ${on(about)} (${failure?.count ?? 0} times): ${failure?.message ?? ''}`,
  readable: ({ crossedOn }) =>
    `It can be read again since ${on(crossedOn)}, and the recipient was told that it could not.`,
  renewed: ({ about }) =>
    `It was renewed until ${on(about)}, and the recipient was reminded of the earlier expiry.`,
  invalid: ({ about }) =>
    `Its registry row can't be understood since ${on(about)}; operators hear of such once a day.`,
};

const SKIPS: Record<SkippedThreshold['because'], string> = {
  notBelowLifetime: 'It is not below the known lifetime: it would warn from birth on.',
  lifetimeUnknown: 'It is a share of the lifetime, which is known only after a seen renewal.',
};

const CHECKS: Record<NextCheck['because'], string> = {
  neverRead: 'It was never read.',
  interval: 'Its interval ends.',
  threshold: 'A threshold falls then, and is told only on a read taken after it.',
  undecided: 'One more read shows whether its expiry stands.',
  failing: 'The last read failed, and is tried again.',
  reminderWaits: 'A reminder waits, and is confirmed hourly until it is sent.',
};

export function silence<Code extends Silence>(code: Code, grounds: Grounds): Because<Code> {
  return { code, why: SILENCES[code](grounds) };
}

export function due(reminder: Parameters<(typeof DUE)['threshold']>[0], grounds: Grounds): Because<'due'> {
  return { code: 'due', why: DUE[noticeOf(reminder) ?? 'threshold'](reminder, grounds) };
}

export function skip(code: SkippedThreshold['because']): Because<SkippedThreshold['because']> {
  return { code, why: SKIPS[code] };
}

export function check(code: NextCheck['because']): Because<NextCheck['because']> {
  return { code, why: CHECKS[code] };
}

function toldWords({ topic, told, state }: Grounds): string {
  const { failure, recovered, invalid } = state;
  // A token may have had other expiries and failures before, of which this recipient was told, too.
  const inForce = [fixedExpiry(state), failure?.since, recovered?.since, invalid?.since];
  const line = told.find(({ reason, about }) => inForce.includes(about) && isAbout(reason, topic));
  return line ? `${OUTCOMES[line.outcome](line)} ${doneBy(line)}` : 'It was told.';
}

const OUTCOMES: Record<Told['outcome'], (line: Told) => string> = {
  accepted: line => `Told on ${on(line.on)}.`,
  refused: line => `The mail service refused it for good on ${on(line.on)}, and it is not tried again.`,
  undelivered: line =>
    `It was sent on ${on(line.on)} and could not be delivered; the operators hear of that.`,
};

function doneBy(line: Told): string {
  return noticeOf(line) === undefined
    ? `It was its threshold ${line.reason}; wider ones count as done.`
    : `It was the notice '${line.reason}'.`;
}

function isAbout(reason: string, topic: Topic): boolean {
  const notice = noticeOf({ reason });
  if (notice === 'gone') return topic === 'threshold' || topic === 'missing';
  return (notice ?? 'threshold') === topic;
}

function evidence({ failure, invalid, readOn }: Expiry): string {
  if (failure) return `as last read on ${on(readOn)}; reads fail since ${on(failure.since)}`;
  return invalid ? `as last read on ${on(readOn)}` : `as read on ${on(readOn)}`;
}

function on(instant: Instant | undefined): string {
  return instant === undefined ? 'never' : utc(instant);
}
