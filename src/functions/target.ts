/** `GET targets/{scope}/{name}`: one target whole, with every decision about it explained. */

import { json } from '../web/problem';
import { explanationJson, unknownTarget } from '../web/target/explanation';
import { answering } from './answering';
import type { HttpFunction } from './definition';
import type { App } from './use-cases';

export const target = (app: App): HttpFunction => ({
  type: 'http',
  name: 'target',
  methods: ['GET', 'HEAD'],
  route: 'targets/{scope}/{name}',
  authLevel: 'function',
  handler: answering(async ({ params: { scope = '', name = '' } }) => {
    const explained = await app().explain(scope, name);
    return explained ? json(200, explanationJson(explained)) : unknownTarget();
  }),
});
