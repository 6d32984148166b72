/** How requests to the mail service are authorized: by identity, by access key, or not at all on this machine. */
import type { TokenCredential } from '@azure/core-auth';
import { bearerTokenAuthenticationPolicy, isRestError, type PipelinePolicy } from '@azure/core-rest-pipeline';

export type SignIn =
  /** `key` is the resource's access key, base64. */
  | { readonly kind: 'key'; readonly key: string }
  /** Called once, on first use: loading an identity is slow. */
  | { readonly kind: 'identity'; readonly credential: () => TokenCredential }
  | { readonly kind: 'none' };

const SCOPE = 'https://communication.azure.com/.default';

/** The identity got no token for the mail service. The message never repeats what the identity service said. */
export class SignInFailed extends Error {
  override readonly name = 'SignInFailed';
}

/** The policy for one kind; undefined where nothing is to be authorized. */
export async function signInPolicy(signIn: SignIn): Promise<PipelinePolicy | undefined> {
  if (signIn.kind === 'none') return undefined;
  if (signIn.kind === 'identity') {
    const credential = reporting(signIn.credential());
    return bearerTokenAuthenticationPolicy({ credential, scopes: SCOPE });
  }
  const { createCommunicationAuthPolicy } = await import('@azure/communication-common');
  return createCommunicationAuthPolicy({ key: signIn.key });
}

/** The same credential, its failures told apart from those of the mail service. */
function reporting(credential: TokenCredential): TokenCredential {
  return {
    async getToken(scopes, options) {
      const token = await credential.getToken(scopes, options).catch((error: unknown) => {
        if (isSignInFault(error)) throw new SignInFailed('no identity could sign in');
        throw error;
      });
      if (token === null) throw new SignInFailed('the identity got no token');
      return token;
    },
  };
}

/** What `@azure/identity` rejects with: its own errors by name, or the pipeline's when its service can't be reached. */
function isSignInFault(error: unknown): boolean {
  const names =
    /^(CredentialUnavailable|Authentication|AggregateAuthentication|AuthenticationRequired)(Error)?$/;
  return isRestError(error) || (error instanceof Error && names.test(error.name));
}
