/** A sender that dies at each step, by SMTP and by Graph: no reminder is lost, and only a mail whose acceptance was not recorded is repeated, once. */
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
const NAMES = ['a', 'b', 'c'];

/** What is wrong with the mail, if anything. */
const TROUBLES = ['nothing', 'an answer that is lost', 'a fault of our own'] as const;

describe.each(['smtp', 'graph'] as const)('by %s', mail => {
  let azure: SimulatedAzure;
  let clock: TestClock;
  beforeEach(async () => {
    clock = testClock('2026-06-01T00:00:00Z');
    azure = await startSimulatedAzure({ now: clock.now, mail, iotCentral: { throttle: false } });
  });
  afterEach(() => azure.close());

  async function newLife() {
    // Graph takes 30 mails a minute.
    clock.pass(HOUR);
    azure.iotCentral.app(HOST).tokens.clear();
    azure.smtp?.heals();
    azure.graph?.heals();
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
    for (const rowKey of NAMES) {
      azure.iotCentral.token(HOST, rowKey).expires(clock.now() + 29 * DAY);
      await registry.createEntity({ partitionKey: CONTOSO, rowKey, owners: 'ada@example.com' });
    }
    await sweepAll(watch, silent);
    return { watch, storage };
  }

  function trouble(is: (typeof TROUBLES)[number]): void {
    if (is === 'an answer that is lost') {
      void azure.smtp?.fails('content', { fault: 'drop', accepts: true });
      azure.graph?.acceptsThen({ fault: 'reset' });
    }
    if (is === 'a fault of our own') {
      void azure.smtp?.fails('sender', { fault: 'reply', reply: '550 5.7.60 not allowed' });
      azure.graph?.refuses({ fault: 'status', status: 403 });
    }
  }

  /** @returns how many mails there were, and whether the crash happened */
  async function live(is: (typeof TROUBLES)[number], point: CrashPoint) {
    const { watch, storage } = await newLife();
    const before = azure.communication.mails.length;
    trouble(is);
    const victim = crashingAt(watch, point);
    await unlessCrashed(() => remindAll(victim.watch, silent));
    for (let run = 0; run < 6; run += 1) {
      clock.pass(5 * MINUTE);
      await remindAll(watch, silent);
    }
    const mails = azure.communication.mails.slice(before).filter(({ to }) => to.includes('ada@example.com'));
    expect(new Set(mails.map(({ message }) => message.headers['Message-ID'])).size).toBe(1);
    for await (const { name, told } of allStates(watch.tables))
      expect([name, told.get('ada@example.com')?.map(({ outcome }) => outcome)]).toEqual([
        name,
        ['accepted'],
      ]);
    expect(await dumpOf(storage, ['outbox'])).toEqual([]);
    await (await watch.mailer()).close();
    return { mails: mails.length, died: victim.crashed(), last: victim.changes.at(-1) };
  }

  test.each(TROUBLES)('with %s it mails all, and repeats only what was not recorded', async is => {
    let steps = 0;
    for (const when of ['before', 'after'] as const)
      for (let at = 1; ; at += 1) {
        const { mails, died, last } = await live(is, { at, when });
        if (!died) break;
        steps += 1;
        const isUnrecorded = when === 'after' ? last === 'mailer.send' : last === 'outbox.accept';
        const repeats = is === 'an answer that is lost' || (is === 'nothing' && isUnrecorded) ? 1 : 0;
        expect([when, last, mails]).toEqual([when, last, 1 + repeats]);
      }
    expect(steps).toBeGreaterThanOrEqual(8);
  });

  test('a mail that may be under way is left alone for as long as a send may take', async () => {
    const { watch } = await newLife();
    const { longestSend } = (await watch.mailer()).promises;
    const sends: number[] = [];
    const open = async () => {
      const mailer = await watch.mailer();
      const send: typeof mailer.send = async (...given) => {
        sends.push(clock.now());
        return await mailer.send(...given);
      };
      return { ...mailer, send };
    };
    // It dies before the third change, which is the send.
    await unlessCrashed(() => remindAll(crashingAt(watch, { at: 3, when: 'before' }).watch, silent));
    const died = clock.now();
    expect((await watch.tables.outbox.of('ada@example.com')).claim?.notBefore).toBe(
      died + MINUTE + longestSend,
    );
    for (let second = 0; second < 200; second += 20) {
      clock.pass(20_000);
      await remindAll({ ...watch, mailer: open }, silent);
    }
    expect(sends).toHaveLength(1);
    expect(sends[0]).toBeGreaterThanOrEqual(died + MINUTE + longestSend);
    await (await watch.mailer()).close();
  });
});
