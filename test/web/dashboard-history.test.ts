import type { TargetEvent } from '../../src/core/history';
import { describeReminder } from '../../src/core/reminder';
import { historyCard } from '../../src/web/dashboard/history';
import { reasonWords } from '../../src/web/dashboard/reasons';
import { instant } from '../support/clock';

const ON = instant('2026-06-01T07:30:00Z');
const ABOUT = instant('2026-06-20T12:00:00Z');
const said = (event: TargetEvent) =>
  historyCard([event])
    .text.replace(/<[^>]*>/g, '')
    .replace(/\s+/g, ' ');
const told = (note: string) => said({ type: 'told', on: ON, note });
const REMINDER = {
  scope: 's',
  name: 'n',
  owner: 'ada@example.com',
  reason: '30d',
  about: ABOUT,
  crossedOn: ON,
  since: ON,
};

test.each([
  ['30d', '30 days before it expires'],
  ['90m', '90 minutes before it expires'],
  ['0', 'when it expires'],
  ['-7d', '7 days after it expired'],
  ['20%', 'with 20 % of its lifetime left'],
  ['missing', 'it is not found'],
  ['of a later version', 'of a later version'],
])('the reason %s is told as: %s', (reason, words) => {
  expect(reasonWords(reason)).toBe(words);
});

describe('the history says', () => {
  test('to whom what was told, and by which operation', () => {
    expect(told(`${describeReminder(REMINDER)}, operation 1234`)).toContain(
      'To ada@example.com: 30 days before it expires (Sat 20 Jun 2026) Operation 1234',
    );
    expect(told(describeReminder({ ...REMINDER, meantFor: 'bob@example.com' }))).toContain(
      'To ada@example.com, in the place of bob@example.com: 30 days before it expires (Sat 20 Jun 2026)',
    );
  });

  test('why a reminder was dropped', () => {
    expect(said({ type: 'dropped', on: ON, note: `${describeReminder(REMINDER)}: snoozed` })).toContain(
      'To ada@example.com: 30 days before it expires (Sat 20 Jun 2026). Snoozed',
    );
  });

  test('who changed which fields, as the form calls them', () => {
    const edited = said({ type: 'edited', on: ON, note: 'by ada@example.com: displayName, checkEvery' });
    expect(edited).toContain('Edited Mon 1 Jun 2026, 07:30 UTCBy ada@example.com: Display name, Read every');
    expect(said({ type: 'paused', on: ON, note: 'in the dashboard' })).toContain('In the dashboard');
  });

  test('why a read failed without its code, and what is wrong with a row with its column', () => {
    expect(said({ type: 'failing', on: ON, note: 'timeout: The service was silent.' })).toContain(
      'A read failed Mon 1 Jun 2026, 07:30 UTCThe service was silent.',
    );
    expect(said({ type: 'invalid', on: ON, note: "thresholds: 'soon' is not a threshold" })).toContain(
      'Thresholds: &#39;soon&#39; is not a threshold',
    );
  });

  test('any other note as it is, with its instants as days', () => {
    expect(said({ type: 'snoozed', on: ON, note: 'by <ada> until 2026-06-20T12:00:00.000Z' })).toContain(
      'By &lt;ada&gt; until Sat 20 Jun 2026',
    );
  });
});
