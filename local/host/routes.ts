/** Finds the HTTP function for a request, by the routes and the rules of the Functions host. */
import { compareText } from '../../src/formats/text';
import { type HttpFunction, wholeRoute } from '../../src/functions/definition';

type Segment = { readonly literal: string } | { readonly param: string };

export interface Route {
  readonly segments: readonly Segment[];
  readonly definition: HttpFunction;
}

export type RouteMatch =
  | { readonly kind: 'found'; readonly definition: HttpFunction; readonly params: Record<string, string> }
  | { readonly kind: 'wrongMethod'; readonly allow: readonly string[] }
  | { readonly kind: 'unknown' };

/** Routes under `prefix`, in matching order: a literal segment comes before a parameter. */
export function compileRoutes(definitions: readonly HttpFunction[], prefix: string): Route[] {
  const rank = ({ segments }: Route) => segments.map(segment => ('literal' in segment ? 0 : 1)).join('');
  return definitions
    .map(definition => ({
      definition,
      segments: split(`${prefix}/${wholeRoute(definition)}`).flatMap(parseSegment),
    }))
    .sort((a, b) => compareText(rank(a), rank(b)));
}

export function matchRoute(routes: readonly Route[], method: string, path: string): RouteMatch {
  const parts = split(path).map(decodeSegment);
  const fits = routes.flatMap(({ segments, definition }) => {
    const params = bind(segments, parts);
    return params === undefined ? [] : [{ definition, params }];
  });
  const found = fits.find(({ definition }) => definition.methods.some(allowed => allowed === method));
  if (found !== undefined) return { kind: 'found', ...found };
  if (fits.length === 0) return { kind: 'unknown' };
  return { kind: 'wrongMethod', allow: [...new Set(fits.flatMap(({ definition }) => definition.methods))] };
}

/**
 * Decodes one path segment to a parameter of the handler. Assumed from ASP.NET Core, the router of the Functions host:
 * the path is decoded once, as UTF-8; invalid escapes, `%2F` and `+` stay as sent. (In Azure the front end decodes
 * `%2F` earlier, so such a path matches no route.)
 */
function decodeSegment(segment: string): string {
  return segment.replace(/(?:%(?!2f)[0-9a-f]{2})+/gi, escapes => {
    try {
      return decodeURIComponent(escapes);
    } catch (error) {
      if (error instanceof URIError) return escapes;
      throw error;
    }
  });
}

function split(path: string): string[] {
  return path.split('/').filter(part => part !== '');
}

/** A parameter that must be empty is no segment. */
function parseSegment(text: string): Segment[] {
  if (/^\{\w+:maxlength\(0\)\?\}$/.test(text)) return [];
  const param = /^\{(\w+)\}$/.exec(text)?.[1];
  if (param !== undefined) return [{ param }];
  if (/[{}]/.test(text)) throw new Error(`the local host supports only {name} in routes, not ${text}`);
  return [{ literal: text.toLowerCase() }];
}

function bind(segments: readonly Segment[], parts: readonly string[]): Record<string, string> | undefined {
  if (segments.length !== parts.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, segment] of segments.entries()) {
    const part = parts[index] ?? '';
    if ('param' in segment) params[segment.param] = part;
    else if (segment.literal !== part.toLowerCase()) return undefined;
  }
  return params;
}
