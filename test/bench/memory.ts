/** How much memory a sweep holds for 10,000 and for 100,000 targets: the stores are generators, so that only the sweep's own counts. */
import { newExpiry } from '../../src/core/expiry';
import { DAY } from '../../src/formats/instant';
import { createSources, kinds } from '../../src/sources';
import { openTables } from '../../src/storage/tables';
import type { RegistryRow, Tables } from '../../src/watch/ports';
import { sweepScope } from '../../src/watch/sweep/sweep-scope';
import { forgetful } from './forgetful';
import type { OtherSide } from './other-side';
import { nameOf, SCOPE, SILENT } from './watcher';

export async function benchMemory(other: OtherSide): Promise<void> {
  await peakOf(other, 2_000);
  const few = await peakOf(other, 10_000);
  const many = await peakOf(other, 100_000);
  const mib = (bytes: number) => (bytes / 1024 / 1024).toFixed(1);
  console.log(`  for scale: ${mib(few)} MiB of heap in use at 10,000 targets, ${mib(many)} MiB at 100,000`);
  console.log(`memory of a sweep of 100,000 over one of 10,000: ${(many / few).toFixed(2)} x (budget 1.2)`);
}

/** The most heap in use, after collection, at any of fifty moments of a sweep in which every tenth target is read. */
async function peakOf(other: OtherSide, targets: number): Promise<number> {
  let most = 0;
  const look = (index: number) => {
    if (index % Math.floor(targets / 50) !== 0) return;
    globalThis.gc?.();
    most = Math.max(most, process.memoryUsage().heapUsed);
  };
  const store = openTables({ kind: 'connectionString', value: other.freshAccount().connectionString });
  const limits = { rate: 100_000, burst: 1_000_000 };
  const endpoint = `${other.iotCentral}/{subdomain}.{baseDomain}`;
  const credential = () => {
    throw new Error('Nobody signs in on this machine.');
  };
  const sources = createSources(() => ({
    endpoint,
    baseDomains: ['azureiotcentral.com'],
    limits,
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
    tables: endless(store, targets, look),
    clock: { now: () => Date.now(), sleep: async () => undefined },
    kinds: { sources, policies, spell: store.registry.spell },
    mail: { to: 'none', operators: [] } as const,
  };
  await sweepScope({ scope: SCOPE, tick: new Date().toISOString() }, watch, SILENT);
  return most;
}

function endless(store: Tables, targets: number, look: (index: number) => void): Tables {
  const now = Date.now();
  async function* rows(): AsyncGenerator<RegistryRow> {
    for (let index = 0; index < targets; index++) {
      look(index);
      const name = nameOf(index);
      const identity = { kind: 'iotCentralToken', place: 'bench.azureiotcentral.com', names: [name] };
      yield { scope: SCOPE, name, identity, columns: { owners: 'team@example.com' } };
    }
  }
  async function* states() {
    for (let index = 0; index < targets; index++) {
      const name = nameOf(index);
      const checkedOn = index % 10 === 0 ? now - 2 * DAY : now;
      yield {
        ...newExpiry({ scope: SCOPE, name }, now),
        checkedOn,
        readOn: checkedOn,
        evidence: 'fixed',
        expiresOn: now + 300 * DAY,
        calendarKeys: ['x'],
      } as const;
    }
  }
  return forgetful(store, rows, states);
}
