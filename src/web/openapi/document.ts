/** The OpenAPI 3.1 document, made of the schemas that validate requests and shape answers: it cannot say anything else than they do. */
import { toJsonSchemaDefs } from '@valibot/to-json-schema';
import { COMPONENTS } from './components';
import type { Operation, Tag } from './operation';
import { operationsOf } from './operations';
import { CONVERSION, parametersOf } from './parameters';
import { contentOf, responsesOf } from './responses';

export interface Described {
  readonly kinds: readonly string[];
  readonly version: string;
}

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

export function openapiOf({ kinds, version }: Described): object {
  const operations = operationsOf(kinds);
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
    paths: pathsOf(operations),
    components: {
      securitySchemes: {
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
      },
      schemas: toJsonSchemaDefs(COMPONENTS, {
        ...CONVERSION,
        overrideRef: ({ referenceId }) => `#/components/schemas/${referenceId}`,
      }),
    },
  };
}

function pathsOf(operations: readonly Operation[]): object {
  const paths = new Map<string, object>();
  for (const operation of operations)
    paths.set(operation.path, { ...paths.get(operation.path), [operation.method]: described(operation) });
  return Object.fromEntries(paths);
}

function described(operation: Operation): object {
  const { id, tag, summary, description, body, isAnonymous } = operation;
  const parameters = parametersOf(operation);
  return {
    operationId: id,
    tags: [tag],
    summary,
    description,
    ...(parameters.length > 0 && { parameters }),
    ...(body && { requestBody: { required: true, content: contentOf(body) } }),
    responses: responsesOf(operation),
    ...(isAnonymous && { security: [] }),
  };
}
