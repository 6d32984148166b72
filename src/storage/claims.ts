/** The claim of a digest as columns of its row in the outbox. */
import type { Claim, HeldClaim, Trouble } from '../watch/ports';
import * as col from './columns';
import { etagOf, type Row } from './columns';

type ClaimState = Omit<Claim, 'accepted'> & { readonly state: 'claimed' | 'accepted' | 'refused' };

const trouble = col.record<Trouble>({
  on: col.instant,
  cause: col.oneOf<Trouble['cause']>(['signIn', 'ours', 'recipient', 'service', 'unknown']),
  failures: col.number,
  othersTaken: col.optional(col.oneOf<true>([true])),
  alone: col.optional(col.oneOf<true>([true])),
  putOffSince: col.optional(col.instant),
});

export const claimColumns = col.record<ClaimState>({
  operationId: col.nonEmptyText,
  attempt: col.number,
  claimedOn: col.instant,
  lineIds: col.json(col.list(col.text)),
  state: col.oneOf(['claimed', 'accepted', 'refused']),
  refusal: col.optional(col.nonEmptyText),
  tries: col.number,
  notBefore: col.clearable(col.instant),
  oddly: col.clearable(col.oneOf<true>([true])),
  trouble: col.optional(col.json(trouble)),
  fallbackTrouble: col.optional(col.json(trouble)),
  transport: col.clearable(col.nonEmptyText),
});

export function stateOf({ accepted, ...claim }: Claim): ClaimState {
  const unsent = claim.refusal === undefined ? 'claimed' : 'refused';
  return { ...claim, state: accepted ? 'accepted' : unsent };
}

/** Always returns a claim, even of an unreadable row: an ignored claim would block its owner for ever. */
export function toClaim(row: Row): HeldClaim {
  const claimedOn = col.instant.read(row.timestamp) ?? 0;
  const base = { operationId: '', attempt: 0, lineIds: [], claimedOn, tries: 0, etag: etagOf(row) };
  const { state, refusal = 'it was refused', ...claim } = claimColumns.fill(base, row);
  return { ...claim, accepted: state === 'accepted', refusal: state === 'refused' ? refusal : undefined };
}
