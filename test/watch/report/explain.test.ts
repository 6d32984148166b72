import type { Expiry } from '../../../src/core/expiry';
import type { Topic } from '../../../src/core/notices';
import type { Key } from '../../../src/core/target';
import { NO_RENEWAL } from '../../../src/core/target';
import type { MailPolicy } from '../../../src/core/watched';
import { DAY, type Instant } from '../../../src/formats/instant';
import { keys } from '../../../src/storage/keys';
import type { RegistryRow, Source, Stored } from '../../../src/watch/ports';
import {
  type Explained,
  type ExplainedDecision,
  explain,
  type NoMailReason,
  type Role,
} from '../../../src/watch/report/explain';
import type { Kinds } from '../../../src/watch/targets/parse-target';
import { explanationJson } from '../../../src/web/target/explanation';
import { at, failing, fixed, KEY, state, thresholds, told } from '../../core/states';

const EXPIRY = at('06-30');
const WEEK = at('06-23');
const NOW = at('06-24');
const ADA = 'ada@example.com';
const OPS = 'ops@example.com';
const MAIL: MailPolicy = { to: 'owners', operators: [OPS] };

const source: Source = {
  kind: 'iotCentralToken',
  title: 'T',
  renewalInBrief: 'Renew it.',
  placeOf: () => 'there',
  label: 'IoT Central API token',
  asks: { place: { label: '', hint: '' }, name: { label: '', hint: '' } },
  renewalKeepsName: false,
  mayMint: true,
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
const neverRead = () => Promise.reject(new Error('an explanation reads nothing'));
const kinds: Kinds = {
  sources: new Map([[source.kind, source]]),
  policies: new Map([
    [source.kind, { policy: { thresholds: thresholds('30d 7d 1d 0'), from: 'built-in' }, checkEveryMs: DAY }],
  ]),
  ...keys,
};

/** Another row of the same scope. */
const NEWER: Stored<RegistryRow> = {
  scope: KEY.scope,
  name: 'gateway-2',
  identity: keys.takeApart({ ...KEY, name: 'gateway-2' }),
  columns: {},
  etag: '',
};

interface Given {
  /** No row at all when null. */
  readonly columns?: Record<string, unknown> | null;
  readonly state?: Expiry;
  readonly mail?: MailPolicy;
  readonly now?: Instant;
  readonly scopeFails?: boolean;
}

const SCOPE_FAILS = { scope: KEY.scope, operatorNotices: { scopeFailing: { since: WEEK, put: true } } };

async function whole({
  columns = {},
  state: recorded,
  mail = MAIL,
  now = NOW,
  scopeFails,
}: Given): Promise<Explained> {
  const row: Stored<RegistryRow> | undefined = columns
    ? { ...KEY, identity: keys.takeApart(KEY), columns: { owners: ADA, ...columns }, etag: '' }
    : undefined;
  const tables = {
    registry: {
      row: async ({ name }: Key) => (name === KEY.name ? row : name === NEWER.name ? NEWER : undefined),
    },
    expiries: { row: async () => recorded && { ...recorded, etag: '' } },
    history: { of: async () => [] },
    scopes: { get: async () => (scopeFails ? { ...SCOPE_FAILS, etag: '' } : undefined) },
  };
  const clock = { now: () => now, sleep: async () => undefined };
  const explained = await explain(KEY, { tables, clock, kinds, mail });
  if (!explained) throw new Error('it is unknown');
  return explained;
}

async function decisionOf(topic: Topic, given: Given, address = ADA): Promise<ExplainedDecision> {
  const { explanation } = await whole(given);
  const recipient = explanation.recipients.find(other => other.address.toLowerCase() === address);
  const decision = recipient?.decisions.find(other => other.topic === topic);
  if (!decision) throw new Error(`nothing is decided about ${topic} for ${address}`);
  return decision;
}

const hear = (...lines: ReturnType<typeof told>[]) => ({ told: new Map([[ADA, lines]]) });
const read = fixed(EXPIRY, NOW);
const missing = (sameCodeCount: number, more: Partial<Expiry> = {}) =>
  fixed(EXPIRY, at('06-22'), {
    checkedOn: NOW,
    ...failing(at('06-23'), { code: 'missing', sameCodeCount, count: sameCodeCount }),
    ...more,
  });
const snooze = { about: EXPIRY, until: at('06-28'), reason: 'on leave until Monday', on: WEEK };

describe('why nothing is due is said with its code and in a sentence', () => {
  test.each<[NoMailReason, Topic, Given, RegExp]>([
    ['notRead', 'threshold', { state: state() }, /never read successfully/],
    ['undecided', 'threshold', { state: { ...read, evidence: 'moved' } }, /one more read shows/],
    ['minted', 'threshold', { state: { ...read, evidence: 'minted' } }, /makes a new token/],
    ['neverExpires', 'threshold', { state: fixed('never', NOW) }, /never expires/],
    [
      'noThresholdCrossed',
      'threshold',
      { state: fixed(EXPIRY, at('05-01')), now: at('05-01') },
      /the first, 30d, falls on 31 May 2026, 00:00 UTC/,
    ],
    [
      'noThresholdCrossed',
      'threshold',
      { state: { ...read, lifetimeMs: DAY }, columns: { thresholds: '30d' } },
      /the first, 0, falls on/,
    ],
    [
      'awaitsReading',
      'threshold',
      { state: fixed(EXPIRY, at('05-30')) },
      /last successful read \(30 May 2026, 00:00 UTC\)/,
    ],
    ['awaitsSecondLook', 'missing', { state: missing(1) }, /last read \(24 Jun 2026, .*twice in a row/],
    [
      'toldAsGone',
      'threshold',
      { state: missing(2), now: at('07-01') },
      /one notice, expired and gone, replaces its thresholds/,
    ],
    [
      'told',
      'threshold',
      { state: { ...read, ...hear(told('7d', EXPIRY, WEEK)) } },
      /Told on 23 Jun 2026, 00:00 UTC\. It was its threshold 7d; wider ones count as done/,
    ],
    [
      'told',
      'threshold',
      { state: { ...read, ...hear(told('7d', EXPIRY, WEEK, { outcome: 'refused' })) } },
      /could not be sent on 23 Jun 2026, .* the operators get it/,
    ],
    [
      'told',
      'threshold',
      { state: { ...read, ...hear(told('7d', EXPIRY, WEEK, { outcome: 'undelivered' })) } },
      /could not be delivered/,
    ],
    [
      'told',
      'missing',
      { state: missing(2, hear(told('missing', at('06-23'), at('06-23')))) },
      /It was the notice 'missing'/,
    ],
    [
      'snoozed',
      'threshold',
      { state: { ...read, snoozes: new Map([[ADA, snooze]]) } },
      /snoozed it until 28 Jun 2026, 00:00 UTC: on leave until Monday/,
    ],
    ['notSo', 'missing', { state: read }, /last read found it/],
    ['notSo', 'missing', { state: { ...read, ...failing(WEEK) } }, /not because it is not found/],
    ['notSo', 'unreadable', { state: read }, /last read succeeded/],
    ['notSo', 'unreadable', { state: missing(2) }, /a notice of its own/],
    ['notSo', 'readable', { state: read }, /No failure has ended/],
    ['notSo', 'readable', { state: { ...read, ...failing(WEEK) } }, /Reads still fail/],
    ['notSo', 'renewed', { state: read }, /not known to be a renewal/],
    [
      'notTold',
      'readable',
      { state: { ...read, recovered: { since: at('06-20'), on: WEEK } } },
      /had not been told that it could not/,
    ],
    [
      'notTold',
      'renewed',
      { state: { ...read, renewed: { from: at('05-30'), on: WEEK } } },
      /had not been reminded of the earlier expiry/,
    ],
    [
      'notYet',
      'unreadable',
      { state: { ...read, ...failing(WEEK, { count: 2 }) } },
      /failed 2 times in a row since 23 Jun 2026, .*after three failures and one hour/,
    ],
    [
      'notYet',
      'unreadable',
      { state: { ...read, ...failing(WEEK, { count: 1 }) } },
      /failed 1 time in a row/,
    ],
    ['disabled', 'threshold', { state: read, columns: { enabled: false } }, /enabled=false/],
    ['replaced', 'threshold', { state: read, columns: { replacedBy: 'gateway-2' } }, /took its place/],
  ])('%s, of %s', async (code, topic, given, words) => {
    const decision = await decisionOf(topic, given);
    expect(decision).toEqual({ topic, due: false, code, why: expect.stringMatching(words) });
  });

  test('ownersAlone: operators get a copy from the expiry on', async () => {
    expect(await decisionOf('threshold', { state: read }, OPS)).toMatchObject({
      due: false,
      code: 'ownersAlone',
    });
    const after = { state: fixed(EXPIRY, at('07-01')), now: at('07-01') };
    expect(await decisionOf('threshold', after, OPS)).toMatchObject({ due: true, reminder: { reason: '0' } });
  });

  test('notSo, of a row that is understood, to those who would hear of one that is not', async () => {
    expect(await decisionOf('invalid', { state: read }, OPS)).toMatchObject({
      code: 'notSo',
      why: 'Its registry row is understood.',
    });
    await expect(decisionOf('invalid', { state: read })).rejects.toThrow(/nothing is decided/);
  });

  test.each<[NoMailReason, Given, RegExp]>([
    ['mailOff', { state: read, mail: { ...MAIL, to: 'none' } }, /MAIL_TO is none/],
    ['nobody', { state: read, columns: { owners: '' }, mail: { ...MAIL, operators: [] } }, /no owner/],
    [
      'removed',
      { columns: null, state: { ...read, goneSince: WEEK } },
      /gone, which was noticed on 23 Jun 2026, /,
    ],
    ['removed', { columns: null, state: read }, /gone; the next sweep notices it/],
    ['disabled', { state: read, columns: { enabled: 'false' } }, /neither read nor told about/],
    [
      'told',
      {
        state: { ...fixed(EXPIRY, at('07-02')), ...hear(told('0', EXPIRY, EXPIRY)) },
        now: at('07-02'),
        mail: { ...MAIL, operators: [] },
      },
      /Told on 30 Jun 2026/,
    ],
    ['neverExpires', { state: fixed('never', NOW) }, /never expires/],
  ])('%s, for all: no mail follows', async (code, given, words) => {
    const { next } = (await whole(given)).explanation;
    expect(next).toMatchObject({ mail: undefined, silence: { code, why: expect.stringMatching(words) } });
  });
});

test('of what is told, the entry about the present instant is named, not one about an earlier failure', async () => {
  const lines = hear(told('missing', at('06-23'), at('06-23')), told('gone', EXPIRY, EXPIRY));
  const given = { state: { ...missing(2), ...lines }, now: at('07-01') };
  expect(await decisionOf('missing', given)).toMatchObject({
    code: 'told',
    why: expect.stringMatching(/notice 'gone'/),
  });
});

describe('what only an operator can mend', () => {
  const refused = failing(WEEK, { count: 3, code: 'notAllowed' });
  const away = failing(WEEK, { count: 3 });

  test.each<[string, Given]>([
    ['a refusal', { state: { ...read, ...refused } }],
    ['a scope that cannot be read', { state: { ...read, ...away }, scopeFails: true }],
  ])('%s is told to the operators, and its owners are not told', async (_, given) => {
    expect(await decisionOf('unreadable', given)).toMatchObject({
      due: false,
      code: 'operatorsTold',
      why: expect.stringMatching(/the operators are told at once/),
    });
    const nobody = { ...given, mail: { ...MAIL, operators: [] } };
    expect(await decisionOf('unreadable', nobody)).toMatchObject({ due: true });
  });
});

describe('what is due is explained with its facts', () => {
  const unreadable = failing(WEEK, { count: 3, message: 'Grant the role X.' });
  test.each<[string, Topic, Given, RegExp]>([
    [
      '7d',
      'threshold',
      { state: read },
      /threshold 7d was crossed on 23 Jun 2026, .*expires on 30 Jun 2026, .*as read on 24 Jun 2026, /,
    ],
    [
      '7d',
      'threshold',
      { state: { ...read, ...unreadable } },
      /as last read on .*; reads fail since 23 Jun 2026/,
    ],
    ['missing', 'missing', { state: missing(2) }, /not been found since 23 Jun 2026/],
    ['gone', 'missing', { state: missing(2), now: at('07-01') }, /passed, and it is not found/],
    ['unreadable', 'unreadable', { state: { ...read, ...unreadable } }, /3 times\): Grant the role X\./],
    [
      'readable',
      'readable',
      { state: { ...read, recovered: { since: WEEK, on: NOW }, ...hear(told('unreadable', WEEK, WEEK)) } },
      /can be read again since 24 Jun 2026/,
    ],
    [
      'renewed',
      'renewed',
      { state: { ...read, renewed: { from: WEEK, on: NOW }, ...hear(told('0', WEEK, WEEK)) } },
      /renewed until 30 Jun 2026/,
    ],
  ])('%s, of %s', async (reason, topic, given, words) => {
    expect(await decisionOf(topic, given)).toMatchObject({
      due: true,
      code: 'due',
      why: expect.stringMatching(words),
      reminder: { reason },
    });
  });

  test('invalid, to the operators', async () => {
    const given = { state: read, columns: { thresholds: 'soon' } };
    expect(await decisionOf('invalid', given, OPS)).toMatchObject({
      due: true,
      why: expect.stringMatching(/can't be understood since 24 Jun 2026/),
    });
  });
});

describe('thresholds', () => {
  const of = async (given: Given) =>
    explanationJson(await whole(given)).thresholds.map(({ threshold, from, at: on, crossed, skipped }) =>
      [threshold, from, on?.slice(5, 10) ?? skipped?.code, crossed].join(' '),
    );

  test('are told with where they came from, the instant they fall on and whether that has passed', async () => {
    expect(await of({ state: read })).toEqual([
      '30d built-in 05-31 true',
      '7d built-in 06-23 true',
      '1d built-in 06-29 false',
      '0 built-in 06-30 false',
    ]);
    expect(await of({ state: read, columns: { thresholds: '-7d 20%' } })).toEqual([
      '-7d row 07-07 false',
      '20% row lifetimeUnknown false',
    ]);
  });

  test('have the expiry itself among them, whatever the row says, and whether the expiry is known or not', async () => {
    const columns = { thresholds: '7d' };
    expect(await of({ state: read, columns })).toEqual(['7d row 06-23 true', '0 always 06-30 false']);
    expect(await of({ state: state(), columns })).toEqual(['7d row notRead false', '0 always notRead false']);
  });

  test('that are skipped are given with the reason (rule 13)', async () => {
    expect(await of({ state: { ...read, lifetimeMs: 10 * DAY } })).toContain(
      '30d built-in notBelowLifetime false',
    );
    expect(await of({ state: { ...read, evidence: 'minted' } })).toContain('7d built-in minted false');
    expect(await of({ state: state() })).toContain('7d built-in notRead false');
  });
});

describe('what comes next', () => {
  const next = async (given: Given) => explanationJson(await whole(given)).next;

  test('is the next read with its reason, the next threshold and the next mail', async () => {
    const heard = { ...read, ...hear(told('7d', EXPIRY, WEEK)) };
    expect(await next({ state: heard })).toEqual({
      check: { on: '2026-06-25T00:00:00.000Z', code: 'interval', why: 'Its interval ends.' },
      crossing: { threshold: '1d', at: '2026-06-29T00:00:00.000Z' },
      mail: { at: '2026-06-29T00:00:00.000Z', lines: [{ owner: ADA, reason: '1d' }] },
      silence: null,
    });
    expect(await next({ state: read })).toMatchObject({
      check: { code: 'reminderWaits' },
      mail: { at: '2026-06-24T00:00:00.000Z', lines: [{ owner: ADA, reason: '7d' }] },
    });
  });

  test('is a read at the threshold itself', async () => {
    const columns = { checkEvery: '30d' };
    const heard = { ...read, ...hear(told('7d', EXPIRY, WEEK)) };
    expect(await next({ state: heard, columns })).toMatchObject({
      check: { on: '2026-06-29T00:00:00.000Z', code: 'threshold' },
    });
  });

  test('is the end of a snooze, not the threshold under it', async () => {
    const snoozed = { ...read, snoozes: new Map([[ADA, snooze]]) };
    expect(await next({ state: snoozed })).toMatchObject({ mail: { at: '2026-06-28T00:00:00.000Z' } });
  });

  test('is no read of what is not watched', async () => {
    expect(await next({ state: read, columns: { enabled: false } })).toMatchObject({
      check: null,
      mail: null,
    });
  });
});

describe('recipients', () => {
  const roles = async (given: Given): Promise<[string, Role][]> =>
    (await whole(given)).explanation.recipients.map(({ address, role }) => [address, role]);

  test('are the owners, the operators beside them, and those who were told before', async () => {
    const heard = { ...read, told: new Map([['eve@example.com', [told('30d', EXPIRY, at('05-31'))]]]) };
    expect(await roles({ state: heard, columns: { owners: 'Ada@Example.com' } })).toEqual([
      ['Ada@Example.com', 'owner'],
      [OPS, 'copy'],
      ['eve@example.com', 'former'],
    ]);
    expect(await roles({ state: read, columns: { owners: '' } })).toEqual([[OPS, 'standIn']]);
    expect(await roles({ state: read, mail: { ...MAIL, to: 'operators' } })).toEqual([[OPS, 'standIn']]);
  });

  test('hear what they were told, whatever the case of the address', async () => {
    const heard = { ...read, ...hear(told('7d', EXPIRY, WEEK, { operationId: 'op-7' })) };
    const [ada] = explanationJson(
      await whole({ state: heard, columns: { owners: 'ADA@example.com' } }),
    ).recipients;
    expect(ada).toMatchObject({
      told: [
        {
          reason: '7d',
          about: '2026-06-30T00:00:00.000Z',
          crossedOn: '2026-06-23T00:00:00.000Z',
          on: '2026-06-23T00:00:00.000Z',
          operationId: 'op-7',
          outcome: 'accepted',
        },
      ],
    });
  });
});

test('of a row, only what is understood is shown: another column could hold a token', async () => {
  const columns = { token: 'SharedAccessSignature sr=x&sig=y', displayName: 'Gateway', checkEvery: '2h' };
  const answer = explanationJson(await whole({ state: read, columns }));
  expect(answer.row).toMatchObject({ displayName: 'Gateway', checkEvery: '2h', owners: [ADA], faults: [] });
  expect(JSON.stringify(answer)).not.toMatch(/SharedAccess|sig=/);
});
