/** The watcher's identity: one credential for everything, loaded on first use since most calls need no sign-in. */
import type { AccessToken, TokenCredential } from '@azure/core-auth';
import { once } from '../core/once';

/** Managed identity in Azure, a developer's own sign-in elsewhere; `clientId` names a user-assigned identity. */
export function lazyCredential(clientId: string | undefined): TokenCredential {
  const load = once(async () => {
    const { DefaultAzureCredential } = await import('@azure/identity');
    return new DefaultAzureCredential(clientId === undefined ? {} : { managedIdentityClientId: clientId });
  });
  return { getToken: async (scopes, options) => (await load()).getToken(scopes, options) };
}

const NONE: AccessToken = { token: '', expiresOnTimestamp: 0 };

/**
 * The same credential for clients with the SDK's own token cache. That renews in the background, and a failure there rejects
 * a promise that nobody awaits, which would end the process. An empty, expired token is refused by the service instead.
 */
export function calm(credential: TokenCredential): TokenCredential {
  return {
    getToken: async (scopes, options) => {
      try {
        return (await credential.getToken(scopes, options)) ?? NONE;
      } catch (error) {
        // Whatever keeps an identity from signing in means the same here: the service will say 401.
        if (!(error instanceof Error)) throw error;
        return NONE;
      }
    },
  };
}
