/** The table of notices: which reason is which notice, who hears it, and that an unknown reason is none of them. */
import { decide } from '../../src/core/decisions';
import type { Expiry } from '../../src/core/expiry';
import {
  isAboutWatcher,
  isForOperators,
  NOTICE_KINDS,
  NOTICES,
  noticeKindOf,
  TARGET_NOTICES,
  type TargetNotice,
  TOPICS,
  waitsForDailyMail,
} from '../../src/core/notices';
import type { Replacement } from '../../src/core/replacement';
import { fixedExpiry } from '../../src/core/standing';
import { formatThreshold } from '../../src/core/thresholds';
import type { Told } from '../../src/core/told';
import { OPERATOR_NOTICES } from '../support/operator-notices';
import { at, crossings, failing, fixed, thresholds, told, UNREPLACED } from './states';

const EXPIRY = at('06-30');
const NOW = at('06-24');
const BEFORE = at('05-01');
const lost = failing(at('06-02'), { code: 'missing', count: 2 });

const UNKNOWN = ['threshold', 'revoked', 'Missing', '', 'toString', '__proto__', '30 days', '0%'];

test('a notice is known by its own word', () => {
  for (const kind of NOTICE_KINDS.filter(kind => kind !== 'threshold'))
    expect(noticeKindOf({ reason: kind })).toBe(kind);
});

test('the text of a threshold, as it is written into a reminder, is a threshold', () => {
  for (const threshold of thresholds('3650d 36h 90m 5400s 45s 99% 1% 0 0d -366d -90m'))
    expect(noticeKindOf({ reason: formatThreshold(threshold) })).toBe('threshold');
});

test('any other reason is unknown: it is not taken for a threshold or a notice', () => {
  for (const reason of UNKNOWN) expect(noticeKindOf({ reason })).toBeUndefined();
});

test('operators alone hear of the watcher itself, and of rows that are not understood or not verified', () => {
  const reasons = [...NOTICE_KINDS, ...UNKNOWN, '0', '30d'];
  expect(reasons.filter(reason => isForOperators({ reason })).sort()).toEqual(
    ['invalid', 'notVerified', ...OPERATOR_NOTICES].sort(),
  );
  expect(reasons.filter(reason => isAboutWatcher({ reason }))).toEqual(OPERATOR_NOTICES);
});

test('what stops reads is told to operators at once; the rest waits for their daily mail', () => {
  const waiting = NOTICE_KINDS.filter(reason => waitsForDailyMail({ reason }));
  expect(waiting.sort()).toEqual(['invalid', 'notVerified', 'ownerless', 'poisoned', 'undelivered']);
});

test('a notice is about the watcher or about a target, and each about a target is decided', () => {
  expect([...TARGET_NOTICES, ...OPERATOR_NOTICES].sort()).toEqual([...NOTICE_KINDS].sort());
  expect([...new Set(TARGET_NOTICES.map(kind => NOTICES[kind].topic))].sort()).toEqual(
    Object.keys(TOPICS).sort(),
  );
});

const SAID = { by: 'bob@example.com', on: BEFORE, to: 'newer' };

/** For each notice a state in which it is due, what was told before, and whether another target took its place. */
const DUE: Readonly<Record<TargetNotice, readonly [Expiry, readonly Told[], Replacement?]>> = {
  threshold: [fixed(EXPIRY, NOW), []],
  gone: [fixed(at('06-01'), at('05-31'), lost), []],
  missing: [fixed(EXPIRY, at('05-31'), lost), []],
  unreadable: [fixed(EXPIRY, at('05-31'), failing(at('06-01'), { count: 3 })), []],
  readable: [
    fixed(EXPIRY, NOW, { recovered: { since: BEFORE, on: NOW } }),
    [told('missing', BEFORE, BEFORE)],
  ],
  renewed: [fixed(EXPIRY, NOW, { renewed: { from: BEFORE, on: NOW } }), [told('0', BEFORE, BEFORE)]],
  replaced: [fixed(EXPIRY, NOW, { saidReplaced: SAID }), [], { is: 'replaced', by: 'newer' }],
  watchedAgain: [
    fixed(EXPIRY, NOW, { saidReplaced: { ...SAID, undone: { by: 'bob@example.com', on: NOW } } }),
    [told('replaced', BEFORE, BEFORE)],
  ],
  invalid: [fixed(EXPIRY, NOW, { invalid: { faults: ['owners: x'], since: NOW } }), []],
  notVerified: [fixed(EXPIRY, NOW, { unverifiedSince: NOW }), [], { is: 'notVerified' }],
};

test.each(TARGET_NOTICES)(
  '%s: bad news for owners can be snoozed; good news and what is for operators cannot',
  notice => {
    const [state, lines, replacement = UNREPLACED.replacement] = DUE[notice];
    const decided = (about?: number) =>
      decide(NOTICES[notice].topic, {
        ...UNREPLACED,
        replacement,
        state,
        crossings: crossings('7d', EXPIRY),
        told: lines,
        snooze: about === undefined ? undefined : { about, until: NOW + 1, reason: 'on leave', on: NOW },
        now: NOW,
      });
    expect(decided()).toMatchObject({ due: true, notice });
    const canBeSnoozed = ['threshold', 'gone', 'missing', 'unreadable'].includes(notice);
    const snoozed = { due: false, because: 'snoozed' };
    expect(decided(fixedExpiry(state))).toMatchObject(canBeSnoozed ? snoozed : { due: true, notice });
  },
);
