/** A proxy before the tables: a test counts the requests, or answers some of them itself. */
import { createServer, request, type Server } from 'node:http';

export interface StorageProxy {
  /** The connection string with the proxy in the place of the tables. */
  readonly connectionString: string;
  /** Returns a body of a 200 that is sent in the place of the store's answer. */
  answer: ((method: string, path: string) => { type: string; body: string } | undefined) | undefined;
  close(): Promise<void>;
}

/** The signature of a request covers account and path, not the host, so a proxy is possible. */
export async function startStorageProxy(connectionString: string): Promise<StorageProxy> {
  const [, tables = ''] = /TableEndpoint=([^;]+)/.exec(connectionString) ?? [];
  const { hostname, port, pathname } = new URL(tables);
  const server: Server = createServer((incoming, outgoing) => {
    const { method = '', headers, url: path = '' } = incoming;
    const own = proxy.answer?.(method, path);
    if (own) {
      incoming.resume();
      outgoing.writeHead(200, { 'content-type': own.type }).end(own.body);
      return;
    }
    const onward = request({ hostname, port, method, path, headers }, answer => {
      outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(outgoing);
    });
    incoming.pipe(onward);
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const at = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}${pathname}`;
  const proxy: StorageProxy = {
    connectionString: connectionString.replace(tables, at),
    answer: undefined,
    close: () => {
      server.closeAllConnections();
      return new Promise(resolve => server.close(() => resolve()));
    },
  };
  return proxy;
}
