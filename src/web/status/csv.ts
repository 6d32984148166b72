/** The report as CSV: the fields of its JSON, flat, for spreadsheets and scripts. */

import { csvOf } from '../../formats/csv';
import type { Report } from '../../watch/report/status';
import { statusJson } from './item';

const HEADER = [
  'kind',
  'scope',
  'name',
  'displayName',
  'owners',
  'expiresOn',
  'remainingSeconds',
  'lifetimeSeconds',
  'minted',
  'standing',
  'check',
  'failureCode',
  'failureMessage',
  'failureSince',
  'failureCount',
  'checkedOn',
  'nextCheckOn',
  'snoozedUntil',
];

export function statusCsv(report: Report): string {
  const rows = statusJson(report).items.map(item => [
    item.kind,
    item.scope,
    item.name,
    item.displayName,
    item.owners.join(' '),
    item.expiresOn,
    item.remainingSeconds,
    item.lifetimeSeconds,
    item.minted,
    item.standing,
    item.check,
    item.failure?.code,
    item.failure?.message,
    item.failure?.since,
    item.failure?.count,
    item.checkedOn,
    item.nextCheckOn,
    item.snoozedUntil,
  ]);
  return csvOf(HEADER, rows);
}
