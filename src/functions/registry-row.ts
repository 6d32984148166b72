/** `GET, PUT, DELETE registry/{scope}/{name}`: one row of the registry, under the client's conditions. */
import type { HttpRequest } from '@azure/functions';
import { parseCondition } from '../web/etag';
import { badRequest } from '../web/problem';
import { notJson, putAnswer, removedAnswer, rowAnswer } from '../web/registry/answers';
import { parseRowBody } from '../web/registry/body';
import { JSON_ROW } from '../web/registry/content';
import { parseNoQuery } from '../web/registry/query';
import { byMethod } from './by-method';
import type { HttpFunction } from './definition';
import { contentOf } from './registry-content';
import type { App } from './use-cases';

export const registryRow = (app: App): HttpFunction => ({
  type: 'http',
  name: 'registryRow',
  route: 'registry/{scope}/{name}',
  authLevel: 'function',
  ...byMethod({
    GET: async request => {
      const refused = strayParameters(request);
      return refused ?? rowAnswer(await app().findRow(keyOf(request)), headerOf(request));
    },
    PUT: request => put(request, app),
    DELETE: async request => {
      const refused = strayParameters(request);
      if (refused) return refused;
      const condition = parseCondition(headerOf(request));
      if ('faults' in condition) return badRequest(condition.faults);
      return removedAnswer(await app().removeRow(keyOf(request), condition));
    },
  }),
});

async function put(request: HttpRequest, app: App) {
  const refused = strayParameters(request);
  if (refused) return refused;
  const content = await contentOf(request, JSON_ROW);
  if ('answer' in content) return content.answer;
  const condition = parseCondition(headerOf(request));
  if ('faults' in condition) return badRequest(condition.faults);
  const key = keyOf(request);
  const wanted = parseRowBody(content.text, key);
  return wanted ? putAnswer(await app().putRow(key, wanted, condition)) : notJson();
}

/** A parameter that does nothing here must not be believed to: `dryRun` would write. */
function strayParameters({ url }: HttpRequest) {
  const refused = parseNoQuery(new URL(url).searchParams);
  return refused && badRequest(refused.faults);
}

function keyOf({ params: { scope = '', name = '' } }: HttpRequest) {
  return { scope, name };
}

function headerOf({ headers }: HttpRequest) {
  return (name: string) => headers.get(name);
}
