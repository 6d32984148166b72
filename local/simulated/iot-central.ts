/**
 * A simulated IoT Central with the operations of its applications on API tokens, and those that give an identity a role. One server can't have the hosts of many
 * applications, so the host is the first segment: `{url}/{subdomain}.{baseDomain}/api/apiTokens/{tokenId}`.
 */
import { randomUUID } from 'node:crypto';
import { DAY } from '../../src/formats/instant';
import { ApiToken, TokenRequest } from './api-token';
import { answerWith, getOrCreate, Misbehaving, secretToken } from './faults';
import { Members } from './iot-central-users';
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
  readonly members = new Members();
  /** Items in one page of a list; `nextLink` leads to the next page. */
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
    const known = collection === 'roles' ? id === undefined : /^(apiTokens|users)$/.test(collection ?? '');
    if (api !== 'api' || !known || id === '' || more.length > 0)
      return this.refusal(404, 'NotFound', 'The requested resource was not found.');
    const version = request.query.get('api-version');
    if (version !== API_VERSION)
      return this.refusal(400, 'BadRequest', `The api-version query parameter must be '${API_VERSION}'.`);
    if (collection === 'roles') return this.#list(request, 'roles', () => this.members.roles);
    if (collection === 'users') return id === undefined ? this.#users(request) : this.#user(request, id);
    return id === undefined ? this.#collection(request) : this.#item(request, id);
  }

  refusal(status: number, code: string, sentence: string): Reply {
    const requestId = randomUUID().slice(0, 8);
    const time = new Date(this.now()).toUTCString();
    const message = `${sentence} You can contact support at https://aka.ms/iotcentral-support. Please include the following information. Request ID: ${requestId}, Time: ${time}.`;
    return json(status, { error: { code, message, requestId, time } }, { 'x-ms-error-code': code });
  }

  #collection(request: Received): Answer {
    return this.#list(request, 'apiTokens', model => [...this.tokens.values()].map(model));
  }

  #users(request: Received): Answer {
    return this.#list(request, 'users', () => [...this.members.users.values()]);
  }

  #list(request: Received, name: string, items: (model: (token: ApiToken) => Json) => Json[]): Answer {
    if (request.method !== 'GET') return this.#wrongMethod('GET');
    return answerWith(this.nextFault(), {
      ok: () =>
        this.#page(
          request,
          name,
          items(token => token.model()),
        ),
      withDate: date =>
        this.#page(
          request,
          name,
          items(token => token.modelWith(date)),
        ),
      refusal: this.refusal.bind(this),
    });
  }

  #page(request: Received, name: string, items: readonly Json[]): Reply {
    const start = Number(request.query.get('$skiptoken') ?? '0');
    if (!Number.isInteger(start) || start < 0) return this.refusal(400, 'BadRequest', 'The page is unknown.');
    const end = start + this.pageSize;
    const next = `${request.origin}/${this.host}/api/${name}?api-version=${API_VERSION}&%24skiptoken=${end}`;
    return json(200, { value: items.slice(start, end), nextLink: end < items.length ? next : undefined });
  }

  #user(request: Received, id: string): Answer {
    const { method } = request;
    if (method !== 'GET' && method !== 'PUT') return this.#wrongMethod('GET, PUT');
    const answer = () => {
      if (method === 'PUT') return this.#made(() => this.members.put(id, request.body));
      const user = this.members.users.get(id);
      return user ? json(200, user) : this.refusal(404, 'NotFound', 'The user was not found.');
    };
    return answerWith(this.nextFault(), {
      ok: answer,
      withDate: answer,
      refusal: this.refusal.bind(this),
    });
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
    return this.#made(() => {
      const { roles, expiry } = parseBody(TokenRequest, request.body);
      const token = new ApiToken(id).expires(expiry ?? this.now() + DEFAULT_LIFETIME_MS);
      token.roles = roles;
      this.tokens.set(id, token);
      return { ...token.model(), token: secretToken('SECRET-IOT-') };
    });
  }

  /** What a PUT makes, or why it is refused. */
  #made(make: () => Json): Reply {
    try {
      return json(200, make());
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
