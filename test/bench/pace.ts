/** How much of a service's real token bucket a sweep uses, over several time budgets and their continuations, and how often it is refused. */

import { startSimulatedArm } from '../../local/simulated/arm';
import { DAY, formatInstant, SECOND } from '../../src/formats/instant';
import { createSources, kinds } from '../../src/sources';
import { openTables } from '../../src/storage/tables';
import type { RegistryRow } from '../../src/watch/ports';
import type { SweepMessage } from '../../src/watch/sweep/message';
import { sweepScope } from '../../src/watch/sweep/sweep-scope';
import { testClock } from '../support/clock';
import { watchRequests } from '../support/in-flight';
import { forgetful } from './forgetful';
import type { OtherSide } from './other-side';
import { nameOf, SILENT } from './watcher';

const SUBSCRIPTION = '651f8027-33e8-4ec4-97b4-f6e9f3dc8744';
const SCOPE = `containerApp:${SUBSCRIPTION}`;
const TARGETS = 6_000;
const LIMITS = { rate: 10, burst: 200 };
/** What passes between a sweep's end and the start of the message that continues it. */
const GAP = 2 * SECOND;

export async function benchPace(other: OtherSide): Promise<void> {
  const clock = testClock('2026-06-01T00:00:00Z');
  const arm = await startSimulatedArm({ now: clock.now, ...LIMITS });
  for (let index = 0; index < TARGETS; index++)
    arm.app(SUBSCRIPTION, 'rg', nameOf(index)).expires('2031-01-01T00:00:00Z');
  const requests = watchRequests([arm.url]);
  const started = clock.now();
  const sweeps = await sweepAll(other, arm.url, {
    now: clock.now,
    // Time jumps, but never over requests that are under way.
    sleep: async ms => {
      await requests.settled();
      clock.pass(ms);
    },
    pass: clock.pass,
  });
  requests.stop();
  await arm.close();
  const allowed = LIMITS.burst + ((clock.now() - started) / SECOND) * LIMITS.rate;
  const asked = [...arm.log.tally.values()].reduce((sum, count) => sum + count, 0);
  const refused = arm.log.tally.get(429) ?? 0;
  console.log(
    `  ${asked} requests in ${Math.round((clock.now() - started) / SECOND)} simulated seconds and ${sweeps} sweeps`,
  );
  console.log(
    `of what the bucket allows, used: ${((100 * (asked - refused)) / allowed).toFixed(1)} % (budget 97); refused: ${((100 * refused) / asked).toFixed(2)} % (budget 1)`,
  );
}

interface JumpingClock {
  now(): number;
  sleep(ms: number): Promise<void>;
  pass(ms: number): void;
}

async function sweepAll(other: OtherSide, endpoint: string, clock: JumpingClock): Promise<number> {
  const store = openTables({ kind: 'connectionString', value: other.freshAccount().connectionString });
  const credential = () => {
    throw new Error('Nobody signs in on this machine.');
  };
  const sources = createSources(() => ({
    endpoint,
    baseDomains: [],
    limits: LIMITS,
    timeoutMs: 10_000,
    credential,
  }));
  const policies = new Map(
    kinds.map(({ kind }) => [
      kind,
      { policy: { thresholds: [], from: 'built-in' }, checkEveryMs: DAY } as const,
    ]),
  );
  const watch = {
    tables: forgetful(store, rowsAfter, nothing),
    clock,
    kinds: { sources, policies, spell: store.registry.spell },
    mail: { to: 'none', operators: [] } as const,
  };
  let sweeps = 0;
  const queue: SweepMessage[] = [{ scope: SCOPE, tick: formatInstant(clock.now()) }];
  for (let message = queue.shift(); message; message = queue.shift()) {
    if (sweeps++ > 0) clock.pass(GAP);
    queue.push(...(await sweepScope(message, watch, SILENT)));
  }
  return sweeps;
}

async function* rowsAfter(_scope: string, after = ''): AsyncGenerator<RegistryRow> {
  for (let index = 0; index < TARGETS; index++) {
    const app = nameOf(index);
    const name = `rg:${app}`;
    if (name > after)
      yield {
        scope: SCOPE,
        name,
        identity: { kind: 'containerApp', place: SUBSCRIPTION, names: ['rg', app] },
        columns: { owners: 'team@example.com' },
      };
  }
}

async function* nothing(): AsyncGenerator<never> {}
