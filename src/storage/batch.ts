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
  /** It may be the store's own: a row can break a store that takes its neighbours. */
  readonly vague?: true;
}

/** How a transaction comes out, part by part. */
interface Course {
  readonly refused: Operation[];
  /** How many vague faults in a row are left until they are taken for the store's own. */
  patience: number;
}

/** Of a store that is down all parts fail: the whole, its first operation alone and whatever comes next. */
const PATIENCE = 3;

/**
 * Carries out operations in transactions of up to 100, one after another: n good ones on one partition cost ⌈n/100⌉. Where an
 * entity occurs twice the last word counts. Answers with the row keys that were refused on their own; the rest is
 * written. Throws (RestError) what is not about a row: network, 401, 403, 429, 5xx (a 500 when parts fail, too), a missing table.
 */
export async function submit(client: TableClient, operations: readonly Operation[]): Promise<Set<string>> {
  const refused: Operation[] = [];
  for (const transaction of transactionsOf(operations)) {
    const patience = transaction.length > 1 ? PATIENCE : 1;
    await settle(client, transaction, { refused, patience });
  }
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
async function settle(client: TableClient, operations: Operation[], course: Course): Promise<void> {
  const fault = await attempt(client, operations, course);
  if (!fault) return;
  const [only, ...others] = operations;
  if (only && others.length === 0) {
    if (!fault.missing) course.refused.push(only);
    return;
  }
  for (const part of partsOf(operations, fault)) await settle(client, part, course);
}

/** A named operation gets a try of its own at the end, lest a row be lost to a wrong number; a missing row needs none. */
function partsOf(operations: Operation[], { at, missing, vague }: Fault): Operation[][] {
  const named = at === undefined ? undefined : operations[at];
  if (!named) {
    // One alone, before the halves, soon tells whether the store still takes any.
    const first = vague ? 1 : 0;
    const half = Math.ceil((operations.length + first) / 2);
    const parts = [operations.slice(0, first), operations.slice(first, half), operations.slice(half)];
    return parts.filter(part => part.length > 0);
  }
  const rest = operations.filter(operation => operation !== named);
  return missing ? [rest] : [rest, [named]];
}

async function attempt(
  client: TableClient,
  operations: Operation[],
  course: Course,
): Promise<Fault | undefined> {
  try {
    await client.submitTransaction(operations);
    course.patience = PATIENCE;
    return undefined;
  } catch (error) {
    const fault = faultOf(error, operations);
    course.patience = fault?.vague ? course.patience - 1 : PATIENCE;
    if (fault && course.patience > 0) return fault;
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
  if (error.statusCode === 500 && error.code !== 'OperationTimedOut')
    return { at, missing: false, vague: true };
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
