import { audienceOf, type MailPolicy } from '../../src/core/watched';
import { row } from './states';

const operators = ['ops@example.com', 'Ada@Example.com'];
const to = (to: MailPolicy['to']): MailPolicy => ({ to, operators });

test('owners hear of a target, and operators who are not among them get copies, whatever the spelling', () => {
  expect(audienceOf(row({ owners: 'ada@example.com grace@example.com' }), to('owners'))).toEqual({
    owners: ['ada@example.com', 'grace@example.com'],
    copies: ['ops@example.com'],
  });
});

test("a target without an owner is the operators' at once, in full and not as a copy (rule 15)", () => {
  expect(audienceOf(row({ owners: '' }), to('owners'))).toEqual({ owners: operators, copies: [] });
});

test('a row whose every owner is spoilt is the operators’, too', () => {
  expect(audienceOf(row({ owners: 'ada, grace@' }), to('owners'))).toEqual({ owners: operators, copies: [] });
});

test('MAIL_TO=operators sends everything to them, MAIL_TO=none nothing to anybody', () => {
  expect(audienceOf(row(), to('operators'))).toEqual({ owners: operators, copies: [] });
  expect(audienceOf(row(), to('none'))).toEqual({ owners: [], copies: [] });
  expect(audienceOf(row({ owners: '' }), to('none'))).toEqual({ owners: [], copies: [] });
});

test('without owners and without operators there is no recipient', () => {
  expect(audienceOf(row({ owners: '' }), { to: 'owners', operators: [] })).toEqual({
    owners: [],
    copies: [],
  });
});
