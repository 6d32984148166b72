import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { csvOf, parseCsv, shield, unshield } from '../../src/formats/csv';

const hostile = fc
  .array(fc.constantFrom(...`=+-@＝＋－＠' \t\r\n";,|x1`), { maxLength: 8 })
  .map(characters => characters.join(''));
const text = fc.oneof(hostile, fc.string({ unit: 'grapheme' }));

test('a shield comes off as it went on, whatever the text', () => {
  fc.assert(
    fc.property(text, some => {
      expect(unshield(shield(some))).toBe(some);
      expect(shield(some)).not.toMatch(/(^|[;|\t\r\n])\s*[=+\-@＝＋－＠]|^[\t\r\n]/);
    }),
    { numRuns: 20_000 },
  );
});

test.each([
  ['=1+1', "'=1+1"],
  ["'=1+1", "''=1+1"],
  ['  @SUM(A1)', "'  @SUM(A1)"],
  ['\t', "'\t"],
  ['-7d 30d', "'-7d 30d"],
  ["'tis", "'tis"],
  ['a=b', 'a=b'],
  ['a;=1+1', "a;'=1+1"],
  ['30d; -7d|+1', "30d;' -7d|'+1"],
  ['one\n=2', "one\n'=2"],
  ['', ''],
])('%j is written as %j', (plain, shielded) => expect(shield(plain)).toBe(shielded));

test('a text of any length is looked at once', () => {
  const long = '\n'.repeat(4_000_000);
  expect(unshield(`'${long}`)).toBe(long);
});

test('numbers and flags are ours, and stay what they are', () => {
  expect(csvOf(['a', 'b', 'c', 'd'], [[-5, false, null, undefined]])).toBe('a,b,c,d\r\n-5,false,,\r\n');
});

test('any parser reads what is written, and ours says on which line each record starts', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(text, text), { minLength: 1, maxLength: 5 }), rows => {
      const written = csvOf(['a', 'b'], rows);
      const read: string[][] = parse(written);
      expect(read.slice(1).map(row => row.map(unshield))).toEqual(rows);
      const ours = parseCsv(written, 100);
      if ('fault' in ours) throw new Error(ours.fault);
      let line = 2;
      const starts = rows.flatMap(row => {
        const start = line;
        line +=
          1 +
          (csvOf([], [row])
            .slice(2, -2)
            .match(/\r\n|\r|\n/g)?.length ?? 0);
        return row.join('') === '' ? [] : [start];
      });
      expect(ours.slice(1).map(record => record.line)).toEqual(starts);
    }),
    { numRuns: 2_000 },
  );
});
