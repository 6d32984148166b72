/** Pruning: removes from a target's row what is recorded of people who are told of it no more. */
import type { Expiry } from '../../core/expiry';
import { forgettable } from '../../core/former';
import type { MailPolicy, Watched } from '../../core/watched';
import type { Instant } from '../../formats/instant';
import type { Stored, Tables } from '../ports';

interface Deps {
  readonly tables: { readonly expiries: Pick<Tables['expiries'], 'prune'> };
  readonly mail: MailPolicy;
}

/** @returns whether columns were removed. Of a row with faults none is, since it may name owners who are not understood. */
export async function prune(
  state: Stored<Expiry>,
  { columns, faults }: Watched,
  { tables, mail }: Deps,
  now: Instant,
): Promise<boolean> {
  if (faults.length > 0) return false;
  const owners = forgettable(state, [...columns.owners, ...mail.operators], now);
  return owners.length > 0 && (await tables.expiries.prune(state, state.etag, owners));
}
