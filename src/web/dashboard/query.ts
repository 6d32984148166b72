/** The dashboard's query: the filters of `GET status` as a form sends them, an order, and every fault at its field. */
import * as v from 'valibot';
import type { StatusQuery } from '../../watch/report/status';
import type { Fault } from '../problem';
import { limitOf, oneOf, readQuery, wholeNumber } from '../query';
import { forReport, statusQuery } from '../status/query';

export const ORDERS = ['soonest', 'name', 'owner', 'state', 'checked'] as const;
export type Order = (typeof ORDERS)[number];

export interface Asked {
  /** What was written, to be shown again; only what the page has a field or a link for. */
  readonly given: Given;
  readonly faults: readonly Fault[];
  /** Present where there is no fault. */
  readonly query?: StatusQuery;
  readonly order: Order;
  /** Of an order other than soonest first, counted from 1. */
  readonly page: number;
  /** How many rows a page has; the query of an order asks for all that it orders. */
  readonly pageSize: number;
}

export type Given = Readonly<Partial<Record<Shown, string>>>;

const SHOWN = ['q', 'standing', 'check', 'kind', 'scope', 'owner', 'within', 'order', 'limit'] as const;
export type Shown = (typeof SHOWN)[number];

/** An order other than the calendar's is made in memory, of so many at most. */
const MOST_ORDERED = 1_000;
const LONGEST_SHOWN = 1_024;

export function dashboardQuery(kinds: readonly string[]) {
  return v.object({
    ...statusQuery(kinds).entries,
    limit: limitOf('50'),
    order: v.optional(v.pipe(oneOf(ORDERS), v.description('How the list is sorted.')), 'soonest'),
    page: v.optional(
      v.pipe(wholeNumber(1, MOST_ORDERED), v.description('Of an order other than soonest first.')),
      '1',
    ),
  });
}

export function parseDashboardQuery(url: string, kinds: readonly string[]): Asked {
  // A form sends its empty fields, too.
  const entries = [...new URL(url).searchParams].filter(([, text]) => text !== '');
  const parameters = new URLSearchParams(entries);
  const given = givenOf(parameters);
  const parsed = readQuery(parameters, dashboardQuery(kinds));
  if ('faults' in parsed) return { given, faults: parsed.faults, order: 'soonest', page: 1, pageSize: 0 };
  const { order, page, ...filters } = parsed.query;
  const query = forReport(filters);
  const asked = { given, faults: [], order, page, pageSize: query.limit };
  return { ...asked, query: order === 'soonest' ? query : { ...query, limit: MOST_ORDERED } };
}

function givenOf(parameters: URLSearchParams): Given {
  const given: Partial<Record<Shown, string>> = {};
  for (const field of SHOWN) {
    const text = parameters.get(field);
    if (text !== null) given[field] = text.slice(0, LONGEST_SHOWN);
  }
  return given;
}
