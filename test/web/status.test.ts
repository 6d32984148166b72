import { NO_COUNTS } from '../../src/core/counts';
import type { StatusItem } from '../../src/core/listing';
import { DAY, HOUR, SECOND } from '../../src/formats/instant';
import type { Report } from '../../src/watch/report/status';
import { parseQuery } from '../../src/web/query';
import { statusJson } from '../../src/web/status/body';
import { statusQuery } from '../../src/web/status/query';

const NOW = Date.UTC(2026, 5, 1);
const KEY = `2026-06-30T00:00:00.000Z|${'0123456789abcdef'.repeat(2)}`;

const item: StatusItem = {
  kind: 'iotCentralToken',
  scope: 'iotCentralToken:contoso.azureiotcentral.com',
  name: 'gateway',
  displayName: 'Gateway',
  owners: ['ada@example.com'],
  expiresOn: NOW + DAY,
  remainingSeconds: DAY / SECOND,
  minted: false,
  standing: 'expiring',
  check: 'ok',
  checkedOn: NOW - HOUR,
  nextCheckOn: NOW + HOUR,
};

/** As it is sent: through JSON and back. */
function sent(more: Partial<Report>): unknown {
  const report: Report = {
    asOf: NOW,
    counts: NO_COUNTS,
    countsAsOf: undefined,
    items: [],
    nextCursor: undefined,
    ...more,
  };
  return JSON.parse(JSON.stringify(statusJson(report)));
}

const sentItem = (more: Partial<StatusItem>) => Object(sent({ items: [{ ...item, ...more }] })).items[0];

test('an empty report has every field of the contract, null where nothing is known', () => {
  const counts = {
    total: 0,
    healthy: 0,
    expiring: 0,
    expired: 0,
    unknown: 0,
    minted: 0,
    failing: 0,
    invalid: 0,
    pending: 0,
  };
  expect(sent({})).toEqual({
    asOf: '2026-06-01T00:00:00.000Z',
    counts,
    countsAsOf: null,
    items: [],
    nextCursor: null,
  });
});

test('an item has exactly the fields of the contract', () => {
  expect(sentItem({})).toEqual({
    kind: 'iotCentralToken',
    scope: 'iotCentralToken:contoso.azureiotcentral.com',
    name: 'gateway',
    displayName: 'Gateway',
    owners: ['ada@example.com'],
    expiresOn: '2026-06-02T00:00:00.000Z',
    remainingSeconds: 86_400,
    minted: false,
    standing: 'expiring',
    check: 'ok',
    checkedOn: '2026-05-31T23:00:00.000Z',
    nextCheckOn: '2026-06-01T01:00:00.000Z',
  });
});

test('a lifetime and a failure are there where there are any', () => {
  const failure = { code: 'timeout' as const, message: 'no answer in 10 s', since: NOW, count: 2 };
  const full = sentItem({ lifetimeSeconds: 3_600, failure });
  expect(Object.keys(full).sort()).toEqual(
    [...Object.keys(sentItem({})), 'lifetimeSeconds', 'failure'].sort(),
  );
  expect(full).toMatchObject({
    lifetimeSeconds: 3_600,
    failure: { code: 'timeout', message: 'no answer in 10 s', since: '2026-06-01T00:00:00.000Z', count: 2 },
  });
});

test('an unknown expiry and one that never comes are null; the standing tells them apart', () => {
  const unread = {
    expiresOn: undefined,
    remainingSeconds: undefined,
    checkedOn: undefined,
    nextCheckOn: undefined,
  };
  expect(sentItem({ ...unread, standing: 'unknown' })).toMatchObject({
    expiresOn: null,
    remainingSeconds: null,
    checkedOn: null,
    nextCheckOn: null,
    standing: 'unknown',
  });
  expect(sentItem({ expiresOn: 'never', remainingSeconds: undefined, standing: 'healthy' })).toMatchObject({
    expiresOn: null,
    remainingSeconds: null,
    standing: 'healthy',
  });
});

test('the next cursor is one that the query understands', () => {
  const { nextCursor, countsAsOf } = Object(sent({ nextCursor: KEY, countsAsOf: NOW }));
  expect(parseQuery(new URLSearchParams({ cursor: nextCursor }), statusQuery([]))).toEqual({
    query: { limit: 100, cursor: KEY },
  });
  expect(countsAsOf).toBe('2026-06-01T00:00:00.000Z');
});
