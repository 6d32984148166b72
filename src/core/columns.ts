/** The columns of a registry row that people write: their names, once, and a row as its text. */

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

/** Every known column as a person writes it; '' for none. */
export type Columns = Readonly<Record<Column, string>>;

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
