/** Listening on the loopback address, on a given port or on any free one. */
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:net';
import { dirname } from 'node:path';

export const LOOPBACK = '127.0.0.1';

const OWN_NAMES = [LOOPBACK, 'localhost', '[::1]'];

/**
 * Whether a request is meant for this machine, by the name in its address. A web page can point a name of its own at this
 * machine (DNS rebinding), and browsers then let it read every answer here.
 */
export function isForThisMachine({ headers: { host = LOOPBACK } }: IncomingMessage): boolean {
  const address = `http://${host}`;
  // A name and a port, and nothing else that an address can have.
  if (!/^[\w.:[\]-]+$/.test(host) || !URL.canParse(address)) return false;
  return OWN_NAMES.includes(new URL(address).hostname);
}

/** The answer to a request for any other name. */
export function misdirected(response: ServerResponse): void {
  response.writeHead(421).end(`This server answers only to ${LOOPBACK} and localhost.`);
}

/** Resolves with the port; 0 asks for any free one. Rejects with `EADDRINUSE` if the port is taken. */
export function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, LOOPBACK, () => {
      server.off('error', reject);
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}

/** Starts on `port`, or on any free port if another process has it. */
export async function startNear<T>(port: number, start: (port: number) => Promise<T>): Promise<T> {
  try {
    return await start(port);
  } catch (error) {
    if (!isTaken(error)) throw error;
    return await start(0);
  }
}

/** Starts on the port of the last start, else on `usual`, else on any free one: links in old mails go on working. */
export async function onKeptPort<T>(
  file: string,
  usual: number,
  start: (port: number) => Promise<T>,
): Promise<T> {
  const kept = existsSync(file) ? Number(await readFile(file, 'utf8')) : usual;
  return await startNear(Number.isInteger(kept) && kept > 0 && kept < 65_536 ? kept : usual, start);
}

export async function keepPort(file: string, port: number): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, String(port));
}

export async function isFree(port: number): Promise<boolean> {
  const probe = createServer();
  try {
    await listen(probe, port);
  } catch (error) {
    if (!isTaken(error)) throw error;
    return false;
  }
  await new Promise(closed => probe.close(closed));
  return true;
}

function isTaken(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === 'EADDRINUSE';
}

/** The environment entry that keeps requests to this machine away from a proxy. Hosts that it lists already stay. */
export function noProxy(env: NodeJS.ProcessEnv): { readonly NO_PROXY: string } {
  return { NO_PROXY: [env.NO_PROXY, env.no_proxy, LOOPBACK].filter(Boolean).join(',') };
}
