/** The watcher's sign-in to Azure: one identity for all services, loaded on first use, since most calls need none. */
import type { AccessToken, GetTokenOptions, TokenCredential } from '@azure/core-auth';
import {
  type AuthorizeRequestOptions,
  bearerTokenAuthenticationPolicy,
  type PipelinePolicy,
} from '@azure/core-rest-pipeline';
import { once } from '../core/once';
import { RequestFailed } from './request';

/** Who signs in. An id names a user-assigned identity: its own, or that of its resource. */
interface Identity {
  readonly clientId?: string | undefined;
  readonly resourceId?: string | undefined;
  /** Only a managed identity, and nobody else such as a developer. */
  readonly managedOnly?: boolean;
}

/** Managed identity in Azure, the developer's own sign-in elsewhere. */
export function lazyCredential({ clientId, resourceId, managedOnly = false }: Identity): TokenCredential {
  const load = once(async () => {
    const { DefaultAzureCredential, ManagedIdentityCredential } = await import('./credentials');
    if (resourceId === undefined)
      return managedOnly
        ? new ManagedIdentityCredential({ clientId })
        : new DefaultAzureCredential({ managedIdentityClientId: clientId });
    return managedOnly
      ? new ManagedIdentityCredential({ resourceId })
      : new DefaultAzureCredential({ managedIdentityResourceId: resourceId });
  });
  return { getToken: async (scopes, options) => (await load()).getToken(scopes, options) };
}

/** A credential whose `getToken` always ends in time and never rejects: a failure is an empty token that has expired. */
export interface SafeCredential extends TokenCredential {
  /** The name of the last call's error; empty if there was none. */
  failure(): string;
}

const NO_TOKEN: AccessToken = { token: '', expiresOnTimestamp: 0 };

/**
 * The SDK renews its cached tokens in the background. A rejection there would be unhandled and end the process, so
 * this credential never rejects: the request that needs the token finds it empty.
 */
export function safeCredential(credential: TokenCredential, timeoutMs: number): SafeCredential {
  let failure = '';
  return {
    failure: () => failure,
    async getToken(scopes, options = {}) {
      failure = '';
      try {
        return (await tokenInTime(credential, scopes, options, timeoutMs)) ?? NO_TOKEN;
      } catch (error) {
        // Every error of a credential means the same here: there is no token.
        failure = error instanceof Error ? error.name : '';
        return NO_TOKEN;
      }
    },
  };
}

/** Rejects after `timeoutMs` or when the caller's signal aborts, even if the credential ignores its own signal. */
async function tokenInTime(
  credential: TokenCredential,
  scopes: string | string[],
  options: GetTokenOptions,
  timeoutMs: number,
): Promise<AccessToken | null> {
  const controller = new AbortController();
  const stop = () => controller.abort();
  const stopped = new Promise<never>((_resolve, reject) => {
    controller.signal.addEventListener('abort', () => reject(new Error('no token in time')));
  });
  const timer = setTimeout(stop, timeoutMs);
  options.abortSignal?.addEventListener('abort', stop);
  try {
    const token = credential.getToken(scopes, { ...options, abortSignal: controller.signal });
    if (options.abortSignal?.aborted) stop();
    return await Promise.race([token, stopped]);
  } finally {
    clearTimeout(timer);
    options.abortSignal?.removeEventListener('abort', stop);
  }
}

/** Signs each request for one scope, with a cached token; the request fails with `signIn` if there is none. */
export function bearerPolicy(credential: TokenCredential, scope: string, timeoutMs: number): PipelinePolicy {
  const safe = safeCredential(credential, timeoutMs);
  const authorizeRequest = async ({ scopes, request, getAccessToken }: AuthorizeRequestOptions) => {
    // Without the request's own signal: all requests that wait share this token.
    const token = await getAccessToken(scopes, { enableCae: true });
    if (!token?.token) throw new RequestFailed('signIn', safe.failure());
    request.headers.set('authorization', `Bearer ${token.token}`);
  };
  return bearerTokenAuthenticationPolicy({
    credential: safe,
    scopes: scope,
    challengeCallbacks: { authorizeRequest },
  });
}
