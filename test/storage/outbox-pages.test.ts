/** What the store is asked for lines by: a filter that it takes, whatever notices there are. */
import { rangesAt, split } from '../../src/core/urgency';
import { filterOf } from '../../src/storage/outbox-pages';
import { MOST_LEFT_OUT } from '../../src/watch/remind/waiting-owners';

const NOW = Date.parse('2026-06-01T12:00:00Z');
/** The documented limit of the Table service. The emulator has none. */
const MOST_COMPARISONS = 15;

const comparisonsIn = (filter = '') => filter.match(/ (eq|ne|lt|le|gt|ge) /g)?.length ?? 0;
const OWNERS = Array.from({ length: MOST_LEFT_OUT }, (_, index) => `owner${index}`);

test('no query for lines has more comparisons than the store takes', () => {
  const ranges = rangesAt(NOW);
  const parts = ranges.flatMap(range => split(range, [{ about: NOW }, { about: NOW + 5 }], 1));
  const halves = parts.flatMap(part => split(part, [{ about: NOW }, { about: NOW + 5 }], 1));
  for (const range of ranges)
    expect(comparisonsIn(filterOf(range, OWNERS, undefined))).toBeLessThanOrEqual(MOST_COMPARISONS);
  for (const range of [...parts, ...halves])
    expect(comparisonsIn(filterOf(range, OWNERS, 'owner'))).toBeLessThanOrEqual(MOST_COMPARISONS);
});
