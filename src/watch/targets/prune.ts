/** Pruning: removes from a target's row what is recorded of people who are told of it no more. */
import type { Expiry } from '../../core/expiry';
import { forgettable, isCrowded } from '../../core/former';
import type { MailPolicy, Watched } from '../../core/watched';
import type { Instant } from '../../formats/instant';
import type { Stored, Tables } from '../ports';

interface Deps {
  readonly tables: { readonly expiries: Pick<Tables['expiries'], 'prune'> };
  readonly mail: MailPolicy;
}

/**
 * A row with faults may name owners who are not understood: it loses nothing before it is crowded.
 * @returns whether columns were removed
 */
export async function prune(
  state: Stored<Expiry>,
  { columns, faults }: Pick<Watched, 'columns' | 'faults'>,
  { tables, mail }: Deps,
  now: Instant,
): Promise<boolean> {
  if (faults.length > 0 && !isCrowded(state)) return false;
  const owners = forgettable(state, [...columns.owners, ...mail.operators], now);
  return owners.length > 0 && (await tables.expiries.prune(state, state.etag, owners));
}
