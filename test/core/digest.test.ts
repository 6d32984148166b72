import fc from 'fast-check';
import { byUrgency } from '../../src/core/digest';
import type { Reminder } from '../../src/core/reminder';
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

const names = (lines: Reminder[]) => lines.sort(byUrgency).map(({ name }) => name);

test('what expired longest ago comes first, then what expires soonest', () => {
  expect(
    names([reminder('later', at('07-01')), reminder('expired', at('05-01')), reminder('soon', at('06-02'))]),
  ).toEqual(['expired', 'soon', 'later']);
});

test('rows that are not understood come last, however long they are so', () => {
  const invalid = reminder('broken', at('01-01'), { reason: 'invalid' });
  expect(names([invalid, reminder('later', at('12-31'))])).toEqual(['later', 'broken']);
});

test('at the same instant the name decides', () => {
  expect(names(['c', 'a', 'b'].map(name => reminder(name, at('06-01'))))).toEqual(['a', 'b', 'c']);
});

test('the order is the same whatever order they came in', () => {
  const any = fc.record({
    name: fc.constantFrom('a', 'b', 'c'),
    scope: fc.constantFrom('x', 'y'),
    about: fc.constantFrom(at('06-01'), at('06-02')),
    reason: fc.constantFrom('7d', 'invalid'),
  });
  const key = (line: { name: string; scope: string; about: number; reason: string }) =>
    Object.values(line).join('|');
  const lines = fc.uniqueArray(any, { selector: key, maxLength: 12 });
  const ordered = (some: { name: string; scope: string; about: number; reason: string }[]) =>
    some
      .map(line => reminder(line.name, line.about, line))
      .sort(byUrgency)
      .map(({ scope, name, about, reason }) => ({ scope, name, about, reason }));
  fc.assert(fc.property(lines, some => expect(ordered([...some].reverse())).toEqual(ordered(some))));
});
