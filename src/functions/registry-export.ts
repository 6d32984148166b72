/** `GET registry/export`: the whole registry as a CSV file that an import takes back. */
import { badRequest } from '../web/problem';
import { registryCsv } from '../web/registry/csv-file';
import { parseNoQuery } from '../web/registry/query';
import { byMethod } from './by-method';
import type { HttpFunction } from './definition';
import type { App } from './use-cases';

export const registryExport = (app: App): HttpFunction => ({
  type: 'http',
  name: 'registryExport',
  route: 'registry/export',
  authLevel: 'function',
  ...byMethod({
    GET: async ({ url }) => {
      const refused = parseNoQuery(new URL(url).searchParams);
      return refused ? badRequest(refused.faults) : await registryCsv(await app().everyRow());
    },
  }),
});
