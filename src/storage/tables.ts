/** Tables: all that the watch stores, opened on one storage account. */
import type { Tables } from '../watch/ports';
import { openCalendar } from './calendar';
import { type Connection, serviceClient, tableClient } from './connection';
import { openExpiries } from './expiries';
import { openHistory } from './history';
import { openMailLedger } from './mail-ledger';
import { openOutbox } from './outbox';
import { openRegistry } from './registry';
import { openScopes } from './scopes';

export type { Connection } from './connection';

const NAMES = ['registry', 'expiries', 'calendar', 'outbox', 'scopes', 'history'] as const;

/** Opens the six tables; nothing is asked of the account before the first use. */
export function openTables(connection: Connection): Tables & {
  /** Creates the tables that are missing, once; a failure (RestError) leaves the next call to try again. */
  ready(): Promise<void>;
} {
  const client = (name: (typeof NAMES)[number]) => tableClient(connection, name);
  let created: Promise<void> | undefined;
  const create = () =>
    createMissing(connection).catch((error: unknown) => {
      created = undefined;
      throw error;
    });
  return {
    registry: openRegistry(client('registry')),
    expiries: openExpiries(client('expiries')),
    calendar: openCalendar(client('calendar')),
    outbox: openOutbox(client('outbox')),
    scopes: openScopes(client('scopes')),
    mailLedger: openMailLedger(client('scopes')),
    history: openHistory(client('history')),
    ready: () => (created ??= create()),
  };
}

/** One call to look; the tables are there but for the very first time. */
async function createMissing(connection: Connection): Promise<void> {
  const service = serviceClient(connection);
  const missing = new Set<string>(NAMES);
  for await (const { name } of service.listTables()) if (name !== undefined) missing.delete(name);
  await Promise.all(Array.from(missing, name => service.createTable(name)));
}
