/** `POST registry/import`: rows from a CSV file, with a report of every line. */
import { badRequest } from '../web/problem';
import { badFile, importAnswer } from '../web/registry/answers';
import { CSV_FILE } from '../web/registry/content';
import { parseRegistryCsv } from '../web/registry/csv-file';
import { parseImportQuery } from '../web/registry/query';
import { byMethod } from './by-method';
import type { HttpFunction } from './definition';
import { logOf } from './log';
import { contentOf } from './registry-content';
import type { App } from './use-cases';

export const registryImport = (app: App): HttpFunction => ({
  type: 'http',
  name: 'registryImport',
  route: 'registry/import',
  authLevel: 'function',
  ...byMethod({
    POST: async (request, context) => {
      const parsed = parseImportQuery(new URL(request.url).searchParams);
      if ('faults' in parsed) return badRequest(parsed.faults);
      const content = await contentOf(request, CSV_FILE);
      if ('answer' in content) return content.answer;
      const file = parseRegistryCsv(content.text);
      if ('fault' in file) return badFile(file.fault);
      return importAnswer(await app().importRows(file.lines, parsed.query.dryRun, logOf(context)));
    },
  }),
});
