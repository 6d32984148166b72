/** Decisions: whether an owner must be told something about a target now, decided purely and with the reason. */
import { HOUR, type Instant } from '../formats/instant';
import { isSameAddress } from './address';
import type { Expiry, SaidReplaced } from './expiry';
import { NOTICES, type TargetNotice, TOPICS, type Topic } from './notices';
import type { Reminder } from './reminder';
import { isReplaced, NOT_NAMED, type Replacement } from './replacement';
import { holds, type Snooze } from './snooze';
import { fixedExpiry, isMinted } from './standing';
import { type Crossing, formatThreshold, tightestCrossed } from './thresholds';
import { awaitsGoodNews, hasHeard, type Told, wasNoticed, wasReminded } from './told';

/** Why nothing is to be told. The explanation of a target has a sentence for each. */
export const NOT_DUE_REASONS = [
  'notRead',
  'undecided',
  'minted',
  'neverExpires',
  'noThresholdCrossed',
  'awaitsReading',
  'awaitsSecondLook',
  'toldAsGone',
  'toldAsMissing',
  'told',
  'snoozed',
  'replaced',
  'notSo',
  'notTold',
  'notYet',
] as const;
export type NotDueReason = (typeof NOT_DUE_REASONS)[number];

type Due = { readonly due: true; readonly notice: TargetNotice } & Pick<
  Reminder,
  'reason' | 'about' | 'crossedOn' | 'since'
>;
/** `about`: of `told`, the instant that the earlier notice is about. */
type NotDue = { readonly due: false } & (
  | { readonly because: Exclude<NotDueReason, 'told'> }
  | { readonly because: 'told'; readonly about: Instant }
);
export type DueDecision = { readonly topic: Topic } & Due;
export type Decision = DueDecision | ({ readonly topic: Topic } & NotDue);

/** What a decision for one recipient depends on. */
export interface DecisionContext {
  readonly owner: string;
  readonly state: Expiry;
  readonly replacement: Replacement;
  /** Where the thresholds in force fall, earliest first. */
  readonly crossings: readonly Crossing[];
  readonly told: readonly Told[];
  readonly snooze: Snooze | undefined;
  readonly now: Instant;
}

/** Unreadable is told after this many failures in a row and this long (rule 14). */
const FAILURES = 3;
const FAILING = HOUR;
/** Missing is told when it was so twice in a row. */
const MISSING_READS = 2;

interface Decider {
  decide(context: DecisionContext): Due | NotDue;
  /** A quick test that most targets fail; false only if no recipient can be told. */
  isPossible(state: Expiry, crossings: readonly Crossing[], now: Instant): boolean;
}

const isFailing = ({ failure }: Expiry) => failure !== undefined;

const DECIDERS: Readonly<Record<Topic, Decider>> = {
  threshold: {
    decide: decideThreshold,
    isPossible: (_state, crossings, now) => tightestCrossed(crossings, now) !== undefined,
  },
  missing: { decide: decideMissing, isPossible: isFailing },
  unreadable: { decide: decideUnreadable, isPossible: isFailing },
  readable: { decide: decideReadable, isPossible: ({ recovered }) => recovered !== undefined },
  renewed: { decide: decideRenewed, isPossible: ({ renewed }) => renewed !== undefined },
  replaced: { decide: decideReplaced, isPossible: ({ saidReplaced }) => saidReplaced !== undefined },
  invalid: { decide: decideInvalid, isPossible: ({ invalid }) => invalid !== undefined },
  notVerified: {
    decide: decideNotVerified,
    isPossible: ({ unverifiedSince }) => unverifiedSince !== undefined,
  },
};
/** What is told of a target that is not watched any more, because it was replaced. */
const OF_REPLACEMENT: readonly Topic[] = ['replaced', 'notVerified'];
/** In the order in which they are explained. */
const ALL_TOPICS = Object.keys(TOPICS).filter(isTopic);
const OWNER_TOPICS = ALL_TOPICS.filter(topic => TOPICS[topic].isFor === 'owners');
const OPERATOR_TOPICS = ALL_TOPICS.filter(topic => TOPICS[topic].isFor === 'operators');

/** Most targets have nothing to tell, and every sweep asks this of each target. */
export function hasNothingToTell(state: Expiry, crossings: readonly Crossing[], now: Instant): boolean {
  return !ALL_TOPICS.some(topic => DECIDERS[topic].isPossible(state, crossings, now));
}

/** Every decision about a target that is for its owners. */
export function decideAll(context: DecisionContext): Decision[] {
  return OWNER_TOPICS.map(topic => decide(topic, context));
}

/** Every decision about a target that is for operators alone. */
export function decideForOperators(context: DecisionContext): Decision[] {
  return OPERATOR_TOPICS.map(topic => decide(topic, context));
}

export function decide(topic: Topic, context: DecisionContext): Decision {
  const { state, replacement, snooze, now } = context;
  if (isReplaced(replacement) && !OF_REPLACEMENT.includes(topic)) return { topic, ...no('replaced') };
  const decision = DECIDERS[topic].decide(context);
  if (decision.due && NOTICES[decision.notice].snoozable && holds(snooze, fixedExpiry(state), now))
    return { topic, ...no('snoozed') };
  return { topic, ...decision };
}

/**
 * Only the tightest crossed threshold counts (rule 12). A reading that succeeded confirms the thresholds crossed before
 * it; while reads fail, the last known expiry counts until now (rule 10).
 */
function decideThreshold({ state, crossings, told, now }: DecisionContext): Due | NotDue {
  const about = fixedExpiry(state);
  if (about === undefined) return no(whyNotFixed(state));
  const crossing = tightestCrossed(crossings, confirmedUntil(state, now));
  if (!crossing) return no(tightestCrossed(crossings, now) ? 'awaitsReading' : 'noThresholdCrossed');
  if (wasReminded(told, about, crossing.at)) return alreadyTold(about);
  const replaced = replacedByMissing(state, told, about, now);
  if (replaced) return no(replaced);
  const since = Math.max(crossing.at, state.firstSeenOn);
  const reason = formatThreshold(crossing.threshold);
  return { due: true, notice: 'threshold', reason, about, crossedOn: crossing.at, since };
}

/**
 * What is not found has one notice in place of its reminders: missing, or expired and gone. One more look decides. An owner to whom
 * its mail was not delivered is reminded all the same.
 */
function replacedByMissing(
  state: Expiry,
  told: readonly Told[],
  about: Instant,
  now: Instant,
): 'toldAsGone' | 'toldAsMissing' | 'awaitsSecondLook' | undefined {
  const { failure } = state;
  if (heardMissing(state, told)) return 'toldAsMissing';
  if (!failure || !isMissing(state)) return undefined;
  if (!isMissingTwice(state)) return 'awaitsSecondLook';
  if (about <= now) return 'toldAsGone';
  return wasNoticed(told, 'missing', failure.since) ? undefined : 'toldAsMissing';
}

/** A target that is not found twice in a row. After its known expiry that is one notice: expired and gone (rule 14). */
function decideMissing({ state, told, now }: DecisionContext): Due | NotDue {
  const { failure } = state;
  if (!failure || !isMissing(state)) return no('notSo');
  if (!isMissingTwice(state)) return no('awaitsSecondLook');
  const expiresOn = fixedExpiry(state);
  if (expiresOn === undefined || expiresOn > now) return unlessTold('missing', failure.since, told);
  const gone = unlessTold('gone', expiresOn, told);
  if (gone.due && heardMissing(state, told)) return no('toldAsMissing');
  return gone.due ? { ...gone, since: Math.max(failure.since, expiresOn) } : gone;
}

/** Reads that keep failing are told, too: without a mail, the target would look healthy. */
function decideUnreadable({ state, told, now }: DecisionContext): Due | NotDue {
  const { failure } = state;
  if (!failure || isMissing(state)) return no('notSo');
  if (heardMissing(state, told)) return no('toldAsMissing');
  if (failure.count < FAILURES || now - failure.since < FAILING) return no('notYet');
  return unlessTold('unreadable', failure.since, told);
}

/** Only recipients of the bad news get the good news. */
function decideReadable({ state: { recovered, failure }, told }: DecisionContext): Due | NotDue {
  if (failure || !recovered) return no('notSo');
  const heard = told.filter(hasHeard);
  const heardBadNews =
    wasNoticed(heard, 'unreadable', recovered.since) || wasNoticed(heard, 'missing', recovered.since);
  return heardBadNews ? unlessTold('readable', recovered.since, told, recovered.on) : no('notTold');
}

/** A later expiry, told only to recipients who were reminded of an earlier one and got no good news since. */
function decideRenewed({ state, told }: DecisionContext): Due | NotDue {
  const { renewed } = state;
  const about = fixedExpiry(state);
  if (!renewed || about === undefined) return no('notSo');
  if (wasNoticed(told, 'renewed', about)) return alreadyTold(about);
  return awaitsGoodNews(told.filter(hasHeard), about)
    ? unlessTold('renewed', about, told, renewed.on)
    : no('notTold');
}

/** That a recipient said so is told to the others; and that it was undone, to those who had heard of it. */
function decideReplaced({
  owner,
  state: { saidReplaced: said },
  replacement,
  told,
}: DecisionContext): Due | NotDue {
  if (said?.undone && !isReplaced(replacement)) {
    const { by, on } = said.undone;
    const heard = wasNoticed(told.filter(hasHeard), 'replaced', said.on);
    if (!heard || isSameAddress(owner, by)) return no('notTold');
    return unlessTold('watchedAgain', said.on, told, on);
  }
  if (!said || said.undone || !isSaid(said, replacement) || isSameAddress(owner, said.by)) return no('notSo');
  return unlessTold('replaced', said.on, told);
}

/** A row that says so by itself; what a person said on a page is told as that. */
function decideNotVerified({ state, replacement, told }: DecisionContext): Due | NotDue {
  const { unverifiedSince, saidReplaced } = state;
  if (unverifiedSince === undefined || replacement.is !== 'notVerified') return no('notSo');
  if (saidReplaced && !saidReplaced.undone && isSaid(saidReplaced, replacement)) return no('notSo');
  return unlessTold('notVerified', unverifiedSince, told);
}

/** Whether the row still says what the person said. */
function isSaid({ to }: SaidReplaced, replacement: Replacement): boolean {
  if (replacement.is === 'replaced') return replacement.by === to;
  return replacement.is === 'notVerified' && to === NOT_NAMED;
}

/** A registry row that can't be understood, told once until it is corrected. */
function decideInvalid({ state: { invalid }, told }: DecisionContext): Due | NotDue {
  return invalid ? unlessTold('invalid', invalid.since, told) : no('notSo');
}

function unlessTold(
  notice: Exclude<TargetNotice, 'threshold'>,
  about: Instant,
  told: readonly Told[],
  since = about,
): Due | NotDue {
  if (wasNoticed(told, notice, about)) return alreadyTold(about);
  return { due: true, notice, reason: notice, about, crossedOn: since, since };
}

function no(because: Exclude<NotDueReason, 'told'>): NotDue {
  return { due: false, because };
}

function alreadyTold(about: Instant): NotDue {
  return { due: false, because: 'told', about };
}

/** A failing read confirms nothing. The last known expiry then counts until now, since no mail at all would be worse. */
function confirmedUntil(state: Expiry, now: Instant): Instant {
  return state.failure || state.invalid ? now : (state.readOn ?? now);
}

/** Whether a mail that it is missing has reached this owner since it was readable last. */
function heardMissing({ failure }: Expiry, told: readonly Told[]): boolean {
  return failure !== undefined && wasNoticed(told.filter(hasHeard), 'missing', failure.since);
}

function isMissing({ failure }: Expiry): boolean {
  return failure?.code === 'missing';
}

function isMissingTwice({ failure }: Expiry): boolean {
  return (failure?.sameCodeCount ?? 0) >= MISSING_READS;
}

function whyNotFixed(state: Expiry): Exclude<NotDueReason, 'told'> {
  if (isMinted(state)) return 'minted';
  if (state.expiresOn === undefined) return 'notRead';
  return state.expiresOn === 'never' ? 'neverExpires' : 'undecided';
}

function isTopic(word: string): word is Topic {
  return Object.hasOwn(TOPICS, word);
}
