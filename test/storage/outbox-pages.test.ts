/** The filters with which a large outbox is read: the store refuses one with too many comparisons. */
import { type Range, rangesAt, split } from '../../src/core/urgency';
import { comparisonsIn, filterOf } from '../../src/storage/outbox-pages';

const NOW = Date.parse('2026-06-01T00:00:00Z');
const OWNERS = Array.from({ length: 10 }, (_, index) => `owner-${index}~40example.com`);

/** Every range that a search may ask for. */
function allRanges(): Range[] {
  const samples = [{ about: NOW - 1 }, { about: NOW + 1 }];
  const parts = (range: Range): Range[] => [
    range,
    ...(range.length > 1 || range[0].reasons === 'other' ? split(range, samples, 1).flatMap(parts) : []),
  ];
  return rangesAt(NOW).flatMap(parts);
}

test.each([undefined, 'owner-0'])('no filter has more than 15 comparisons, after %p too', after => {
  const counts = allRanges().map(range => comparisonsIn(filterOf(range, OWNERS, after) ?? ''));
  expect(counts.length).toBeGreaterThan(5);
  expect(Math.max(...counts)).toBe(15);
});

test('each range leaves out as many owners as there is room for, and never loses a condition of its own', () => {
  for (const range of allRanges()) {
    const alone = filterOf(range, [], undefined) ?? '';
    expect(comparisonsIn(alone)).toBeLessThanOrEqual(13);
    const filter = filterOf(range, OWNERS.slice(0, 2), undefined) ?? '';
    expect(filter).toContain(alone);
    expect(filter).toContain(`PartitionKey ne '${OWNERS[1]}'`);
  }
});
