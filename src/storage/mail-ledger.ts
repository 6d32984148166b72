/** The mail ledger: what all instances together asked of the mail service, in the `mail` partition of the scopes table. */
import type { TableClient } from '@azure/data-tables';
import { addressKey } from '../core/address';
import { NO_MAILS } from '../core/mail-outcome';
import type { Usage } from '../core/quota';
import { formatInstant, type Instant } from '../formats/instant';
import type { MailFault, MailLedger } from '../watch/ports';
import * as col from './columns';
import { etagOf, type Row } from './columns';
import { encode } from './keys';
import { find } from './pages';
import { entityOf, saveRow } from './writes';

const PARTITION = 'mail';
const ACCEPTED = 'accepted';
const FAULT = 'fault';
const TOTALS = 'totals';

const usageColumns = col.record<Usage>({
  slots: col.json(col.list(col.record<Usage['slots'][number]>({ at: col.instant, count: col.number }))),
  pausedUntil: col.optional(col.instant),
});

const faultColumns = col.record<{ readonly on: Instant; readonly why: MailFault }>({
  on: col.instant,
  why: col.oneOf<MailFault>(['signIn', 'refused']),
});

const totalsColumns = col.recordOf(NO_MAILS, {
  ...col.double,
  read(stored) {
    const count = col.double.read(stored);
    return count === undefined || count < 0 ? undefined : count;
  },
});

export function openMailLedger(client: TableClient): MailLedger {
  const read = (name: string) => find(client, { scope: PARTITION, name });
  const replace = async (name: string, columns: Row) =>
    void (await client.upsertEntity(entityOf(PARTITION, name, columns), 'Replace'));
  const save = async (name: string, columns: Row, etag: string | undefined) =>
    (await saveRow(client, entityOf(PARTITION, name, columns), 'Replace', etag)) !== undefined;
  return {
    async usage(quota) {
      const row = await read(quota);
      return row && usageColumns.fill({ slots: [], etag: etagOf(row) }, row);
    },
    saveUsage: (quota, usage, etag) => save(quota, usageColumns.write(usage), etag),
    async acceptedOn() {
      return col.instant.read((await read(ACCEPTED))?.acceptedOn);
    },
    saveAcceptedOn: on => replace(ACCEPTED, { acceptedOn: formatInstant(on) }),
    async fault() {
      return faultColumns.read((await read(FAULT)) ?? {});
    },
    saveFault: (on, why) => replace(FAULT, faultColumns.write({ on, why })),
    async operatorNoticesToldOn(owner) {
      return col.instant.read((await read(operatorNoticesOf(owner)))?.toldOn);
    },
    saveOperatorNoticesToldOn: (owner, on) =>
      replace(operatorNoticesOf(owner), { toldOn: formatInstant(on) }),
    async totals() {
      const row = await read(TOTALS);
      // A count that can't be read starts again at 0, which a monitoring system takes for a restart.
      return row && totalsColumns.fill({ ...NO_MAILS, etag: etagOf(row) }, row);
    },
    saveTotals: (totals, etag) => save(TOTALS, totalsColumns.write(totals), etag),
  };
}

function operatorNoticesOf(owner: string): string {
  return `matters|${encode(addressKey(owner))}`;
}
