/** Operator notices of a scope as a whole: each is one line per operator, once while it lasts. */
import { type Counts, NO_COUNTS } from '../../../src/core/counts';
import { NO_READS, type ScopeReads } from '../../../src/core/scope-reads';
import type { MailPolicy } from '../../../src/core/watched';
import { DAY, HOUR, MINUTE } from '../../../src/formats/instant';
import type { OperatorNotices, ScopeRow } from '../../../src/watch/ports';
import { type Findings, operatorNoticesOf } from '../../../src/watch/sweep/operator-notices';

const SCOPE = 'iotCentralToken:contoso.azureiotcentral.com';
const NOW = Date.UTC(2026, 5, 1, 12);
const mail: MailPolicy = { to: 'owners', operators: ['ops@example.com', 'Eve@Example.com'] };

const BOTH = ['ops@example.com', 'eve@example.com'];

const row = (operatorNotices?: OperatorNotices): ScopeRow => ({
  scope: SCOPE,
  ...(operatorNotices && { operatorNotices }),
});
const counts = (more: Partial<Counts>): Counts => ({ ...NO_COUNTS, ...more });
const WHY = {
  message: 'It has a problem of its own (HTTP 503).',
  refused: false,
  count: 5,
  names: ['a', 'b', 'c'],
};
const DENIED = { message: 'It may not (HTTP 403).', refused: true, count: 2, names: ['a', 'b'] };
const found = (reads: Partial<ScopeReads>, total = 5) => ({
  counts: counts({ total }),
  ownerless: 0,
  reads: { ...NO_READS, ...reads },
});
const FAILING = found({ failing: 5, reasons: [WHY] });
const ONCE = found({ failing: 5, failedOnce: 2, reasons: [WHY] });
const REFUSED = found({ answered: 3, failing: 2, refused: 2, reasons: [DENIED], readOn: NOW });
const ALL_REFUSED = found({ failing: 5, refused: 5, reasons: [{ ...DENIED, count: 5 }], readOn: NOW - HOUR });
const WELL = found({ answered: 5 });

/** Sweeps every five minutes. @returns the lines that were put, and when */
function sweeps(all: readonly Findings[], policy = mail, gap = 5 * MINUTE) {
  let operatorNotices: OperatorNotices | undefined;
  const put: string[] = [];
  for (const [index, one] of all.entries()) {
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
  const { lines } = operatorNoticesOf(row(), { ...found({ answered: 1 }, 1), ownerless: 1 }, mail, NOW);
  expect(lines[0]?.note).toMatch(/^1 of the 1 target of .* has no owner, so the reminders come to you/);
});

describe('a scope of which nothing can be read', () => {
  test('is told to each operator at once, with the reasons', () => {
    const { operatorNotices, lines } = operatorNoticesOf(row(), FAILING, mail, NOW);
    expect(operatorNotices).toEqual({ scopeFailing: { since: NOW, put: true, operators: BOTH } });
    const note = `None of the 5 targets of ${SCOPE} can be read.\n5 targets (a, b, c, …): ${WHY.message}`;
    const line = { scope: SCOPE, name: '', reason: 'scopeFailing', about: NOW, crossedOn: NOW, since: NOW };
    expect(lines).toEqual(mail.operators.map(owner => ({ ...line, owner, note })));
  });

  test('is told with one target, too', () => {
    const { lines } = operatorNoticesOf(row(), found({ failing: 1, reasons: [] }, 1), mail, NOW);
    expect(lines[0]?.note).toContain(`The only target of ${SCOPE} can't be read.`);
  });

  test('waits until each has failed twice in a row', () => {
    const since = { since: NOW, put: false };
    expect(operatorNoticesOf(row(), ONCE, mail, NOW)).toEqual({
      operatorNotices: { scopeFailing: since },
      lines: [],
    });
    expect(operatorNoticesOf(row({ scopeFailing: since }), FAILING, mail, NOW + HOUR).lines).toHaveLength(2);
  });

  test('is told once while it lasts, in one line for all its targets, and again when it comes back', () => {
    const ops = { ...mail, operators: ['ops@example.com'] };
    expect(sweeps([...times(500, FAILING), WELL, ONCE, FAILING, FAILING], ops)).toEqual([
      'scopeFailing to ops@example.com at 0 min',
      `scopeFailing to ops@example.com at ${502 * 5} min`,
    ]);
  });

  test.each<[string, Partial<ScopeReads>, boolean]>([
    ['each of them fails', { failing: 3 }, true],
    ['one is read, or is not there', { failing: 2, answered: 1 }, false],
    ['none was tried yet', {}, false],
  ])('%s', (_, reads, expected) => {
    const { operatorNotices } = operatorNoticesOf(row(), found(reads), mail, NOW);
    expect(operatorNotices.scopeFailing !== undefined).toBe(expected);
  });
});

describe('a part of a scope whose reads are refused', () => {
  const ops = { ...mail, operators: ['ops@example.com'] };

  test('is told at once and once, with the reasons that are for operators', () => {
    const other = { ...REFUSED, reads: { ...REFUSED.reads, reasons: [DENIED, WHY] } };
    const { lines } = operatorNoticesOf(row(), other, ops, NOW);
    expect(lines.map(({ reason, note }) => [reason, note])).toEqual([
      [
        'readsRefused',
        `2 of the 5 targets of ${SCOPE} can't be read, and no owner of a token can mend that.\n2 targets (a, b): ${DENIED.message}`,
      ],
    ]);
    expect(sweeps(times(500, REFUSED), ops)).toHaveLength(1);
  });

  test('that grows to the whole scope is the same trouble', () => {
    expect(sweeps([REFUSED, REFUSED, ALL_REFUSED, ALL_REFUSED], ops)).toEqual([
      'readsRefused to ops@example.com at 0 min',
    ]);
  });

  test('is another trouble than the whole scope that could be read after it', () => {
    const readSince = { ...ALL_REFUSED, reads: { ...ALL_REFUSED.reads, readOn: NOW + 6 * MINUTE } };
    expect(sweeps([REFUSED, REFUSED, readSince, readSince], ops)).toEqual([
      'readsRefused to ops@example.com at 0 min',
      'scopeFailing to ops@example.com at 10 min',
    ]);
  });

  test('that is left of a whole scope is not told again', () => {
    expect(sweeps([ALL_REFUSED, REFUSED, REFUSED, WELL, REFUSED], ops)).toEqual([
      'scopeFailing to ops@example.com at 0 min',
      'readsRefused to ops@example.com at 20 min',
    ]);
  });

  test('waits for the decision on the whole scope', () => {
    const half = found({ failing: 5, failedOnce: 3, refused: 2, reasons: [DENIED] });
    expect(sweeps([half, ALL_REFUSED], ops)).toEqual(['scopeFailing to ops@example.com at 5 min']);
  });
});

describe('who becomes an operator while it lasts', () => {
  const told = (
    all: ScopeRow,
    operators: readonly string[],
    findings = FAILING,
    to: MailPolicy['to'] = 'owners',
  ) => operatorNoticesOf(all, findings, { to, operators }, NOW + HOUR);
  const toldOnce = (operators: readonly string[], all = row()) => row(told(all, operators).operatorNotices);

  test('hears of it, and the others do not hear it again', () => {
    const { lines } = told(toldOnce(['ops@example.com']), ['OPS@example.com', 'new@example.com']);
    expect(lines.map(({ owner }) => owner)).toEqual(['new@example.com']);
  });

  test('in the place of all others, too', () => {
    expect(told(toldOnce(['ops@example.com']), ['new@example.com']).lines).toHaveLength(1);
  });

  test('again, hears of it again', () => {
    const gone = toldOnce(['new@example.com'], toldOnce(['ops@example.com']));
    expect(told(gone, ['ops@example.com', 'new@example.com']).lines).toHaveLength(1);
  });

  test('does not hear of a refusal that is told with the scope', () => {
    const refused = row(told(row(), ['ops@example.com'], ALL_REFUSED).operatorNotices);
    const { lines } = told(refused, ['ops@example.com', 'new@example.com'], ALL_REFUSED);
    expect(lines.map(({ owner, reason }) => [owner, reason])).toEqual([['new@example.com', 'scopeFailing']]);
  });

  test('after a version that did not keep who was told, is not known to be new', () => {
    const earlier = row({ scopeFailing: { since: NOW, put: true } });
    expect(told(earlier, ['new@example.com']).lines).toEqual([]);
  });

  test('hears nothing while no mail is sent, and then does', () => {
    const silent = told(toldOnce(['ops@example.com']), ['new@example.com'], FAILING, 'none');
    expect(silent.lines).toEqual([]);
    expect(told(row(silent.operatorNotices), ['new@example.com']).lines).toHaveLength(1);
  });
});

describe('targets without an owner', () => {
  const some = (ownerless: number) => ({ ...WELL, ownerless });

  test('are told at once with their number, and not again when the number changes', () => {
    const { lines, operatorNotices } = operatorNoticesOf(row(), some(2), mail, NOW);
    expect(lines.map(({ reason, note }) => [reason, note])).toEqual(
      times(2, ['ownerless', expect.stringMatching(`^2 of the 5 targets of ${SCOPE} have no owner`)]),
    );
    expect(operatorNotices).toEqual({ ownerless: { since: NOW, put: true, operators: BOTH } });
    expect(operatorNoticesOf(row(operatorNotices), some(4), mail, NOW + DAY)).toEqual({
      operatorNotices,
      lines: [],
    });
  });

  test('are told beside a scope that fails; neither notice ends the other', () => {
    const both = { ...FAILING, ownerless: 1 };
    const { operatorNotices, lines } = operatorNoticesOf(row(), both, mail, NOW);
    expect(lines.map(({ reason }) => reason)).toEqual([
      ...times(2, 'scopeFailing'),
      ...times(2, 'ownerless'),
    ]);
    expect(operatorNoticesOf(row(operatorNotices), FAILING, mail, NOW + HOUR).operatorNotices).toEqual({
      scopeFailing: { since: NOW, put: true, operators: BOTH },
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
