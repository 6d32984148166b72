/** The order of writes, which survives a crash at any point; and a store that refuses one row. */
import { assess } from '../../../src/core/assess';
import { type Expiry, newExpiry } from '../../../src/core/expiry';
import { parseColumns } from '../../../src/core/row';
import type { Watched } from '../../../src/core/watched';
import { DAY, MINUTE } from '../../../src/formats/instant';
import { openTables } from '../../../src/storage/tables';
import type { Lease } from '../../../src/watch/sweep/lease';
import {
  type PlannedWrite,
  plannedWriteOf,
  type Recording,
  recordMoving,
  recordStaying,
} from '../../../src/watch/sweep/record';
import { freshStorage } from '../../support/azurite';

const NOW = Date.UTC(2026, 5, 1);
const SCOPE = 'iotCentralToken:contoso.azureiotcentral.com';
const MAIL = { to: 'owners', operators: [] } as const;
const SILENT = { info: () => undefined, warn: () => undefined };
const nothing = async () => undefined;
const LEASE: Lease = { row: { scope: SCOPE }, renew: nothing, release: nothing, letGo: nothing };

/** Tables that note each write in order; some rows are refused. */
async function tables(refused: readonly string[] = []) {
  const opened = openTables({ kind: 'connectionString', value: freshStorage() });
  await opened.ready();
  const written: string[] = [];
  const recorded: Recording['tables'] = {
    expiries: {
      ...opened.expiries,
      merge: async (_scope, changes) => {
        written.push(`state ${changes.map(({ after }) => JSON.stringify(after.calendarKeys))}`);
        return new Set(changes.map(({ after }) => after.name).filter(name => refused.includes(name)));
      },
      mergeCal: async (_scope, states) => {
        written.push(`cal ${states.map(({ calendarKeys }) => JSON.stringify(calendarKeys))}`);
        return new Set();
      },
      mergeQueued: async (_scope, states) => {
        if (states.length > 0) written.push(`queued ${states.map(({ name }) => name)}`);
        return new Set();
      },
      remove: async () => undefined,
    },
    calendar: {
      ...opened.calendar,
      keyOf: ({ name }, instant) => `${name}@${instant === undefined ? '' : (instant - NOW) / DAY}`,
      write: async (entries, gone) => {
        written.push(`calendar +${entries.map(({ key }) => key)} -${gone}`);
        return new Set();
      },
    },
    outbox: {
      ...opened.outbox,
      put: async reminders => {
        written.push(`outbox ${reminders.map(({ name, reason }) => `${name} ${reason}`)}`);
        return new Set();
      },
    },
    history: {
      ...opened.history,
      add: async events => {
        written.push(`history ${events.map(({ name, event }) => `${name} ${event.type}`)}`);
        return true;
      },
    },
  };
  return { recorded, written };
}

function row(name: string): Watched {
  return {
    scope: SCOPE,
    name,
    kind: 'iotCentralToken',
    columns: parseColumns({ owners: 'ada@example.com' }).columns,
    replacement: { is: 'none' },
    faults: [],
    mayMint: false,
    policy: { thresholds: [{ is: 'lead', ms: 30 * DAY }], from: 'row' },
    checkEveryMs: DAY,
  };
}

function read(
  name: string,
  before: Expiry | undefined,
  inDays: number,
  to: Recording['tables'],
): PlannedWrite {
  const assessment = assess(
    row(name),
    before,
    { outcome: 'expires', expiresOn: NOW + inDays * DAY },
    MAIL,
    NOW,
  );
  return plannedWriteOf(before, assessment, to.calendar, { read: true, forget: false }, NOW);
}

test('the state of a target that moves has both keys before either row is written, and one key after both are', async () => {
  const { recorded, written } = await tables();
  const before = {
    ...newExpiry({ scope: SCOPE, name: 'a' }, NOW),
    expiresOn: NOW + DAY,
    evidence: 'fixed',
    calendarKeys: ['a@1'],
  } as const;
  await recordMoving([read('a', before, 10, recorded)], {
    scope: SCOPE,
    tables: recorded,
    lease: LEASE,
    log: SILENT,
  });
  expect(written).toEqual([
    'state ["a@1","a@10"]',
    'calendar +a@10 -a@1',
    'cal ["a@10"]',
    // It was renewed for ten days, so a threshold of thirty days is skipped.
    'outbox ',
    'history a renewed',
  ]);
});

test('the calendar row of a target that stays is written before its state', async () => {
  const { recorded, written } = await tables();
  const before = {
    ...newExpiry({ scope: SCOPE, name: 'a' }, NOW),
    expiresOn: NOW + DAY,
    evidence: 'fixed',
    calendarKeys: ['a@1'],
  } as const;
  await recordStaying([read('a', before, 1, recorded)], {
    scope: SCOPE,
    tables: recorded,
    lease: LEASE,
    log: SILENT,
  });
  expect(written).toEqual(['calendar +a@1 -', 'state ["a@1"]', 'outbox a 30d', 'queued a', 'history ']);
});

test('a state that the store refuses is not listed, not told and not in the history; its neighbours are', async () => {
  const { recorded, written } = await tables(['bad']);
  const outcomes = ['bad', 'good'].map(name => read(name, undefined, 10, recorded));
  await recordMoving(outcomes, { scope: SCOPE, tables: recorded, lease: LEASE, log: SILENT });
  expect(written.slice(1)).toEqual([
    'calendar +good@10 -',
    'cal ["good@10"]',
    'outbox good 30d',
    'queued good',
    'history good firstSeen',
  ]);
});

describe('a reminder that waits in the outbox', () => {
  /** What a later sweep does that reads nothing, after these lines were put. */
  async function later(minutes: number, owners: string, told?: true) {
    const { recorded, written } = await tables();
    const first = read('a', undefined, 10, recorded);
    const state: Expiry = { ...first.assessment.after, calendarKeys: ['a@10'], queued: first.queued };
    const done = { reason: '30d', about: NOW + 10 * DAY, crossedOn: NOW, on: NOW, operationId: 'op' };
    const heard = new Map([['ada@example.com', [{ ...done, outcome: 'accepted' as const }]]]);
    const before = { ...state, listingHash: first.listingHash, told: told ? heard : state.told };
    const now = NOW + minutes * MINUTE;
    const watched = { ...row('a'), columns: parseColumns({ owners }).columns };
    const assessment = assess(watched, before, undefined, MAIL, now);
    const planned = plannedWriteOf(
      before,
      assessment,
      recorded.calendar,
      { read: false, forget: false },
      now,
    );
    await recordStaying([planned], { scope: SCOPE, tables: recorded, lease: LEASE, log: SILENT });
    return { planned, put: written.filter(line => /^(outbox|queued) ./.test(line)) };
  }

  test('is not put again at each sweep', async () => {
    expect((await later(5, 'ada@example.com')).put).toEqual([]);
    expect((await later(59, 'Ada@Example.com')).put).toEqual([]);
  });

  test('is put again after an hour, in case it was lost', async () => {
    expect((await later(60, 'ada@example.com')).put).toEqual(['outbox a 30d', 'queued a']);
  });

  test('is put again where a clock that ran ahead left the instant at which it was put', async () => {
    expect((await later(-60, 'ada@example.com')).put).toEqual(['outbox a 30d', 'queued a']);
  });

  test('is put with the others when somebody else is to be told, too', async () => {
    expect((await later(5, 'ada@example.com, bob@example.com')).put).toEqual([
      'outbox a 30d,a 30d',
      'queued a',
    ]);
  });

  test('is forgotten once it is no longer due: it may be due again', async () => {
    const { planned, put } = await later(5, 'ada@example.com', true);
    expect([put, planned.changed, planned.assessment.after.queued]).toEqual([[], true, undefined]);
  });
});

test('a line that the store refuses is not recorded as waiting', async () => {
  const { recorded, written } = await tables();
  const refusing = { ...recorded, outbox: { ...recorded.outbox, put: async () => new Set(['a line']) } };
  const planned = read('a', undefined, 10, recorded);
  await recordMoving([planned], { scope: SCOPE, tables: refusing, lease: LEASE, log: SILENT });
  expect(written.filter(line => line.startsWith('queued'))).toEqual([]);
});
