/** The mail ledger: what all instances together asked of the mail service, in the `mail` partition of the scopes table. */
import type { TableClient } from '@azure/data-tables';
import { addressKey } from '../core/address';
import { type MailTotals, NO_MAILS } from '../core/mail-outcome';
import { UNUSED, type Usage } from '../core/quota';
import { formatInstant, type Instant, SECOND } from '../formats/instant';
import type { MailCounts, MailFault, MailLedger, RecordedFault, SummaryProgress } from '../watch/ports';
import * as col from './columns';
import { etagOf, keyOf, type Row } from './columns';
import { encode } from './keys';
import { find, rowsOf, within } from './pages';
import { entityOf, removeRow, saveRow } from './writes';

const PARTITION = 'mail';
const COUNTS = 'counts';
const FAULT = 'fault';
const SUMMARY = 'summary';

const requests = col.json(
  col.list(col.record<Usage['requests'][number]>({ at: col.instant, count: col.number })),
);

interface Counters {
  readonly sends: Usage['requests'];
  readonly sendsPausedUntil?: Instant;
  readonly looks: Usage['requests'];
  readonly looksPausedUntil?: Instant;
  readonly acceptedOn?: Instant;
}

const counterColumns = col.record<Counters>({
  sends: requests,
  sendsPausedUntil: col.optional(col.instant),
  looks: requests,
  looksPausedUntil: col.optional(col.instant),
  acceptedOn: col.optional(col.instant),
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
  return {
    async counts() {
      const rows = new Map<string, Row>();
      for await (const row of rowsOf(client, { filter: within(PARTITION, undefined) }))
        rows.set(keyOf(row).name, row);
      const row = rows.get(COUNTS);
      const fault = faultColumns.read(rows.get(FAULT) ?? {});
      return { ...(row ? { ...countsIn(row), etag: etagOf(row) } : earlierCounts(rows)), fault };
    },
    saveCounts: ({ send, look, acceptedOn, totals }, etag) => {
      const counters = counterColumns.write({
        sends: send.requests,
        sendsPausedUntil: send.pausedUntil,
        looks: look.requests,
        looksPausedUntil: look.pausedUntil,
        acceptedOn,
      });
      const row = entityOf(PARTITION, COUNTS, { ...counters, ...totalsColumns.write(totals) });
      return saveRow(client, row, 'Replace', etag);
    },
    async fault() {
      return faultColumns.read((await find(client, { scope: PARTITION, name: FAULT })) ?? {});
    },
    async saveFault(fault) {
      await client.upsertEntity(entityOf(PARTITION, FAULT, faultColumns.write(fault)), 'Replace');
    },
    clearFault: async () => void (await removeRow(client, entityOf(PARTITION, FAULT), '*')),
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

/** What can't be read counts as unused; a total starts again at 0, which a monitoring system takes for a restart. */
function countsIn(row: Row): MailCounts {
  const { sends, sendsPausedUntil, looks, looksPausedUntil, acceptedOn } = counterColumns.fill(
    { sends: [], looks: [] },
    row,
  );
  return {
    send: { requests: sends, pausedUntil: sendsPausedUntil },
    look: { requests: looks, pausedUntil: looksPausedUntil },
    acceptedOn,
    totals: totalsIn(row),
  };
}

/** An earlier version kept four rows and counted requests by slots of ten seconds; each request may be of the end of its slot. */
function earlierCounts(rows: ReadonlyMap<string, Row>): MailCounts {
  const usage = (name: string): Usage => {
    const row = rows.get(name);
    const pausedUntil = col.instant.read(row?.pausedUntil);
    const slots = requests.read(row?.slots) ?? UNUSED.requests;
    return { requests: slots.map(({ at, count }) => ({ at: at + 10 * SECOND, count })), pausedUntil };
  };
  return {
    send: usage('send'),
    look: usage('look'),
    acceptedOn: col.instant.read(rows.get('accepted')?.acceptedOn),
    totals: totalsIn(rows.get('totals') ?? {}),
  };
}

function totalsIn(row: Row): MailTotals {
  return totalsColumns.fill({ ...NO_MAILS }, row);
}

function operatorNoticesOf(owner: string): string {
  return `matters|${encode(addressKey(owner))}`;
}
