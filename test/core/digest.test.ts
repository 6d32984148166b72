import fc from 'fast-check';
import { urgencyAt } from '../../src/core/digest';
import type { Reminder } from '../../src/core/reminder';
import { DAY, HOUR } from '../../src/formats/instant';
import { at, KEY } from './states';

function reminder(name: string, about: number, more: Partial<Reminder> = {}): Reminder {
  return {
    ...KEY,
    name,
    owner: 'ada@example.com',
    reason: '7d',
    about,
    crossedOn: about,
    since: about,
    ...more,
  };
}

const NOW = at('06-01');
const names = (lines: Reminder[]) => lines.sort(urgencyAt(NOW)).map(({ name }) => name);

test('what expires soonest comes first, then what expired latest: acting soon is worth most where it still saves', () => {
  const lines = [
    reminder('later', at('07-01')),
    reminder('expired', at('05-01')),
    reminder('expires now', NOW),
    reminder('soon', NOW + 1),
    reminder('expired before', at('04-01')),
    reminder('just expired', NOW - HOUR),
  ];
  expect(names(lines)).toEqual(['soon', 'later', 'expires now', 'just expired', 'expired', 'expired before']);
});

test('what died long ago waits for all that may still be saved, and only good news waits for it', () => {
  const lines = [
    reminder('dead', NOW - DAY - 1),
    reminder('dead and gone', NOW - 2 * DAY, { reason: 'gone' }),
    reminder('just expired', NOW - DAY),
    ...RANKED.map(reason => reminder(reason, at('05-01'), { reason })),
  ];
  const [good, others] = [RANKED.slice(-2), RANKED.slice(0, -2)];
  expect(names(lines)).toEqual(['just expired', ...others, 'dead', 'dead and gone', ...good]);
});

const RANKED = [
  'missing',
  'unreadable',
  'scopeFailing',
  'undelivered',
  'poisoned',
  'invalid',
  'ownerless',
  'renewed',
  'readable',
];

test('what cannot be read comes after every expiry, then what operators must fix, and good news last', () => {
  // The lower its rank, the longer it is so: age never makes up for rank.
  const lines = RANKED.map((reason, index) => reminder(reason, at('10-01') - index * DAY, { reason }));
  expect(names([...lines.reverse(), reminder('expiry', at('12-31'))])).toEqual(['expiry', ...RANKED]);
});

test('what is expired and gone stands among the expiries, by its own', () => {
  const gone = reminder('gone', at('05-20'), { reason: 'gone' });
  const lines = [reminder('later', at('05-21')), gone, reminder('earlier', at('05-19'))];
  expect(names(lines)).toEqual(['later', 'gone', 'earlier']);
});

test('within a rank what is so for longest comes first', () => {
  const lines = [1, 3, 2].map(day => reminder(`${day}`, at(`06-0${day}`), { reason: 'unreadable' }));
  expect(names(lines)).toEqual(['1', '2', '3']);
});

test('an unknown reason comes last: it is never mailed', () => {
  const unknown = reminder('unknown', at('01-01'), { reason: 'revoked' });
  expect(names([unknown, reminder('good', at('12-31'), { reason: 'readable' })])).toEqual([
    'good',
    'unknown',
  ]);
});

test('at the same instant the name decides', () => {
  expect(names(['c', 'a', 'b'].map(name => reminder(name, at('06-01'))))).toEqual(['a', 'b', 'c']);
});

test('the order is the same whatever order they came in', () => {
  const any = fc.record({
    name: fc.constantFrom('a', 'b', 'c'),
    scope: fc.constantFrom('x', 'y'),
    about: fc.constantFrom(at('04-01'), at('06-01'), at('06-02')),
    reason: fc.constantFrom('7d', '0', 'gone', ...RANKED),
  });
  const key = (line: { name: string; scope: string; about: number; reason: string }) =>
    Object.values(line).join('|');
  const lines = fc.uniqueArray(any, { selector: key, maxLength: 12 });
  const ordered = (some: { name: string; scope: string; about: number; reason: string }[]) =>
    some
      .map(line => reminder(line.name, line.about, line))
      .sort(urgencyAt(NOW))
      .map(({ scope, name, about, reason }) => ({ scope, name, about, reason }));
  fc.assert(fc.property(lines, some => expect(ordered([...some].reverse())).toEqual(ordered(some))));
});
