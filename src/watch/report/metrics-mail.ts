/** Mail for the metrics: what waits to be told, what became of the digests so far, and how much of the quota is used. */
import { isForOperators, NOTICE_KINDS, noticeKindOf } from '../../core/notices';
import { HOUR, type Instant } from '../../formats/instant';
import type { MailLedger, Outbox, OwnerLines } from '../ports';
import type { DigestState, MailMeasures, OutboxMeasures } from './measures';

/** Rows of the outbox, of which a storage call answers 1,000. */
const MOST_ROWS = 10_000;

/** Counts owner by owner, up to a bound. */
export async function measureOutbox(
  outbox: Pick<Outbox, 'byOwner'>,
  most = MOST_ROWS,
): Promise<OutboxMeasures> {
  const lines = new Map<string, number>(NOTICE_KINDS.map(kind => [kind, 0]));
  const digests: Record<DigestState, number> = { claimed: 0, retrying: 0, followed: 0 };
  let oldest: Instant | undefined;
  let rows = 0;
  for await (const owned of outbox.byOwner()) {
    for (const { reminder } of owned.lines) {
      const reason = noticeKindOf(reminder) ?? 'unknown';
      lines.set(reason, (lines.get(reason) ?? 0) + 1);
      if (!isForOperators(reminder)) oldest = Math.min(oldest ?? reminder.since, reminder.since);
    }
    digests.followed += owned.sent.length;
    if (owned.claim) digests[owned.claim.tries > 0 ? 'retrying' : 'claimed'] += 1;
    rows += rowsOf(owned);
    if (rows >= most) return { lines, oldest, digests, cut: true };
  }
  return { lines, oldest, digests, cut: false };
}

/** What all instances together asked of the mail service. */
export async function measureMail(
  ledger: Pick<MailLedger, 'usage'>,
  quota: 'send' | 'look',
  now: Instant,
): Promise<MailMeasures> {
  const found = await ledger.usage(quota);
  const slots = found?.usage.slots.filter(({ at }) => at > now - HOUR) ?? [];
  return {
    lastHour: slots.reduce((sum, { count }) => sum + count, 0),
    pausedUntil: found?.usage.pausedUntil,
  };
}

function rowsOf({ lines, sent, claim }: OwnerLines): number {
  return lines.length + sent.length + (claim ? 1 : 0);
}
