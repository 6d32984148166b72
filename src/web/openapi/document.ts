/** The OpenAPI 3.1 document, made of the routes: the schemas in it are those that validate requests and shape answers. */
import { toJsonSchemaDefs } from '@valibot/to-json-schema';
import type { GenericSchema } from 'valibot';
import type { App } from '../../app';
import { ProblemBody } from '../problem';
import type { Method, Route, Tag } from '../route';
import { InstantText } from '../shape';
import { CONVERSION, operationOf } from './operation';

/** In the order of the document. */
const TAGS: Readonly<Record<Tag, string>> = {
  Asking: 'What expires next, and why somebody is or isn’t told.',
  Acting: 'Reading a target now.',
  Registry: 'The rows that say what is watched.',
  'For programs': 'Feeds for monitoring and calendars, and this document.',
  Pages: 'Pages for people, as HTML.',
};

const ABOUT = `Watches tokens that expire on a date nobody remembers, and tells their owners first. It never holds a token’s value.

Every \`GET\` answers \`HEAD\`, too. A method that an address does not take is answered with 405 and \`Allow\`.
Errors are problems (RFC 9457), whose \`type\` is stable. Instants are in UTC.`;

const METHODS: readonly Method[] = ['GET', 'POST', 'PUT', 'DELETE'];

const KEYS = {
  functionKey: {
    type: 'apiKey',
    in: 'header',
    name: 'x-functions-key',
    description: 'A function or host key.',
  },
  functionKeyInAddress: {
    type: 'apiKey',
    in: 'query',
    name: 'code',
    description: 'The same, in the address.',
  },
};

export function openapiOf(
  routes: readonly Route[],
  { kinds, version }: Pick<App, 'kinds' | 'version'>,
): object {
  const sorted = Object.keys(TAGS).flatMap(tag => routes.filter(route => tagOf(route) === tag));
  const components = componentsOf(sorted);
  const nameOf = (schema: GenericSchema) => {
    const found = Object.entries(components).find(([, known]) => known === schema);
    if (!found) throw new Error('A route must list each schema of its answers under `components`.');
    return found[0];
  };
  return {
    openapi: '3.1.0',
    info: {
      title: 'Expiry watcher',
      version,
      description: ABOUT,
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/api', description: 'This app.' }],
    security: [{ functionKey: [] }, { functionKeyInAddress: [] }],
    tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
    paths: Object.fromEntries(sorted.map(route => [`/${route.path}`, pathItem(route, kinds, nameOf)])),
    components: {
      securitySchemes: KEYS,
      schemas: toJsonSchemaDefs(components, {
        ...CONVERSION,
        overrideRef: ({ referenceId }) => `#/components/schemas/${referenceId}`,
      }),
    },
  };
}

function tagOf({ methods }: Route): Tag | undefined {
  return Object.values(methods)[0]?.tag;
}

function componentsOf(routes: readonly Route[]): Readonly<Record<string, GenericSchema>> {
  const entries = routes.flatMap(({ components = {} }) => Object.entries(components));
  return { ...Object.fromEntries(entries), Problem: ProblemBody, Instant: InstantText };
}

function pathItem(route: Route, kinds: readonly string[], nameOf: (schema: GenericSchema) => string): object {
  const served = METHODS.flatMap(method => {
    const operation = route.methods[method];
    return operation ? [{ word: method.toLowerCase(), operation }] : [];
  });
  const entries = served.map(({ word, operation }, index) => {
    // The first operation of a function has the name of the function.
    const id = index === 0 ? route.name : word + route.name.charAt(0).toUpperCase() + route.name.slice(1);
    return [word, { operationId: id, ...operationOf(operation, route, kinds, nameOf) }];
  });
  return Object.fromEntries(entries);
}
