/** The mail ledger: what all instances together asked of each mail service, in the `mail` partition of the scopes table. */
import type { TableClient } from '@azure/data-tables';
import { addressKey } from '../core/address';
import { type MailTotals, NO_MAILS } from '../core/mail-outcome';
import type { Usage } from '../core/quota';
import { formatInstant, type Instant } from '../formats/instant';
import type {
  MailCounts,
  MailFault,
  MailLedger,
  Outage,
  RecordedFault,
  SummaryProgress,
  TransportLedger,
} from '../watch/ports';
import * as col from './columns';
import { etagOf, keyOf, type Row } from './columns';
import { decode, encode } from './keys';
import { find, rowsOf, within } from './pages';
import { type Entity, entityOf, removeRow, saveRow } from './writes';

const PARTITION = 'mail';
/** With the name of a transport. The row without one is an earlier version's: nothing is written into it. */
const COUNTS = 'counts';
const FAULT = 'fault';
const REPORTS = 'reports';
const AND_TRANSPORT = '|';
const SUMMARY = 'summary';

/** How often the service was asked, by the instant. */
export const requests = col.json(
  col.list(col.record<Usage['requests'][number]>({ at: col.instant, count: col.number })),
);

interface Counters {
  readonly sends: Usage['requests'];
  readonly sendsPausedUntil?: Instant;
  readonly looks: Usage['requests'];
  readonly looksPausedUntil?: Instant;
  readonly acceptedOn?: Instant;
  readonly outage?: Outage;
  readonly inUseToldOn?: Instant;
}

const outage = col.record<Outage>({ since: col.instant, on: col.instant, message: col.text });

const counterColumns = col.record<Counters>({
  sends: requests,
  sendsPausedUntil: col.optional(col.instant),
  looks: requests,
  looksPausedUntil: col.optional(col.instant),
  acceptedOn: col.optional(col.instant),
  outage: col.optional(col.json(outage)),
  inUseToldOn: col.optional(col.instant),
});

const faultColumns = col.record<RecordedFault>({
  on: col.instant,
  since: col.instant,
  why: col.oneOf<MailFault>(['signIn', 'ours']),
  message: col.text,
});

const summaryColumns = col.record<Pick<SummaryProgress, 'on' | 'after'>>({
  on: col.instant,
  after: col.optional(col.text),
});

const totalsColumns = col.recordOf(NO_MAILS, {
  ...col.double,
  read(stored) {
    const count = col.double.read(stored);
    return count === undefined || count < 0 ? undefined : count;
  },
});

export function openMailLedger(client: TableClient): MailLedger {
  const allRows = async () => {
    const rows = new Map<string, Row>();
    for await (const row of rowsOf(client, { filter: within(PARTITION, undefined) }))
      rows.set(keyOf(row).name, row);
    return rows;
  };
  return {
    of: transport => ledgerOf(transport, client, allRows),
    async everyTransport() {
      const rows = await allRows();
      const counted = [...rows].flatMap(([name, row]) => {
        const transport = transportIn(name);
        if (transport === undefined) return [];
        const fault = faultColumns.read(rows.get(rowName(FAULT, transport)) ?? {});
        return [[transport, { ...countsIn(row), fault }] as const];
      });
      return new Map([['', earlierCounts(rows)], ...counted]);
    },
    async operatorNoticesToldOn(owner) {
      const row = await find(client, { scope: PARTITION, name: operatorNoticesOf(owner) });
      return col.instant.read(row?.toldOn);
    },
    async saveOperatorNoticesToldOn(owner, on) {
      const row = entityOf(PARTITION, operatorNoticesOf(owner), { toldOn: formatInstant(on) });
      await client.upsertEntity(row, 'Replace');
    },
    async summary() {
      const row = await find(client, { scope: PARTITION, name: SUMMARY });
      const progress = summaryColumns.read(row ?? {});
      return row && progress && { ...progress, etag: etagOf(row) };
    },
    saveSummary: ({ etag, ...progress }) =>
      saveRow(client, entityOf(PARTITION, SUMMARY, summaryColumns.write(progress)), 'Replace', etag),
  };
}

function ledgerOf(
  transport: string,
  client: TableClient,
  allRows: () => Promise<ReadonlyMap<string, Row>>,
): TransportLedger {
  const countsName = rowName(COUNTS, transport);
  const faultName = rowName(FAULT, transport);
  const reportsName = rowName(REPORTS, transport);
  return {
    async counts() {
      const rows = await allRows();
      const row = rows.get(countsName);
      const fault = faultColumns.read(rows.get(faultName) ?? {});
      const reportedOn = col.instant.read(rows.get(reportsName)?.reportedOn);
      if (row) return { ...countsIn(row), etag: etagOf(row), fault, reportedOn };
      // What an earlier version asked may have been of this service. Its totals stay where they are.
      return { ...earlierCounts(rows), totals: NO_MAILS, fault, reportedOn };
    },
    saveCounts: (counts, etag) => saveRow(client, countsEntity(counts, countsName), 'Replace', etag),
    async saveFault(fault) {
      await client.upsertEntity(entityOf(PARTITION, faultName, faultColumns.write(fault)), 'Replace');
    },
    clearFault: async () => void (await removeRow(client, entityOf(PARTITION, faultName), '*')),
    async saveReportedOn(on) {
      const row = entityOf(PARTITION, reportsName, { reportedOn: formatInstant(on) });
      await client.upsertEntity(row, 'Replace');
    },
  };
}

/** Without a name: the row that an earlier version kept for all transports. */
export function countsEntity({ send, look, totals, ...more }: MailCounts, name = COUNTS): Entity {
  const counters = counterColumns.write({
    ...more,
    sends: send.requests,
    sendsPausedUntil: send.pausedUntil,
    looks: look.requests,
    looksPausedUntil: look.pausedUntil,
  });
  return entityOf(PARTITION, name, { ...counters, ...totalsColumns.write(totals) });
}

function rowName(of: typeof COUNTS | typeof FAULT | typeof REPORTS, transport: string): string {
  return `${of}${AND_TRANSPORT}${encode(transport)}`;
}

function transportIn(name: string): string | undefined {
  const [of, transport] = name.split(AND_TRANSPORT);
  return of === COUNTS && transport !== undefined ? decode(transport) : undefined;
}

/** What can't be read counts as unused; a total starts again at 0, which a monitoring system takes for a restart. */
function countsIn(row: Row): MailCounts {
  const { sends, sendsPausedUntil, looks, looksPausedUntil, ...more } = counterColumns.fill(
    { sends: [], looks: [] },
    row,
  );
  return {
    ...more,
    send: { requests: sends, pausedUntil: sendsPausedUntil },
    look: { requests: looks, pausedUntil: looksPausedUntil },
    totals: totalsIn(row),
  };
}

/** An earlier version kept one row for all transports. */
function earlierCounts(rows: ReadonlyMap<string, Row>): MailCounts {
  return countsIn(rows.get(COUNTS) ?? {});
}

export function totalsIn(row: Row): MailTotals {
  return totalsColumns.fill({ ...NO_MAILS }, row);
}

function operatorNoticesOf(owner: string): string {
  return `matters|${encode(addressKey(owner))}`;
}
