/** A proxy before the tables of a test, for faults that the emulator never has. A signature covers account and path, not the host. */
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import { openTables } from '../../src/storage/tables';
import { freshStorage } from './azurite';

export interface Call {
  readonly method: string;
  /** Without the account. A transaction is `$batch`; its table is in the body. */
  readonly path: string;
  readonly body: string;
}

export interface StoreProxy {
  readonly connectionString: string;
  /** Answers what `is` picks with 403, which the storage client does not try again; undefined ends that. */
  refuses(is: ((call: Call) => boolean) | undefined): void;
  /** Answers a transaction that `is` picks as the store refuses one of its rows; undefined ends that. */
  refusesRow(is: ((call: Call) => boolean) | undefined): void;
  close(): void;
}

/** The store's answer to a transaction with a row that it does not take; it names none, so the client looks for it. */
const ROW_REFUSAL = JSON.stringify({
  'odata.error': {
    code: 'TooManyProperties',
    message: { lang: 'en-US', value: 'The entity contains more properties than allowed.' },
  },
});

const REFUSAL = JSON.stringify({
  'odata.error': { code: 'AuthorizationFailure', message: { lang: 'en-US', value: 'Not authorized.' } },
});

/** Whether a call changes rows of one of these tables. */
export function writesTo(...tables: readonly string[]): (call: Call) => boolean {
  return ({ method, path, body }) =>
    method !== 'GET' && tables.some(table => path.startsWith(table) || body.includes(`/${table}`));
}

/** Tables on a new account, behind a proxy. */
export async function refusableTables() {
  const store = await startStoreProxy(freshStorage());
  const tables = openTables({ kind: 'connectionString', value: store.connectionString });
  await tables.ready();
  return { tables, store };
}

export async function startStoreProxy(connectionString: string): Promise<StoreProxy> {
  const [, tables = ''] = /TableEndpoint=([^;]+)/.exec(connectionString) ?? [];
  const { hostname, port, pathname } = new URL(tables);
  let isRefused: ((call: Call) => boolean) | undefined;
  let isRowRefused: ((call: Call) => boolean) | undefined;
  const serve = async (incoming: IncomingMessage, outgoing: ServerResponse) => {
    const { method = '', headers, url: path = '' } = incoming;
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(Buffer.from(chunk));
    const body = Buffer.concat(chunks);
    const call = { method, path: path.slice(pathname.length).replace(/^\//, ''), body: body.toString() };
    if (isRefused?.(call))
      return void outgoing.writeHead(403, { 'content-type': 'application/json' }).end(REFUSAL);
    if (isRowRefused?.(call))
      return void outgoing.writeHead(400, { 'content-type': 'application/json' }).end(ROW_REFUSAL);
    const onward = request({ hostname, port, method, path, headers }, answer => {
      outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(outgoing);
    });
    onward.end(body);
  };
  const server: Server = createServer((incoming, outgoing) => void serve(incoming, outgoing));
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const at = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}${pathname}`;
  return {
    connectionString: connectionString.replace(tables, at),
    refuses: is => {
      isRefused = is;
    },
    refusesRow: is => {
      isRowRefused = is;
    },
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
