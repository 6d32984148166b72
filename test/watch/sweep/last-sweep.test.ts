/** Whether the sweep before this one came to its end, by the rows of its scopes. */
import { HOUR, MINUTE } from '../../../src/formats/instant';
import type { ScopeRow } from '../../../src/watch/ports';
import { lastSweep } from '../../../src/watch/sweep/last-sweep';

const NOW = Date.UTC(2026, 5, 1, 12);
const PERIOD = 5 * MINUTE;
const row = (more: Partial<ScopeRow>): ScopeRow => ({ scope: 'iotCentralToken:a.example', ...more });
const DONE = row({ finishedOn: NOW - 5 * MINUTE });

test.each<[string, ScopeRow[], ReturnType<typeof lastSweep>]>([
  ['there is no scope yet', [], 'complete'],
  ['every scope has finished since the tick before', [DONE, row({ finishedOn: NOW - 1 })], 'complete'],
  ['one has finished none since then', [DONE, row({ finishedOn: NOW - 10 * MINUTE })], 'late'],
  ['one has finished none yet', [DONE, row({ seenOn: NOW - 10 * MINUTE })], 'late'],
  ['one is only known by its row', [DONE, row({})], 'late'],
  [
    'a large one is being swept',
    [DONE, row({ finishedOn: NOW - 20 * MINUTE, leaseUntil: NOW + MINUTE })],
    'complete',
  ],
  ['one was left behind', [row({ finishedOn: NOW - 20 * MINUTE, leaseUntil: NOW - 1 })], 'late'],
  [
    'a service asked to wait',
    [row({ finishedOn: NOW - 50 * MINUTE, pace: pausedUntil(NOW + MINUTE) })],
    'complete',
  ],
  [
    'a clock that ran ahead left a lease and a pause behind',
    [row({ finishedOn: NOW - 20 * MINUTE, leaseUntil: NOW + 9 * HOUR, pace: pausedUntil(NOW + 9 * HOUR) })],
    'late',
  ],
  ['one is overdue', [DONE, row({ finishedOn: NOW - 46 * MINUTE })], 'failed'],
  ['one never finished and is overdue', [DONE, row({ seenOn: NOW - 46 * MINUTE })], 'failed'],
  [
    'one begins again and again and never ends',
    [row({ finishedOn: NOW - 46 * MINUTE, leaseUntil: NOW + MINUTE })],
    'failed',
  ],
])('where %s', (_, rows, expected) => {
  expect(lastSweep(rows, PERIOD, NOW)).toBe(expected);
});

function pausedUntil(on: number): ScopeRow['pace'] {
  return { level: 0, at: NOW, pausedUntil: on, refusals: 1 };
}
