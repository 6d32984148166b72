/**
 * A simulated IoT Central with the API token operations of its applications. One server can't have the hosts of many
 * applications, so the host is the first segment: `{url}/{subdomain}.{baseDomain}/api/apiTokens/{tokenId}`.
 */
import { randomUUID } from 'node:crypto';
import { DAY } from '../../src/formats/instant';
import { ApiToken, TokenRequest } from './api-token';
import { answerWith, getOrCreate, Misbehaving, secretToken } from './faults';
import {
  type Answer,
  type Json,
  json,
  parseBody,
  type Received,
  Refusal,
  type Reply,
  segments,
  withHeaders,
} from './messages';
import { type ServerOptions, startServer } from './server';
import { TokenBucket } from './throttling';

export interface IotCentralOptions extends ServerOptions {
  /** Requests per second and application; the service documents 20. */
  readonly rate?: number;
  readonly burst?: number;
  readonly throttle?: boolean;
}

export type SimulatedIotCentral = Awaited<ReturnType<typeof startSimulatedIotCentral>>;

export async function startSimulatedIotCentral(options: IotCentralOptions) {
  const { rate = 20, burst = 20, throttle = true, now } = options;
  const bucket = throttle ? new TokenBucket(rate, burst, now) : undefined;
  const apps = new Map<string, IotCentralApp>();
  const server = await startServer(request => answer(request, apps, bucket), options);

  /** The application of a host (`contoso.azureiotcentral.com`), created on first use. */
  const app = (host: string): IotCentralApp => {
    const key = host.toLowerCase();
    return getOrCreate(apps, key, () => new IotCentralApp(key, now, () => bucket?.drain(key)));
  };
  return {
    ...server,
    app,
    /** One API token, created on first use; it never expires by default. */
    token: (host: string, id: string) => getOrCreate(app(host).tokens, id, () => new ApiToken(id)),
    remove: (host: string, id: string) => void app(host).tokens.delete(id),
  };
}

type Apps = ReadonlyMap<string, IotCentralApp>;

function answer(request: Received, apps: Apps, bucket: TokenBucket | undefined): Answer {
  const [host = '', ...path] = segments(request.path) ?? [];
  const app = apps.get(host.toLowerCase());
  // There is no application that could answer in the service's own format.
  if (!app)
    return json(404, { error: { code: 'ApplicationNotFound', message: 'No application has this host.' } });
  // No Retry-After: the service documents none.
  if (bucket && !bucket.take(app.host).allowed)
    return app.refusal(429, 'TooManyRequests', 'The application is limited to 20 requests per second.');
  return app.answer(request, path);
}

const API_VERSION = '2022-07-31';
/** The lifetime of a token that is created without an expiry. */
const DEFAULT_LIFETIME_MS = 365 * DAY;

class IotCentralApp extends Misbehaving {
  readonly tokens = new Map<string, ApiToken>();
  /** Tokens in one page of the list; `nextLink` leads to the next page. */
  pageSize = 25;

  constructor(
    readonly host: string,
    private readonly now: () => number,
    /** Empties the application's bucket. */
    readonly drain: () => void,
  ) {
    super();
  }

  /** `path` holds the decoded segments after the host. */
  answer(request: Received, path: readonly string[]): Answer {
    const [api, collection, id, ...more] = path;
    if (api !== 'api' || collection !== 'apiTokens' || id === '' || more.length > 0)
      return this.refusal(404, 'NotFound', 'The requested resource was not found.');
    const version = request.query.get('api-version');
    if (version !== API_VERSION)
      return this.refusal(400, 'BadRequest', `The api-version query parameter must be '${API_VERSION}'.`);
    return id === undefined ? this.#collection(request) : this.#item(request, id);
  }

  refusal(status: number, code: string, sentence: string): Reply {
    const requestId = randomUUID().slice(0, 8);
    const time = new Date(this.now()).toUTCString();
    const message = `${sentence} You can contact support at https://aka.ms/iotcentral-support. Please include the following information. Request ID: ${requestId}, Time: ${time}.`;
    return json(status, { error: { code, message, requestId, time } }, { 'x-ms-error-code': code });
  }

  #collection(request: Received): Answer {
    if (request.method !== 'GET') return this.#wrongMethod('GET');
    return answerWith(this.nextFault(), {
      ok: () => this.#page(request, token => token.model()),
      withDate: date => this.#page(request, token => token.modelWith(date)),
      refusal: this.refusal.bind(this),
    });
  }

  #page(request: Received, model: (token: ApiToken) => Json): Reply {
    const start = Number(request.query.get('$skiptoken') ?? '0');
    if (!Number.isInteger(start) || start < 0) return this.refusal(400, 'BadRequest', 'The page is unknown.');
    const end = start + this.pageSize;
    const value = [...this.tokens.values()].slice(start, end).map(model);
    const next = `${request.origin}/${this.host}/api/apiTokens?api-version=${API_VERSION}&%24skiptoken=${end}`;
    return json(200, { value, nextLink: end < this.tokens.size ? next : undefined });
  }

  #item(request: Received, id: string): Answer {
    if (request.method === 'GET') return this.#get(id);
    if (request.method === 'PUT') return this.#create(request, id);
    if (request.method === 'DELETE') return this.tokens.delete(id) ? { status: 204 } : this.#unknown();
    return this.#wrongMethod('GET, PUT, DELETE');
  }

  #get(id: string): Answer {
    const token = this.tokens.get(id);
    if (token) token.reads += 1;
    return answerWith(this.nextFault() ?? token?.nextFault(), {
      ok: () => (token ? json(200, token.model()) : this.#unknown()),
      withDate: date => (token ? json(200, token.modelWith(date)) : this.#unknown()),
      refusal: this.refusal.bind(this),
    });
  }

  #create(request: Received, id: string): Answer {
    if (this.tokens.has(id))
      return this.refusal(409, 'Conflict', 'An API token with this id exists already.');
    try {
      const { roles, expiry } = parseBody(TokenRequest, request.body);
      const token = new ApiToken(id).expires(expiry ?? this.now() + DEFAULT_LIFETIME_MS);
      token.roles = roles;
      this.tokens.set(id, token);
      return json(200, { ...token.model(), token: secretToken('SECRET-IOT-') });
    } catch (error) {
      if (error instanceof Refusal) return this.refusal(error.status, error.code, error.message);
      throw error;
    }
  }

  #unknown(): Reply {
    return this.refusal(404, 'NotFound', 'The API token was not found.');
  }

  #wrongMethod(allow: string): Answer {
    return withHeaders(this.refusal(405, 'MethodNotAllowed', 'The method is not allowed.'), { allow });
  }
}
