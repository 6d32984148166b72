/** One service of Azurite in this process: how it is set up, started and stopped without a trace. */
import { once } from 'node:events';
import { join } from 'node:path';
import type ServerBase from 'azurite/dist/src/common/ServerBase';
import QueueConfiguration from 'azurite/dist/src/queue/QueueConfiguration';
import QueueServer from 'azurite/dist/src/queue/QueueServer';
import TableConfiguration from 'azurite/dist/src/table/TableConfiguration';
import TableServer from 'azurite/dist/src/table/TableServer';
import { EMULATOR_KEY } from './connection-string';
import { LOOPBACK } from './ports';

/** Which accounts a service knows. */
export type KnowsAccount = (name: string) => boolean;

/** Where a service listens (port 0: any free one) and where it keeps its data (`undefined`: in memory). */
export interface ServerPlace {
  readonly port: number;
  readonly folder: string | undefined;
}

/** Longer than Azurite's own 5 s: a client that reuses a socket the server is just closing sees a reset. */
const KEEP_ALIVE_SECONDS = 60;

export function tableServer({ port, folder }: ServerPlace): ServerBase {
  const file = join(folder ?? '', '__azurite_db_table__.json');
  return new TableServer(
    // Neither debug nor access log; strict, but for newer API versions than Azurite knows.
    // biome-ignore format: Azurite's sixteen positions, by theme
    new TableConfiguration(LOOPBACK, port, KEEP_ALIVE_SECONDS, file, false, false, undefined, undefined,
      false, true, '', '', '', undefined, false, folder === undefined),
  );
}

export function queueServer(place: ServerPlace): ServerBase {
  return new QueueServer(extentConfiguration(QueueConfiguration, 'queue', place));
}

/** The configuration of a service that keeps bodies in extents: queue, and blob likewise. */
export function extentConfiguration<T>(
  Configuration: new (...args: ConstructorParameters<typeof QueueConfiguration>) => T,
  service: 'queue' | 'blob',
  { port, folder }: ServerPlace,
): T {
  const file = (name: string) => join(folder ?? '', name);
  const bodies = { locationId: 'Default', locationPath: file(`__${service}storage__`), maxConcurrency: 1 };
  const [metadata, extents] = [`__azurite_db_${service}__.json`, `__azurite_db_${service}_extent__.json`];
  // biome-ignore format: Azurite's eighteen positions, by theme
  return new Configuration(LOOPBACK, port, KEEP_ALIVE_SECONDS, file(metadata), file(extents), [bodies],
    false, undefined, false, undefined, false, true, '', '', '', undefined, false, folder === undefined);
}

export async function startServer(server: ServerBase, knows: KnowsAccount): Promise<string> {
  // Azurite reads its accounts from an environment variable, again every minute and for the whole
  // process. Asking us instead gives each server its own accounts, whatever the environment says.
  const key1 = Buffer.from(EMULATOR_KEY, 'base64');
  server.accountDataStore.getAccount = name => (knows(name) ? { name, key1 } : undefined);
  try {
    await server.start();
  } catch (error) {
    await server.afterClose();
    throw error;
  }
  return server.getHttpServerAddress();
}

/** Resolves when the port is free, every socket is gone and every timer has ended. */
export async function stopServer(server: ServerBase): Promise<void> {
  const closed = once(server.httpServer, 'close');
  // Azurite's own close waits for idle keep-alive sockets to time out.
  await server.close();
  server.httpServer.closeAllConnections();
  await closed;
}
