/** One service of Azurite in this process: its configuration, its start, and a stop that leaves nothing behind. */
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
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

/** Azurite's own limit is 5 s: a client that reuses a socket while the server closes it gets a reset. */
const KEEP_ALIVE_SECONDS = 60;

export function tableServer({ port, folder }: ServerPlace): ServerBase {
  const file = join(folder ?? '', '__azurite_db_table__.json');
  const server = new TableServer(
    // No debug log and no access log; strict, but newer API versions than Azurite knows are accepted.
    // biome-ignore format: Azurite's sixteen positions, by theme
    new TableConfiguration(LOOPBACK, port, KEEP_ALIVE_SECONDS, file, false, false, undefined, undefined,
      false, true, '', '', '', undefined, false, folder === undefined),
  );
  server.httpServer.prependListener('request', request => {
    if (request.url?.includes('/$batch')) escapeSeparators(request);
  });
  return server;
}

/**
 * Azurite splits a transaction into lines, and takes U+2028 and U+2029 for the ends of lines, which the real store does not. In
 * a transaction they occur only in JSON texts, where an escape means the same, so each is replaced by its escape.
 */
function escapeSeparators(request: IncomingMessage): void {
  const push = request.push.bind(request);
  let left = '';
  request.push = (chunk: Buffer | null) => {
    const bytes = left + (chunk?.toString('latin1') ?? '');
    // The bytes E2 80 A8 and E2 80 A9, of which a chunk may end with the first one or two.
    left = chunk ? (/\xe2\x80?$/.exec(bytes)?.[0] ?? '') : '';
    const whole = bytes.slice(0, bytes.length - left.length);
    const escaped = whole.replaceAll('\xe2\x80\xa8', '\\u2028').replaceAll('\xe2\x80\xa9', '\\u2029');
    const goesOn = escaped === '' || push(Buffer.from(escaped, 'latin1'));
    return chunk ? goesOn : push(null);
  };
}

export function queueServer(place: ServerPlace): ServerBase {
  return new QueueServer(extentConfiguration(QueueConfiguration, 'queue', place));
}

/** Loaded only when it is used, because it loads slowly and only Core Tools need it. */
export async function blobServer(place: ServerPlace): Promise<ServerBase> {
  const { default: BlobConfiguration } = await import('azurite/dist/src/blob/BlobConfiguration');
  const { default: BlobServer } = await import('azurite/dist/src/blob/BlobServer');
  return new BlobServer(extentConfiguration(BlobConfiguration, 'blob', place));
}

/** The configuration of a service that keeps bodies in extents: queue and blob. */
function extentConfiguration<T>(
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
  // Azurite reads its accounts from an environment variable, every minute and for the whole process.
  // Here each server asks for its own accounts instead, and the environment does not matter.
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

/** Resolves when the port is free, every socket is closed and every timer has ended. */
export async function stopServer(server: ServerBase): Promise<void> {
  const closed = once(server.httpServer, 'close');
  // Azurite's own close waits until idle keep-alive sockets time out.
  await server.close();
  server.httpServer.closeAllConnections();
  await closed;
}
