/** The form of the tables has a version: what an older version left is brought up to date before the first use; tables of a newer one are refused. */
import type { TableClient } from '@azure/data-tables';
import * as col from './columns';
import { etagOf, type Row } from './columns';
import { MIGRATIONS, type Migration } from './migrations';
import { find, rowsOf, within } from './pages';
import { entityOf, saveRow, submitEach } from './writes';

const VERSION = { scope: 'schema', name: 'version' };

/** The version of tables, with the etag of the row that says so. */
export interface SchemaVersion {
  readonly number: number;
  readonly etag?: string;
}

/** Of tables that are new, and of those of 0.1.0, which had no version. */
export const UNVERSIONED: SchemaVersion = { number: 0 };

/** An app that does not know the form of the tables must not write to them. `health` knows it by its name. */
export class NewerTables extends Error {
  override readonly name = 'NewerTables';

  constructor(found: number, known: number) {
    super(
      `The tables have version ${found}, and this app knows no version above ${known}: a newer version of the app wrote them, so this one uses none of them. Deploy that version again, or a later one.`,
    );
  }
}

/** Reads the version in one call. @throws NewerTables */
export async function schemaVersion(
  scopes: TableClient,
  migrations: readonly Migration[] = MIGRATIONS,
): Promise<SchemaVersion> {
  const row = await find(scopes, VERSION);
  if (!row) return UNVERSIONED;
  const number = versionIn(row);
  if (number > migrations.length) throw new NewerTables(number, migrations.length);
  return { number, etag: etagOf(row) };
}

/**
 * Carries out the migrations that are missing, one after another. Any number of instances may do so at once, and each may end at any step:
 * a migration that is carried out again changes nothing, and a version is written only under the etag with which it was read.
 * @throws NewerTables
 */
export async function upgrade(
  open: (table: Migration['table']) => TableClient,
  from: SchemaVersion,
  migrations: readonly Migration[] = MIGRATIONS,
): Promise<void> {
  const scopes = open('scopes');
  for (let { number, etag } = from; ; { number, etag } = await schemaVersion(scopes, migrations)) {
    const migration = migrations[number];
    if (!migration) return;
    await carryOut(open(migration.table), migration);
    // Overtaken: whoever was faster may know a newer version, so it is read again in any case.
    await saveRow(scopes, entityOf(VERSION.scope, VERSION.name, { version: number + 1 }), 'Replace', etag);
  }
}

async function carryOut(client: TableClient, { partition, operations }: Migration): Promise<void> {
  const rows: Row[] = [];
  for await (const row of rowsOf(client, { filter: within(partition, undefined) })) rows.push(row);
  const unwritten = await submitEach(client, operations(rows));
  const refused = Array.from(unwritten).flatMap(([key, why]) => (why === 'refused' ? key : []));
  if (refused.length > 0) throw new Error(`table ${client.tableName} refused ${refused.join(', ')}`);
}

/** What can't be read counts as the oldest: migrations may be carried out again. */
function versionIn({ version }: Row): number {
  const number = col.number.read(version) ?? 0;
  return Number.isInteger(number) && number > 0 ? number : 0;
}
