/** The row of a target whose registry row is lost: it is watched by what the last report showed of it, until it goes. */
import type { Expiry, RowLost } from '../../core/expiry';
import { NOT_NAMED } from '../../core/replacement';
import type { RegistryRow } from '../ports';

/** Undefined for a target whose row is not lost, or that is gone. */
export function lostRow(state: Expiry | undefined): RegistryRow | undefined {
  return state?.rowLost && state.goneSince === undefined ? rowOfLost(state, state.rowLost) : undefined;
}

/** The thresholds of its kind hold. A target that was on no report stays on none, and one that was not verified stays so. */
export function rowOfLost(state: Expiry, lost: RowLost): RegistryRow {
  const { scope, name, calendarKeys, unverifiedSince } = state;
  const { displayName, owners } = lost;
  const enabled = String(calendarKeys.join('') !== '');
  const replacedBy = unverifiedSince === undefined ? '' : NOT_NAMED;
  const columns = { displayName, owners: owners.join(' '), enabled, replacedBy };
  return { scope, name, identity: undefined, columns, lost };
}
