/** A route as data, without a host: its path, who may call it and, for each method, its query, its description and its handler. */
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
  /** Below the prefix `api`; `{scope}` and `{name}` are the table keys. */
  readonly path: string;
  /** Absent: only a function key opens it. */
  readonly auth?: 'anonymous';
  /** HEAD comes with GET. */
  readonly methods: Readonly<Partial<Record<Method, Operation>>>;
  /** What it answers when a handler throws; else the problem `internal-fault`. */
  readonly onFault?: () => Response;
  /** Schemas that the OpenAPI document shows under a name of their own. */
  readonly components?: Readonly<Record<string, v.GenericSchema>>;
}

/** A request, free of the host that received it. */
export interface Request {
  readonly method: string;
  /** The whole address. */
  readonly url: string;
  /** The table keys in the path; '' where the path has none. */
  readonly key: Key;
  /** Null for a header that is absent; the name in lower case. */
  header(name: string): string | null;
  bytes(): Promise<ArrayBuffer>;
}

/** What a handler gets: the request, and what it works with. */
export interface Call extends Request {
  /** Composes the app at the first call: bad settings are an error of that call. */
  readonly app: () => App;
  readonly log: Log;
}

export interface Operation extends About {
  /** Its query for the OpenAPI document; absent where any parameter is taken. */
  readonly query?: Query<QuerySchema>;
  /** Whether another query than that is answered with 400. */
  readonly isStrict: boolean;
  serve(call: Call): Promise<Response>;
}

/** What the OpenAPI document says of an operation besides its query. */
export interface About {
  readonly tag: Tag;
  readonly summary: string;
  readonly description: string;
  /** The request headers that it reads. */
  readonly headers?: readonly ('If-Match' | 'If-None-Match')[];
  /** Its request body. */
  readonly body?: Content;
  readonly responses: Readonly<Record<number, AboutResponse>>;
  /** Its problems, besides those that follow from the rest. */
  readonly problems?: readonly ProblemKind[];
}

export type Tag = 'Asking' | 'Acting' | 'Registry' | 'For programs' | 'Pages';

/** Media types. A schema must be one of the components of a route; other formats have standards of their own. */
export type Content = Readonly<Record<string, v.GenericSchema | 'text'>>;

/** What the document says of one response. */
export interface AboutResponse {
  readonly is: string;
  readonly content?: Content;
  /** Response headers, each with its meaning. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** A query may depend on the kinds of targets that the app knows. */
export type Query<S> = S | ((kinds: readonly string[]) => S);

interface Strict<S extends QuerySchema> extends About {
  readonly query: Query<S>;
  /** Whether a browser may send this only from a page of this app (403). */
  readonly sameSiteOnly?: boolean;
  readonly handler: (call: Call & { readonly query: v.InferOutput<S> }) => Response | Promise<Response>;
}

/** Takes no query but its own: any fault in it is answered with 400, and its handler gets it parsed. */
export function strict<S extends QuerySchema>(declared: Strict<S>): Operation {
  const { query, sameSiteOnly = false, handler, ...about } = declared;
  const { problems = [] } = about;
  return {
    ...about,
    problems: sameSiteOnly ? ['cross-site', ...problems] : problems,
    query,
    isStrict: true,
    serve: async call => {
      if (sameSiteOnly && isCrossSite(call))
        return problem('cross-site', 'Ask without a browser, or from a page of this app.');
      const schema = schemaOf(query, () => call.app().kinds);
      const parsed = parseQuery(new URL(call.url).searchParams, schema);
      return 'faults' in parsed ? badRequest(parsed.faults) : handler({ ...call, query: parsed.query });
    },
  };
}

interface Lenient extends About {
  readonly query?: Query<QuerySchema>;
  readonly handler: (call: Call) => Response | Promise<Response>;
}

/** Takes any query: pages show its faults themselves, and some programs add parameters of their own. */
export function lenient({ handler, ...about }: Lenient): Operation {
  return { ...about, isStrict: false, serve: async call => handler(call) };
}

export function schemaOf<S extends QuerySchema>(query: Query<S>, kinds: () => readonly string[]): S {
  return typeof query === 'function' ? query(kinds()) : query;
}

/**
 * Whether another site made the browser send this: with sign-in in front, the browser adds its cookies to such a request.
 * What the browser says itself (Fetch Metadata) decides. If it says nothing (an old browser, or plain http), the Origin header must
 * name the host that was asked. Without both there is no browser that another site could use. Browsers write `null` for our own
 * pages, since those send no referrer.
 */
export function isCrossSite({ url, header }: Pick<Request, 'url' | 'header'>): boolean {
  const site = header('sec-fetch-site');
  if (site !== null) return site !== 'same-origin' && site !== 'none';
  const origin = header('origin');
  if (origin === null || origin === 'null') return false;
  return !URL.canParse(origin) || new URL(origin).host !== new URL(url).host;
}
