import { columnHints, lookalikeOf } from '../../src/core/lookalikes';
import { COLUMN_NAMES } from '../../src/core/row';

test.each([
  ['Owner', 'owners'],
  ['owners ', 'owners'],
  ['OWNERS', 'owners'],
  ['own\u200bers', 'owners'],
  ['onwers', 'owners'],
  ['owner_email', 'owners'],
  ['OwnerEmails', 'owners'],
  ['threshold', 'thresholds'],
  ['tresholds', 'thresholds'],
  ['check_every', 'checkEvery'],
  ['Enable', 'enabled'],
  ['display-name', 'displayName'],
  ['runbookUrl', 'runbook'],
  ['Note', 'notes'],
  ['replaceBy', 'replacedBy'],
])('%j looks like %s', (name, column) => {
  expect(lookalikeOf(name)).toBe(column);
  expect(columnHints([name])).toEqual([expect.stringMatching(`: this column is not used; .* ${column}$`)]);
});

test.each(['team', 'mine', 'environment', 'costCentre', 'name', 'own', 'x', ''])(
  '%j is a column of a team',
  name => expect(columnHints([name])).toEqual([]),
);

test.each(['expiry', 'Expires', 'expiresOn', 'expiry_date', 'tokenExpiry'])(
  '%s is pointed out, since the expiry is read',
  name => expect(columnHints([name])).toEqual([expect.stringMatching(/the watcher reads the expiry/)]),
);

test('our own columns are no lookalikes, an invisible difference is shown, and the hints are few', () => {
  expect(columnHints(COLUMN_NAMES)).toEqual([]);
  expect(columnHints(['owners\u200b'])).toEqual([expect.stringMatching(/^'owners‹U\+200B›': /)]);
  const many = columnHints(Array.from({ length: 9 }, (_, n) => `owners${' '.repeat(n + 1)}`));
  expect(many).toHaveLength(6);
});
