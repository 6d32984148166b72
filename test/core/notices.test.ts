/** The table of notices: which reason is which notice, who hears it, and that an unknown reason is none of them. */
import {
  isAboutWatcher,
  isForOperators,
  NOTICE_KINDS,
  NOTICES,
  noticeKindOf,
  TARGET_NOTICES,
  TOPICS,
} from '../../src/core/notices';
import { formatThreshold } from '../../src/core/thresholds';
import { OPERATOR_NOTICES } from '../support/operator-notices';
import { thresholds } from './states';

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

test('operators alone hear of the watcher itself and of rows that are not understood', () => {
  const reasons = [...NOTICE_KINDS, ...UNKNOWN, '0', '30d'];
  expect(reasons.filter(reason => isForOperators({ reason })).sort()).toEqual(
    ['invalid', ...OPERATOR_NOTICES].sort(),
  );
  expect(reasons.filter(reason => isAboutWatcher({ reason }))).toEqual(OPERATOR_NOTICES);
});

test('a notice is about the watcher or about a target, and each about a target is decided', () => {
  expect([...TARGET_NOTICES, ...OPERATOR_NOTICES].sort()).toEqual([...NOTICE_KINDS].sort());
  expect([...new Set(TARGET_NOTICES.map(kind => NOTICES[kind].topic))].sort()).toEqual(
    Object.keys(TOPICS).sort(),
  );
});

test('bad news for owners can be snoozed; good news and what is for operators cannot', () => {
  const snoozable = NOTICE_KINDS.filter(kind => NOTICES[kind].snoozable);
  expect(snoozable).toEqual(['threshold', 'gone', 'missing', 'unreadable']);
});
