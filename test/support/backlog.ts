/** A backlog: targets that are registered, read and due, with their reminders in the outbox, written as sweeps write them. */
import { TableClient } from '@azure/data-tables';
import pMap from 'p-map';
import { type Expiry, newExpiry } from '../../src/core/expiry';
import type { Reminder } from '../../src/core/reminder';
import { DAY, type Instant } from '../../src/formats/instant';
import type { Tables } from '../../src/watch/ports';

export interface DueTarget {
  readonly scope: string;
  readonly name: string;
  readonly owner: string;
  readonly expiresOn: Instant;
}

/** Its widest threshold: what expires within this time is due, and what has expired is due at threshold 0. */
const LEAD = 60 * DAY;
const AT_ONCE = 100;

export async function plantBacklog(
  connectionString: string,
  tables: Pick<Tables, 'expiries' | 'outbox'>,
  targets: readonly DueTarget[],
  now: Instant,
): Promise<void> {
  const registry = TableClient.fromConnectionString(connectionString, 'registry', {
    allowInsecureConnection: true,
  });
  for (const [scope, own] of groupedBy(targets, target => target.scope)) {
    for (let start = 0; start < own.length; start += AT_ONCE) {
      const some = own.slice(start, start + AT_ONCE);
      await registry.submitTransaction(
        some.map(({ name, owner }) => [
          'create',
          { partitionKey: scope, rowKey: name, owners: owner, thresholds: '60d' },
        ]),
      );
      await tables.expiries.merge(
        scope,
        some.map(target => ({ before: undefined, after: stateOf(target, now) })),
      );
    }
  }
  const byOwner = [...groupedBy(targets, ({ owner }) => owner).values()];
  await pMap(byOwner, own => tables.outbox.put(own.map(target => reminderOf(target, now))), {
    concurrency: 8,
  });
}

function stateOf({ scope, name, expiresOn }: DueTarget, now: Instant): Expiry {
  return {
    ...newExpiry({ scope, name }, now),
    checkedOn: now,
    readOn: now,
    expiresOn,
    evidence: 'fixed',
    calendarKeys: [''],
  };
}

function reminderOf({ scope, name, owner, expiresOn: about }: DueTarget, now: Instant): Reminder {
  const isExpired = about <= now;
  const crossedOn = isExpired ? about : about - LEAD;
  return { scope, name, owner, reason: isExpired ? '0' : '60d', about, crossedOn, since: now };
}

function groupedBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item)) ?? [];
    group.push(item);
    groups.set(keyOf(item), group);
  }
  return groups;
}
