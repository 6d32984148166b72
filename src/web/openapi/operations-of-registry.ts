/** The operations that manage the registry, as the OpenAPI document lists them. */
import { ImportQuery, ListQuery, NoQuery } from '../registry/query';
import type { Operation } from './operation';

const ROW = '/registry/{scope}/{name}';
const TAG = { ETag: 'Of this version of the row, for If-Match.' };
const JSON_ROW = { 'application/json': 'Row' } as const;

export const REGISTRY: readonly Operation[] = [
  {
    id: 'registry',
    method: 'get',
    path: '/registry',
    tag: 'Registry',
    summary: 'The rows',
    description: 'In the order of their keys, page by page.',
    query: ListQuery,
    answers: { 200: { is: 'A page of rows.', content: { 'application/json': 'Rows' } } },
  },
  {
    id: 'registryRow',
    method: 'get',
    path: ROW,
    tag: 'Registry',
    summary: 'One row',
    description: 'As people wrote it. Columns of their own are not shown.',
    query: NoQuery,
    headers: ['If-None-Match'],
    answers: {
      200: { is: 'The row.', content: JSON_ROW, headers: TAG },
      304: { is: 'The client has this version.' },
    },
    problems: ['unknown-row'],
  },
  {
    id: 'putRegistryRow',
    method: 'put',
    path: ROW,
    tag: 'Registry',
    summary: 'Create or replace a row',
    description: 'Sets all columns: what is left out is cleared. Columns of your own stay.',
    query: NoQuery,
    headers: ['If-Match', 'If-None-Match'],
    body: { 'application/json': 'RowContent' },
    answers: {
      200: { is: 'Replaced, or as it was already.', content: JSON_ROW, headers: TAG },
      201: { is: 'Created.', content: JSON_ROW, headers: TAG },
    },
    problems: ['bad-body', 'condition-failed', 'too-large', 'wrong-content-type', 'bad-row'],
  },
  {
    id: 'deleteRegistryRow',
    method: 'delete',
    path: ROW,
    tag: 'Registry',
    summary: 'Remove a row',
    description: 'Its target leaves all reports at the next sweep; its history stays.',
    query: NoQuery,
    headers: ['If-Match', 'If-None-Match'],
    answers: { 204: { is: 'Removed.' } },
    problems: ['unknown-row', 'condition-failed'],
  },
  {
    id: 'registryExport',
    method: 'get',
    path: '/registry/export',
    tag: 'Registry',
    summary: 'All rows as CSV',
    description: 'An import takes it back: every line is then unchanged, or rejected for its key.',
    query: NoQuery,
    answers: {
      200: {
        is: 'The file.',
        content: { 'text/csv': 'text' },
        headers: { 'Content-Disposition': 'Names the file.' },
      },
    },
  },
  {
    id: 'registryImport',
    method: 'post',
    path: '/registry/import',
    tag: 'Registry',
    summary: 'Rows from CSV',
    description:
      'Every line is reported; a rejected one stops no other, and what another writer changes in the meantime is rejected, too. A file with an unknown column is refused as a whole. Columns that the file does not have stay; an empty cell clears.',
    query: ImportQuery,
    body: { 'text/csv': 'text' },
    answers: { 200: { is: 'What became of each line.', content: { 'application/json': 'Import' } } },
    problems: ['bad-body', 'too-large', 'wrong-content-type'],
  },
];
