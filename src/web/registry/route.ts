/** The routes that manage the registry, row by row under the client's conditions, or as a CSV file. */
import type { TaggedRow } from '../../watch/registry/row';
import type { Put, RegistryPage, Removed } from '../../watch/registry/rows';
import { type BodyRule, readContent } from '../content';
import { isKnown, parseCondition, strong } from '../etag';
import { badRequest, jsonOf, problem, type Response } from '../problem';
import { NO_QUERY } from '../query';
import { type Call, type Request, type Route, strict } from '../route';
import { faultOf, parseRowBody, RowContent } from './body';
import { ImportBody, RowBody, RowsBody, rowJson } from './columns';
import { parseRegistryCsv, registryCsv } from './csv-file';
import { encodeKey, ImportQuery, ListQuery } from './query';

const JSON_ROW: BodyRule = { types: ['application/json'], mostBytes: 64 * 1_024 };
const CSV_FILE: BodyRule = { types: ['text/csv'], mostBytes: 8 * 1_024 * 1_024, isSpreadsheet: true };

const TAG = { ETag: 'Of this version of the row, for If-Match.' };
const ROW_JSON = jsonOf(RowBody);
const ROW = { content: ROW_JSON.content, headers: TAG };
const ROWS = jsonOf(RowsBody);
const IMPORT = jsonOf(ImportBody);

export const registry: Route = {
  name: 'registry',
  path: 'registry',
  components: { Row: RowBody, Rows: RowsBody },
  methods: {
    GET: strict({
      tag: 'Registry',
      summary: 'The rows',
      description: 'In the order of their keys, page by page.',
      query: ListQuery,
      responses: { 200: { is: 'A page of rows.', content: ROWS.content } },
      handler: async ({ query: { cursor, ...query }, app }) =>
        listResponse(await app().listRows({ ...query, after: cursor })),
    }),
  },
};

export const registryRow: Route = {
  name: 'registryRow',
  path: 'registry/{scope}/{name}',
  components: { RowContent },
  methods: {
    GET: strict({
      tag: 'Registry',
      summary: 'One row',
      description: 'As people wrote it. Columns of their own are not shown.',
      query: NO_QUERY,
      headers: ['If-None-Match'],
      responses: { 200: { is: 'The row.', ...ROW }, 304: { is: 'The client has this version.' } },
      problems: ['unknown-row'],
      handler: async ({ key, app, header }) => rowResponse(await app().findRow(key), header),
    }),
    PUT: strict({
      tag: 'Registry',
      summary: 'Create or replace a row',
      description: 'Sets all columns: what is left out is cleared. Columns of your own stay.',
      query: NO_QUERY,
      headers: ['If-Match', 'If-None-Match'],
      body: { 'application/json': RowContent },
      responses: {
        200: { is: 'Replaced, or as it was already.', ...ROW },
        201: { is: 'Created.', ...ROW },
      },
      problems: [
        'bad-body',
        'row-contended',
        'condition-failed',
        'too-large',
        'wrong-content-type',
        'bad-row',
      ],
      handler: putRow,
    }),
    DELETE: strict({
      tag: 'Registry',
      summary: 'Remove a row',
      description: 'Its target leaves all reports at the next sweep; its history stays.',
      query: NO_QUERY,
      headers: ['If-Match', 'If-None-Match'],
      responses: { 204: { is: 'Removed.' } },
      problems: ['unknown-row', 'row-contended', 'condition-failed'],
      handler: async ({ key, app, header, by }) => {
        const condition = parseCondition(header);
        if ('faults' in condition) return badRequest(condition.faults);
        return removedResponse(await app().removeRow(key, condition, { by, at: 'api' }));
      },
    }),
  },
};

export const registryExport: Route = {
  name: 'registryExport',
  path: 'registry/export',
  methods: {
    GET: strict({
      tag: 'Registry',
      summary: 'All rows as CSV',
      description: 'An import takes it back: every line is then unchanged, or rejected for its key.',
      query: NO_QUERY,
      responses: {
        200: {
          is: 'The file.',
          content: { 'text/csv': 'text' },
          headers: { 'Content-Disposition': 'Names the file.' },
        },
      },
      handler: async ({ app }) => registryCsv(await app().everyRow()),
    }),
  },
};

export const registryImport: Route = {
  name: 'registryImport',
  path: 'registry/import',
  components: { Import: ImportBody },
  methods: {
    POST: strict({
      tag: 'Registry',
      summary: 'Rows from CSV',
      description:
        'Every line is reported; a rejected one stops no other, and what another writer changes in the meantime is rejected, too. A file with an unknown column is refused as a whole. Columns that the file does not have stay; an empty cell clears.',
      query: ImportQuery,
      body: { 'text/csv': 'text' },
      responses: {
        200: { is: 'What became of each line.', content: IMPORT.content },
      },
      problems: ['bad-body', 'too-large', 'wrong-content-type'],
      handler: async ({ query, app, log, ...request }) => {
        const content = await readContent(request, CSV_FILE);
        if ('refusal' in content) return content.refusal;
        const file = parseRegistryCsv(content.text);
        if ('fault' in file) return problem('bad-body', `Nothing was imported: ${file.fault}`);
        const lines = await app().importRows(file.lines, query.dryRun, log, { by: request.by, at: 'api' });
        return IMPORT.answer(200, { lines: lines.map(({ update: _, ...line }) => line) });
      },
    }),
  },
};

async function putRow({ key, app, ...request }: Call): Promise<Response> {
  const content = await readContent(request, JSON_ROW);
  if ('refusal' in content) return content.refusal;
  const condition = parseCondition(request.header);
  if ('faults' in condition) return badRequest(condition.faults);
  const wanted = parseRowBody(content.text, key);
  if (!wanted) return problem('bad-body', 'Send one JSON object with the columns of the row.');
  return putResponse(await app().putRow(key, wanted, condition, { by: request.by, at: 'api' }));
}

function listResponse({ items, next }: RegistryPage): Response {
  return ROWS.answer(200, {
    items: items.map(rowJson),
    nextCursor: next ? encodeKey(next) : null,
  });
}

function rowResponse(row: TaggedRow | undefined, header: Request['header']): Response {
  if (!row) return unknownRow();
  const response = taggedResponse(200, row);
  return isKnown(strong(row.tag), header) ? { ...response, status: 304, body: '' } : response;
}

function putResponse(put: Put): Response {
  if (put.outcome === 'conditionFailed') return conditionFailed();
  if (put.outcome === 'contended') return contended();
  if (put.outcome === 'refused') return badRequest(put.faults.map(faultOf), 'bad-row');
  return taggedResponse(put.outcome === 'created' ? 201 : 200, put.row);
}

function removedResponse(removed: Removed): Response {
  if (removed === 'missing') return unknownRow();
  if (removed === 'conditionFailed') return conditionFailed();
  if (removed === 'contended') return contended();
  return { status: 204, headers: { 'cache-control': 'no-store' }, body: '' };
}

function taggedResponse(status: number, row: TaggedRow): Response {
  return ROW_JSON.answer(status, rowJson(row), { etag: strong(row.tag) });
}

function unknownRow(): Response {
  return problem('unknown-row', 'No row has these keys; PUT creates it.');
}

function contended(): Response {
  return problem(
    'row-contended',
    'The row changed at each of several tries, and nothing was written. Send the request again.',
  );
}

function conditionFailed(): Response {
  return problem(
    'condition-failed',
    'If-Match names another version of the row, or If-None-Match the one that is there: GET it again.',
  );
}
