/**
 * One request to the mail service and its answer, once: no retry (the caller retries under the same id), no redirect,
 * one timeout over everything from sign-in to the last byte of a bounded body.
 */
import {
  createDefaultHttpClient,
  createEmptyPipeline,
  createHttpHeaders,
  createPipelineRequest,
  isRestError,
  type Pipeline,
  type PipelinePolicy,
  type PipelineRequest,
  type PipelineResponse,
} from '@azure/core-rest-pipeline';
import { retryAfterMs } from '../../formats/retry-after';
import { SignInFailed } from './sign-in';

export interface Asked {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** What the service answered, with the wait that it asks for; or in words why it did not. */
export type Answer =
  | { readonly status: number; readonly body: string; readonly retryAfterMs?: number }
  | { readonly silence: string; readonly cause: 'signIn' | 'network' | 'timeout' };

export type Exchange = (asked: Asked) => Promise<Answer>;

const MOST_BODY = 64 * 1024;

/** `signIn` makes the policy that authorizes requests, on first use; `timeoutMs` bounds one whole exchange. */
export function exchangeWith(signIn: () => Promise<PipelinePolicy | undefined>, timeoutMs: number): Exchange {
  const client = createDefaultHttpClient();
  let pipeline: Pipeline | undefined;
  return async asked => {
    const signal = AbortSignal.timeout(timeoutMs);
    const send = async () => {
      pipeline ??= pipelineOf(await signIn());
      return await pipeline.sendRequest(client, requestOf(asked, signal));
    };
    try {
      const response = await Promise.race([send(), deadline(signal)]);
      const { status, headers } = response;
      const wait = retryAfterMs(name => headers.get(name));
      return { status, body: await bodyOf(response), ...(wait !== undefined && { retryAfterMs: wait }) };
    } catch (error) {
      return silenceOf(error, signal);
    }
  };
}

function pipelineOf(policy: PipelinePolicy | undefined): Pipeline {
  const pipeline = createEmptyPipeline();
  if (policy) pipeline.addPolicy(policy);
  return pipeline;
}

function requestOf({ method, url, headers = {}, body }: Asked, abortSignal: AbortSignal): PipelineRequest {
  return createPipelineRequest({
    method,
    url,
    abortSignal,
    headers: createHttpHeaders(headers),
    ...(body !== undefined && { body }),
    // Only a loopback endpoint is plain http: `parseEndpoint` takes no other.
    allowInsecureConnection: url.startsWith('http://'),
    streamResponseStatusCodes: new Set([Number.POSITIVE_INFINITY]),
  });
}

/** Empty when it breaks its bound, breaks off or comes too late: the status is the answer, so an accepted mail stays accepted. */
async function bodyOf({ readableStreamBody }: PipelineResponse): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of readableStreamBody ?? []) {
      const bytes = Buffer.from(chunk);
      size += bytes.length;
      if (size > MOST_BODY) return '';
      chunks.push(bytes);
    }
  } catch (error) {
    if (isBrokenOff(error)) return '';
    throw error;
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** A sign-in may ignore the signal; this does not. */
function deadline(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

function silenceOf(error: unknown, signal: AbortSignal): Answer {
  if (error instanceof SignInFailed) return { silence: error.message, cause: 'signIn' };
  if (signal.aborted) return { silence: 'it did not answer in time', cause: 'timeout' };
  if (!isRestError(error)) throw error;
  const code = /^[A-Z_]{3,40}$/.test(error.code ?? '') ? ` (${error.code})` : '';
  return { silence: `it could not be reached${code}`, cause: 'network' };
}

/** Node's errors of a stream whose connection was reset, closed or aborted. */
function isBrokenOff(error: unknown): boolean {
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
  return /^(ECONNRESET|ERR_STREAM_PREMATURE_CLOSE|ABORT_ERR|EPIPE|ETIMEDOUT)$/.test(code);
}
