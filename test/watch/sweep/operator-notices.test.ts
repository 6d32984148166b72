/** Operator notices of a scope as a whole: each is one line per operator, once while it lasts. */
import { type Counts, NO_COUNTS } from '../../../src/core/counts';
import type { MailPolicy } from '../../../src/core/watched';
import { DAY, HOUR, MINUTE } from '../../../src/formats/instant';
import type { OperatorNotices, ScopeRow } from '../../../src/watch/ports';
import { operatorNoticesOf } from '../../../src/watch/sweep/operator-notices';

const SCOPE = 'iotCentralToken:contoso.azureiotcentral.com';
const NOW = Date.UTC(2026, 5, 1, 12);
const mail: MailPolicy = { to: 'owners', operators: ['ops@example.com', 'Eve@Example.com'] };

const row = (operatorNotices?: OperatorNotices): ScopeRow => ({
  scope: SCOPE,
  ...(operatorNotices && { operatorNotices }),
});
const counts = (more: Partial<Counts>): Counts => ({ ...NO_COUNTS, ...more });
const FAILING = { counts: counts({ total: 5, unknown: 5, failing: 5 }), ownerless: 0 };
const WELL = { counts: counts({ total: 5, healthy: 5 }), ownerless: 0 };

/** Sweeps every five minutes. @returns the lines that were put, and when */
function sweeps(found: readonly (typeof WELL)[], policy = mail, gap = 5 * MINUTE) {
  let operatorNotices: OperatorNotices | undefined;
  const put: string[] = [];
  for (const [index, one] of found.entries()) {
    const answer = operatorNoticesOf(row(operatorNotices), one, policy, NOW + index * gap);
    operatorNotices = answer.operatorNotices;
    put.push(...answer.lines.map(line => `${line.reason} to ${line.owner} at ${(index * gap) / MINUTE} min`));
  }
  return put;
}
const times = <T>(count: number, one: T) => Array.from({ length: count }, () => one);

test('a scope that is well has no operator notices and no lines', () => {
  expect(operatorNoticesOf(row(), WELL, mail, NOW)).toEqual({ operatorNotices: {}, lines: [] });
});

test('one target without an owner is counted as one', () => {
  const { lines } = operatorNoticesOf(
    row(),
    { counts: counts({ total: 1, healthy: 1 }), ownerless: 1 },
    mail,
    NOW,
  );
  expect(lines[0]?.note).toMatch(/^1 of the 1 target of .* has no owner, so the reminders come to you/);
});

describe('a scope of which nothing can be read', () => {
  test('is recorded at once, and told to each operator after an hour, with the instant it began', () => {
    const since = { since: NOW, put: false };
    expect(operatorNoticesOf(row(), FAILING, mail, NOW)).toEqual({
      operatorNotices: { scopeFailing: since },
      lines: [],
    });
    const early = operatorNoticesOf(row({ scopeFailing: since }), FAILING, mail, NOW + HOUR - 1);
    expect(early).toEqual({ operatorNotices: { scopeFailing: since }, lines: [] });
    const { operatorNotices, lines } = operatorNoticesOf(
      row({ scopeFailing: since }),
      FAILING,
      mail,
      NOW + HOUR,
    );
    expect(operatorNotices).toEqual({ scopeFailing: { since: NOW, put: true } });
    const line = { scope: SCOPE, name: '', reason: 'scopeFailing', about: NOW, crossedOn: NOW, since: NOW };
    const note = expect.stringMatching(`^None of the 5 targets of ${SCOPE} can be read`);
    expect(lines).toEqual(mail.operators.map(owner => ({ ...line, owner, note })));
  });

  test('is told once while it lasts, in one line for all its targets', () => {
    expect(sweeps(times(500, FAILING))).toEqual([
      'scopeFailing to ops@example.com at 60 min',
      'scopeFailing to Eve@Example.com at 60 min',
    ]);
  });

  test('is told again after an hour of a new failure', () => {
    const ops = { ...mail, operators: ['ops@example.com'] };
    expect(sweeps([...times(20, FAILING), WELL, ...times(20, FAILING)], ops)).toEqual([
      'scopeFailing to ops@example.com at 60 min',
      `scopeFailing to ops@example.com at ${21 * 5 + 60} min`,
    ]);
  });

  test('is not told if it never lasts an hour', () => {
    expect(sweeps(times(10, [...times(11, FAILING), WELL]).flat())).toEqual([]);
  });

  test.each<[string, Partial<Counts>, boolean]>([
    ['each of them fails', { total: 3, failing: 3 }, true],
    ['the others wait for their first read', { total: 3, failing: 1, pending: 2 }, true],
    ['the others have rows that are not understood', { total: 3, failing: 1, invalid: 2 }, true],
    ['one is read', { total: 3, failing: 2 }, false],
    ['there is only one target, which its owner hears of', { total: 1, failing: 1 }, false],
    ['none was tried yet', { total: 3, pending: 3 }, false],
    ['no row is understood: each of them is told', { total: 3, invalid: 3 }, false],
    ['there are none', { total: 0 }, false],
  ])('%s', (_, more, expected) => {
    const { operatorNotices } = operatorNoticesOf(row(), { counts: counts(more), ownerless: 0 }, mail, NOW);
    expect(operatorNotices.scopeFailing !== undefined).toBe(expected);
  });
});

describe('targets without an owner', () => {
  const some = (ownerless: number) => ({ ...WELL, ownerless });

  test('are told at once with their number, and not again when the number changes', () => {
    const { lines, operatorNotices } = operatorNoticesOf(row(), some(2), mail, NOW);
    expect(lines.map(({ reason, note }) => [reason, note])).toEqual(
      times(2, ['ownerless', expect.stringMatching(`^2 of the 5 targets of ${SCOPE} have no owner`)]),
    );
    expect(operatorNotices).toEqual({ ownerless: { since: NOW, put: true } });
    expect(operatorNoticesOf(row(operatorNotices), some(4), mail, NOW + DAY)).toEqual({
      operatorNotices,
      lines: [],
    });
  });

  test('are told beside a scope that fails; neither notice ends the other', () => {
    const both = { ...FAILING, ownerless: 1 };
    const { operatorNotices } = operatorNoticesOf(row(), both, mail, NOW);
    const later = operatorNoticesOf(row(operatorNotices), both, mail, NOW + HOUR);
    expect(later.lines.map(({ reason }) => reason)).toEqual(['scopeFailing', 'scopeFailing']);
    expect(
      operatorNoticesOf(row(later.operatorNotices), FAILING, mail, NOW + 2 * HOUR).operatorNotices,
    ).toEqual({
      scopeFailing: { since: NOW, put: true },
    });
  });
});

describe('if no operator can be told, nothing counts as told; it is told as soon as one can be', () => {
  const both = { ...FAILING, ownerless: 1 };
  test.each<[string, MailPolicy]>([
    ['MAIL_TO=none', { ...mail, to: 'none' }],
    ['no operators', { ...mail, operators: [] }],
  ])('%s', (_, nobody) => {
    const first = operatorNoticesOf(row(), both, nobody, NOW);
    const second = operatorNoticesOf(row(first.operatorNotices), both, nobody, NOW + HOUR);
    expect([...first.lines, ...second.lines]).toEqual([]);
    const { lines } = operatorNoticesOf(row(second.operatorNotices), both, mail, NOW + 2 * HOUR);
    expect(lines.map(({ reason, since }) => [reason, since])).toEqual([
      ...times(2, ['scopeFailing', NOW]),
      ...times(2, ['ownerless', NOW]),
    ]);
  });
});
