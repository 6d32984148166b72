/** The SDK's clients, with what they lack: a limit in time, and answers that are checked. */
import {
  type PipelinePolicy,
  type PipelineResponse,
  RestError,
  redirectPolicyName,
} from '@azure/core-rest-pipeline';
import type { TableClient, TableServiceClient } from '@azure/data-tables';
import { SECOND } from '../formats/instant';
import { isTransaction, wireRows, wireTables, wireWrites } from './wire';

/** Milliseconds that storage may take, whatever it does. */
export interface StorageLimits {
  /** One try, from the request to the last byte of its answer. A try that took too long is repeated, as after a lost connection. */
  readonly tryMs: number;
  /** A whole call, with its sign-in, its retries and the waits between them. */
  readonly callMs: number;
}

export const STORAGE_LIMITS: StorageLimits = { tryMs: 10 * SECOND, callMs: 30 * SECOND };

/**
 * Adds the policies to the client of a table.
 * @param onGone is awaited where the table is gone, before it is created again
 */
export function guardTable(
  client: TableClient,
  limits = STORAGE_LIMITS,
  onGone?: () => Promise<unknown>,
): TableClient {
  guard(client, [tableAgain(client, onGone), wireRows, wireWrites], limits);
  return client;
}

/** Adds the policies to the client that lists and creates tables. */
export function guardService(client: TableServiceClient, limits = STORAGE_LIMITS): TableServiceClient {
  guard(client, [wireTables], limits);
  return client;
}

function guard(
  { pipeline }: TableClient | TableServiceClient,
  policies: readonly PipelinePolicy[],
  { tryMs, callMs }: StorageLimits,
): void {
  // The store redirects nobody, but a sign-in page in front of it may.
  pipeline.removePolicy({ name: redirectPolicyName });
  pipeline.addPolicy(inTime('wholeCall', callMs));
  for (const policy of policies) pipeline.addPolicy(policy, { afterPhase: 'Retry' });
  pipeline.addPolicy(inTime('oneTry', tryMs), { afterPhase: 'Retry' });
}

/** Creates a table that is gone, and asks again. */
function tableAgain(client: TableClient, onGone?: () => Promise<unknown>): PipelinePolicy {
  return {
    name: 'tableAgain',
    async sendRequest(request, next) {
      const answer = await next(request);
      if (!isTableMissing(answer)) return answer;
      await onGone?.();
      await client.createTable();
      return await next(request);
    },
  };
}

/** A transaction of the real store is answered with 202 all the same. */
function isTableMissing({ request, status, bodyAsText }: PipelineResponse): boolean {
  const mayBe = status === 404 || (status === 202 && isTransaction(request));
  return mayBe && /"code"\s*:\s*"(\d+:)?TableNotFound"/.test(bodyAsText ?? '');
}

/** Ends a request after a time, also where the client below takes no notice of its signal. */
function inTime(name: string, ms: number): PipelinePolicy {
  return {
    name,
    async sendRequest(request, next) {
      const { abortSignal: outer } = request;
      const controller = new AbortController();
      const stop = () => controller.abort();
      outer?.addEventListener('abort', stop);
      request.abortSignal = controller.signal;
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<never>((_resolve, reject) => {
        timer = setTimeout(() => {
          // The SDK repeats a request after this code.
          reject(
            new RestError('The storage account did not answer in time.', { code: 'ETIMEDOUT', request }),
          );
          stop();
        }, ms);
      });
      try {
        return await Promise.race([next(request), late]);
      } finally {
        clearTimeout(timer);
        outer?.removeEventListener('abort', stop);
        request.abortSignal = outer;
      }
    },
  };
}
