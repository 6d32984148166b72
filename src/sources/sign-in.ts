/** Signing in to Azure for one service: over https alone, cached, and never with a rejection that nobody awaits. */
import type { AccessToken, TokenCredential } from '@azure/core-auth';
import {
  type AuthorizeRequestOptions,
  bearerTokenAuthenticationPolicy,
  type PipelinePolicy,
} from '@azure/core-rest-pipeline';
import { SignInFailed } from './trouble';
import { within } from './within';

const NONE: AccessToken = { token: '', expiresOnTimestamp: 0 };

/**
 * The policy that signs each request. The SDK's token cache renews in the background, two minutes ahead, and lets a failure
 * of that reject a promise that nobody awaits, which would end the process with all it has in hand. So the cache never
 * sees a failure: it is given a token that is none and already over, and whoever needs one then finds out.
 */
export function signInPolicy(
  credential: () => TokenCredential,
  scope: string,
  timeoutMs: number,
): PipelinePolicy {
  let failure = '';
  const calm: TokenCredential = {
    async getToken(scopes, options) {
      try {
        return await within(timeoutMs, signal =>
          credential().getToken(scopes, { ...options, abortSignal: signal }),
        ).then(token => token ?? NONE);
      } catch (error) {
        // Whatever keeps a credential from working means the same here.
        failure = error instanceof Error ? error.name : '';
        return NONE;
      }
    },
  };
  const authorizeRequest = async ({ scopes, request, getAccessToken }: AuthorizeRequestOptions) => {
    // Without the request's own signal: the token is for all requests that wait for it.
    const token = await getAccessToken(scopes, { enableCae: true });
    if (!token?.token) throw new SignInFailed(failure);
    request.headers.set('authorization', `Bearer ${token.token}`);
  };
  return bearerTokenAuthenticationPolicy({
    credential: calm,
    scopes: scope,
    challengeCallbacks: { authorizeRequest },
  });
}
