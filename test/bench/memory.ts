/** How much memory a sweep of many targets needs, compared with a sweep of few. */
import { type Expiry, newExpiry } from '../../src/core/expiry';
import { DAY } from '../../src/formats/instant';
import type { RegistryRow, Stored } from '../../src/watch/ports';
import { sweepScope } from '../../src/watch/sweep/sweep-scope';
import type { Ratio } from './measure';
import type { Services } from './services';
import { bareSweep, nameOf, SCOPE, SILENT } from './watcher';

const LOOKS = 50;

export async function benchMemory(services: Services, size: { few: number; many: number }): Promise<Ratio[]> {
  // The first sweep pays for what a process loads once.
  await peakOf(services, size.few / 5);
  const few = await peakOf(services, size.few);
  const many = await peakOf(services, size.many);
  const mib = (bytes: number) => (bytes / 1024 / 1024).toFixed(1);
  console.log(`  heap in use: ${mib(few)} MiB at ${size.few} targets, ${mib(many)} MiB at ${size.many}`);
  const what = `memory of a sweep of ${size.many} targets over one of ${size.few}`;
  return [{ what, value: many / few, unit: 'x', budget: 'at most 1.2' }];
}

/** The largest heap after collection at 50 moments of a sweep that reads every tenth target. */
async function peakOf(services: Services, targets: number): Promise<number> {
  let peak = 0;
  const look = (index: number) => {
    if (index % Math.ceil(targets / LOOKS) !== 0) return;
    globalThis.gc?.();
    peak = Math.max(peak, process.memoryUsage().heapUsed);
  };
  const watch = bareSweep(services, {
    endpoint: `${services.iotCentral}/{subdomain}.{baseDomain}`,
    limits: { rate: 100_000, burst: 1_000_000 },
    clock: { now: () => Date.now(), sleep: async () => undefined },
    rows: () => rows(targets, look),
    states: () => states(targets),
  });
  await sweepScope({ scope: SCOPE, tick: new Date().toISOString() }, watch, SILENT);
  return peak;
}

async function* rows(targets: number, look: (index: number) => void): AsyncGenerator<Stored<RegistryRow>> {
  for (let index = 0; index < targets; index++) {
    look(index);
    const name = nameOf(index);
    const identity = { kind: 'iotCentralToken', place: 'bench.azureiotcentral.com', names: [name] };
    yield { scope: SCOPE, name, identity, columns: { owners: 'team@example.com' }, etag: '' };
  }
}

async function* states(targets: number): AsyncGenerator<Stored<Expiry>> {
  const now = Date.now();
  for (let index = 0; index < targets; index++) {
    const checkedOn = index % 10 === 0 ? now - 2 * DAY : now;
    yield {
      ...newExpiry({ scope: SCOPE, name: nameOf(index) }, now),
      checkedOn,
      readOn: checkedOn,
      evidence: 'fixed',
      expiresOn: now + 300 * DAY,
      calendarKeys: ['x'],
      etag: '',
    };
  }
}
