/**
 * The HTTP client under a pipeline. The SDK's own bounds neither an answer's size nor the time its body takes, and costs
 * a sweep twice the work of this one.
 */
import {
  type ClientRequest,
  Agent as HttpAgent,
  request as httpRequest,
  type IncomingMessage,
} from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import {
  createHttpHeaders,
  type HttpClient,
  type HttpHeaders,
  type PipelineRequest,
  type PipelineResponse,
} from '@azure/core-rest-pipeline';
import { BrokenOff, TimedOut } from './trouble';

export interface Bounds {
  /** Milliseconds from the request to the last byte of its answer. */
  readonly timeoutMs: number;
  readonly mostBytes: number;
}

/** Shorter than the four minutes after which Azure's outbound NAT forgets an idle connection without a word. */
const LONGEST_IDLE = 10_000;

/**
 * Reads whole answers of any status into `bodyAsText`; it is null when the bound was passed. Rejects with TimedOut or
 * BrokenOff. Connections are kept alive; that of an answer which was not read to its end is destroyed.
 */
export function createTransport(secure: boolean, bounds: Bounds): HttpClient {
  const options = { keepAlive: true, timeout: LONGEST_IDLE };
  const agent = secure ? new HttpsAgent(options) : new HttpAgent(options);
  const open = secure ? httpsRequest : httpRequest;
  const sendRequest = (request: PipelineRequest): Promise<PipelineResponse> => {
    const { method, headers, url } = request;
    return exchange(open(url, { method, headers: headers.toJSON(), agent }), request, bounds);
  };
  return { sendRequest };
}

function exchange(
  outgoing: ClientRequest,
  request: PipelineRequest,
  bounds: Bounds,
): Promise<PipelineResponse> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new TimedOut());
      outgoing.destroy();
    }, bounds.timeoutMs);
    outgoing.once('close', () => clearTimeout(timer));
    // Stays: an error without a listener would end the process.
    outgoing.on('error', (error: NodeJS.ErrnoException) => reject(new BrokenOff(error.code)));
    outgoing.once('response', incoming => {
      const told = (bodyAsText: string | null) =>
        resolve({ request, status: incoming.statusCode ?? 0, headers: headersOf(incoming), bodyAsText });
      read(incoming, bounds.mostBytes, told, reject);
    });
    outgoing.end();
  });
}

function read(
  incoming: IncomingMessage,
  mostBytes: number,
  told: (body: string | null) => void,
  broken: (trouble: BrokenOff) => void,
): void {
  const chunks: Buffer[] = [];
  let size = 0;
  incoming.on('data', (chunk: Buffer) => {
    size += chunk.length;
    chunks.push(chunk);
    if (size <= mostBytes) return;
    told(null);
    incoming.destroy();
  });
  incoming.once('end', () => told(Buffer.concat(chunks).toString('utf8')));
  incoming.on('error', (error: NodeJS.ErrnoException) => broken(new BrokenOff(error.code)));
}

function headersOf(incoming: IncomingMessage): HttpHeaders {
  const headers = createHttpHeaders();
  for (const [name, value] of Object.entries(incoming.headers))
    if (value !== undefined) headers.set(name, Array.isArray(value) ? (value[0] ?? '') : value);
  return headers;
}
