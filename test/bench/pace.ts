/** How much of a service's token bucket a sweep uses over several time budgets, and how often it is refused. */
import { startSimulatedArm } from '../../local/simulated/arm';
import { formatInstant, SECOND } from '../../src/formats/instant';
import type { RegistryRow, Stored } from '../../src/watch/ports';
import type { SweepMessage } from '../../src/watch/sweep/start-sweep';
import { sweepScope } from '../../src/watch/sweep/sweep-scope';
import { testClock } from '../support/clock';
import { watchRequests } from '../support/in-flight';
import type { Ratio } from './measure';
import type { Services } from './services';
import { bareSweep, nameOf, SILENT } from './watcher';

const SUBSCRIPTION = '651f8027-33e8-4ec4-97b4-f6e9f3dc8744';
const SCOPE = `containerApp:${SUBSCRIPTION}`;
const LIMITS = { rate: 10, burst: 200 };
/** The time between the end of a sweep and the start of its continuation. */
const GAP = 2 * SECOND;

export async function benchPace(services: Services, { targets }: { targets: number }): Promise<Ratio[]> {
  const clock = testClock('2026-06-01T00:00:00Z');
  const arm = await startSimulatedArm({ now: clock.now, ...LIMITS });
  for (let index = 0; index < targets; index++)
    arm.app(SUBSCRIPTION, 'rg', nameOf(index)).expires('2031-01-01T00:00:00Z');
  const requests = watchRequests([arm.url]);
  // Time jumps, but only when no request is in progress.
  const sleep = async (ms: number) => {
    await requests.idle();
    clock.pass(ms);
  };
  const watch = bareSweep(services, {
    endpoint: arm.url,
    limits: LIMITS,
    clock: { now: clock.now, sleep },
    rows: (_, after) => rows(targets, after),
    states: none,
  });
  const started = clock.now();
  let sweeps = 0;
  const queue: SweepMessage[] = [{ scope: SCOPE, tick: formatInstant(started) }];
  for (let message = queue.shift(); message; message = queue.shift()) {
    if (sweeps++ > 0) clock.pass(GAP);
    queue.push(...(await sweepScope(message, watch, SILENT)));
  }
  requests.stop();
  await arm.close();
  return ratiosOf(arm.log.tally, (clock.now() - started) / SECOND, sweeps);
}

function ratiosOf(tally: ReadonlyMap<number, number>, seconds: number, sweeps: number): Ratio[] {
  const sent = [...tally.values()].reduce((sum, count) => sum + count, 0);
  const refused = tally.get(429) ?? 0;
  const allowed = LIMITS.burst + seconds * LIMITS.rate;
  console.log(`  ${sent} requests in ${Math.round(seconds)} simulated seconds and ${sweeps} sweeps`);
  const used = {
    what: 'used of the requests that the bucket allows',
    value: (100 * (sent - refused)) / allowed,
  };
  return [
    { ...used, unit: '%', budget: 'at least 97' },
    { what: 'refused of the requests sent', value: (100 * refused) / sent, unit: '%', budget: 'less than 1' },
  ];
}

async function* rows(targets: number, after = ''): AsyncGenerator<Stored<RegistryRow>> {
  for (let index = 0; index < targets; index++) {
    const app = nameOf(index);
    const name = `rg:${app}`;
    if (name <= after) continue;
    const identity = { kind: 'containerApp', place: SUBSCRIPTION, names: ['rg', app] };
    yield { scope: SCOPE, name, identity, columns: { owners: 'team@example.com' }, etag: '' };
  }
}

async function* none(): AsyncGenerator<never> {}
