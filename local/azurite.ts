/** Azurite, the storage emulator, inside this process, so that development and tests need no other program. */
import { mkdir } from 'node:fs/promises';
import type ServerBase from 'azurite/dist/src/common/ServerBase';
import {
  blobServer,
  type KnowsAccount,
  queueServer,
  type ServerPlace,
  startServer,
  stopServer,
  tableServer,
} from './azurite-server';
import { DEFAULT_ACCOUNT, type EmulatorUrls, emulatorConnectionString } from './connection-string';
import { isTaken } from './ports';

/** Where storage tools look for an emulator. */
export const USUAL_PORTS = { blob: 10000, queue: 10001, table: 10002 } as const;
type Service = keyof typeof USUAL_PORTS;

export interface AzuriteOptions {
  /** Where data is kept, in Azurite's own files; absent: in memory. */
  readonly folder?: string;
  /** The port to use; `EADDRINUSE` when it is taken. Absent or 0: any free one. */
  readonly tablePort?: number;
  readonly queuePort?: number;
  readonly blobPort?: number;
  /** Services for which no port is given try the usual one first. */
  readonly preferUsualPorts?: boolean;
  /** Whether blobs are served too; the app itself does not use them. */
  readonly blob?: boolean;
  /** Storage accounts, each with its own data; `any` serves every name. */
  readonly accounts?: readonly string[] | 'any';
}

export interface RunningAzurite extends EmulatorUrls {
  /** For one account; by default the first of `accounts`. */
  connectionString(account?: string): string;
  /** Closes every socket, timer and port. */
  close(): Promise<void>;
}

export async function startAzurite(options: AzuriteOptions = {}): Promise<RunningAzurite> {
  if (options.folder !== undefined) await mkdir(options.folder, { recursive: true });
  const { accounts = [DEFAULT_ACCOUNT] } = options;
  const running: ServerBase[] = [];
  const close = async () => void (await Promise.all(running.splice(0).map(stopServer)));
  try {
    const urls = await startServices(options, knowing(accounts), running);
    const first = accounts === 'any' ? DEFAULT_ACCOUNT : (accounts[0] ?? DEFAULT_ACCOUNT);
    return { ...urls, connectionString: (account = first) => emulatorConnectionString(account, urls), close };
  } catch (error) {
    await close();
    throw error;
  }
}

function knowing(accounts: readonly string[] | 'any'): KnowsAccount {
  if (accounts === 'any') return () => true;
  const names = new Set(accounts);
  return name => names.has(name);
}

async function startServices(
  options: AzuriteOptions,
  knows: KnowsAccount,
  running: ServerBase[],
): Promise<EmulatorUrls> {
  const start = async (service: Service, make: (place: ServerPlace) => ServerBase | Promise<ServerBase>) => {
    const { server, url } = await startOnOneOf(portsFor(service, options), async port => {
      const server = await make({ port, folder: options.folder });
      return { server, url: await startServer(server, knows) };
    });
    running.push(server);
    return url;
  };
  const tableUrl = await start('table', tableServer);
  const queueUrl = await start('queue', queueServer);
  if (options.blob !== true) return { tableUrl, queueUrl };
  return { tableUrl, queueUrl, blobUrl: await start('blob', blobServer) };
}

/** The ports to try, in order; 0 is any free one. */
function portsFor(service: Service, options: AzuriteOptions): readonly [number, ...number[]] {
  const asked = { blob: options.blobPort, queue: options.queuePort, table: options.tablePort }[service];
  if (asked !== undefined) return [asked];
  return options.preferUsualPorts === true ? [USUAL_PORTS[service], 0] : [0];
}

async function startOnOneOf<T>(
  [port, ...others]: readonly [number, ...number[]],
  startOn: (port: number) => Promise<T>,
): Promise<T> {
  try {
    return await startOn(port);
  } catch (error) {
    const [next, ...rest] = others;
    if (next === undefined || !isTaken(error)) throw error;
    return await startOnOneOf([next, ...rest], startOn);
  }
}
