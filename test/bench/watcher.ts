/** A watcher for the benchmarks: the real composition on a fresh account with a registry of n rows. */
import { TableClient } from '@azure/data-tables';
import { createApp } from '../../src/app';
import type { Log } from '../../src/watch/ports';
import type { OtherSide } from './other-side';

export const SCOPE = 'iotCentralToken:bench.azureiotcentral.com';
export const SILENT: Log = { info: () => undefined, warn: message => console.warn(message) };

export function settingsFor(other: OtherSide, connectionString: string): Record<string, string> {
  return {
    AzureWebJobsStorage: connectionString,
    IOT_CENTRAL_ENDPOINT: `${other.iotCentral}/{subdomain}.{baseDomain}`,
    IOT_CENTRAL_RATE: '10000',
    IOT_CENTRAL_BURST: '100000',
    MAIL_TO: 'none',
  };
}

export function nameOf(index: number): string {
  return `device-${String(index).padStart(6, '0')}`;
}

export async function fillRegistry(connectionString: string, rows: number): Promise<void> {
  const table = TableClient.fromConnectionString(connectionString, 'registry', {
    allowInsecureConnection: true,
  });
  await table.createTable();
  for (let start = 0; start < rows; start += 100) {
    const count = Math.min(100, rows - start);
    const names = Array.from({ length: count }, (_, index) => nameOf(start + index));
    await table.submitTransaction(
      names.map(rowKey => [
        'create',
        { partitionKey: SCOPE, rowKey, owners: 'team@example.com', checkEvery: '1s' },
      ]),
    );
  }
}

export async function watcherOf(other: OtherSide, rows: number) {
  const { connectionString } = other.freshAccount();
  await fillRegistry(connectionString, rows);
  return createApp(settingsFor(other, connectionString));
}

/** What a piece of work cost: seconds on the wall and of this process's processors. */
export async function cost(work: () => Promise<unknown>): Promise<{ wall: number; cpu: number }> {
  const cpuBefore = process.cpuUsage();
  const before = performance.now();
  await work();
  const { user, system } = process.cpuUsage(cpuBefore);
  return { wall: (performance.now() - before) / 1_000, cpu: (user + system) / 1_000_000 };
}
