/** The check of a queued reminder just before its mail: what is dropped, and with which reason. */

import type { Expiry } from '../../../src/core/expiry';
import type { Reminder } from '../../../src/core/reminder';
import { NO_RENEWAL } from '../../../src/core/target';
import { DAY } from '../../../src/formats/instant';
import { keys } from '../../../src/storage/keys';
import type { Source } from '../../../src/watch/ports';
import { type Dropped, type RecheckDeps, recheck } from '../../../src/watch/remind/recheck';
import { at, failing, fixed, KEY, thresholds, told } from '../../core/states';

const EXPIRY = at('06-30');
const WEEK = at('06-23');
const NOW = at('06-24');
const ADA = 'ada@example.com';
const OPS = 'ops@example.com';

const source: Source = {
  kind: 'iotCentralToken',
  title: 'T',
  renewalInBrief: 'Renew it.',
  placeOf: () => 'there',
  label: 'IoT Central API token',
  asks: { place: { label: '', hint: '' }, name: { label: '', hint: '' } },
  renewalKeepsName: false,
  mayMint: false,
  limits: { rate: 1, burst: 1 },
  guess: (place, name) => ({ kind: 'none', place, names: [name] }),
  locate: identity => ({
    identity,
    where: 'contoso',
    parts: [],
    portalUrl: 'https://example.com',
    renewal: NO_RENEWAL,
    read: neverRead,
  }),
};
const neverRead = () => Promise.reject(new Error('a recheck reads nothing'));

interface Given {
  readonly state?: Expiry;
  readonly columns?: Record<string, unknown>;
  readonly now?: number;
}

function check(more: Partial<Reminder>, { state, columns = {}, now = NOW }: Given) {
  const about = more.about ?? EXPIRY;
  const reminder = { ...KEY, owner: ADA, reason: '7d', about, crossedOn: about, since: about, ...more };
  const row = { ...KEY, identity: keys.takeApart(KEY), columns: { owners: ADA, ...columns }, etag: '1' };
  const policy = { thresholds: thresholds('30d 7d 1d 0'), from: 'built-in' } as const;
  const watch: RecheckDeps = {
    tables: {
      registry: { row: async () => row },
      expiries: { row: async () => state && { ...state, etag: '1' } },
    },
    kinds: {
      sources: new Map([[source.kind, source]]),
      policies: new Map([[source.kind, { policy, checkEveryMs: DAY }]]),
      ...keys,
    },
    mail: { to: 'owners', operators: [OPS] },
  };
  return recheck({ id: 'line', reminder }, watch, now);
}

const read = fixed(EXPIRY, NOW);
const snoozed = {
  snoozes: new Map([[ADA, { about: EXPIRY, until: at('12-31'), reason: 'on leave', on: WEEK }]]),
};
const hear = (...lines: ReturnType<typeof told>[]) => ({ told: new Map([[ADA, lines]]) });
const inPlace = { reason: '7d', owner: OPS, meantFor: ADA, note: 'the mailbox is full' };
const missedBy = (others: Record<string, ReturnType<typeof told>[]>) => ({
  told: new Map(Object.entries({ [ADA]: [told('7d', EXPIRY, WEEK, { outcome: 'undelivered' })], ...others })),
});
const missed = missedBy({});
const unreadable = { ...fixed(EXPIRY, at('06-20')), ...failing(WEEK, { count: 3 }) };
const missing = { ...fixed(EXPIRY, at('06-20')), ...failing(WEEK, { code: 'missing', count: 2 }) };

test.each<[Dropped, Partial<Reminder>, Given]>([
  ['snoozed', { reason: '7d' }, { state: { ...read, ...snoozed } }],
  ['snoozed', { reason: 'unreadable', about: WEEK }, { state: { ...unreadable, ...snoozed } }],
  ['snoozed', { reason: 'missing', about: WEEK }, { state: { ...missing, ...snoozed } }],
  ['snoozed', { reason: 'gone' }, { state: { ...missing, ...snoozed }, now: at('07-01') }],
  [
    'told',
    { reason: 'unreadable', about: WEEK },
    { state: { ...unreadable, ...hear(told('unreadable', WEEK, WEEK)) } },
  ],
  ['told', { reason: '7d' }, { state: { ...read, ...hear(told('7d', EXPIRY, WEEK)) } }],
  ['superseded', { reason: '30d' }, { state: read }],
  ['superseded', { reason: 'unreadable', about: WEEK }, { state: read }],
  ['superseded', { reason: 'missing', about: WEEK }, { state: missing, now: at('07-01') }],
  ['renewed', { reason: '7d', about: at('05-31') }, { state: read }],
  ['notARecipient', { reason: '7d', owner: 'eve@example.com' }, { state: read }],
  ['notARecipient', { reason: 'poisoned' }, {}],
  ['notARecipient', { ...inPlace, owner: 'eve@example.com' }, { state: { ...read, ...missed } }],
  ['notARecipient', { ...inPlace, meantFor: 'eve@example.com' }, { state: { ...read, ...missed } }],
  ['renewed', { ...inPlace, about: at('05-31') }, { state: { ...read, ...missed } }],
  ['told', { ...inPlace, reason: '30d' }, { state: { ...read, ...missed } }],
  ['snoozed', inPlace, { state: { ...read, ...missed, ...snoozed } }],
  ['notWatched', inPlace, { state: { ...read, ...missed }, columns: { enabled: false } }],
  [
    'told',
    inPlace,
    { state: { ...read, ...missedBy({ [OPS]: [told('7d', EXPIRY, WEEK, { meantFor: ADA })] }) } },
  ],
  ['notWatched', { reason: '7d' }, { state: read, columns: { enabled: false } }],
  ['removed', { reason: '7d' }, {}],
  ['unknownReason', { reason: 'revoked' }, { state: read }],
  ['unknownReason', { reason: 'threshold' }, { state: read }],
  ['unknownReason', { reason: '' }, { state: read }],
])('%s: %j', async (because, reminder, given) => {
  expect(await check(reminder, given)).toMatchObject({ id: 'line', because });
});

test('what is still true goes out with its facts', async () => {
  expect(await check({ reason: '7d' }, { state: read })).toMatchObject({
    id: 'line',
    line: { displayName: 'gateway', notice: { is: 'threshold', expiresOn: EXPIRY, readOn: NOW } },
  });
  expect(await check({ reason: 'poisoned', owner: OPS, note: 'why' }, {})).toMatchObject({
    line: { notice: { is: 'poisoned', note: 'why' } },
  });
});

test('what did not arrive at its owner goes out to an operator, as the attempt that it is', async () => {
  const forgotten = told('7d', EXPIRY, WEEK, { meantFor: ADA, outcome: 'forgotten', attempt: 2 });
  expect(await check(inPlace, { state: { ...read, ...missed } })).toMatchObject({
    attempt: 1,
    line: { reminder: inPlace, notice: { is: 'threshold', expiresOn: EXPIRY } },
  });
  expect(await check(inPlace, { state: { ...read, ...missedBy({ [OPS]: [forgotten] }) } })).toMatchObject({
    attempt: 3,
    state: { etag: '1' },
  });
});
