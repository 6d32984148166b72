/** Derived tables: a fault of the store is an answer here and no exception, since what can be rebuilt must never stop a reminder. */
import { RestError, type TableClient } from '@azure/data-tables';
import { deletionsOf, type Operation, submit } from './writes';

/** A partition that has no rows. */
const NOWHERE = 'probe';

/** @returns the keys of the refused rows: all of them where the table takes no writes */
export async function submitDerived(
  client: TableClient,
  operations: readonly Operation[],
): Promise<Set<string>> {
  try {
    return await submit(client, operations);
  } catch (error) {
    if (!(error instanceof RestError)) throw error;
    return new Set(operations.map(([, { rowKey }]) => rowKey));
  }
}

/** Why a table takes no writes now; undefined if it does. It deletes a row that is not there. */
export async function refusalOf(client: TableClient): Promise<string | undefined> {
  try {
    await submit(client, deletionsOf(NOWHERE, [NOWHERE]));
    return undefined;
  } catch (error) {
    if (!(error instanceof RestError)) throw error;
    return [error.statusCode, error.code].filter(part => part !== undefined).join(' ') || 'no answer';
  }
}
