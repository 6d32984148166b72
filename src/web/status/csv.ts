/** The answer of `GET status` as CSV: the fields of its JSON, flat, for spreadsheets and scripts. */
import { type Cell, csvOf } from '../csv';
import type { Item, StatusBody } from './body';

const COLUMNS: Readonly<Record<string, (item: Item) => Cell>> = {
  kind: item => item.kind,
  scope: item => item.scope,
  name: item => item.name,
  displayName: item => item.displayName,
  owners: item => item.owners.join(' '),
  expiresOn: item => item.expiresOn,
  remainingSeconds: item => item.remainingSeconds,
  lifetimeSeconds: item => item.lifetimeSeconds,
  minted: item => item.minted,
  standing: item => item.standing,
  check: item => item.check,
  failureCode: item => item.failure?.code,
  failureMessage: item => item.failure?.message,
  failureSince: item => item.failure?.since,
  failureCount: item => item.failure?.count,
  checkedOn: item => item.checkedOn,
  nextCheckOn: item => item.nextCheckOn,
  snoozedUntil: item => item.snoozedUntil,
};

export function statusCsv({ items }: StatusBody): string {
  const cells = Object.values(COLUMNS);
  return csvOf(
    Object.keys(COLUMNS),
    items.map(item => cells.map(cell => cell(item))),
  );
}
