/** Parameters for the document: the entries of a query's schema, the keys in a path, and the headers of conditions. */
import { type JsonSchema, toJsonSchema } from '@valibot/to-json-schema';
import * as v from 'valibot';
import type { Header, Operation } from './operation';

/** What a schema does beside saying how a value looks. */
const MUTE = ['transform', 'raw_transform', 'check', 'readonly'];

export const CONVERSION = { target: 'draft-2020-12', typeMode: 'output', ignoreActions: MUTE } as const;

const KEYS: Readonly<Record<string, string>> = {
  scope:
    'The PartitionKey of the registry row, such as `iotCentralToken:contoso.azureiotcentral.com`, percent-encoded.',
  name: 'The RowKey of the registry row, percent-encoded.',
};
const HEADERS: Readonly<Record<Header, string>> = {
  'If-Match': 'Only if the row is at one of these entity tags; `*` for any. Else 412.',
  'If-None-Match': 'Only if it is at none of these entity tags; `*`: only if there is none.',
};

export function parametersOf({ path, query, headers = [] }: Operation): object[] {
  const keys = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => ({
    name,
    in: 'path',
    required: true,
    description: KEYS[name],
    schema: { type: 'string' },
  }));
  const conditions = headers.map(name => ({
    name,
    in: 'header',
    description: HEADERS[name],
    schema: { type: 'string' },
  }));
  return [...keys, ...Object.entries(query?.entries ?? {}).map(queryParameter), ...conditions];
}

/** What it is to clients is what the text is understood as: a number, a list, a text. */
function queryParameter([name, entry]: [string, v.GenericSchema]): object {
  const {
    $schema: _schema,
    description,
    default: _written,
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
