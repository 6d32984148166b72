import * as fc from 'fast-check';
import { MAIL_OUTCOMES, NO_MAILS } from '../../src/core/mail-outcome';
import { DAY, HOUR, MINUTE } from '../../src/formats/instant';
import { exposition } from '../../src/formats/prometheus';
import type { Measures } from '../../src/watch/report/metrics';
import { metricsResponse } from '../../src/web/metrics/route';
import { promtool, promtoolTest, readExposition } from '../support/prometheus';

const NOW = Date.UTC(2026, 5, 1);
const HOSTILE = [
  'a"b',
  'back\\slash',
  'line\nfeed',
  'carriage\rreturn',
  '\\n',
  '"} 1\nforged_metric{a="',
  '{}',
  "it's, =",
  '名前 👩‍👩‍👧',
  '\u0000\u001b\u007f',
  '\u2028\u202e',
];

const measures: Measures = {
  asOf: NOW,
  version: '1.2.3',
  sweepPeriodMs: 5 * MINUTE,
  fleet: {
    standings: { healthy: 5, expiring: 2, expired: 1, unknown: 3 },
    checks: { ok: 7, failing: 2, invalid: 1, pending: 1 },
    minted: 1,
    asOf: NOW - MINUTE,
  },
  targets: {
    dated: HOSTILE.map((name, index) => ({
      kind: 'iotCentralToken',
      scope: `scope ${name}`,
      name,
      expiresOn: NOW + index * DAY + 1,
    })),
    failures: new Map([
      ['missing', 1],
      ['notAllowed', 1],
      ['invalid', 1],
    ]),
    leftOut: 0,
  },
  scopes: [
    {
      scope: 'scope "one"',
      targets: 11,
      failing: 2,
      startedOn: NOW - 2 * MINUTE,
      finishedOn: NOW - MINUTE,
      durationMs: 1_234,
      pausedUntil: NOW + HOUR,
      leased: true,
    },
    {
      scope: 'never swept',
      targets: 0,
      failing: 0,
      startedOn: undefined,
      finishedOn: undefined,
      durationMs: undefined,
      pausedUntil: undefined,
      leased: false,
    },
  ],
  scopesLeftOut: 0,
  outbox: {
    lines: new Map([['threshold', 2]]),
    oldest: NOW - HOUR,
    digests: { claimed: 1, retrying: 0, followed: 2 },
    cut: false,
  },
  mail: { send: { lastHour: 4, pausedUntil: NOW }, look: { lastHour: 0, pausedUntil: undefined } },
  mails: { ...NO_MAILS, accepted: 12, delivered: 9, undelivered: 1, refused: 1 },
  mailUnset: false,
  mailOff: false,
  transports: [{ transport: 'smtp', accepted: 12, fault: undefined }],
  fallbackInUse: false,
};

/** Nothing is known yet. */
const fresh: Measures = {
  ...measures,
  fleet: { ...measures.fleet, asOf: undefined },
  targets: { dated: [], failures: new Map(), leftOut: 0 },
  scopes: [],
  outbox: { ...measures.outbox, oldest: undefined },
  mail: { send: { lastHour: 0, pausedUntil: undefined }, look: { lastHour: 0, pausedUntil: undefined } },
  mails: NO_MAILS,
};

const textOf = (given: Measures) => metricsResponse(given).body;
const valuesOf = (text: string, name: string) =>
  readExposition(text)
    .series.filter(series => series.name === `expiry_watcher_${name}`)
    .map(({ labels, value }) => [...Object.values(labels), value]);

test('the answer is text of version 0.0.4, and no cache keeps it', () => {
  expect(metricsResponse(measures)).toMatchObject({
    status: 200,
    headers: { 'content-type': 'text/plain; version=0.0.4; charset=utf-8', 'cache-control': 'no-store' },
  });
});

test('a family has its help, its type and a line for each series', () => {
  const samples = [{ value: 1 }, { labels: { a: 'x', b: 'y"\\\n' }, value: -0.5 }];
  expect(exposition([{ name: 'm', help: 'What \\ it\nis.', samples }])).toBe(
    '# HELP m What \\\\ it\\nis.\n# TYPE m gauge\nm 1\nm{a="x",b="y\\"\\\\\\n"} -0.5\n',
  );
});

test.each([
  [Number.NaN, 'NaN'],
  [Number.POSITIVE_INFINITY, '+Inf'],
  [Number.NEGATIVE_INFINITY, '-Inf'],
  [253_402_300_799.999, '253402300799.999'],
])('%d is written as %s', (value, text) => {
  expect(exposition([{ name: 'm', help: 'h', samples: [{ value }] }])).toContain(`\nm ${text}\n`);
});

test('names from outside are read back unchanged, and cannot add a line', () => {
  const found = valuesOf(textOf(measures), 'target_expiry_timestamp_seconds');
  const seconds = (index: number) => (NOW + index * DAY + 1) / 1_000;
  expect(found).toEqual(
    HOSTILE.map((name, index) => ['iotCentralToken', `scope ${name}`, name, seconds(index)]),
  );
  expect(valuesOf(textOf(measures), 'scope_lease_held')).toEqual([
    ['scope "one"', 1],
    ['never swept', 0],
  ]);
});

test('whatever a label says, another program reads it back', () => {
  const words = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string({ unit: fc.constantFrom('\\', '"', '\n', 'n', '}', ',') }),
  );
  fc.assert(
    fc.property(fc.uniqueArray(words), given => {
      const samples = given.map(text => ({ labels: { text }, value: 1 }));
      const { series } = readExposition(exposition([{ name: 'm', help: 'h', samples }]));
      expect(series.map(({ labels }) => labels.text)).toEqual(given);
    }),
  );
});

test('mails are counted by every outcome there is, and none is left out before the first', () => {
  expect(valuesOf(textOf(measures), 'mails_total')).toEqual([
    ['accepted', 12],
    ['refused', 1],
    ['givenUp', 0],
    ['delivered', 9],
    ['undelivered', 1],
    ['unknown', 0],
  ]);
  expect(valuesOf(textOf(fresh), 'mails_total').map(([outcome]) => outcome)).toEqual([...MAIL_OUTCOMES]);
});

test('half of a surrogate pair becomes U+FFFD', () => {
  const samples = [{ labels: { text: 'a\uD800b' }, value: 1 }];
  expect(exposition([{ name: 'm', help: 'h', samples }])).toContain('{text="a\uFFFDb"}');
});

test('what is not known has no series, and every metric is named all the same', () => {
  const [known, unknown] = [readExposition(textOf(measures)), readExposition(textOf(fresh))];
  expect([...unknown.families.keys()]).toEqual([...known.families.keys()]);
  for (const name of ['counts_timestamp_seconds', 'outbox_oldest_line_timestamp_seconds'])
    expect(valuesOf(textOf(fresh), name)).toEqual([]);
  expect(valuesOf(textOf(measures), 'scope_sweep_finished_timestamp_seconds')).toEqual([
    ['scope "one"', (NOW - MINUTE) / 1_000],
  ]);
});

test('a metric’s name says what it holds: only a counter ends in total, times are in seconds, and timestamps say so', () => {
  for (const [name, { type, help }] of readExposition(textOf(measures)).families) {
    const expected = name.endsWith('_total') ? 'counter' : 'gauge';
    expect([name, type]).toEqual([expect.stringMatching(/^expiry_watcher_[a-z_]+$/), expected]);
    expect(name).not.toMatch(/_(count|sum|bucket|ms|minutes|hours_|days)$/);
    expect(help).toMatch(/^[A-Z].*\.$|; .*[.\w]$/s);
  }
});

promtoolTest('has nothing to say, neither of what is known nor of what is not', () => {
  for (const given of [measures, fresh])
    expect(promtool(['check', 'metrics'], textOf(given))).toEqual({ status: 0, said: '' });
});

promtoolTest('is heard where something is wrong', () => {
  const samples = [{ value: 1 }];
  const { status, said } = promtool(
    ['check', 'metrics'],
    exposition([{ name: 'm_total', help: 'h', samples }]),
  );
  expect([status === 0, said]).toEqual([false, expect.stringContaining('m_total')]);
});
