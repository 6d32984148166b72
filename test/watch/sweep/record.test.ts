/** The order of writes that a crash at any point survives, and what a store's refusal of one row leaves alone. */
import { assess } from '../../../src/core/assess';
import { type Expiry, newExpiry } from '../../../src/core/expiry';
import type { Watched } from '../../../src/core/watched';
import { DAY } from '../../../src/formats/instant';
import { openTables } from '../../../src/storage/tables';
import type { Lease } from '../../../src/watch/sweep/lease';
import type { Recorded } from '../../../src/watch/sweep/record';
import { type Outcome, outcomeOf, recordMoving, recordStaying } from '../../../src/watch/sweep/record';
import { freshStorage } from '../../support/azurite';

const NOW = Date.UTC(2026, 5, 1);
const SCOPE = 'iotCentralToken:contoso.azureiotcentral.com';
const MAIL = { to: 'owners', operators: [] } as const;
const SILENT = { info: () => undefined, warn: () => undefined };
const LEASE: Lease = { row: { scope: SCOPE }, hold: async () => undefined, release: async () => undefined };

/** Real tables whose writes are noted as they are asked for; some rows are refused. */
async function tables(refused: readonly string[] = []) {
  const opened = openTables({ kind: 'connectionString', value: freshStorage() });
  await opened.ready();
  const written: string[] = [];
  const recorded: Recorded = {
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
    columns: { owners: ['ada@example.com'], enabled: true },
    faults: [],
    mayMint: false,
    policy: { thresholds: [{ is: 'lead', ms: 30 * DAY }], from: 'row' },
    checkEveryMs: DAY,
  };
}

function read(name: string, before: Expiry | undefined, inDays: number, to: Recorded): Outcome {
  const assessment = assess(
    row(name),
    before,
    { outcome: 'expires', expiresOn: NOW + inDays * DAY },
    MAIL,
    NOW,
  );
  return outcomeOf(before, assessment, to.calendar, { read: true, forget: false });
}

test('a target that moves has both keys on record before either row, and one key after both', async () => {
  const { recorded, written } = await tables();
  const before = {
    ...newExpiry({ scope: SCOPE, name: 'a' }, NOW),
    expiresOn: NOW + DAY,
    evidence: 'fixed',
    calendarKeys: ['a@1'],
  } as const;
  await recordMoving(SCOPE, [read('a', before, 10, recorded)], recorded, LEASE, SILENT);
  expect(written).toEqual([
    'state ["a@1","a@10"]',
    'calendar +a@10 -a@1',
    'cal ["a@10"]',
    // Renewed for ten days, so thirty days before its end is before its birth.
    'outbox ',
    'history a renewed',
  ]);
});

test('a target that stays is shown before its state says so', async () => {
  const { recorded, written } = await tables();
  const before = {
    ...newExpiry({ scope: SCOPE, name: 'a' }, NOW),
    expiresOn: NOW + DAY,
    evidence: 'fixed',
    calendarKeys: ['a@1'],
  } as const;
  await recordStaying(SCOPE, [read('a', before, 1, recorded)], recorded, LEASE, SILENT);
  expect(written).toEqual(['calendar +a@1 -', 'state ["a@1"]', 'outbox a 30d', 'history ']);
});

test('a state that the store refuses is neither listed, nor told, nor remembered; its neighbours are', async () => {
  const { recorded, written } = await tables(['bad']);
  const outcomes = ['bad', 'good'].map(name => read(name, undefined, 10, recorded));
  await recordMoving(SCOPE, outcomes, recorded, LEASE, SILENT);
  expect(written.slice(1)).toEqual([
    'calendar +good@10 -',
    'cal ["good@10"]',
    'outbox good 30d',
    'history good firstSeen',
  ]);
});
