/** What the registry's routes answer: rows with their entity tag, pages of rows, and every refusal as a problem. */
import type { Key } from '../../core/target';
import { isKnown, strong } from '../etag';
import { type Answer, badRow, json, problem, withHeaders } from '../problem';
import { faultOf } from './body';
import { type ImportBody, type Row, type RowsBody, rowJson } from './columns';
import { encodeKey } from './query';

export interface TaggedRow extends Row {
  readonly tag: string;
}

export type PutOutcome =
  | { readonly outcome: 'created' | 'replaced'; readonly row: TaggedRow }
  | { readonly outcome: 'refused'; readonly faults: readonly string[] }
  | { readonly outcome: 'conditionFailed' };

type HeaderOf = (name: string) => string | null;

export function rowAnswer(row: TaggedRow | undefined, header: HeaderOf): Answer {
  if (!row) return unknownRow();
  const answer = tagged(json(200, rowJson(row)), row);
  return isKnown(strong(row.tag), header) ? { ...answer, status: 304, body: '' } : answer;
}

export function putAnswer(put: PutOutcome): Answer {
  if (put.outcome === 'conditionFailed') return conditionFailed();
  if (put.outcome === 'refused') return badRow(put.faults.map(faultOf));
  return tagged(json(put.outcome === 'created' ? 201 : 200, rowJson(put.row)), put.row);
}

export function removedAnswer(removed: 'removed' | 'missing' | 'conditionFailed'): Answer {
  if (removed === 'missing') return unknownRow();
  if (removed === 'conditionFailed') return conditionFailed();
  return { status: 204, headers: { 'cache-control': 'no-store' }, body: '' };
}

export function listAnswer({
  items,
  next,
}: {
  readonly items: readonly Row[];
  readonly next: Key | undefined;
}): Answer {
  const body: RowsBody = { items: items.map(rowJson), nextCursor: next ? encodeKey(next) : null };
  return json(200, body);
}

export function importAnswer(lines: ImportBody['lines']): Answer {
  const body: ImportBody = { lines };
  return json(200, body);
}

export function notJson(): Answer {
  return problem('bad-body', 'Send one JSON object with the columns of the row.');
}

/** The file as a whole: not one line of it was taken. */
export function badFile(fault: string): Answer {
  return problem('bad-body', `Nothing was imported: ${fault}`);
}

function tagged(answer: Answer, { tag }: TaggedRow): Answer {
  return withHeaders(answer, { etag: strong(tag) });
}

function unknownRow(): Answer {
  return problem('unknown-row', 'No row has these keys; PUT creates it.');
}

function conditionFailed(): Answer {
  return problem(
    'condition-failed',
    'If-Match names another version of the row, or If-None-Match the one that is there: GET it again.',
  );
}
