/** Urgency in parts: divides all that waits into ranges, the most urgent first, so that a large outbox need not be read whole (rule 15). */
import { DAY, type Instant } from '../formats/instant';
import { LONG_EXPIRED_RANK, NOTICE_KINDS, NOTICES, type NoticeKind } from './notices';
import type { Reminder } from './reminder';

/** Some of the reasons and, of those, the reminders about `from` or later and before `until`. */
export interface Part {
  /** `thresholds`: thresholds, and the notices that end them. `other`: all other notices but good news. */
  readonly reasons: 'thresholds' | 'other' | readonly NoticeKind[];
  readonly from?: Instant;
  readonly until?: Instant;
  readonly latestFirst?: true;
}

/** One or more parts, the most urgent first. */
export type Range = readonly [Part, ...Part[]];

/** The text of a threshold begins with a digit or `-`, which sort before this; the name of a notice begins with a letter. */
export const AFTER_THRESHOLDS = ':';

const kindsWhere = (holds: (kind: NoticeKind) => boolean) =>
  NOTICE_KINDS.filter(kind => kind !== 'threshold' && holds(kind));
/** Notices about an expiry. They are as urgent as thresholds. */
export const LIKE_THRESHOLDS = kindsWhere(kind => NOTICES[kind].says === 'reminder');
export const GOOD_NEWS = kindsWhere(kind => NOTICES[kind].rank > LONG_EXPIRED_RANK);
/** The lowest rank comes first. */
const OTHERS = kindsWhere(kind => !LIKE_THRESHOLDS.includes(kind) && !GOOD_NEWS.includes(kind)).sort(
  (a, b) => NOTICES[a].rank - NOTICES[b].rank,
);

/** All that waits: what can still be saved or must be corrected; then what expired long ago; then good news. */
export function rangesAt(now: Instant): readonly Range[] {
  const reasons = 'thresholds';
  return [
    [
      { reasons, from: now + 1 },
      { reasons, from: now - DAY, until: now + 1, latestFirst: true },
      { reasons: 'other' },
    ],
    [{ reasons, until: now - DAY, latestFirst: true }],
    [{ reasons: GOOD_NEWS }],
  ];
}

export function isIn(range: Range, { reason, about }: Pick<Reminder, 'reason' | 'about'>): boolean {
  return range.some(
    ({ reasons, from = -Infinity, until = Infinity }) =>
      about >= from && about < until && isAmong(reasons, reason),
  );
}

function isAmong(reasons: Part['reasons'], reason: string): boolean {
  const isOneOf = (kinds: readonly string[]) => kinds.includes(reason);
  if (reasons === 'thresholds') return reason < AFTER_THRESHOLDS || isOneOf(LIKE_THRESHOLDS);
  if (reasons !== 'other') return isOneOf(reasons);
  return reason >= AFTER_THRESHOLDS && !isOneOf(LIKE_THRESHOLDS) && !isOneOf(GOOD_NEWS);
}

/**
 * Smaller ranges in place of one, the most urgent first, cut so that about `first` of these samples lie in the first one.
 * Empty for a range of one instant: all in it is equally urgent.
 */
export function split(
  [part, ...others]: Range,
  samples: readonly Pick<Reminder, 'about'>[],
  first: number,
): readonly Range[] {
  if (others.length > 0) return [part, ...others].map(one => [one]);
  const { reasons, from = -Infinity, until = Infinity, latestFirst } = part;
  if (reasons === 'other') return OTHERS.map(kind => [{ reasons: [kind] }]);
  const abouts = samples.map(({ about }) => about).sort((a, b) => (latestFirst ? b - a : a - b));
  const cut = abouts[Math.min(first, abouts.length) - 1];
  if (cut === undefined || until - from <= 1) return [];
  if (latestFirst) {
    const bound = cut > from ? cut : cut + 1;
    return [[{ ...part, from: bound }], [{ ...part, until: bound }]];
  }
  const bound = cut + 1 < until ? cut + 1 : cut;
  return [[{ ...part, until: bound }], [{ ...part, from: bound }]];
}
