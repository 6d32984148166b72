import fc from 'fast-check';
import { urgencyAt } from '../../src/core/digest';
import { NOTICE_KINDS } from '../../src/core/notices';
import type { Reminder } from '../../src/core/reminder';
import { isIn, type Range, rangesAt, split } from '../../src/core/urgency';
import { DAY, HOUR } from '../../src/formats/instant';
import { at } from './states';

const NOW = at('06-01 12:00');
const REASONS = [
  '30d',
  '0',
  '-7d',
  '20%',
  ...NOTICE_KINDS.filter(kind => kind !== 'threshold'),
  'a later version',
];

const reminders = fc.array(
  fc.record({
    reason: fc.constantFrom(...REASONS),
    about: fc.oneof(
      fc.integer({ min: NOW - 400 * DAY, max: NOW + 400 * DAY }),
      fc.integer({ min: NOW - DAY - 2, max: NOW - DAY + 2 }),
      fc.integer({ min: NOW - 2, max: NOW + 2 }),
    ),
    name: fc.string({ maxLength: 3 }),
  }),
  { minLength: 1, maxLength: 60 },
);

const whole = (some: { reason: string; about: number; name: string }): Reminder => ({
  scope: 'scope',
  owner: 'ada@example.com',
  crossedOn: some.about,
  since: NOW,
  ...some,
});

test('each reminder is in exactly one part, whatever its reason, and the parts are in the order of urgency', () => {
  fc.assert(
    fc.property(reminders, some => {
      const parts = rangesAt(NOW).flatMap(range => range.map((part): Range => [part]));
      const found = parts.map(part => some.map(whole).filter(reminder => isIn(part, reminder)));
      expect(found.flat()).toHaveLength(some.length);
      const known = found.flat().filter(({ reason }) => reason !== 'a later version');
      const byUrgency = urgencyAt(NOW);
      const inOrder = found
        .flatMap(part => part.toSorted(byUrgency))
        .filter(({ reason }) => reason !== 'a later version');
      expect(inOrder).toEqual(known.toSorted(byUrgency));
    }),
  );
});

test('a range is split until each part is of one instant; nothing is lost, and the order stays', () => {
  fc.assert(
    fc.property(reminders, fc.integer({ min: 1, max: 5 }), (some, first) => {
      const all = some.map(whole);
      const leaves = (range: Range, depth = 0): Reminder[] => {
        expect(depth).toBeLessThan(200);
        const inside = all.filter(reminder => isIn(range, reminder));
        if (inside.length === 0) return [];
        const parts = split(range, inside, first);
        if (parts.length === 0) return inside;
        return parts.flatMap(part => leaves(part, depth + 1));
      };
      const byUrgency = urgencyAt(NOW);
      const known = all.filter(({ reason }) => REASONS.slice(0, 4).includes(reason));
      const found = rangesAt(NOW)
        .flatMap(range => leaves(range))
        .filter(({ reason }) => REASONS.slice(0, 4).includes(reason));
      expect(found.map(({ about }) => about)).toEqual(known.toSorted(byUrgency).map(({ about }) => about));
    }),
  );
});

test('about as many samples as asked for are in the first part, the most urgent ones', () => {
  const [soon] = rangesAt(NOW)[0] ?? [];
  const [old] = rangesAt(NOW)[1] ?? [];
  const hours = Array.from({ length: 100 }, (_, index) => index);
  const future = hours.map(hour => whole({ reason: '30d', about: NOW + (1 + hour) * HOUR, name: '' }));
  const past = hours.map(hour => whole({ reason: '0', about: NOW - 2 * DAY - hour * HOUR, name: '' }));
  const firstOf = (part: typeof soon, samples: Reminder[]) => {
    const range = part && split([part], samples, 45)[0];
    return samples.filter(reminder => range && isIn(range, reminder));
  };
  expect(firstOf(soon, future)).toEqual(future.slice(0, 45));
  expect(firstOf(old, past)).toEqual(past.slice(0, 45));
});
