/** What tests of the core start from: one target, its row and its state, with whatever the test says about them. */
import { type Expiry, newExpiry } from '../../src/core/expiry';
import { parseColumns } from '../../src/core/row';
import { type Crossing, crossingsOf, parseThresholds } from '../../src/core/thresholds';
import type { Told } from '../../src/core/told';
import type { Watched } from '../../src/core/watched';
import { parseInstant } from '../../src/formats/instant';

export const KEY = { scope: 'iotCentralToken:contoso.azureiotcentral.com', name: 'gateway' };

/** `at('06-10')` is 2026-06-10T00:00Z, `at('06-10 12:30')` that day's 12:30. */
export function at(text: string): number {
  const [day = '', time = '00:00'] = text.split(' ');
  const instant = parseInstant(`2026-${day}T${time.length === 5 ? `${time}:00` : time}Z`);
  if (instant === undefined) throw new Error(`'${text}' is no instant`);
  return instant;
}

export const SEEN = at('01-01');

export function state(more: Partial<Expiry> = {}): Expiry {
  return { ...newExpiry(KEY, SEEN), ...more };
}

/** Read well at `readOn`, with an expiry that stands. */
export function fixed(expiresOn: number | 'never', readOn: number, more: Partial<Expiry> = {}): Expiry {
  return state({ expiresOn, evidence: 'fixed', readOn, checkedOn: readOn, ...more });
}

export function failing(
  since: number,
  more: Partial<NonNullable<Expiry['failure']>> = {},
): Pick<Expiry, 'failure'> {
  const { count = 1 } = more;
  return {
    failure: { code: 'unreachable', message: 'no answer', since, count, sameCodeCount: count, ...more },
  };
}

export function thresholds(text: string) {
  const parsed = parseThresholds(text);
  if (parsed.faults.length > 0) throw new Error(parsed.faults.join());
  return parsed.thresholds;
}

export function crossings(text: string, expiresOn: number, lifetimeMs?: number): Crossing[] {
  return crossingsOf(thresholds(text), expiresOn, lifetimeMs).crossings;
}

export function told(reason: string, about: number, crossedOn: number, more: Partial<Told> = {}): Told {
  return { reason, about, crossedOn, on: crossedOn, operationId: 'op', outcome: 'accepted', ...more };
}

/** What a decision depends on besides its owner's told lines and snooze, for a target that nothing replaces. */
export const UNREPLACED = { owner: 'ada@example.com', replacement: { is: 'none' } } as const;

export function row(columns: Record<string, unknown> = {}, more: Partial<Watched> = {}): Watched {
  const parsed = parseColumns({ owners: 'ada@example.com', ...columns });
  return {
    ...KEY,
    kind: 'iotCentralToken',
    ...parsed,
    replacement: { is: 'none' },
    mayMint: false,
    policy: { thresholds: parsed.columns.thresholds ?? thresholds('30d 7d 1d 0'), from: 'setting' },
    checkEveryMs: parsed.columns.checkEvery ?? 6 * 3_600_000,
    ...more,
  };
}
