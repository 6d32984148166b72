/** The OpenAPI 3.1 document, made of the routes: the schemas in it are those that validate requests and shape answers. */
import { type JsonSchema, toJsonSchema, toJsonSchemaDefs } from '@valibot/to-json-schema';
import * as v from 'valibot';
import type { App } from '../../app';
import { type Access, accessOf, UNKNOWN_CALLER } from '../access';
import { PROBLEMS, ProblemBody, type ProblemKind } from '../problem';
import {
  type About,
  type AboutResponse,
  type Content,
  isChanging,
  type Operation,
  type Route,
  schemaOf,
  type Tag,
} from '../route';
import { InstantText } from '../shape';

/** In the order of the document. */
const TAGS: Readonly<Record<Tag, string>> = {
  Asking: 'What expires next, and why somebody is or isn’t told.',
  Acting: 'Reading a target now, and proving that mail works.',
  Registry: 'The rows that say what is watched.',
  'For programs': 'Feeds for monitoring and calendars, and this document.',
  Pages: 'Pages for people, as HTML.',
};

const ABOUT = `Watches tokens that expire on a date that teams forget, and tells their owners first. It never holds a token’s value.

Every \`GET\` answers \`HEAD\`, too. A method that an address does not take is answered with 405 and \`Allow\`.
Where Entra sign-in stands in front, people and programs sign in instead of sending a key; \`metrics\` and \`calendar.ics\` keep theirs.
Errors are problems (RFC 9457), whose \`type\` is stable. Instants are in UTC.`;

const METHODS = ['GET', 'POST', 'PUT', 'DELETE'] as const;

const SECURITY = {
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
  signedIn: {
    type: 'http',
    scheme: 'bearer',
    description: 'Where Entra sign-in stands in front: a token of Entra for this app.',
  },
};
const BY_KEY = [{ functionKey: [] }, { functionKeyInAddress: [] }];

/** Actions that JSON Schema has no word for. */
const IGNORED = ['transform', 'raw_transform', 'check', 'readonly'];
const CONVERSION = { target: 'draft-2020-12', typeMode: 'output', ignoreActions: IGNORED } as const;

const KEYS: Readonly<Record<string, string>> = {
  scope:
    'The PartitionKey of the registry row, such as `iotCentralToken:contoso.azureiotcentral.com`, percent-encoded.',
  name: 'The RowKey of the registry row, percent-encoded.',
};
const CONDITIONS: Readonly<Record<NonNullable<About['headers']>[number], string>> = {
  'If-Match': 'Only if the row is at one of these entity tags; `*` for any. Else 412.',
  'If-None-Match': 'Only if it is at none of these entity tags; `*`: only if there is none.',
};
const STRING = { type: 'string' };
const WITH_A_WAIT: readonly ProblemKind[] = ['throttled', 'mail-quota', 'too-early'];

/** What a guarded operation answers to who may not ask it, and what opens it where that is not what opens most. */
const GUARDED: Readonly<
  Record<Access, { readonly unknown?: object; readonly security?: readonly object[] }>
> = {
  anonymous: { security: [] },
  key: {
    unknown: {
      description: 'No key, or none that opens this function. The platform answers it, without a body.',
    },
    security: BY_KEY,
  },
  signIn: { unknown: { ...problemOf(['not-signed-in']), description: UNKNOWN_CALLER } },
};

type NameOf = (schema: v.GenericSchema) => string;

/** @returns the document; members that are undefined are not in its JSON. */
export function openapiOf(
  routes: readonly Route[],
  { kinds, version }: Pick<App, 'kinds' | 'version'>,
): object {
  const sorted = Object.keys(TAGS).flatMap(tag =>
    routes.filter(({ methods }) => Object.values(methods)[0]?.tag === tag),
  );
  const entries = sorted.flatMap(({ components = {} }) => Object.entries(components));
  const components: Readonly<Record<string, v.GenericSchema>> = {
    ...Object.fromEntries(entries),
    Problem: ProblemBody,
    Instant: InstantText,
  };
  const nameOf: NameOf = schema => {
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
    security: [...BY_KEY, { signedIn: [] }],
    tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
    paths: Object.fromEntries(sorted.map(route => [`/${route.path}`, pathItem(route, kinds, nameOf)])),
    components: {
      securitySchemes: SECURITY,
      schemas: toJsonSchemaDefs(components, {
        ...CONVERSION,
        overrideRef: ({ referenceId }) => `#/components/schemas/${referenceId}`,
      }),
    },
  };
}

function pathItem(route: Route, kinds: readonly string[], nameOf: NameOf): object {
  const { name, methods } = route;
  const operations = METHODS.flatMap(method => {
    const operation = methods[method];
    if (!operation) return [];
    const { problems = [] } = operation;
    // Every changing request refuses other sites.
    const all: readonly ProblemKind[] = isChanging(method) ? ['cross-site', ...problems] : problems;
    return [{ word: method.toLowerCase(), operation: { ...operation, problems: all } }];
  });
  const entries = operations.map(({ word, operation }, index) => {
    // The first operation of a function has the name of the function.
    const operationId = index === 0 ? name : word + name.charAt(0).toUpperCase() + name.slice(1);
    return [word, { operationId, ...operationOf(operation, route, kinds, nameOf) }];
  });
  return Object.fromEntries(entries);
}

function operationOf(operation: Operation, route: Route, kinds: readonly string[], nameOf: NameOf): object {
  const { tag, summary, description, body, bodyIsOptional = false } = operation;
  const parameters = parametersOf(route.path, operation, kinds);
  const { unknown, security } = GUARDED[accessOf(route)];
  return {
    tags: [tag],
    summary,
    description,
    parameters: parameters.length > 0 ? parameters : undefined,
    requestBody: body && { required: !bodyIsOptional, content: contentOf(body, nameOf) },
    responses: { 401: unknown, ...responsesOf(operation, nameOf) },
    security,
  };
}

function parametersOf(path: string, { query, headers = [] }: Operation, kinds: readonly string[]): object[] {
  const entries = query ? schemaOf(query, () => kinds).entries : {};
  return [
    ...[...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => {
      return { name, in: 'path', required: true, description: KEYS[name], schema: STRING };
    }),
    ...Object.entries(entries).map(queryParameter),
    ...headers.map(name => ({ name, in: 'header', description: CONDITIONS[name], schema: STRING })),
  ];
}

/** Clients see the parsed value: a number, a list, a text. */
function queryParameter([name, entry]: [string, v.GenericSchema]): object {
  const { $schema: _schema, description, ...schema }: JsonSchema = toJsonSchema(entry, CONVERSION);
  const absent = v.safeParse(entry, undefined);
  const isOptional = entry.type === 'optional' || entry.type === 'exact_optional';
  return {
    name,
    in: 'query',
    required: isOptional ? undefined : true,
    description,
    schema: { ...schema, default: absent.success ? absent.output : undefined },
    ...(schema.type === 'array' && { style: 'form', explode: false }),
  };
}

function responsesOf({ responses, problems = [], isStrict }: Operation, nameOf: NameOf): object {
  const strict: readonly ProblemKind[] = isStrict ? ['bad-parameter'] : [];
  const kinds: ProblemKind[] = [...strict, ...problems, 'method-not-allowed', 'internal-fault'];
  const failed = [...new Set(kinds.map(kind => PROBLEMS[kind][0]))].map(status => [
    status,
    problemOf(kinds.filter(kind => PROBLEMS[kind][0] === status)),
  ]);
  const described = Object.entries(responses).map(([status, response]) => [
    status,
    responseOf(response, nameOf),
  ]);
  return Object.fromEntries([...failed, ...described]);
}

function responseOf({ is, content, headers }: AboutResponse, nameOf: NameOf): object {
  return {
    description: is,
    content: content && contentOf(content, nameOf),
    headers: headers && headersOf(headers),
  };
}

function headersOf(headers: Readonly<Record<string, string>>, schema: object = STRING): object {
  return Object.fromEntries(
    Object.entries(headers).map(([name, description]) => [name, { description, schema }]),
  );
}

function contentOf(content: Content, nameOf: NameOf): object {
  const media = Object.entries(content).map(([type, schema]) => [
    type,
    { schema: schema === 'text' ? STRING : { $ref: `#/components/schemas/${nameOf(schema)}` } },
  ]);
  return Object.fromEntries(media);
}

/** Clients test the `type` of a problem: each answer lists the types that it can have. */
function problemOf(kinds: readonly ProblemKind[]): object {
  const types = kinds.map(kind => `/problems/${kind}`);
  const schema = { $ref: '#/components/schemas/Problem', properties: { type: { enum: types } } };
  return {
    description: kinds.map(kind => `${PROBLEMS[kind][1]}.`).join(' '),
    content: { 'application/problem+json': { schema } },
    headers: problemHeaders(kinds),
  };
}

function problemHeaders(kinds: readonly ProblemKind[]): object | undefined {
  if (kinds.some(kind => WITH_A_WAIT.includes(kind)))
    return headersOf({ 'Retry-After': 'Seconds to wait.' }, { type: 'integer' });
  return kinds.includes('method-not-allowed')
    ? headersOf({ Allow: 'The methods that are taken.' })
    : undefined;
}
