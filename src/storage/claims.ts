/** Claims: the row that says who sends an owner's digest; each write on it is under the etag of the one before. */
import type { TableClient } from '@azure/data-tables';
import type { Claim, HeldClaim, Outbox } from '../watch/ports';
import { unlessChanged, unlessExists } from './answers';
import { type Operation, submitUnder } from './batch';
import { etagOf, type Row } from './columns';
import {
  CLAIM,
  claimColumns,
  endColumns,
  partitionOf,
  refusalColumns,
  sentColumns,
  sentId,
  stateColumn,
  triesColumns,
} from './outbox-row';

export function openClaims(
  client: TableClient,
): Pick<Outbox, 'claim' | 'accept' | 'refuse' | 'postpone' | 'release' | 'finish'> {
  return {
    claim: (owner, claim) => insert(client, owner, claim),
    async accept(owner, claim, sent) {
      const follow = { ...keyIn(owner, sentId(sent.operationId)), ...sentColumns(owner, sent) };
      const etag = await submitUnder(client, [
        change(owner, claim, stateColumn(true)),
        ['upsert', follow, 'Replace'],
      ]);
      return etag === undefined ? undefined : { ...claim, accepted: true, etag };
    },
    async refuse(owner, claim, refusal) {
      const etag = await merge(client, owner, claim, refusalColumns(refusal));
      return etag === undefined ? undefined : { ...claim, refusal, etag };
    },
    async postpone(owner, claim, tries, notBefore) {
      const etag = await merge(client, owner, claim, triesColumns(tries, notBefore));
      return etag === undefined ? undefined : { ...claim, tries, notBefore, etag };
    },
    release: (owner, claim) => remove(client, owner, claim.etag),
    finish: (owner, claim) => finish(client, owner, claim),
  };
}

async function insert(client: TableClient, owner: string, claim: Claim): Promise<HeldClaim | undefined> {
  const entity = { ...keyIn(owner, CLAIM), ...claimColumns(owner, claim) };
  const made = await unlessExists(client.createEntity(entity));
  return made && { ...claim, etag: etagOf(made) };
}

async function merge(
  client: TableClient,
  owner: string,
  { etag }: HeldClaim,
  columns: Row,
): Promise<string | undefined> {
  const entity = { ...keyIn(owner, CLAIM), ...columns };
  const written = await unlessChanged(client.updateEntity(entity, 'Merge', { etag }));
  return written && etagOf(written);
}

/**
 * The SDK's transactions delete without a condition, so one that is under the etag empties the claim while it deletes the
 * lines, and the empty claim goes after it. A crash between the two leaves a claim for no line, which the next run deletes.
 */
async function finish(client: TableClient, owner: string, claim: HeldClaim): Promise<boolean> {
  const lines = claim.lineIds.map((id): Operation => ['delete', keyIn(owner, id)]);
  const etag = await submitUnder(client, [change(owner, claim, endColumns()), ...lines]);
  if (etag === undefined) return false;
  // Whoever deletes it: it has ended.
  await remove(client, owner, etag);
  return true;
}

async function remove(client: TableClient, owner: string, etag: string): Promise<boolean> {
  const removed = await unlessChanged(client.deleteEntity(partitionOf(owner), CLAIM, { etag }));
  return removed !== undefined;
}

function change(owner: string, { etag }: HeldClaim, columns: Row): Operation {
  return ['update', { ...keyIn(owner, CLAIM), ...columns }, 'Merge', { etag }];
}

function keyIn(owner: string, name: string) {
  return { partitionKey: partitionOf(owner), rowKey: name };
}
