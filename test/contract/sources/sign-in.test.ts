/** Signing in: for which requests, how often, and what is read when it fails. */
import type { AccessToken, TokenCredential } from '@azure/core-auth';
import { createHttpHeaders, type HttpClient, type PipelineRequest } from '@azure/core-rest-pipeline';
import { requestsThrough } from '../../../src/azure/request';
import { bearerPolicy } from '../../../src/azure/sign-in';
import { arm } from '../../../src/sources/container-app';
import { APP, failureOf, serve, world } from './world';

const SECRET = 'SECRET-OF-ENTRA';
const HOUR = 3_600_000;

class Credential implements TokenCredential {
  readonly scopes: string[] = [];
  constructor(private readonly give: () => Promise<AccessToken | null>) {}

  getToken(scopes: string | string[]): Promise<AccessToken | null> {
    this.scopes.push(...[scopes].flat());
    return this.give();
  }
}

const livesFor = (ms: number) => async () => ({ token: SECRET, expiresOnTimestamp: Date.now() + ms });

/** Takes the place of the network, below everything that signs. */
class Network implements HttpClient {
  readonly sent: PipelineRequest[] = [];

  async sendRequest(request: PipelineRequest) {
    this.sent.push(request);
    return { request, status: 200, headers: createHttpHeaders(), bodyAsText: '{}' };
  }
}

function signedRequests(credential: TokenCredential) {
  const network = new Network();
  const scope = arm.credentialScope('https://management.example.com');
  const request = requestsThrough(network, bearerPolicy(credential, scope, 200));
  return { network, send: () => request('POST', 'https://management.example.com/x') };
}

function unhandled(): { readonly seen: unknown[]; stop(): void } {
  const seen: unknown[] = [];
  const listener = (reason: unknown) => seen.push(reason);
  process.on('unhandledRejection', listener);
  return { seen, stop: () => void process.off('unhandledRejection', listener) };
}

describe('a request', () => {
  it('over https is signed for the endpoint it goes to, with one sign-in for all', async () => {
    const credential = new Credential(livesFor(HOUR));
    const { network, send } = signedRequests(credential);
    await Promise.all([send(), send()]);
    await send();
    expect(network.sent.map(request => request.headers.get('authorization'))).toEqual(
      Array(3).fill(`Bearer ${SECRET}`),
    );
    expect(credential.scopes).toEqual(['https://management.example.com/.default']);
  });

  it('over plain http is not, and the credential is never asked', async () => {
    const server = await serve((_request, response) => response.end('{}'));
    const credential = new Credential(livesFor(HOUR));
    await world({ arm: server.url, credential }).read(APP);
    await server.close();
    expect(server.requests.map(({ headers }) => headers.authorization)).toEqual([undefined]);
    expect(credential.scopes).toEqual([]);
  });

  it('survives a failed renewal in the background without an unhandled rejection', async () => {
    const rejections = unhandled();
    let asked = 0;
    const credential = new Credential(async () => {
      asked += 1;
      if (asked > 1) throw new Error('Entra is down');
      return livesFor(60_000)();
    });
    const { network, send } = signedRequests(credential);
    await send();
    await send();
    await new Promise(resolve => setImmediate(resolve));
    expect(asked).toBe(2);
    expect(network.sent).toHaveLength(2);
    expect(await send()).toMatchObject({ reason: 'signIn', code: 'Error' });
    await new Promise(resolve => setImmediate(resolve));
    rejections.stop();
    expect(rejections.seen).toEqual([]);
  });
});

describe('a read without a sign-in', () => {
  const named = Object.assign(new Error(`AADSTS700016 with ${SECRET}`), {
    name: 'CredentialUnavailableError',
  });
  it.each<[string, () => Promise<AccessToken | null>, RegExp]>([
    ['that fails', () => Promise.reject(named), /sign in to Azure \(CredentialUnavailableError\)/],
    ['that gives nothing', async () => null, /sign in to Azure;/],
    ['that never ends', () => new Promise(() => undefined), /sign in to Azure/],
  ])('%s is not allowed, and nothing is sent', async (_what, give, words) => {
    const server = await serve((_request, response) => response.end());
    const sources = world({
      arm: server.url.replace('http:', 'https:'),
      timeoutMs: 200,
      credential: new Credential(give),
    });
    const { code, message, signIn } = failureOf((await sources.read(APP)).reading);
    await server.close();
    expect([code, signIn]).toEqual(['notAllowed', true]);
    expect(message).toMatch(words);
    expect(message).not.toContain(SECRET);
    expect(server.sockets.size).toBe(0);
  });

  it('is told apart from a service that cannot be reached', async () => {
    const gone = await serve(() => undefined);
    await gone.close();
    const credential = new Credential(livesFor(HOUR));
    const sources = world({ arm: gone.url.replace('http:', 'https:'), credential });
    expect(failureOf((await sources.read(APP)).reading).code).toBe('unreachable');
    expect(sources.signIns()).toBe(1);
  });
});
