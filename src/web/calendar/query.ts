/** The query of `GET calendar.ics`: which expiries somebody subscribes to; every fault names its parameter and the fix. */
import type { FeedQuery } from '../../core/feed';
import { isAddress } from '../../core/target';
import type { Fault } from '../problem';

const OURS = ['owner', 'kind'];
/** They carry the function key, and are the Functions host's. */
const NOT_OURS = ['code', 'clientId'];

export function parseFeedQuery(
  parameters: URLSearchParams,
  kinds: readonly string[],
): { readonly query: FeedQuery } | { readonly faults: readonly Fault[] } {
  const faults = unknownParameters(parameters);
  const owner = one(parameters, 'owner', isAddress);
  const kind = one(parameters, 'kind', text => kinds.includes(text));
  if (owner === 'bad') faults.push({ parameter: 'owner', detail: 'write one mail address' });
  if (kind === 'bad') faults.push({ parameter: 'kind', detail: `write one of ${kinds.join(', ')}` });
  if (owner === 'bad' || kind === 'bad' || faults.length > 0) return { faults };
  return { query: { ...owner, ...kind } };
}

function unknownParameters(parameters: URLSearchParams): Fault[] {
  const unknown = [...new Set(parameters.keys())].filter(name => ![...OURS, ...NOT_OURS].includes(name));
  const detail = `there is no such parameter; there are ${OURS.join(' and ')}`;
  return unknown.map(parameter => ({ parameter: parameter.slice(0, 100), detail }));
}

/** Given once and good, not given, or bad. */
function one<K extends 'owner' | 'kind'>(
  parameters: URLSearchParams,
  parameter: K,
  isGood: (text: string) => boolean,
): { readonly [P in K]?: string } | 'bad' {
  const values = parameters.getAll(parameter);
  const [text] = values;
  const given: { [P in K]?: string } = {};
  if (text === undefined) return given;
  if (values.length > 1 || !isGood(text)) return 'bad';
  given[parameter] = text;
  return given;
}
