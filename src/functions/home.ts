/** The bare origin and `/api` lead to the dashboard: these are what people type. */
import { linksOf, query } from '../web/dashboard/links';
import { PRIVATE } from '../web/page';
import type { HttpFunction } from './definition';
import { responseOf } from './http';

/**
 * The Functions host takes an empty route for none, and serves that under the name of its function. A parameter that must be empty is the
 * way round: https://github.com/Azure/Azure-Functions/issues/2473. It is the bare origin only without a route prefix.
 */
export const ROOT = '{nothing:maxlength(0)?}';

const handler: HttpFunction['handler'] = async ({ url }) =>
  responseOf({
    status: 302,
    headers: { ...PRIVATE, location: `/api/dashboard${query(linksOf(url))}` },
    body: '',
  });

function leading(name: string, route: string): HttpFunction {
  // The dashboard itself asks for the key.
  return {
    type: 'http',
    name,
    methods: ['GET', 'HEAD'],
    route,
    atRoot: true,
    authLevel: 'anonymous',
    handler,
  };
}

export const homes: readonly HttpFunction[] = [leading('home', ROOT), leading('homeOfApi', 'api')];
