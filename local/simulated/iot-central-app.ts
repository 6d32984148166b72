/** One simulated IoT Central application: what its API token operations answer. */
import { randomUUID } from 'node:crypto';
import { type Answer, empty, type Json, json, type Received, type Reply, withHeaders } from './answer';
import { ApiToken, tokenRequest } from './api-token';
import { answerWith, Misbehaving } from './faults';
import { parsed, Refusal } from './parse';
import { secret } from './secret';

const API_VERSION = '2022-07-31';
/** A token that is created without an expiry lives about a year. */
const YEAR_MS = 365 * 86_400_000;

export class IotCentralApp extends Misbehaving {
  readonly tokens = new Map<string, ApiToken>();
  /** Tokens in one page of the list; more are behind a `nextLink`. */
  pageSize = 25;

  constructor(
    readonly host: string,
    private readonly now: () => number,
    /** Empties the application's bucket. */
    readonly drain: () => void,
  ) {
    super();
  }

  /** `path` are the decoded segments after the application's own. */
  answer(request: Received, path: readonly string[]): Answer {
    const [api, collection, id, ...more] = path;
    if (api !== 'api' || collection !== 'apiTokens' || id === '' || more.length > 0)
      return this.refusal(404, 'NotFound', 'The requested resource was not found.');
    const version = request.query.get('api-version');
    if (version !== API_VERSION)
      return this.refusal(400, 'BadRequest', `The api-version query parameter must be '${API_VERSION}'.`);
    return id === undefined ? this.#collection(request) : this.#item(request, id);
  }

  refusal(status: number, code: string, words: string): Reply {
    const requestId = randomUUID().slice(0, 8);
    const time = new Date(this.now()).toUTCString();
    const message = `${words} You can contact support at https://aka.ms/iotcentral-support. Please include the following information. Request ID: ${requestId}, Time: ${time}.`;
    return json(status, { error: { code, message, requestId, time } }, { 'x-ms-error-code': code });
  }

  #collection(request: Received): Answer {
    if (request.method !== 'GET') return this.#wrongMethod('GET');
    return answerWith(this.nextFault(), {
      well: () => this.#page(request, token => token.model()),
      withDate: date => this.#page(request, token => dated(token, date)),
      refusal: this.refusal.bind(this),
    });
  }

  #page(request: Received, model: (token: ApiToken) => Json): Reply {
    const start = Number(request.query.get('$skiptoken') ?? '0');
    if (!Number.isInteger(start) || start < 0) return this.refusal(400, 'BadRequest', 'The page is unknown.');
    const end = start + this.pageSize;
    const value = [...this.tokens.values()].slice(start, end).map(model);
    const next = `${request.origin}/${this.host}/api/apiTokens?api-version=${API_VERSION}&%24skiptoken=${end}`;
    return json(200, { value, ...(end < this.tokens.size ? { nextLink: next } : {}) });
  }

  #item(request: Received, id: string): Answer {
    if (request.method === 'GET') return this.#get(id);
    if (request.method === 'PUT') return this.#create(request, id);
    if (request.method === 'DELETE') return this.tokens.delete(id) ? empty(204) : this.#unknown();
    return this.#wrongMethod('GET, PUT, DELETE');
  }

  #get(id: string): Answer {
    const token = this.tokens.get(id);
    if (token) token.reads += 1;
    return answerWith(this.nextFault() ?? token?.nextFault(), {
      well: () => (token ? json(200, token.model()) : this.#unknown()),
      withDate: date => (token ? json(200, dated(token, date)) : this.#unknown()),
      refusal: this.refusal.bind(this),
    });
  }

  #create(request: Received, id: string): Answer {
    if (this.tokens.has(id))
      return this.refusal(409, 'Conflict', 'An API token with this id exists already.');
    try {
      const { roles, expiry } = tokenRequest(parsed(request.body));
      const token = new ApiToken(id).expires(expiry ?? this.now() + YEAR_MS);
      token.roles = roles;
      this.tokens.set(id, token);
      return json(200, { ...token.model(), token: secret('SECRET-IOT-') });
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

function dated(token: ApiToken, date: Json | undefined): Json {
  return date === undefined ? token.undated() : token.model(date);
}
