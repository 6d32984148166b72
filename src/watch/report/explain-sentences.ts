/** The sentences of an explanation: one for each code, so that a code without a sentence does not compile. */
import type { DecisionContext, DueDecision, NotDueReason } from '../../core/decisions';
import type { Expiry } from '../../core/expiry';
import { NOTICES, noticeKindOf, type TargetNotice, type Topic } from '../../core/notices';
import type { NextCheck } from '../../core/schedule';
import { fixedExpiry } from '../../core/standing';
import { formatThreshold, type SkippedThreshold } from '../../core/thresholds';
import type { Told } from '../../core/told';
import type { Instant } from '../../formats/instant';
import { counted, utc } from '../../formats/when';

/** Why no mail follows: as decided, or because no one gets any, or because this recipient does not get this one. */
export type NoMailReason =
  | NotDueReason
  | 'ownersAlone'
  | 'operatorsTold'
  | 'disabled'
  | 'removed'
  | 'mailOff'
  | 'nobody';

/** A code for programs and one sentence for people. */
export interface Because<Code extends string> {
  readonly code: Code;
  readonly why: string;
}

/** What is decided; `about`: the instant that the decision is about, where it has one. */
interface Subject {
  readonly topic: Topic;
  readonly about?: Instant;
}

type Sentence = (context: DecisionContext, subject: Subject) => string;

const NO_MAIL: Readonly<Record<NoMailReason, Sentence>> = {
  notRead: () => 'It was never read successfully, so its expiry is not known.',
  undecided: () =>
    'Its last read was the first, or moved its expiry: one more read shows whether the expiry is fixed.',
  minted: () => 'Every read of it makes a new token, so its expiry says nothing about the future.',
  neverExpires: () => 'It never expires.',
  noThresholdCrossed: ({ crossings: [first] }) =>
    first
      ? `No threshold is crossed yet; the first, ${formatThreshold(first.threshold)}, falls on ${utc(first.at)}.`
      : 'It has no threshold for this expiry.',
  awaitsReading: ({ state }) =>
    `A threshold was crossed after the last successful read (${on(state.readOn)}); it is told when a later read confirms the expiry.`,
  awaitsSecondLook: ({ state }) =>
    `It was not found at the last read (${on(state.checkedOn)}); it is told when it is not found twice in a row.`,
  toldAsGone: ({ state }) =>
    `Its expiry (${on(fixedExpiry(state))}) has passed and it is not found: one notice, expired and gone, replaces its thresholds.`,
  toldAsMissing: ({ state }) =>
    `It has not been found since ${on(state.failure?.since)}: one notice, that it is missing, replaces its reminders until it is found again.`,
  told: toldSentence,
  snoozed: ({ snooze }) => `This recipient snoozed it until ${on(snooze?.until)}: ${snooze?.reason ?? ''}`,
  notSo: ({ state }, { topic }) => TOPIC_SENTENCES[topic].notSo(state),
  notTold: (_context, { topic }) =>
    TOPIC_SENTENCES[topic].notTold ?? 'This recipient had not been told what it refers to.',
  notYet: ({ state: { failure } }) =>
    `Reads have failed ${counted(failure?.count ?? 0, 'time')} in a row since ${on(failure?.since)}; this is told after three failures and one hour.`,
  ownersAlone: () => 'This is for its owners alone: operators get copies only from the expiry on.',
  operatorsTold: () =>
    'Only an operator can mend this: the operators are told at once, in one mail for its whole scope, and not its owners.',
  disabled: () => 'Its registry row has enabled=false, so it is neither read nor told about.',
  replaced: ({ replacement }) =>
    replacement.is === 'replaced'
      ? `Its registry row names the target that took its place, ${replacement.by}, so it is neither read nor told about.`
      : 'It was replaced, not verified: its registry row says so and names no successor. It is neither read nor told about.',
  removed: ({ state: { goneSince } }) =>
    `Its registry row is gone${goneSince === undefined ? '; the next sweep notices it' : `, which was noticed on ${on(goneSince)}`}.`,
  mailOff: () => 'MAIL_TO is none: no mail is sent about anything.',
  nobody: () => 'It has no owner, and there are no operators (OPERATORS) to take their place.',
};

type DueSentence = (due: Pick<DueDecision, 'reason' | 'about' | 'crossedOn'>, state: Expiry) => string;

/** Why a notice is due. */
const DUE_SENTENCES: Readonly<Record<TargetNotice, DueSentence>> = {
  threshold: ({ reason, about, crossedOn }, state) =>
    `Its threshold ${reason} was crossed on ${on(crossedOn)}; it expires on ${on(about)}, ${lastRead(state)}.`,
  gone: ({ about }) => `Its expiry (${on(about)}) has passed, and it is not found any more.`,
  missing: ({ about }) => `It has not been found since ${on(about)}, twice in a row or more.`,
  unreadable: ({ about }, { failure }) =>
    `It could not be read since ${on(about)} (${counted(failure?.count ?? 0, 'time')}): ${failure?.message ?? ''}`,
  readable: ({ crossedOn }) =>
    `It can be read again since ${on(crossedOn)}, and the recipient was told that it could not.`,
  renewed: ({ about }) =>
    `It was renewed until ${on(about)}, and the recipient was reminded of the earlier expiry.`,
  replaced: ({ about }, { saidReplaced }) =>
    `${saidReplaced?.by ?? 'A recipient'} said on ${on(about)} that it was replaced; its other recipients are told.`,
  watchedAgain: ({ crossedOn }) =>
    `It is watched again since ${on(crossedOn)}, and the recipient was told that it was replaced.`,
  notVerified: ({ about }) =>
    `Its registry row says since ${on(about)} that it was replaced, and names no successor; operators get one mail a day about such rows.`,
  invalid: ({ about }) =>
    `Its registry row can't be understood since ${on(about)}; operators get one mail a day about such rows.`,
};

interface TopicSentences {
  readonly notSo: (state: Expiry) => string;
  /** For good news: which bad news this recipient had not been told. */
  readonly notTold?: string;
}

/** Why nothing is due on a topic. */
const TOPIC_SENTENCES: Readonly<Record<Topic, TopicSentences>> = {
  threshold: { notSo: () => 'It has no threshold.' },
  missing: {
    notSo: ({ failure }) =>
      failure ? 'Reads fail, but not because it is not found.' : 'The last read found it.',
  },
  unreadable: {
    notSo: ({ failure }) =>
      failure ? 'It is not found, which is a notice of its own.' : 'The last read succeeded.',
  },
  readable: {
    notSo: ({ failure }) => (failure ? 'Reads still fail.' : 'No failure has ended.'),
    notTold: 'It can be read again, but this recipient had not been told that it could not.',
  },
  renewed: {
    notSo: () => 'Its expiry is not known to be a renewal of an earlier one.',
    notTold: 'It was renewed, but this recipient had not been reminded of the earlier expiry.',
  },
  replaced: {
    notSo: ({ saidReplaced }) =>
      saidReplaced && !saidReplaced.undone
        ? `${saidReplaced.by} said that it was replaced, and does not need to be told.`
        : 'No recipient said that it was replaced.',
    notTold: 'It is watched again, but this recipient had not been told that it was replaced.',
  },
  invalid: { notSo: () => 'Its registry row is understood.' },
  notVerified: {
    notSo: () => 'Its registry row does not say that it was replaced without naming a successor.',
  },
};

export const SKIPPED: Readonly<Record<SkippedThreshold['because'], string>> = {
  notBelowLifetime: 'It is not below the known lifetime: it would warn from the first day on.',
  lifetimeUnknown: 'It is a share of the lifetime, which is known only after a renewal was seen.',
};

export const NEXT_CHECKS: Readonly<Record<NextCheck['because'], string>> = {
  neverRead: 'It was never read.',
  interval: 'Its interval ends.',
  threshold: 'A threshold falls then, and is told only after a later read.',
  undecided: 'One more read shows whether its expiry is fixed.',
  failing: 'The last read failed, and is tried again.',
  reminderWaits: 'A reminder waits, and is confirmed hourly until it is sent.',
};

export function noMail<Code extends NoMailReason>(
  code: Code,
  context: DecisionContext,
  subject: Subject = { topic: 'threshold' },
): Because<Code> {
  return { code, why: NO_MAIL[code](context, subject) };
}

export function due(decision: DueDecision, state: Expiry): Because<'due'> {
  return { code: 'due', why: DUE_SENTENCES[decision.notice](decision, state) };
}

/** Only an entry about the same instant counts: this recipient may have been told of earlier expiries and failures, too. */
function toldSentence({ told }: DecisionContext, { topic, about }: Subject): string {
  const own = told.filter(({ meantFor }) => meantFor === undefined);
  const line = own.find(entry => entry.about === about && isAbout(entry.reason, topic));
  return line ? `${OUTCOMES[line.outcome](line)} ${what(line)}` : 'It was told.';
}

const OUTCOMES: Readonly<Record<Told['outcome'], (line: Told) => string>> = {
  accepted: line => `Told on ${on(line.on)}.`,
  refused: line =>
    `The mail with it could not be sent on ${on(line.on)}${because(line)}, and is not tried again; the operators get it.`,
  undelivered: line =>
    `It was sent on ${on(line.on)} and could not be delivered${because(line)}; the operators get it.`,
  forgotten: line =>
    `The mail service took it on ${on(line.on)} and did not know it later; it is sent again.`,
};

function because({ why }: Told): string {
  return why === undefined ? '' : ` (${why})`;
}

function what(line: Told): string {
  return noticeKindOf(line) === 'threshold'
    ? `It was its threshold ${line.reason}; wider ones count as done.`
    : `It was the notice '${line.reason}'.`;
}

/** Expired and gone ends the thresholds, too. */
function isAbout(reason: string, topic: Topic): boolean {
  const kind = noticeKindOf({ reason });
  if (kind === 'gone' && topic === 'threshold') return true;
  const rules = kind && NOTICES[kind];
  return rules !== undefined && 'topic' in rules && rules.topic === topic;
}

function lastRead({ failure, invalid, readOn }: Expiry): string {
  if (failure) return `as last read on ${on(readOn)}; reads fail since ${on(failure.since)}`;
  return invalid ? `as last read on ${on(readOn)}` : `as read on ${on(readOn)}`;
}

function on(instant: Instant | undefined): string {
  return instant === undefined ? 'never' : utc(instant);
}
