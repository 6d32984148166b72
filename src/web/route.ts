/** A route as data: its path, who may call it, and for each method its query, its description and its handler. */
import type * as v from 'valibot';
import type { App } from '../app';
import type { Key } from '../core/target';
import type { Log } from '../watch/ports';
import { badRequest, type ProblemKind, problem, type Response } from './problem';
import { parseQuery, type QuerySchema } from './query';

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

export interface Route {
  /** The name of its function in Azure. */
  readonly name: string;
  /** Below `api/`; `{scope}` and `{name}` are the table keys. infra/sign-in.json lists those that not only who has signed in may ask. */
  readonly path: string;
  /** HEAD comes with GET. */
  readonly methods: Readonly<Partial<Record<Method, Operation>>>;
  /** The answer when a handler throws; absent: the problem `internal-fault`. */
  readonly onFault?: () => Response;
  /** The answer to who must sign in first; absent: the problem `not-signed-in`. */
  readonly onSignedOut?: () => Response;
  /** Schemas that the OpenAPI document shows under a name of their own. */
  readonly components?: Readonly<Record<string, v.GenericSchema>>;
}

/** A request in a form that does not depend on the host. */
export interface Request {
  readonly method: string;
  /** The whole address. */
  readonly url: string;
  /** Who has signed in, as the platform names them; undefined where there is no sign-in, or the route needs none. It becomes part of the history. */
  readonly by?: string | undefined;
  /** The table keys in the path; '' where the path has none. */
  readonly key: Key;
  /** Null for a header that is absent; the name in lower case. */
  header(name: string): string | null;
  /** The whole body; undefined for one of more than `most` bytes, of which no more is read. */
  bytes(most: number): Promise<Uint8Array | undefined>;
}

/** What a handler gets: the request, the app and the log. */
export interface Call extends Request {
  /** Composes the app at the first call: bad settings are an error of that call. */
  readonly app: () => App;
  readonly log: Log;
}

export interface Operation extends About {
  /** Its query for the OpenAPI document; absent where any parameter is taken. */
  readonly query?: Query<QuerySchema>;
  /** Whether any other parameter is answered with 400. */
  readonly isStrict: boolean;
  serve(call: Call): Promise<Response>;
}

/** The description of an operation for the OpenAPI document. */
export interface About {
  readonly tag: Tag;
  readonly summary: string;
  readonly description: string;
  readonly headers?: readonly ('If-Match' | 'If-None-Match')[];
  readonly body?: Content;
  readonly bodyIsOptional?: boolean;
  readonly responses: Readonly<Record<number, AboutResponse>>;
  /** Problems that the query and the method do not imply. */
  readonly problems?: readonly ProblemKind[];
}

export type Tag = 'Asking' | 'Acting' | 'Registry' | 'For programs' | 'Pages';

/** By media type. A schema must be one of the components of a route; `text` is for formats with their own standard. */
export type Content = Readonly<Record<string, v.GenericSchema | 'text'>>;

export interface AboutResponse {
  readonly is: string;
  readonly content?: Content;
  /** Names and meanings of response headers. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** A query may depend on the kinds of targets that the app knows. */
export type Query<S> = S | ((kinds: readonly string[]) => S);

interface Strict<S extends QuerySchema> extends About {
  readonly query: Query<S>;
  readonly handler: (call: Call & { readonly query: v.InferOutput<S> }) => Response | Promise<Response>;
}

/** Answers any fault in the query with 400, and gives the handler the parsed query. */
export function strict<S extends QuerySchema>({ query, handler, ...about }: Strict<S>): Operation {
  return {
    ...about,
    query,
    isStrict: true,
    serve: async call => {
      if (isForged(call)) return crossSite();
      const schema = schemaOf(query, () => call.app().kinds);
      const parsed = parseQuery(new URL(call.url).searchParams, schema);
      return 'faults' in parsed ? badRequest(parsed.faults) : handler({ ...call, query: parsed.query });
    },
  };
}

interface Lenient extends About {
  readonly query?: Query<QuerySchema>;
  /** The answer to a changing request that another site made a browser send; absent: the problem `cross-site`. */
  readonly onCrossSite?: (call: Call) => Response;
  readonly handler: (call: Call) => Response | Promise<Response>;
}

/** Takes any query: pages show its faults themselves, and some programs add parameters. */
export function lenient({ handler, onCrossSite = crossSite, ...about }: Lenient): Operation {
  return {
    ...about,
    isStrict: false,
    serve: async call => (isForged(call) ? onCrossSite(call) : handler(call)),
  };
}

export function schemaOf<S extends QuerySchema>(query: Query<S>, kinds: () => readonly string[]): S {
  return typeof query === 'function' ? query(kinds()) : query;
}

/** Whether a method may change something (RFC 9110, section 9.2.1, names the safe ones). */
export function isChanging(method: string): boolean {
  return method !== 'GET' && method !== 'HEAD';
}

/** A changing request that another site made a browser send. It is refused before anything else of it is looked at. */
function isForged(call: Pick<Request, 'method' | 'url' | 'header'>): boolean {
  return isChanging(call.method) && isCrossSite(call);
}

function crossSite(): Response {
  return problem('cross-site', 'Send it from a program, or with a current browser from a page of this app.');
}

/**
 * Whether another site made the browser send this request: the browser adds its sign-in cookies to it.
 * The header Sec-Fetch-Site decides. Without it (an old browser) the Origin header must name the host of the URL. The origin
 * `null` names none: any site can send it from a sandboxed frame. A request without both headers comes from no browser.
 */
export function isCrossSite({ url, header }: Pick<Request, 'url' | 'header'>): boolean {
  const site = header('sec-fetch-site');
  // Pages of this app send no referrer, so their Origin is `null` too, beside `same-origin` here.
  if (site !== null) return site !== 'same-origin' && site !== 'none';
  const origin = header('origin');
  if (origin === null) return false;
  return !URL.canParse(origin) || new URL(origin).host !== new URL(url).host;
}
