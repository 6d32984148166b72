/** The mail ledger: what all instances together have asked of the mail service, in the `mail` partition of the scopes table. */

import type { TableClient } from '@azure/data-tables';
import * as v from 'valibot';
import { addressKey } from '../core/address';
import { MAIL_OUTCOMES, type MailTotals, NO_MAILS } from '../core/mail-outcome';
import type { Usage } from '../core/quota';
import { formatInstant } from '../formats/instant';
import type { MailLedger } from '../watch/ports';
import { alreadyExists, isMissing, wasChanged } from './answers';
import { double, etagOf, InstantText, instant, json, number, type Row } from './columns';
import { encode } from './keys';
import { find } from './pages';

const PARTITION = 'mail';
const ACCEPTED = 'accepted';
const TOTALS = 'totals';
const Slots = v.array(v.object({ at: InstantText, count: v.number() }));

export function openMailLedger(client: TableClient): MailLedger {
  return {
    async usage(quota) {
      const row = await find(client, { scope: PARTITION, name: quota });
      return row && { usage: toUsage(row), etag: etagOf(row) };
    },
    saveUsage: (quota, usage, etag) => save(client, { ...keyOf(quota), ...usageColumns(usage) }, etag),
    async acceptedOn() {
      return instant((await find(client, { scope: PARTITION, name: ACCEPTED }))?.acceptedOn);
    },
    async saveAcceptedOn(on) {
      await client.upsertEntity({ ...keyOf(ACCEPTED), acceptedOn: formatInstant(on) }, 'Replace');
    },
    async mattersToldOn(owner) {
      const row = await find(client, { scope: PARTITION, name: mattersOf(owner) });
      return instant(row?.toldOn);
    },
    async saveMattersToldOn(owner, on) {
      await client.upsertEntity({ ...keyOf(mattersOf(owner)), toldOn: formatInstant(on) }, 'Replace');
    },
    async totals() {
      const row = await find(client, { scope: PARTITION, name: TOTALS });
      return row && { totals: toTotals(row), etag: etagOf(row) };
    },
    saveTotals: (totals, etag) => save(client, { ...keyOf(TOTALS), ...totalsColumns(totals) }, etag),
  };
}

function keyOf(name: string) {
  return { partitionKey: PARTITION, rowKey: name };
}

function mattersOf(owner: string): string {
  return `matters|${encode(addressKey(owner))}`;
}

function usageColumns({ slots, pausedUntil }: Usage): Row {
  const written = slots.map(({ at, count }) => ({ at: formatInstant(at), count }));
  return {
    slots: JSON.stringify(written),
    ...(pausedUntil !== undefined && { pausedUntil: formatInstant(pausedUntil) }),
  };
}

function toUsage(row: Row): Usage {
  const pausedUntil = instant(row.pausedUntil);
  return { slots: json(Slots, row.slots) ?? [], ...(pausedUntil !== undefined && { pausedUntil }) };
}

function totalsColumns(totals: MailTotals): Row {
  return Object.fromEntries(MAIL_OUTCOMES.map(outcome => [outcome, double(totals[outcome])]));
}

/** A count that somebody spoilt begins anew, which a monitoring system takes for a restart. */
function toTotals(row: Row): MailTotals {
  const counts = MAIL_OUTCOMES.map(outcome => [outcome, Math.max(0, number(row[outcome]) ?? 0)]);
  return { ...NO_MAILS, ...Object.fromEntries(counts) };
}

/** False when another instance was faster. */
async function save(
  client: TableClient,
  row: Row & ReturnType<typeof keyOf>,
  etag: string | undefined,
): Promise<boolean> {
  try {
    if (etag === undefined) await client.createEntity(row);
    else await client.updateEntity(row, 'Replace', { etag });
    return true;
  } catch (error) {
    if (alreadyExists(error) || wasChanged(error) || isMissing(error)) return false;
    throw error;
  }
}
