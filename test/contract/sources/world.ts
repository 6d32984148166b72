/** The sources of a test: pointed at a server of the test's own, with a credential that counts who asks it. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { TokenCredential } from '@azure/core-auth';
import type { FailedReading, Reading } from '../../../src/core/reading';
import type { Identity } from '../../../src/core/target';
import { createSources } from '../../../src/sources';
import type { Located, ReadResult } from '../../../src/watch/ports';

export const SUBSCRIPTION = '651f8027-33e8-4ec4-97b4-f6e9f3dc8744';
export const HOST = 'contoso.azureiotcentral.com';
export const APP: Identity = { kind: 'containerApp', place: SUBSCRIPTION, names: ['rg-shop', 'shop-api'] };
export const TOKEN: Identity = { kind: 'iotCentralToken', place: HOST, names: ['pipeline'] };

export interface World {
  /** How often a token was asked for. */
  readonly signIns: () => number;
  locate(identity: Identity): Located | { readonly fault: string };
  found(identity: Identity): Located;
  read(identity: Identity): Promise<ReadResult>;
}

export interface WorldOptions {
  readonly arm?: string;
  /** The template; the simulators' and ours begin their paths with the host. */
  readonly iotCentral?: string;
  readonly timeoutMs?: number;
  readonly baseDomains?: readonly string[];
  readonly credential?: TokenCredential;
}

export function world(options: WorldOptions): World {
  let signIns = 0;
  const { timeoutMs = 5_000, baseDomains = ['azureiotcentral.com'] } = options;
  const credential: TokenCredential = {
    getToken: (scopes, more) => {
      signIns += 1;
      if (!options.credential) throw new Error('this test has no credential');
      return options.credential.getToken(scopes, more);
    },
  };
  const sources = createSources(service => {
    const endpoint = service.settingName === 'ARM' ? options.arm : options.iotCentral;
    const { defaultEndpoint, defaultLimits: limits } = service;
    return { endpoint: endpoint ?? defaultEndpoint, baseDomains, limits, timeoutMs, credential };
  });
  const locate = (identity: Identity) => {
    const source = sources.get(identity.kind);
    if (!source) throw new Error(`no source reads '${identity.kind}'`);
    return source.locate(identity);
  };
  const found = (identity: Identity) => {
    const located = locate(identity);
    if ('fault' in located) throw new Error(located.fault);
    return located;
  };
  return { signIns: () => signIns, locate, found, read: identity => found(identity).read() };
}

export interface TestServer {
  readonly url: string;
  /** For IOT_CENTRAL_ENDPOINT. */
  readonly template: string;
  readonly requests: IncomingMessage[];
  /** Connections that are open now. */
  readonly sockets: ReadonlySet<Socket>;
  close(): Promise<void>;
}

export async function serve(
  respond: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<TestServer> {
  const requests: IncomingMessage[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((request, response) => {
    requests.push(request);
    respond(request, response);
  });
  server.on('connection', socket => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${portOf(server.address())}`;
  const close = () =>
    new Promise<void>(resolve => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { url, template: `${url}/{subdomain}.{baseDomain}`, requests, sockets, close };
}

export function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === 'string')
    throw new Error('the server does not listen on a port');
  return address.port;
}

export function failureOf(reading: Reading): FailedReading {
  if (reading.outcome !== 'failed') throw new Error(`the read went well: ${JSON.stringify(reading)}`);
  return reading;
}
