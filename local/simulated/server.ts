/** The loopback HTTP server under every simulated service: it logs its requests and stops at once. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { isForThisMachine, LOOPBACK, listen, misdirected } from '../ports';
import type { Answer, Received } from './messages';

export interface ServerOptions {
  readonly now: () => number;
  /** 0 or none: any free port. */
  readonly port?: number;
  /** Real milliseconds between a request and its answer. */
  readonly latencyMs?: number;
  readonly maxBodyBytes?: number;
  readonly keepRequests?: number;
}

/** `url` is `http://127.0.0.1:{port}`, without a trailing slash. */
export type RunningServer = Awaited<ReturnType<typeof startServer>>;

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
}

type Handler = (request: Received) => Answer | Promise<Answer>;

export async function startServer(handler: Handler, options: ServerOptions) {
  const log = new RequestLog(options.keepRequests);
  let inFlight = 0;
  const serve = async (request: IncomingMessage, response: ServerResponse) => {
    inFlight += 1;
    response.once('close', () => {
      inFlight -= 1;
    });
    const arrival = { at: options.now(), inFlight };
    const received = await receive(request, options.maxBodyBytes ?? 1_048_576);
    if (!received) return;
    const { method, path, target } = received;
    const answer = await answerOf(handler, received);
    const status = typeof answer === 'string' ? 0 : answer.status;
    const authorized = request.headers.authorization !== undefined;
    log.add({ method, path, query: target.slice(path.length), status, authorized, ...arrival });
    if (!options.latencyMs) send(response, answer);
    else setTimeout(send, options.latencyMs, response, answer).unref();
  };
  const server = createServer((request, response) => {
    // The outbox shows links that act, so no other site may read it.
    if (isForThisMachine(request)) void serve(request, response);
    else misdirected(response);
  });
  // Longer than any client keeps an idle connection. Otherwise both sides race, and a request is sometimes reset.
  server.keepAliveTimeout = 120_000;
  const port = await listen(server, options.port ?? 0);
  /** Closes open and hanging connections at once. */
  const close = () =>
    new Promise<void>(resolve => {
      // The only error says that the server is closed already.
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { url: `http://${LOOPBACK}:${port}`, port, log, requests: log.requests, close };
}

/** Answers an error of the simulator itself with 500, so that the test sees it. */
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

/** Node's errors for a client that left before its request ended. */
function hasLeft(error: unknown): boolean {
  const codes: readonly unknown[] = ['ECONNRESET', 'ERR_STREAM_PREMATURE_CLOSE'];
  return error instanceof Error && 'code' in error && codes.includes(error.code);
}

/** Reads to the end even past the limit, so that the client gets its refusal. Resolves with nothing if the client left. */
async function receive(request: IncomingMessage, maxBodyBytes: number): Promise<Received | undefined> {
  let chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of request) {
      size += chunk.length;
      if (size <= maxBodyBytes) chunks.push(chunk);
      else chunks = [];
    }
  } catch (error) {
    if (!hasLeft(error)) throw error;
    return undefined;
  }
  const target = request.url ?? '/';
  // `new URL` would resolve `..` and `//host`; the handlers must see the path as it was sent.
  const [path = ''] = target.split('?', 1);
  return {
    method: request.method ?? 'GET',
    path,
    query: new URLSearchParams(target.slice(path.length)),
    target,
    headers: request.headers,
    origin: `http://${LOOPBACK}:${request.socket.localPort}`,
    body: Buffer.concat(chunks),
    oversized: size > maxBodyBytes,
  };
}
