/** The registry row on the wire: its columns as clients know them, in JSON and in CSV. */
import { splitList } from '../../core/duration';
import type { Key } from '../../core/target';

export const COLUMNS = [
  'owners',
  'thresholds',
  'checkEvery',
  'enabled',
  'displayName',
  'runbook',
  'notes',
  'replacedBy',
] as const;

export type Column = (typeof COLUMNS)[number];
/** As the table holds them; '' for none. */
export type Columns = Readonly<Record<Column, string>>;

export interface Row extends Key {
  readonly columns: Columns;
}

export const NO_COLUMNS: Columns = {
  owners: '',
  thresholds: '',
  checkEvery: '',
  enabled: '',
  displayName: '',
  runbook: '',
  notes: '',
  replacedBy: '',
};

/** Lists as arrays, null for none; what is not understood is shown as it stands, to be mended. */
export function rowJson({ scope, name, columns }: Row) {
  const { owners, thresholds, checkEvery, enabled, displayName, runbook, notes, replacedBy } = columns;
  return {
    scope,
    name,
    owners: splitList(owners),
    thresholds: splitList(thresholds),
    checkEvery: checkEvery || null,
    enabled: enabledJson(enabled),
    displayName: displayName || null,
    runbook: runbook || null,
    notes: notes || null,
    replacedBy: replacedBy || null,
  };
}

function enabledJson(text: string): boolean | string {
  const word = text.trim().toLowerCase();
  if (word === '' || word === 'true') return true;
  return word === 'false' ? false : text;
}
