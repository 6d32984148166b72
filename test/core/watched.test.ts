import { DAY } from '../../src/core/instant';
import { type MailPolicy, recipientsOf } from '../../src/core/watched';
import { row } from './states';

const operators = ['ops@example.com', 'Ada@Example.com'];
const to = (to: MailPolicy['to']): MailPolicy => ({ to, operators });

test('owners hear of what is before the expiry', () => {
  expect(recipientsOf(row({ owners: 'ada@example.com grace@example.com' }), to('owners'), DAY)).toEqual([
    'ada@example.com',
    'grace@example.com',
  ]);
});

test('from the expiry on operators get a copy, each address once without regard to case (rule 14)', () => {
  for (const leadMs of [0, -7 * DAY])
    expect(
      [...recipientsOf(row({ owners: 'ada@example.com grace@example.com' }), to('owners'), leadMs)].sort(),
    ).toEqual(['ada@example.com', 'grace@example.com', 'ops@example.com']);
});

test("a target without an owner is the operators' at once (rule 15)", () => {
  expect(recipientsOf(row({ owners: '' }), to('owners'), 30 * DAY)).toEqual(operators);
});

test('MAIL_TO=operators sends everything to them, MAIL_TO=none nothing to anybody', () => {
  expect(recipientsOf(row(), to('operators'), DAY)).toEqual(operators);
  expect(recipientsOf(row(), to('none'), 0)).toEqual([]);
  expect(recipientsOf(row({ owners: '' }), to('none'), 0)).toEqual([]);
});

test('without owners and without operators nobody can be told', () => {
  expect(recipientsOf(row({ owners: '' }), { to: 'owners', operators: [] }, 0)).toEqual([]);
});
