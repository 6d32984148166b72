/** The query of `GET status`: filters and a page; every fault names its parameter and the fix. */
import * as v from 'valibot';
import { CHECKS, STANDINGS } from '../../core/standing';
import { parseDuration } from '../../formats/duration';
import { parseInstant } from '../../formats/instant';
import type { StatusQuery } from '../../watch/report/status';
import { address, cursorOf, limitOf, oneOf, optional, parsedBy, scopeKey, someOf, someText } from '../query';

/** A calendar key; a cursor is one in base64url. */
const CALENDAR_KEY = /^(~|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)\|[0-9a-f]{32}$/;
const DURATION = 'write one duration such as 30d, 12h or 45m';

/** Filters for targets and for rows of the registry. */
export const Filters = {
  scope: optional(scopeKey(), 'Those of this scope.'),
  owner: optional(address(), 'Those of this owner, without regard to case.'),
  q: optional(
    someText('write a text of 1 to 1024 characters'),
    'Part of a display name, name or scope, without regard to case.',
  ),
};

export function statusQuery(kinds: readonly string[]) {
  return v.object({
    within: optional(
      v.pipe(v.string(), v.regex(/^\d{1,9}[smhd]$/, DURATION), parsedBy(parseDuration, DURATION)),
      'What expires within this time, such as `30d`, `12h` or `45m`; expired ones are included.',
    ),
    standing: optional(someOf(STANDINGS), 'One or more standings.'),
    check: optional(someOf(CHECKS), 'One or more checks.'),
    kind: optional(oneOf(kinds), 'Targets of this kind.'),
    ...Filters,
    limit: limitOf('100'),
    cursor: cursorOf({ encode: encodeCursor, decode: decodeCursor }),
  });
}

/** The query with the names that the report uses. */
export function reportQuery(query: v.InferOutput<ReturnType<typeof statusQuery>>): StatusQuery {
  const { within, ...same } = query;
  return within === undefined ? same : { ...same, withinMs: within };
}

export function encodeCursor(key: string): string {
  return Buffer.from(key).toString('base64url');
}

function decodeCursor(text: string): string | undefined {
  const key = Buffer.from(text, 'base64url').toString();
  const [, instant = ''] = CALENDAR_KEY.exec(key) ?? [];
  return instant === '~' || parseInstant(instant) !== undefined ? key : undefined;
}
