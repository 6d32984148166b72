/** Batches: writes many rows in few transactions, so that one bad row never blocks its neighbours. */
import { RestError, type TableClient, type TransactionAction } from '@azure/data-tables';
import { isMissing, wasChanged } from './answers';
import { etagOf } from './columns';

/**
 * `['upsert', row, 'Merge' | 'Replace']`, `['update', row, 'Merge']` (never creates) or `['delete', keys]`. For the last two a
 * missing row is no fault.
 */
export type Operation = TransactionAction;

const MOST_OPERATIONS = 100;
/** The store takes less than 4 MiB; headers, keys and escapes are only estimated. */
const MOST_BYTES = 3 * 1024 * 1024;
const ENVELOPE_BYTES = 1_000;

/** Why a transaction failed: one of its operations, the one at `at` where the store says so. */
interface Fault {
  readonly at: number | undefined;
  readonly missing: boolean;
}

/**
 * Carries out operations in transactions of up to 100, one after another: n good ones on one partition cost ⌈n/100⌉. Where an
 * entity occurs twice the last word counts. Answers with the row keys that were refused on their own; the rest is
 * written. Throws (RestError) what is not about a row: network, 401, 403, 429, 5xx, a missing table.
 */
export async function submit(client: TableClient, operations: readonly Operation[]): Promise<Set<string>> {
  const refused: Operation[] = [];
  for (const transaction of transactionsOf(operations)) await settle(client, transaction, refused);
  return new Set(refused.map(([, { rowKey }]) => rowKey));
}

/** The same for rows without which nothing may go on: it throws for a refused one, after the rest is written. */
export async function submitAll(client: TableClient, operations: readonly Operation[]): Promise<void> {
  const refused = await submit(client, operations);
  if (refused.size > 0) throw new Error(`table ${client.tableName} refused ${[...refused].join(', ')}`);
}

/**
 * One transaction of up to 100 operations, the first of which is under an etag: all of it is carried out or, when that row was
 * changed or is gone, none. Of the others, a missing row is no fault. Answers with the first row's new etag.
 */
export async function submitUnder(
  client: TableClient,
  operations: readonly Operation[],
): Promise<string | undefined> {
  try {
    const { subResponses } = await client.submitTransaction([...operations]);
    return etagOf({ etag: subResponses[0]?.etag });
  } catch (error) {
    if (wasChanged(error)) return undefined;
    const fault = faultOf(error, operations);
    if (!fault?.missing) throw error;
    if (fault.at === 0) return undefined;
    return await submitUnder(
      client,
      operations.filter((_, at) => at !== fault.at),
    );
  }
}

/** Sends a transaction without its bad operation, or in halves when nobody says which one that is. */
async function settle(client: TableClient, operations: Operation[], refused: Operation[]): Promise<void> {
  const fault = await attempt(client, operations);
  if (!fault) return;
  const [only, ...others] = operations;
  if (only && others.length === 0) {
    if (!fault.missing) refused.push(only);
    return;
  }
  for (const part of partsOf(operations, fault)) await settle(client, part, refused);
}

/** A named operation gets a try of its own at the end, lest a row be lost to a wrong number; a missing row needs none. */
function partsOf(operations: Operation[], { at, missing }: Fault): Operation[][] {
  const named = at === undefined ? undefined : operations[at];
  if (!named) {
    const half = Math.ceil(operations.length / 2);
    return [operations.slice(0, half), operations.slice(half)];
  }
  const rest = operations.filter(operation => operation !== named);
  return missing ? [rest] : [rest, [named]];
}

async function attempt(client: TableClient, operations: Operation[]): Promise<Fault | undefined> {
  try {
    await client.submitTransaction(operations);
    return undefined;
  } catch (error) {
    const fault = faultOf(error, operations);
    if (fault) return fault;
    throw error;
  }
}

/** The fault of an operation; undefined for an error that is not about a row. */
function faultOf(error: unknown, operations: readonly Operation[]): Fault | undefined {
  // The SDK can't write a key with a lone surrogate into a path.
  if (error instanceof URIError) return { at: undefined, missing: false };
  if (!(error instanceof RestError)) return undefined;
  const number = /^(\d+):/.exec(error.message)?.[1];
  const at = number === undefined ? undefined : Number(number);
  if (isMissing(error)) {
    const action = at === undefined ? undefined : operations[at]?.[0];
    return action === 'delete' || action === 'update' ? { at, missing: true } : undefined;
  }
  const aboutRow = error.statusCode === 400 || error.statusCode === 413;
  return aboutRow && error.code !== 'InvalidAuthenticationInfo' ? { at, missing: false } : undefined;
}

function* transactionsOf(operations: readonly Operation[]): Generator<Operation[]> {
  for (const partition of partitionsOf(operations)) {
    let transaction: Operation[] = [];
    let bytes = 0;
    for (const operation of partition) {
      const size = ENVELOPE_BYTES + Buffer.byteLength(JSON.stringify(operation[1]));
      if (transaction.length === MOST_OPERATIONS || (transaction.length > 0 && bytes + size > MOST_BYTES)) {
        yield transaction;
        transaction = [];
        bytes = 0;
      }
      transaction.push(operation);
      bytes += size;
    }
    yield transaction;
  }
}

/** The operations of each partition, one an entity: its last. */
function partitionsOf(operations: readonly Operation[]): Iterable<Operation>[] {
  const partitions = new Map<string, Map<string, Operation>>();
  for (const operation of operations) {
    const { partitionKey, rowKey } = operation[1];
    const partition = partitions.get(partitionKey) ?? new Map<string, Operation>();
    partitions.set(partitionKey, partition.set(rowKey, operation));
  }
  return Array.from(partitions.values(), partition => partition.values());
}
