/** Compares every answer in the tests with the OpenAPI document: its status, its media type and its whole body. */
import type { HttpRequest, HttpResponse, HttpResponseInit } from '@azure/functions';
import Ajv2020 from 'ajv/dist/2020';
import addFormats from 'ajv-formats';
import type { FunctionDefinition, HttpFunction } from '../../src/functions/definition';
import { openapiOf } from '../../src/web/openapi/document';
import { ROUTES } from '../../src/web/routes';

interface Documented {
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, object>> }>>;
}
export interface Document {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Documented>>>>;
  readonly components: { readonly schemas: object };
}

export const DOCUMENT: Document = JSON.parse(
  JSON.stringify(openapiOf(ROUTES, { kinds: ['containerApp', 'iotCentralToken'], version: '0.0.0' })),
);

const ajv = addFormats(new Ajv2020({ strict: false, allErrors: true }));
ajv.addSchema({ $id: 'document', components: { schemas: closed(DOCUMENT.components.schemas) } });

/** Answers since the last call that differ from the document. */
const deviations: string[] = [];
export function takeDeviations(): string[] {
  return deviations.splice(0);
}

/** Functions of the app with a check of each answer; other functions stay as they are. */
export function checked(definitions: readonly FunctionDefinition[]): FunctionDefinition[] {
  return definitions.map(definition => (isOurs(definition) ? withCheck(definition) : definition));
}

/** The functions that tests make take fewer methods. */
function isOurs(definition: FunctionDefinition): definition is HttpFunction {
  return definition.type === 'http' && definition.methods.length === 6;
}

function withCheck(definition: HttpFunction): HttpFunction {
  return {
    ...definition,
    handler: async (request, context) => {
      const answer = await definition.handler(request, context);
      for (const fault of faultsOf(definition, request, answer))
        deviations.push(`${request.method} ${definition.route}: ${fault}`);
      return answer;
    },
  };
}

function faultsOf({ route }: HttpFunction, { method }: HttpRequest, answer: HttpResponseInit | HttpResponse) {
  const operations = DOCUMENT.paths[`/${route}`];
  if (!operations) return ['it is not in the document'];
  const { status = 200, headers, body } = answer;
  const media = String(new Headers(Object(headers)).get('content-type') ?? '')
    .split(';', 1)
    .join('');
  const operation = operations[method === 'HEAD' ? 'get' : method.toLowerCase()];
  if (!operation && status !== 405) return [`${status}, where the document has no such method`];
  // All operations of an address describe 405 alike.
  const { responses } = operation ?? Object.values(operations)[0] ?? { responses: {} };
  const response = responses[status];
  if (!response) return [`${status} is not in the document`];
  const { content } = response;
  if (!content) return body === undefined ? [] : [`${status} has a body that the document does not know`];
  const type = Object.keys(content).find(known => known.split(';', 1).join('') === media);
  if (type === undefined)
    return [`${status} is ${media || 'without a type'}, not ${Object.keys(content).join(' or ')}`];
  return /json$/.test(media) ? bodyFaults(content[type], String(body)) : [];
}

function bodyFaults(media: object | undefined, body: string): string[] {
  const schema = JSON.parse(JSON.stringify(Object(media).schema).replaceAll('"#/', '"document#/'));
  if (schema.type === 'string') return [];
  const validate = ajv.compile(schema);
  if (validate(JSON.parse(body))) return [];
  return (validate.errors ?? []).map(
    ({ instancePath, message }) => `${instancePath} ${message} in ${body.slice(0, 300)}`,
  );
}

/** The schemas allow members to be added later; today an answer must have no others. */
function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed);
  if (typeof schema !== 'object' || schema === null) return schema;
  const members = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, closed(value)]));
  return members.type === 'object' && 'properties' in members
    ? { ...members, additionalProperties: false }
    : members;
}
