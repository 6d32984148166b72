/** The dashboard's query: the filters of `GET status` as a form sends them, an order, and every fault at its field. */
import type { StatusQuery } from '../../watch/report';
import type { Fault } from '../problem';
import { parseStatusQuery } from '../status/query';

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
}

export type Given = Readonly<Partial<Record<Shown, string>>>;

const SHOWN = ['q', 'standing', 'check', 'kind', 'scope', 'owner', 'within', 'order', 'limit'] as const;
export type Shown = (typeof SHOWN)[number];

const OWN = ['order', 'page'];
const DEFAULT_LIMIT = '50';
/** An order other than the calendar's is made in memory, of so many at most. */
const MOST_ORDERED = 1_000;
const LONGEST_SHOWN = 1_024;

export function parseDashboardQuery(url: string, kinds: readonly string[]): Asked {
  // A form sends its empty fields, too.
  const entries = [...new URL(url).searchParams].filter(([, text]) => text !== '');
  const parameters = new URLSearchParams(entries);
  const order = orderOf(parameters);
  const page = pageOf(parameters);
  const parsed = parseStatusQuery(forStatus(entries), kinds);
  const faults = [
    ...('faults' in parsed ? parsed.faults : []),
    ...(order ? [] : [{ parameter: 'order', detail: `write one of ${ORDERS.join(', ')}` }]),
    ...(page ? [] : [{ parameter: 'page', detail: 'write a whole number from 1 to 1000' }]),
  ];
  const asked = { given: givenOf(parameters), faults, order: order ?? 'soonest', page: page ?? 1 };
  if (faults.length > 0 || !('query' in parsed)) return asked;
  return { ...asked, query: order === 'soonest' ? parsed.query : { ...parsed.query, limit: MOST_ORDERED } };
}

/** How many rows a page has; the query of an order asks for all that it orders. */
export function pageSizeOf({ given }: Asked): number {
  return Number(given.limit ?? DEFAULT_LIMIT);
}

function forStatus(entries: readonly [string, string][]): URLSearchParams {
  const parameters = new URLSearchParams(entries.filter(([parameter]) => !OWN.includes(parameter)));
  if (!parameters.has('limit')) parameters.set('limit', DEFAULT_LIMIT);
  return parameters;
}

function orderOf(parameters: URLSearchParams): Order | undefined {
  const [text = 'soonest', ...more] = parameters.getAll('order');
  return more.length > 0 ? undefined : ORDERS.find(order => order === text);
}

function pageOf(parameters: URLSearchParams): number | undefined {
  const [text = '1', ...more] = parameters.getAll('page');
  const page = more.length === 0 && /^\d{1,4}$/.test(text) ? Number(text) : 0;
  return page >= 1 && page <= MOST_ORDERED ? page : undefined;
}

function givenOf(parameters: URLSearchParams): Given {
  const given: Partial<Record<Shown, string>> = {};
  for (const field of SHOWN) {
    const text = parameters.get(field);
    if (text !== null) given[field] = text.slice(0, LONGEST_SHOWN);
  }
  return given;
}
