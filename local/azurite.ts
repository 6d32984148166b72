/** Azurite, the storage emulator, inside this process, so that development and tests need no other program. */
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import type ServerBase from 'azurite/dist/src/common/ServerBase';
import QueueConfiguration from 'azurite/dist/src/queue/QueueConfiguration';
import QueueServer from 'azurite/dist/src/queue/QueueServer';
import TableConfiguration from 'azurite/dist/src/table/TableConfiguration';
import TableServer from 'azurite/dist/src/table/TableServer';
import {
  DEFAULT_ACCOUNT,
  EMULATOR_KEY,
  type EmulatorUrls,
  emulatorConnectionString,
} from './connection-string';
import { isForThisMachine, LOOPBACK, misdirected, startNear } from './ports';

/** Where storage tools look for an emulator. */
export const USUAL_PORTS = { blob: 10000, queue: 10001, table: 10002 } as const;
type Service = keyof typeof USUAL_PORTS;

export interface AzuriteOptions {
  /** Where data is kept, in Azurite's own files; absent: in memory. */
  readonly folder?: string;
  /** The ports to use; `EADDRINUSE` when one is taken. Absent: any free one. */
  readonly ports?: Readonly<Partial<Record<Service, number>>>;
  /** Services for which no port is given try the usual one first. */
  readonly preferUsualPorts?: boolean;
  /** Whether blobs are served too; the app itself does not use them. */
  readonly blob?: boolean;
  /** Serves accounts of every name, each with its own data; absent: only the default account. */
  readonly anyAccount?: boolean;
}

export interface RunningAzurite extends EmulatorUrls {
  /** For the default account. */
  readonly connectionString: string;
  /** Closes every socket, timer and port. */
  close(): Promise<void>;
}

export async function startAzurite(options: AzuriteOptions = {}): Promise<RunningAzurite> {
  if (options.folder !== undefined) await mkdir(options.folder, { recursive: true });
  const running: ServerBase[] = [];
  const close = async () => void (await Promise.all(running.splice(0).map(stopServer)));
  const start = async (service: Service): Promise<string> => {
    const server = await startService(service, options);
    running.push(server);
    return server.getHttpServerAddress();
  };
  try {
    const [tableUrl, queueUrl] = [await start('table'), await start('queue')];
    const urls = { tableUrl, queueUrl, blobUrl: options.blob ? await start('blob') : undefined };
    return { ...urls, connectionString: emulatorConnectionString(DEFAULT_ACCOUNT, urls), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function startService(service: Service, options: AzuriteOptions): Promise<ServerBase> {
  const startOn = async (port: number) => {
    const server = await createServer(service, port, options);
    try {
      await server.start();
    } catch (error) {
      await server.afterClose();
      throw error;
    }
    return server;
  };
  const port = options.ports?.[service];
  if (port === undefined && options.preferUsualPorts) return await startNear(USUAL_PORTS[service], startOn);
  return await startOn(port ?? 0);
}

const CLASSES = {
  table: () => ({ Configuration: TableConfiguration, Server: TableServer }),
  queue: () => ({ Configuration: QueueConfiguration, Server: QueueServer }),
  /** Loaded only when it is used, because it loads slowly and only Core Tools need it. */
  blob: async () => ({
    Configuration: (await import('azurite/dist/src/blob/BlobConfiguration')).default,
    Server: (await import('azurite/dist/src/blob/BlobServer')).default,
  }),
};

/** Azurite's own limit is 5 s: a client that reuses a socket while the server closes it gets a reset. */
const KEEP_ALIVE_SECONDS = 60;

async function createServer(
  service: Service,
  port: number,
  { folder, anyAccount }: AzuriteOptions,
): Promise<ServerBase> {
  const { Configuration, Server } = await CLASSES[service]();
  const file = (name: string) => join(folder ?? '', name);
  const bodies = { locationId: 'Default', locationPath: file(`__${service}storage__`), maxConcurrency: 1 };
  const extents = service === 'table' ? [] : [file(`__azurite_db_${service}_extent__.json`), [bodies]];
  const places = [LOOPBACK, port, KEEP_ALIVE_SECONDS, file(`__azurite_db_${service}__.json`), ...extents];
  // Access log, debug log and their files. Their order differs between services; `false` turns each off.
  const logs = [false, false, false, false];
  // Strict, but API versions that Azurite does not know are accepted. No certificate, key, password or OAuth.
  const checks = [false, true, '', '', '', undefined];
  // The last two: product-style URLs are not disabled; without a folder, data is in memory.
  const server = new Server(new Configuration(...places, ...logs, ...checks, false, folder === undefined));
  // Azurite reads its accounts from an environment variable, every minute and for the whole process.
  // Here each server asks for its own accounts instead, and the environment does not matter.
  const key1 = Buffer.from(EMULATOR_KEY, 'base64');
  server.accountDataStore.getAccount = name =>
    anyAccount || name === DEFAULT_ACCOUNT ? { name, key1 } : undefined;
  const handle = server.httpServer.listeners('request');
  server.httpServer.removeAllListeners('request');
  server.httpServer.on('request', (request: IncomingMessage, response: ServerResponse) => {
    // The key of an emulator is public, so another site could sign requests to it.
    if (!isForThisMachine(request)) return misdirected(response);
    if (service === 'table' && request.url?.includes('/$batch')) escapeSeparators(request);
    for (const listener of handle) listener.call(server.httpServer, request, response);
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
    const wantsMore = escaped === '' || push(Buffer.from(escaped, 'latin1'));
    return chunk ? wantsMore : push(null);
  };
}

/** Resolves when the port is free, every socket is closed and every timer has ended. */
async function stopServer(server: ServerBase): Promise<void> {
  const closed = once(server.httpServer, 'close');
  // Azurite's own close waits until idle keep-alive sockets time out.
  await server.close();
  server.httpServer.closeAllConnections();
  await closed;
}
