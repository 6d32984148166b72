/** The loopback HTTP server under every simulated service: it logs its requests and stops at once. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { LOOPBACK, listen } from '../ports';
import type { Answer, Received } from './messages';

export type Handler = (request: Received) => Answer | Promise<Answer>;

export interface ServerOptions {
  readonly now: () => number;
  /** 0 or none: any free port. */
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
  /** Closes open and hanging connections at once. */
  close(): Promise<void>;
}

export interface LoggedRequest {
  readonly method: string;
  /** As sent, without the query. */
  readonly path: string;
  /** As sent, with its `?`; empty if there is none. */
  readonly query: string;
  /** When it arrived, by the test's clock, in epoch milliseconds. */
  readonly at: number;
  /** 0 if it was reset or left without an answer. */
  readonly status: number;
  /** Whether it had an Authorization header. Its value is never kept. */
  readonly authorized: boolean;
  /** Requests in progress at this server when it arrived, itself included. */
  readonly inFlight: number;
}

/** Lets tests count and order the requests of the app. */
export class RequestLog {
  readonly requests: LoggedRequest[] = [];
  /** Number of answers by status since the start, dropped requests included. */
  readonly tally = new Map<number, number>();

  /** Keeps between `keep` and twice as many of the newest requests: a demo that runs for days stays small. */
  constructor(private readonly keep = 100_000) {}

  add(request: LoggedRequest): void {
    this.tally.set(request.status, (this.tally.get(request.status) ?? 0) + 1);
    this.requests.push(request);
    if (this.requests.length > 2 * this.keep) this.requests.splice(0, this.requests.length - this.keep);
  }

  forget(): void {
    this.requests.length = 0;
    this.tally.clear();
  }
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
  // Longer than any client keeps an idle connection. Otherwise both sides race, and a request is sometimes reset.
  server.keepAliveTimeout = 120_000;
  const port = await listen(server, options.port ?? 0);
  const close = () =>
    new Promise<void>(resolve => {
      // The only error says that the server is closed already.
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { url: `http://${LOOPBACK}:${port}`, port, log, close };
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

/** An error in the simulator itself is answered, so that the test sees it. */
async function answerOf(handler: Handler, received: Received): Promise<Answer> {
  try {
    return await handler(received);
  } catch (error) {
    const message = error instanceof Error ? error.message : 'unknown';
    return { status: 500, body: `the simulator failed: ${message}` };
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
  // `new URL` would resolve `..` and `//host`; the handlers must see the path as it was sent.
  const mark = target.indexOf('?');
  const path = mark < 0 ? target : target.slice(0, mark);
  return {
    method: request.method ?? 'GET',
    path,
    query: new URLSearchParams(mark < 0 ? '' : target.slice(mark)),
    target,
    headers: request.headers,
    origin: `http://${LOOPBACK}:${request.socket.localPort}`,
    ...content,
  };
}

type Content = Pick<Received, 'body' | 'oversized'>;

/** Reads to the end even past the limit, so that the client gets its refusal. Resolves with nothing if the client left. */
function readBody(request: IncomingMessage, limit: number): Promise<Content | undefined> {
  return new Promise(resolve => {
    let chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= limit) chunks.push(chunk);
      else chunks = [];
    });
    request.once('end', () => resolve({ body: Buffer.concat(chunks), oversized: size > limit }));
    request.once('error', () => resolve(undefined));
    request.once('close', () => resolve(undefined));
  });
}
