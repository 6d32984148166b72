/**
 * One HTTP request with its whole answer, for the watched services and the mail service: without redirects and retries, limited
 * in time and size. The SDK's own client does not limit the size of an answer or the time for its body, and doubles the CPU of a
 * sweep.
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
  createPipelineRequest,
  type HttpClient,
  type HttpHeaders,
  type PipelinePolicy,
  type PipelineRequest,
  type PipelineResponse,
} from '@azure/core-rest-pipeline';
import * as v from 'valibot';
import { type Instant, SECOND } from '../formats/instant';
import { parseJson } from '../formats/json';

export interface RequestLimits {
  /** Milliseconds from the request to the last byte of its answer. */
  readonly timeoutMs: number;
  readonly maxBytes: number;
}

export interface HttpAnswer {
  readonly status: number;
  header(name: string): string | undefined;
  /** Undefined when it was larger than the limit. */
  readonly body: string | undefined;
}

/** Why there is no whole answer. */
export class RequestFailed extends Error {
  override readonly name = 'RequestFailed';
  constructor(
    /** `notHttp`: something answered, but not in HTTP. */
    readonly reason: 'timeout' | 'unreachable' | 'notHttp' | 'signIn',
    /** The name of the error: Node's, such as `ECONNREFUSED`, or the credential's. */
    readonly code?: string,
    /** Status and headers of an answer that stopped before its end. Its body is empty. */
    readonly partial?: PipelineResponse,
  ) {
    super(`The request failed: ${reason}.`);
  }

  /** The code for the end of a sentence: ` (ECONNREFUSED)`; empty if there is no useful code. */
  get codeInBrackets(): string {
    const { code = '' } = this;
    return /^\w{3,60}$/.test(code) && code !== 'Error' ? ` (${code})` : '';
  }
}

/** Azure's outbound NAT drops an idle connection silently after four minutes. */
const LONGEST_IDLE = 10_000;

/**
 * Answers of any status, with the body in `bodyAsText`: null when it was larger than the limit. Rejects only
 * with RequestFailed. Connections are kept alive, except after an answer that was not read to its end.
 */
export function createHttpClient(secure: boolean, limits: RequestLimits): HttpClient {
  const options = { keepAlive: true, timeout: LONGEST_IDLE };
  const agent = secure ? new HttpsAgent(options) : new HttpAgent(options);
  const open = secure ? httpsRequest : httpRequest;
  return {
    async sendRequest(request) {
      const { method, headers, url, abortSignal } = request;
      if (abortSignal?.aborted) throw new RequestFailed('timeout');
      return await exchange(open(url, { method, headers: headers.toJSON(), agent }), request, limits);
    },
  };
}

function exchange(
  outgoing: ClientRequest,
  request: PipelineRequest,
  { timeoutMs, maxBytes }: RequestLimits,
): Promise<PipelineResponse> {
  return new Promise((resolve, reject) => {
    let partial: PipelineResponse | undefined;
    const fail = (reason: RequestFailed['reason'], code?: string) => {
      reject(new RequestFailed(reason, code, partial));
      outgoing.destroy();
    };
    const broken = ({ code }: NodeJS.ErrnoException) =>
      fail(code?.startsWith('HPE_') ? 'notHttp' : 'unreachable', code);
    const late = () => fail('timeout');
    const timer = setTimeout(late, timeoutMs);
    request.abortSignal?.addEventListener('abort', late);
    outgoing.once('close', () => {
      // A connection that ends without an answer is not always reported as an error.
      if (!partial) fail('unreachable');
      clearTimeout(timer);
      request.abortSignal?.removeEventListener('abort', late);
    });
    // A 101: without this listener, Node would end the connection and report no error.
    outgoing.once('upgrade', (_answer, socket) => {
      socket.destroy();
      fail('notHttp', 'UPGRADE');
    });
    // Not `once`: a second error without a listener would end the process.
    outgoing.on('error', broken);
    outgoing.once('response', incoming => {
      const answer = { request, status: incoming.statusCode ?? 0, headers: headersOf(incoming) };
      partial = { ...answer, bodyAsText: '' };
      incoming.on('error', broken);
      readBody(incoming, maxBytes, bodyAsText => resolve({ ...answer, bodyAsText }));
    });
    outgoing.end(request.body);
  });
}

/** Calls `done` with the body, or with null once it is larger than the limit. */
function readBody(incoming: IncomingMessage, maxBytes: number, done: (body: string | null) => void): void {
  const chunks: Buffer[] = [];
  let size = 0;
  incoming.on('data', (chunk: Buffer) => {
    size += chunk.length;
    chunks.push(chunk);
    if (size <= maxBytes) return;
    done(null);
    incoming.destroy();
  });
  incoming.once('end', () => done(Buffer.concat(chunks).toString('utf8')));
}

function headersOf(incoming: IncomingMessage): HttpHeaders {
  const headers = Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]);
  return createHttpHeaders(Object.fromEntries(headers));
}

export type SendRequest = (
  method: 'GET' | 'POST',
  url: string,
  abortSignal?: AbortSignal,
  body?: { readonly contentType: string; readonly text: string },
) => Promise<HttpAnswer | RequestFailed>;

/** `signIn` adds the credential; without it none is sent. */
export function requestsThrough(client: HttpClient, signIn?: PipelinePolicy): SendRequest {
  const send = signIn
    ? (request: PipelineRequest) => signIn.sendRequest(request, signed => client.sendRequest(signed))
    : (request: PipelineRequest) => client.sendRequest(request);
  return async (method, url, abortSignal, body) => {
    const headers = createHttpHeaders({ accept: 'application/json', 'user-agent': 'expiry-watcher' });
    if (body) headers.set('content-type', body.contentType);
    // The id is not sent. Without it, the SDK would make a random one for each read.
    const request = createPipelineRequest({
      method,
      url,
      headers,
      body: body?.text,
      abortSignal,
      requestId: 'read',
    });
    try {
      return answerOf(await send(request));
    } catch (error) {
      if (error instanceof RequestFailed) return error;
      throw error;
    }
  };
}

export function answerOf({ status, headers, bodyAsText }: PipelineResponse): HttpAnswer {
  return { status, header: name => headers.get(name), body: bodyAsText ?? undefined };
}

/** ARM's DefaultErrorResponse, IoT Central's Error, Communication Services' ErrorResponse. Their messages are never read. */
const ErrorBody = v.object({ error: v.object({ code: v.string() }) });

/** The service's own name for the error (`x-ms-error-code` or the body's `error.code`); undefined unless it looks like a name. */
export function errorCodeOf(answer: HttpAnswer): string | undefined {
  const code = givenCodeOf(answer);
  return /^[A-Za-z]{3,60}$/.test(code) ? code : undefined;
}

/** A set, or a map by code. */
interface DocumentedCodes {
  has(code: string): boolean;
}

/**
 * The same if it is one of `documented`, else `other`: whatever stands in the place of a code may be a part of a secret.
 * Undefined without any.
 */
export function documentedCodeOf(answer: HttpAnswer, documented: DocumentedCodes): string | undefined {
  const code = givenCodeOf(answer);
  return code === '' ? undefined : documentedOrOther(code, documented);
}

export function documentedOrOther(code: string, documented: DocumentedCodes): string {
  return documented.has(code) ? code : 'other';
}

function givenCodeOf({ header, body }: HttpAnswer): string {
  const parsed = v.safeParse(ErrorBody, parseJson(body ?? ''));
  return header('x-ms-error-code') ?? (parsed.success ? parsed.output.error.code : '');
}

/** RFC 9110's IMF-fixdate, the only form of an HTTP date that may be sent. */
const HTTP_DATE = /^[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$/;

/**
 * How long the service asks us to wait, in milliseconds (Retry-After, RFC 9110, section 10.2.3); undefined without a
 * valid header. A date is compared with the answer's own Date header, and never with our clock.
 */
export function retryAfterMs({ header }: HttpAnswer): number | undefined {
  const text = (header('retry-after') ?? '').trim();
  if (/^\d{1,9}$/.test(text)) return Number(text) * SECOND;
  const wait = parseHttpDate(text) - parseHttpDate((header('date') ?? '').trim());
  return wait > 0 ? wait : undefined;
}

function parseHttpDate(text: string): Instant {
  return HTTP_DATE.test(text) ? Date.parse(text) : Number.NaN;
}
