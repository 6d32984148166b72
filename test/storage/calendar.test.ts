/** The calendar's moves, transaction by transaction: between two of them a report may be read. */
import { DAY } from '../../src/formats/instant';
import { openCalendar } from '../../src/storage/calendar';
import type { Calendar } from '../../src/watch/ports';
import { rowKeysIn, scriptedTable, written } from './scripted';

const NOW = Date.UTC(2027, 0, 1);
const LISTING = {
  kind: 'x',
  displayName: 'y',
  owners: [],
  minted: false,
  failing: false,
  check: 'ok' as const,
};

/** Which keys each transaction writes when so many targets move, appear and go, mixed; and those are the pairs. */
async function moved(calendar: Calendar, moving: number, appearing: number, going: number) {
  const keyed = (name: string, day: number) => calendar.keyOf({ scope: 's', name }, NOW + day * DAY);
  const pairs = Array.from({ length: moving }, (_, n) => [keyed(`m${n}`, n), keyed(`m${n}`, 500 + n)]);
  const fresh = Array.from({ length: appearing }, (_, n) => keyed(`a${n}`, n));
  const gone = Array.from({ length: going }, (_, n) => keyed(`g${n}`, n));
  const entries = [...fresh, ...pairs.map(([, to = '']) => to)].map(key => ({
    scope: 's',
    name: 'n',
    key,
    listing: LISTING,
  }));
  await calendar.write(entries, [...gone, ...pairs.map(([from = '']) => from)]);
  return pairs;
}

test.each([
  [50, 0, 0],
  [300, 0, 0],
  [130, 33, 0],
  [130, 0, 33],
  [77, 15, 8],
])(
  'of %i moves beside %i new and %i gone ones each is one transaction, and none costs a call more',
  async (moving, appearing, going) => {
    const { client, requests } = scriptedTable(written);
    const pairs = await moved(openCalendar(client), moving, appearing, going);
    const transactions = requests.map(request => rowKeysIn(request).map(decodeURIComponent));
    for (const pair of pairs)
      expect(transactions.filter(keys => pair.some(key => keys.includes(key)))).toHaveLength(1);
    expect(transactions.flat()).toHaveLength(2 * moving + appearing + going);
    expect(transactions).toHaveLength(Math.ceil((2 * moving + appearing + going) / 100));
  },
);

test('within a transaction the new row comes before the old', async () => {
  const { client, requests } = scriptedTable(written);
  const [[from = '', to = ''] = []] = await moved(openCalendar(client), 1, 0, 0);
  expect(requests.flatMap(rowKeysIn).map(decodeURIComponent)).toEqual([to, from]);
});
