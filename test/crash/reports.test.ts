/** A crash at each write of a delivery report: Event Grid posts it again, and everything is as without the crash. */
import { TableClient } from '@azure/data-tables';
import { type SimulatedAzure, startSimulatedAzure } from '../../local/simulated';
import { openTables } from '../../src/storage/tables';
import { type DeliveryReport, takeReports } from '../../src/watch/remind/delivery-reports';
import type { SendDeps } from '../../src/watch/remind/send-digest';
import { freshStorage } from '../support/azurite';
import { type TestClock, testClock } from '../support/clock';
import { Crash, composeWatch, crashingAt, remindAll, sweepAll, UNLIMITED } from '../support/crashing';
import { CONTOSO, dumpOf, HOST } from '../support/story';

const ADA = 'ada@example.com';
const OPS = 'ops@example.com';
const silent = { info: () => undefined, warn: () => undefined };

let azure: SimulatedAzure;
let clock: TestClock;
beforeEach(async () => {
  clock = testClock('2026-06-01T00:00:00Z');
  azure = await startSimulatedAzure({ now: () => clock.now(), iotCentral: { throttle: false } });
  azure.communication.switches.pollsUntilFinal = 1_000;
});
afterEach(() => azure.close());

/** A mail about two targets was accepted, and nobody knows yet how it ended. */
async function accepted(): Promise<{ watch: SendDeps; storage: string; report: DeliveryReport }> {
  const storage = freshStorage();
  clock.to('2026-06-01T00:00:00Z');
  azure.communication.forgetOperations();
  const watch = composeWatch(
    { ...UNLIMITED, AzureWebJobsStorage: storage, OPERATORS: OPS, ...azure.settings },
    clock,
  );
  await openTables({ kind: 'connectionString', value: storage }).ready();
  const registry = TableClient.fromConnectionString(storage, 'registry', { allowInsecureConnection: true });
  for (const rowKey of ['gateway', 'sensor']) {
    azure.iotCentral.token(HOST, rowKey).expires('2026-06-20T00:00:00Z');
    await registry.upsertEntity({ partitionKey: CONTOSO, rowKey, owners: ADA });
  }
  await sweepAll(watch, silent);
  await remindAll(watch, silent);
  const operationId = azure.communication.mails.at(-1)?.operationId ?? '';
  const end = { status: 'failed', message: 'it bounced' } as const;
  return { watch, storage, report: { recipient: ADA, operationId, end } };
}

/** What is recorded in the end: without instants of writing, and with the lines that operators get. */
async function recorded(watch: SendDeps): Promise<unknown> {
  const told = await Promise.all(
    ['gateway', 'sensor'].map(async name => {
      const state = await watch.tables.expiries.row({ scope: CONTOSO, name });
      return state?.told.get(ADA)?.map(({ reason, outcome, why }) => [name, reason, outcome, why]);
    }),
  );
  const { lines, sent } = await watch.tables.outbox.of(OPS);
  return { told, sent, lines: lines.map(({ id }) => id).sort(), ada: await watch.tables.outbox.of(ADA) };
}

test('a report that comes again after a crash at any write settles its mail as if there had been none', async () => {
  const whole = await accepted();
  await takeReports([whole.report], whole.watch, silent);
  const expected = await recorded(whole.watch);
  expect(expected).toMatchObject({
    told: [
      [['gateway', '30d', 'undelivered', 'it bounced']],
      [['sensor', '30d', 'undelivered', 'it bounced']],
    ],
  });
  let points = 0;
  for (const when of ['before', 'after'] as const)
    for (let at = 1; ; at += 1) {
      const { watch, storage, report } = await accepted();
      const { watch: crashing, crashed } = crashingAt(watch, { at, when });
      const failed = await takeReports([report], crashing, silent).then(
        () => false,
        error => error instanceof Crash,
      );
      if (!crashed()) break;
      points += 1;
      // What the process had no time for is answered with 500 or not at all.
      if (failed) await takeReports([report], watch, silent);
      expect([at, when, await recorded(watch)]).toEqual([at, when, expected]);
      expect((await dumpOf(storage, ['outbox'])).filter(row => row.includes('sent|'))).toEqual([]);
    }
  expect(points).toBeGreaterThan(8);
}, 120_000);
