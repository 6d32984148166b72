/** A sender that dies at each step of a mail's way to the fallback: no reminder is lost, and only what was not recorded is repeated. */
import { TableClient } from '@azure/data-tables';
import { type SimulatedAzure, startSimulatedAzure } from '../../local/simulated';
import { DAY, HOUR, MINUTE } from '../../src/formats/instant';
import { openTables } from '../../src/storage/tables';
import { freshStorage } from '../support/azurite';
import { type TestClock, testClock } from '../support/clock';
import {
  type CrashPoint,
  composeWatch,
  crashingAt,
  remindAll,
  sweepAll,
  UNLIMITED,
  unlessCrashed,
} from '../support/crashing';
import { allStates } from '../support/states';
import { CONTOSO, dumpOf, HOST } from '../support/story';

const silent = { info: () => undefined, warn: () => undefined };
const ADA = 'ada@example.com';

/** Why the first transport does not take the mail. `size`: then it passes in its first run. */
const CAUSES = ['ours', 'size'] as const;

describe.each([
  { mail: 'smtp', fallback: 'graph' },
  { mail: 'graph', fallback: 'acs' },
  { mail: 'acs', fallback: 'smtp' },
] as const)('from $mail to $fallback', ({ mail, fallback }) => {
  let azure: SimulatedAzure;
  let clock: TestClock;
  beforeEach(async () => {
    clock = testClock('2026-06-01T00:00:00Z');
    const quiet = { perMinute: 1e6, perHour: 1e6, statusPerMinute: 1e6, statusPerHour: 1e6 };
    azure = await startSimulatedAzure({
      now: clock.now,
      mail,
      fallback,
      iotCentral: { throttle: false },
      communication: quiet,
    });
  });
  afterEach(() => azure.close());

  function refuses(cause: (typeof CAUSES)[number]): void {
    const reply = cause === 'ours' ? '550 5.7.60 not allowed' : '552 5.3.4 too large';
    const status = cause === 'ours' ? 403 : 413;
    const all = { fault: 'times', times: 50, inner: { fault: 'status', status } } as const;
    if (mail === 'smtp')
      for (let time = 0; time < 50; time += 1) void azure.smtp?.fails('sender', { fault: 'reply', reply });
    if (mail === 'graph') azure.graph?.refuses(all);
    if (mail === 'acs') azure.communication.refuses(all);
  }

  async function newLife() {
    // Graph takes 30 mails a minute.
    clock.pass(DAY);
    azure.iotCentral.app(HOST).tokens.clear();
    azure.smtp?.heals();
    azure.graph?.heals();
    azure.communication.switches.scripts.splice(0);
    const storage = freshStorage();
    const env = {
      ...UNLIMITED,
      AzureWebJobsStorage: storage,
      OPERATORS: 'ops@example.com',
      ...azure.settings,
    };
    const watch = composeWatch(env, clock);
    await openTables({ kind: 'connectionString', value: storage }).ready();
    const registry = TableClient.fromConnectionString(storage, 'registry', { allowInsecureConnection: true });
    for (const rowKey of ['a', 'b']) {
      azure.iotCentral.token(HOST, rowKey).expires(clock.now() + 29 * DAY);
      await registry.createEntity({ partitionKey: CONTOSO, rowKey, owners: ADA });
    }
    await sweepAll(watch, silent);
    return { watch, storage };
  }

  async function live(cause: (typeof CAUSES)[number], point: CrashPoint) {
    const { watch, storage } = await newLife();
    const before = azure.communication.mails.length;
    refuses(cause);
    if (cause === 'ours') {
      await remindAll(watch, silent);
      clock.pass(HOUR);
    }
    const victim = crashingAt(watch, point);
    await unlessCrashed(() => remindAll(victim.watch, silent));
    for (let run = 0; run < 6; run += 1) {
      clock.pass(5 * MINUTE);
      await remindAll(watch, silent);
    }
    const mails = azure.communication.mails.slice(before).filter(({ to }) => to.includes(ADA));
    expect(new Set(mails.map(({ message }) => message.headers['Message-ID'])).size).toBe(1);
    for await (const { name, told } of allStates(watch.tables)) {
      const outcomes = told.get(ADA)?.map(({ outcome }) => outcome);
      expect([name, outcomes]).toEqual([name, [expect.stringMatching(/^(accepted|delivered)$/)]]);
    }
    expect(await dumpOf(storage, ['outbox'])).toEqual([]);
    for (const one of [watch, watch.fallback]) await (await one?.mailer())?.close();
    return { mails: mails.length, died: victim.crashed(), changes: victim.changes };
  }

  test.each(CAUSES)(
    'refused for %s, the mail arrives, and is repeated only where its acceptance was not recorded',
    async cause => {
      let steps = 0;
      for (const when of ['before', 'after'] as const)
        for (let at = 1; ; at += 1) {
          const { mails, died, changes } = await live(cause, { at, when });
          if (!died) break;
          steps += 1;
          const last = changes.at(-1);
          // The first transport's send came before. Where there is a status, the mail is found by it.
          const wasSent = changes.filter(name => name === 'mailer.send').length === 2;
          const isUnrecorded = wasSent && last === (when === 'after' ? 'mailer.send' : 'outbox.accept');
          const repeats = isUnrecorded && fallback !== 'acs' ? 1 : 0;
          expect([when, at, last, mails]).toEqual([when, at, last, 1 + repeats]);
        }
      expect(steps).toBeGreaterThanOrEqual(12);
    },
  );
});
