/** One operation for the OpenAPI document: its parameters, its body, its answers, and its problems by status. */
import { type JsonSchema, toJsonSchema } from '@valibot/to-json-schema';
import * as v from 'valibot';
import { PROBLEMS, type ProblemKind } from '../problem';
import { type About, type AboutResponse, type Content, type Operation, type Route, schemaOf } from '../route';

type NameOf = (schema: v.GenericSchema) => string;

/** Actions that say nothing about the look of a value. */
const IGNORED = ['transform', 'raw_transform', 'check', 'readonly'];

export const CONVERSION = { target: 'draft-2020-12', typeMode: 'output', ignoreActions: IGNORED } as const;

const KEYS: Readonly<Record<string, string>> = {
  scope:
    'The PartitionKey of the registry row, such as `iotCentralToken:contoso.azureiotcentral.com`, percent-encoded.',
  name: 'The RowKey of the registry row, percent-encoded.',
};
const HEADERS: Readonly<Record<NonNullable<About['headers']>[number], string>> = {
  'If-Match': 'Only if the row is at one of these entity tags; `*` for any. Else 412.',
  'If-None-Match': 'Only if it is at none of these entity tags; `*`: only if there is none.',
};
/** The platform sends it: the app does not see the request. */
const NO_KEY = {
  description: 'No key, or none that opens this function. The platform answers it, without a body.',
};

export function operationOf(
  operation: Operation,
  { path, auth }: Route,
  kinds: readonly string[],
  nameOf: NameOf,
): object {
  const { tag, summary, description, body } = operation;
  const parameters = parametersOf(path, operation, kinds);
  return {
    tags: [tag],
    summary,
    description,
    ...(parameters.length > 0 && { parameters }),
    ...(body && { requestBody: { required: true, content: contentOf(body, nameOf) } }),
    responses: { ...(auth === 'key' && { 401: NO_KEY }), ...responsesOf(operation, nameOf) },
    ...(auth === 'anonymous' && { security: [] }),
  };
}

function parametersOf(path: string, { query, headers = [] }: Operation, kinds: readonly string[]): object[] {
  const keys = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => ({
    name,
    in: 'path',
    required: true,
    description: KEYS[name],
    schema: { type: 'string' },
  }));
  const entries = query ? schemaOf(query, () => kinds).entries : {};
  const conditions = headers.map(name => ({
    name,
    in: 'header',
    description: HEADERS[name],
    schema: { type: 'string' },
  }));
  return [...keys, ...Object.entries(entries).map(queryParameter), ...conditions];
}

/** Clients see the parsed value: a number, a list, a text. */
function queryParameter([name, entry]: [string, v.GenericSchema]): object {
  const {
    $schema: _schema,
    description,
    default: _text,
    ...schema
  }: JsonSchema = toJsonSchema(entry, CONVERSION);
  const absent = v.safeParse(entry, undefined);
  const isDefault = absent.success && absent.output !== undefined;
  return {
    name,
    in: 'query',
    ...(!isOptional(entry) && { required: true }),
    description,
    schema: { ...schema, ...(isDefault && { default: absent.output }) },
    ...(schema.type === 'array' && { style: 'form', explode: false }),
  };
}

function isOptional({ type }: v.GenericSchema): boolean {
  return type === 'optional' || type === 'exact_optional';
}

function responsesOf({ responses, problems = [], isStrict }: Operation, nameOf: NameOf): object {
  const kinds: ProblemKind[] = [
    ...(isStrict ? (['bad-parameter'] as const) : []),
    ...problems,
    'method-not-allowed',
    'internal-fault',
  ];
  const described = Object.entries(responses).map(([status, response]) => [
    status,
    responseOf(response, nameOf),
  ]);
  return { ...problemsByStatus(kinds), ...Object.fromEntries(described) };
}

function responseOf({ is, content, headers = {} }: AboutResponse, nameOf: NameOf): object {
  const described = Object.entries(headers).map(([name, description]) => [
    name,
    { description, schema: { type: 'string' } },
  ]);
  return {
    description: is,
    ...(content && { content: contentOf(content, nameOf) }),
    ...(described.length > 0 && { headers: Object.fromEntries(described) }),
  };
}

function contentOf(content: Content, nameOf: NameOf): object {
  const media = Object.entries(content).map(([type, schema]) => [
    type,
    { schema: schema === 'text' ? { type: 'string' } : { $ref: `#/components/schemas/${nameOf(schema)}` } },
  ]);
  return Object.fromEntries(media);
}

function problemsByStatus(kinds: readonly ProblemKind[]): Record<string, object> {
  const statuses = [...new Set(kinds.map(kind => PROBLEMS[kind][0]))];
  const responses = statuses.map(status => [
    status,
    problemOf(kinds.filter(kind => PROBLEMS[kind][0] === status)),
  ]);
  return Object.fromEntries(responses);
}

/** Clients test the `type` of a problem: each answer lists the types that it can have. */
function problemOf(kinds: readonly ProblemKind[]): object {
  const types = kinds.map(kind => `/problems/${kind}`);
  const schema = { $ref: '#/components/schemas/Problem', properties: { type: { enum: types } } };
  return {
    description: kinds.map(kind => `${PROBLEMS[kind][1]}.`).join(' '),
    content: { 'application/problem+json': { schema } },
    ...headersOf(kinds),
  };
}

function headersOf(kinds: readonly ProblemKind[]): object {
  if (kinds.includes('throttled'))
    return { headers: { 'Retry-After': { description: 'Seconds to wait.', schema: { type: 'integer' } } } };
  if (!kinds.includes('method-not-allowed')) return {};
  return { headers: { Allow: { description: 'The methods that are taken.', schema: { type: 'string' } } } };
}
