/** The query of `GET status`: filters and a page; every fault names its parameter and the fix. */
import * as v from 'valibot';
import { CHECKS, STANDINGS } from '../../core/standing';
import { parseDuration } from '../../formats/duration';
import type { StatusQuery } from '../../watch/report/status';
import { limitOf, oneOf, parsedBy, someOf, someText } from '../query';

/** A calendar key; a cursor is one in base64url. */
const CALENDAR_KEY = /^(~|\d{4}-\d\d-\d\dT[\d:.]+Z)\|[0-9a-f]{32}$/;
const DURATION = 'write one duration such as 30d, 12h or 45m';
const NO_CURSOR = 'write the nextCursor of an earlier answer';

const Within = v.pipe(
  v.string(),
  v.regex(/^\d{1,9}[smhd]$/, DURATION),
  v.description('What expires within this time, such as `30d`, `12h` or `45m`; expired ones are included.'),
  parsedBy(parseDuration, DURATION),
);
const Cursor = v.pipe(
  someText(NO_CURSOR),
  v.description('The `nextCursor` of the page before.'),
  parsedBy(decodeCursor, NO_CURSOR),
);

/** Filters that rows of the registry have in common with targets. */
export const Filters = {
  scope: v.exactOptional(
    v.pipe(someText('write one scope, as items show it'), v.description('Those of this scope.')),
  ),
  owner: v.exactOptional(
    v.pipe(someText('write one mail address'), v.description('Those of this owner, without regard to case.')),
  ),
  q: v.exactOptional(
    v.pipe(
      someText('write a text of 1 to 1024 characters'),
      v.description('Part of a display name, name or scope, without regard to case.'),
    ),
  ),
};

export function statusQuery(kinds: readonly string[]) {
  return v.object({
    within: v.exactOptional(Within),
    standing: v.exactOptional(v.pipe(someOf(STANDINGS), v.description('One or more standings.'))),
    check: v.exactOptional(v.pipe(someOf(CHECKS), v.description('One or more checks.'))),
    kind: v.exactOptional(v.pipe(oneOf(kinds), v.description('Targets of this kind.'))),
    ...Filters,
    limit: limitOf('100'),
    cursor: v.exactOptional(Cursor),
  });
}

/** The same in the words of the report. */
export function reportQuery({
  within,
  ...query
}: v.InferOutput<ReturnType<typeof statusQuery>>): StatusQuery {
  return { ...query, ...(within !== undefined && { withinMs: within }) };
}

export function encodeCursor(key: string): string {
  return Buffer.from(key).toString('base64url');
}

function decodeCursor(text: string): string | undefined {
  const key = Buffer.from(text, 'base64url').toString();
  return CALENDAR_KEY.test(key) ? key : undefined;
}
