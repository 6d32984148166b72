/** A loopback HTTP server that is easy to stop: what every simulated service stands on. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Answer, Received } from './answer';
import { RequestLog } from './request-log';

export type Handler = (request: Received) => Answer | Promise<Answer>;

export interface ServerOptions {
  readonly now: () => number;
  /** 0 or none: any free one. */
  readonly port?: number;
  /** Real milliseconds between a request and its answer. */
  readonly latencyMs?: number;
  readonly maxBodyBytes?: number;
  readonly keepRequests?: number;
}

export interface RunningServer {
  /** `http://127.0.0.1:{port}`, without a trailing slash. */
  readonly url: string;
  readonly port: number;
  readonly log: RequestLog;
  /** Stops at once: open and hanging connections are destroyed. */
  close(): Promise<void>;
}

export async function startServer(handler: Handler, options: ServerOptions): Promise<RunningServer> {
  const log = new RequestLog(options.keepRequests);
  let inFlight = 0;
  const server = createServer((request, response) => {
    inFlight += 1;
    response.once('close', () => {
      inFlight -= 1;
    });
    const arrival = { at: options.now(), inFlight };
    void serve(request, response, { handler, options, log, arrival });
  });
  // Longer than any client keeps an idle connection: else the two race, and a request is reset now and then.
  server.keepAliveTimeout = 120_000;
  const port = await listen(server, options.port ?? 0);
  return { url: `http://127.0.0.1:${port}`, port, log, close: () => close(server) };
}

interface Serving {
  readonly handler: Handler;
  readonly options: ServerOptions;
  readonly log: RequestLog;
  readonly arrival: { readonly at: number; readonly inFlight: number };
}

async function serve(request: IncomingMessage, response: ServerResponse, serving: Serving): Promise<void> {
  const { options, log, arrival } = serving;
  const content = await readBody(request, options.maxBodyBytes ?? 1_048_576);
  if (!content) return;
  const received = receive(request, content);
  const answer = await answerOf(serving.handler, received);
  log.add({
    method: received.method,
    path: received.path,
    query: received.target.slice(received.path.length),
    status: typeof answer === 'string' ? 0 : answer.status,
    authorized: request.headers.authorization !== undefined,
    ...arrival,
  });
  if (!options.latencyMs) send(response, answer);
  else setTimeout(send, options.latencyMs, response, answer).unref();
}

/** A fault of the simulator itself must be seen by the test, not taken for a dead service. */
async function answerOf(handler: Handler, received: Received): Promise<Answer> {
  try {
    return await handler(received);
  } catch (error) {
    return {
      status: 500,
      body: `the simulator failed: ${error instanceof Error ? error.message : 'unknown'}`,
    };
  }
}

function send(response: ServerResponse, answer: Answer): void {
  if (answer === 'hang') return;
  if (answer === 'reset') {
    response.socket?.resetAndDestroy();
    return;
  }
  const body = Buffer.from(answer.body ?? '');
  const length = answer.status === 204 ? {} : { 'content-length': String(body.length) };
  response.writeHead(answer.status, { ...answer.headers, ...length }).end(body);
}

function receive(request: IncomingMessage, content: Content): Received {
  const target = request.url ?? '/';
  // Not `new URL`: it would resolve `..` and `//host`, and the rules must see what was sent.
  const mark = target.indexOf('?');
  const path = mark < 0 ? target : target.slice(0, mark);
  return {
    method: request.method ?? 'GET',
    path,
    query: new URLSearchParams(mark < 0 ? '' : target.slice(mark)),
    target,
    headers: request.headers,
    origin: `http://127.0.0.1:${request.socket.localPort}`,
    ...content,
  };
}

interface Content {
  readonly body: Buffer;
  readonly oversized: boolean;
}

/** Reads to the end even past the bound, so that the client gets its refusal; `undefined` when the client left. */
function readBody(request: IncomingMessage, bound: number): Promise<Content | undefined> {
  return new Promise(resolve => {
    let chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= bound) chunks.push(chunk);
      else chunks = [];
    });
    request.once('end', () => resolve({ body: Buffer.concat(chunks), oversized: size > bound }));
    request.once('error', () => resolve(undefined));
    request.once('close', () => resolve(undefined));
  });
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      resolve(portOf(server.address()));
    });
  });
}

function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === 'string')
    throw new Error('the server does not listen on a port');
  return address.port;
}

function close(server: Server): Promise<void> {
  return new Promise(resolve => {
    // Called with an error only when it was closed before, which is what was asked for.
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
