/** A digest's failed tries, by cause: the gaps between them, and when there is no other. */
import { DAY, HOUR, MINUTE } from '../../../src/formats/instant';
import type { DelayCause, Trouble } from '../../../src/watch/ports';
import { gapAfter, givenUpFor, isFaultOfThisMail, troubleAfter } from '../../../src/watch/remind/tries';

const NOON = Date.UTC(2026, 5, 1, 12);

/** Tries that all fail for one cause, each after its gap. `takes`: whether the service takes another mail after each of them. */
function failing(cause: DelayCause, { takes = false, times = 100 } = {}) {
  let trouble: Trouble | undefined;
  let now = NOON;
  for (let tries = 0; tries < times; tries += 1) {
    const acceptedOn = takes && tries > 0 ? (trouble?.on ?? 0) + 1 : undefined;
    trouble = troubleAfter({ claimedOn: NOON, trouble }, cause, now, acceptedOn);
    const refusal = givenUpFor({ claimedOn: NOON, trouble }, now);
    if (refusal !== undefined) return { tries: tries + 1, after: now - NOON, refusal };
    now += gapAfter(tries, cause) + MINUTE;
  }
  return undefined;
}

test.each<[DelayCause, number[]]>([
  ['unknown', [4, 9, 19, 39, 59, 59]],
  ['service', [4, 9, 19, 39, 59, 59]],
  ['recipient', [4, 9, 19, 39, 59, 59]],
  // So that mails go out soon after it is mended.
  ['ours', [4, 9, 19, 19, 19, 19]],
  ['signIn', [4, 9, 19, 19, 19, 19]],
])('the gaps after %s grow', (cause, minutes) => {
  expect(minutes.map((_, tries) => gapAfter(tries, cause) / MINUTE)).toEqual(minutes);
});

test.each<DelayCause>(['ours', 'signIn'])('%s never ends a mail, whatever else is taken', cause => {
  expect(failing(cause, { takes: true, times: 5_000 })).toBeUndefined();
});

test.each<DelayCause>(['service', 'unknown'])(
  '%s ends a mail after six tries while others are taken',
  cause => {
    expect(failing(cause, { takes: true })).toEqual({
      tries: 6,
      after: 135 * MINUTE,
      refusal: 'the mail service fails on this mail and takes others',
    });
    expect(failing(cause, { times: 5_000 })).toBeUndefined();
  },
);

test('a recipient that asks for patience has two days, also after other faults', () => {
  const end = failing('recipient');
  expect(end?.refusal).toContain('for two days');
  expect(end?.after).toBeGreaterThanOrEqual(2 * DAY);
  expect(end?.after).toBeLessThan(2 * DAY + HOUR);
  const first = troubleAfter({ claimedOn: NOON }, 'recipient', NOON);
  const other = troubleAfter({ claimedOn: NOON, trouble: first }, 'ours', NOON + DAY);
  const last = troubleAfter({ claimedOn: NOON, trouble: other }, 'recipient', NOON + 2 * DAY);
  expect([first, other].map(trouble => givenUpFor({ claimedOn: NOON, trouble }, NOON + DAY))).toEqual([
    undefined,
    undefined,
  ]);
  expect(givenUpFor({ claimedOn: NOON, trouble: last }, NOON + 2 * DAY)).toContain('for two days');
});

test('an outage that ends gives no mail up: others were taken only after its last try', () => {
  let trouble: Trouble | undefined;
  for (let hour = 0; hour < 24; hour += 1)
    trouble = troubleAfter({ claimedOn: NOON, trouble }, 'unknown', NOON + hour * HOUR, NOON - HOUR);
  expect(givenUpFor({ claimedOn: NOON, trouble }, NOON + DAY)).toBeUndefined();
});

test('tries that more urgent lines hurried end no mail within two hours', () => {
  const trouble: Trouble = { on: NOON + HOUR, cause: 'unknown', failures: 9, othersTaken: true };
  expect(givenUpFor({ claimedOn: NOON, trouble }, NOON + 2 * HOUR - 1)).toBeUndefined();
  expect(givenUpFor({ claimedOn: NOON, trouble }, NOON + 2 * HOUR)).toBeDefined();
});

test("a fault of our own that comes again while others are taken is this mail's alone", () => {
  const trouble = troubleAfter({ claimedOn: NOON }, 'ours', NOON);
  expect(isFaultOfThisMail({}, NOON + 1)).toBe(false);
  expect(isFaultOfThisMail({ trouble }, NOON)).toBe(false);
  expect(isFaultOfThisMail({ trouble }, NOON + 1)).toBe(true);
  expect(isFaultOfThisMail({ trouble: { ...trouble, cause: 'recipient' } }, NOON + 1)).toBe(false);
  // It stays so, or each try would be told to the operators as a new fault.
  const again = troubleAfter({ claimedOn: NOON, trouble }, 'ours', NOON + HOUR, NOON + 1);
  const later = troubleAfter({ claimedOn: NOON, trouble: again }, 'ours', NOON + 2 * HOUR, NOON + 1);
  expect([again.alone, later.alone]).toEqual([true, true]);
  expect(isFaultOfThisMail({ trouble: later }, NOON + 1)).toBe(true);
  expect(givenUpFor({ claimedOn: NOON, trouble: later }, NOON + DAY)).toBeUndefined();
});
