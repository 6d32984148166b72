/** Migrations: how the rows of each version of the tables become those of the next. Forward only. */
import { SECOND } from '../formats/instant';
import * as col from './columns';
import { keyOf, type Row } from './columns';
import { countsEntity, requests, totalsIn } from './mail-ledger';
import { deletionsOf, type Operation } from './writes';

/**
 * It changes only rows in the old form, so that it may be carried out again, also on tables that are newer already: their version is lost
 * with the table that holds it. It is carried out before the first use of the tables, so it must be short at any number of targets.
 * What concerns the row of each target is read in both forms instead, and written in the new one when the row is next written.
 */
export interface Migration {
  readonly table: 'scopes';
  /** Its rows are read whole. */
  readonly partition: string;
  readonly operations: (rows: readonly Row[]) => Operation[];
}

/** The first one leads from version 0 to 1, the second from 1 to 2, and so on. One that was released is never changed. */
export const MIGRATIONS: readonly Migration[] = [
  { table: 'scopes', partition: 'mail', operations: oneRowOfMailCounts },
];

/** 0.1.0 kept the mail ledger in four rows, and counted requests by slots of ten seconds: each request may be of the end of its slot. */
function oneRowOfMailCounts(rows: readonly Row[]): Operation[] {
  const former = new Map(rows.map(row => [keyOf(row).name, row]));
  const usage = (name: string) => {
    const row = former.get(name);
    const slots = requests.read(row?.slots) ?? [];
    return {
      requests: slots.map(({ at, count }) => ({ at: at + 10 * SECOND, count })),
      pausedUntil: col.instant.read(row?.pausedUntil),
    };
  };
  const found = ['send', 'look', 'accepted', 'totals'].filter(name => former.has(name));
  if (found.length === 0) return [];
  const counts = countsEntity({
    send: usage('send'),
    look: usage('look'),
    acceptedOn: col.instant.read(former.get('accepted')?.acceptedOn),
    totals: totalsIn(former.get('totals') ?? {}),
  });
  // Where the new row is there already, the former ones are out of date.
  return [['create', counts], ...deletionsOf('mail', found)];
}
