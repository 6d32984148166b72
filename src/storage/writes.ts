/** Writes: one row under its etag, or many rows in few transactions. One bad row never stops the others. */
import { RestError, type TableClient, type TransactionAction } from '@azure/data-tables';
import type { Unwritten } from '../watch/ports';
import { etagOf, type Row, record, text } from './columns';
import { notTheService } from './wire';

/**
 * `['upsert', row, 'Merge' | 'Replace']`, `['create', row]`, `['update', row, 'Merge', {etag}]`, and `['update', row, 'Merge']` or
 * `['delete', keys]`. For the last two, a missing row is no fault. Only upsert and create make a new row.
 */
export type Operation = TransactionAction;

export type Entity = Row & { readonly partitionKey: string; readonly rowKey: string };

const MOST_OPERATIONS = 100;
/** The store takes less than 4 MiB; headers, keys and escapes are only estimated. */
const MOST_BYTES = 3 * 1024 * 1024;
const ENVELOPE_BYTES = 1_000;
/** When the store is down, this many parts fail in a row: the whole transaction, its first operation alone and the next part. */
const MOST_UNCLEAR_FAULTS = 3;

/** Why a transaction failed: one of its operations is at fault. */
interface Fault {
  /** That operation, if the store names one. */
  readonly named: Operation | undefined;
  readonly why: Unwritten | 'missing';
  /** A 500: the store itself may be at fault, or one row that makes it fail. */
  readonly isUnclear: boolean;
}

/** The state of one transaction while it is sent, whole or in parts. */
interface Submission {
  readonly client: TableClient;
  readonly unwritten: Map<string, Unwritten>;
  /** After this many more unclear faults in a row, the store itself is at fault. */
  retriesLeft: number;
  /** After this many more rows that were overtaken, the rest counts as overtaken, too. */
  overtakenLeft: number;
}

/** A row by its keys, with its columns. */
export function entityOf(partitionKey: string, rowKey: string, columns: Row = {}): Entity {
  return { ...columns, partitionKey, rowKey };
}

/** Deletes rows of one partition; a missing one is no fault. */
export function deletionsOf(partitionKey: string, rowKeys: readonly string[]): Operation[] {
  return rowKeys.map(rowKey => ['delete', { partitionKey, rowKey }]);
}

/**
 * Creates a row or, under an etag (`*`: any), changes it.
 * @returns the new etag; undefined when another writer was faster, or nothing is there to change.
 */
export async function saveRow(
  client: TableClient,
  row: Entity,
  mode: 'Merge' | 'Replace',
  etag?: string,
): Promise<string | undefined> {
  const written = etag === undefined ? client.createEntity(row) : client.updateEntity(row, mode, { etag });
  return await unlessOvertaken(written.then(etagOf), etag !== undefined);
}

/** Deletes a row under an etag (`*`: any); false when another writer changed or deleted it. */
export async function removeRow(
  client: TableClient,
  { partitionKey, rowKey }: Entity,
  etag: string,
): Promise<boolean> {
  const removed = client.deleteEntity(partitionKey, rowKey, { etag });
  return (await unlessOvertaken(removed, true)) !== undefined;
}

async function unlessOvertaken<T>(write: Promise<T>, mayBeMissing: boolean): Promise<T | undefined> {
  try {
    return await write;
  } catch (error) {
    if (!(error instanceof RestError)) throw error;
    if (isOvertaken(error) || (mayBeMissing && isMissing(error))) return undefined;
    throw error;
  }
}

/**
 * Carries out operations in transactions of up to 100, one after another: n good ones on one partition cost ⌈n/100⌉ calls. Of
 * several operations on one row, only the last is carried out. For a caller that reads overtaken rows again anyway, a
 * transaction is given up after `mostOvertaken` of them.
 * @returns the keys of the rows that were not written, and why; all others are.
 * @throws RestError for what is not about a row: network, 401, 403, 429, 5xx (also a 500 that persists), a missing table.
 */
export async function submitEach(
  client: TableClient,
  operations: readonly Operation[],
  mostOvertaken = Number.POSITIVE_INFINITY,
): Promise<Map<string, Unwritten>> {
  const unwritten = new Map<string, Unwritten>();
  for (const transaction of transactionsOf(operations)) {
    const retriesLeft = transaction.length > 1 ? MOST_UNCLEAR_FAULTS : 1;
    await sendInParts(transaction, { client, unwritten, retriesLeft, overtakenLeft: mostOvertaken });
  }
  return unwritten;
}

/** The same for operations without an etag, which can't be overtaken. @returns the keys of the refused rows. */
export async function submit(client: TableClient, operations: readonly Operation[]): Promise<Set<string>> {
  return new Set((await submitEach(client, operations)).keys());
}

/** The same for rows that must all be written. @throws Error for a refused one, after the others are written. */
export async function submitAll(client: TableClient, operations: readonly Operation[]): Promise<void> {
  const refused = await submit(client, operations);
  if (refused.size > 0) throw new Error(`table ${client.tableName} refused ${[...refused].join(', ')}`);
}

/**
 * One transaction of up to 100 operations, of which the first is an update under an etag: either all are carried out, or none
 * because that row was changed or is gone. The others may be about missing rows.
 * @returns the new etag of the first row; undefined when nothing was written.
 */
export async function submitUnder(
  client: TableClient,
  operations: readonly Operation[],
): Promise<string | undefined> {
  try {
    const subResponses = await transact(client, operations);
    return etagOf({ etag: subResponses[0]?.etag });
  } catch (error) {
    const fault = faultOf(error, operations);
    if (fault?.why === 'overtaken') return undefined;
    if (fault?.why !== 'missing') throw error;
    const others = operations.filter(operation => operation !== fault.named);
    return await submitUnder(client, others);
  }
}

/**
 * One transaction of up to 100 operations, of which the first creates a row: either all are carried out, or none because that
 * row is there already or another one is missing.
 * @returns the etag of the new row; undefined when nothing was written.
 */
export async function submitCreation(
  client: TableClient,
  operations: readonly Operation[],
): Promise<string | undefined> {
  try {
    const subResponses = await transact(client, operations);
    return etagOf({ etag: subResponses[0]?.etag });
  } catch (error) {
    const why = faultOf(error, operations)?.why;
    if (why === 'overtaken' || why === 'missing') return undefined;
    throw error;
  }
}

/** Sends a transaction. If it fails, sends it again without the operation that the store names; if the store names none, in halves. */
async function sendInParts(operations: Operation[], submission: Submission): Promise<void> {
  const fault = await attempt(operations, submission);
  if (!fault) return;
  const [only, ...others] = operations;
  if (only && others.length === 0) {
    if (fault.why !== 'missing') submission.unwritten.set(only[1].rowKey, fault.why);
    return;
  }
  if (fault.why === 'overtaken') submission.overtakenLeft -= 1;
  if (submission.overtakenLeft <= 0) {
    for (const operation of operations) submission.unwritten.set(operation[1].rowKey, 'overtaken');
    return;
  }
  for (const part of partsOf(operations, fault)) await sendInParts(part, submission);
}

async function attempt(operations: Operation[], submission: Submission): Promise<Fault | undefined> {
  try {
    await transact(submission.client, operations);
    submission.retriesLeft = MOST_UNCLEAR_FAULTS;
    return undefined;
  } catch (error) {
    const fault = faultOf(error, operations);
    submission.retriesLeft = fault?.isUnclear ? submission.retriesLeft - 1 : MOST_UNCLEAR_FAULTS;
    if (fault && submission.retriesLeft > 0) return fault;
    throw error;
  }
}

/** @throws RestError for an answer that does not say of each operation that it was carried out */
async function transact(client: TableClient, operations: readonly Operation[]) {
  const { status, subResponses } = await client.submitTransaction([...operations]);
  const isDone = subResponses.every(part => part.status >= 200 && part.status < 300);
  if (isDone && subResponses.length === operations.length) return subResponses;
  throw notTheService(status);
}

/** The named operation is tried alone at the end, because the store may name the wrong one; a missing row is not tried again. */
function partsOf(operations: Operation[], { named, why, isUnclear }: Fault): Operation[][] {
  if (!named) {
    // One operation alone, before the halves, shows soon whether the store takes anything.
    const first = isUnclear ? 1 : 0;
    const half = Math.ceil((operations.length + first) / 2);
    const parts = [operations.slice(0, first), operations.slice(first, half), operations.slice(half)];
    return parts.filter(part => part.length > 0);
  }
  const rest = operations.filter(operation => operation !== named);
  return why === 'missing' ? [rest] : [rest, [named]];
}

/** The fault of an operation; undefined for an error that is not about a row. */
function faultOf(error: unknown, operations: readonly Operation[]): Fault | undefined {
  // The SDK can't write a key with half a surrogate pair into a path.
  if (error instanceof URIError) return { named: undefined, why: 'refused', isUnclear: false };
  if (!(error instanceof RestError)) return undefined;
  // The message begins with the index of the operation; without one, `Number` gives NaN.
  const named = operations[Number(/^(\d+):/.exec(error.message)?.[1])];
  const why = whyUnwritten(error, named);
  return why && { named, why, isUnclear: error.statusCode === 500 };
}

function whyUnwritten(error: RestError, named: Operation | undefined): Fault['why'] | undefined {
  if (isOvertaken(error)) return 'overtaken';
  // A missing account has the same code, but there the store names no operation.
  if (isMissing(error)) return named && whyMissing(named);
  const isStoresFault = error.code === 'InvalidAuthenticationInfo' || error.code === 'OperationTimedOut';
  return !isStoresFault && [400, 413, 500].includes(error.statusCode ?? 0) ? 'refused' : undefined;
}

/** Undefined for an upsert or a create: they need no row, so the store is at fault. */
function whyMissing(operation: Operation): Fault['why'] | undefined {
  const [action, , , options] = operation;
  if (action === 'update' && options?.etag !== undefined) return 'overtaken';
  return action === 'update' || action === 'delete' ? 'missing' : undefined;
}

/** Another writer made the row first, or changed it since it was read. */
function isOvertaken(error: RestError): boolean {
  return isAnswer(error, 409, 'EntityAlreadyExists') || isAnswer(error, 412, 'UpdateConditionNotSatisfied');
}

/** The row does not exist; a missing table has another code. */
function isMissing(error: RestError): boolean {
  return isAnswer(error, 404, 'ResourceNotFound');
}

const Details = record<{ readonly odataError: { readonly code: string } }>({
  odataError: record<{ readonly code: string }>({ code: text }),
});

function isAnswer(error: RestError, status: number, code: string): boolean {
  return error.statusCode === status && (Details.read(error.details)?.odataError.code ?? error.code) === code;
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

/** The operations of each partition: for each row, the last. */
function partitionsOf(operations: readonly Operation[]): Iterable<Operation>[] {
  const partitions = new Map<string, Map<string, Operation>>();
  for (const operation of operations) {
    const { partitionKey, rowKey } = operation[1];
    const partition = partitions.get(partitionKey) ?? new Map<string, Operation>();
    partitions.set(partitionKey, partition.set(rowKey, operation));
  }
  return Array.from(partitions.values(), partition => partition.values());
}
