/** Mail for the metrics: which reminders wait, in which state the digests are, and how much of the quota is used. */
import { isForOperators, NOTICE_KINDS, noticeKindOf } from '../../core/notices';
import { UNUSED } from '../../core/quota';
import { HOUR, type Instant } from '../../formats/instant';
import type { MailLedger, Outbox } from '../ports';

export interface OutboxMeasures {
  /** Waiting reminders by reason; `threshold` stands for every threshold. */
  readonly lines: ReadonlyMap<string, number>;
  /** Since when the oldest reminder about a target waits. Operators' own notices are left out: they may wait for a day. */
  readonly oldest: Instant | undefined;
  readonly digests: Readonly<Record<DigestState, number>>;
  /** More wait than were counted. */
  readonly cut: boolean;
}

/**
 * `claimed`: being sent. `retrying`: sending failed and is tried again. `followed`: the mail service took it and has not
 * yet said how it ended.
 */
export type DigestState = 'claimed' | 'retrying' | 'followed';

export interface MailMeasures {
  /** Requests in the last hour, of all instances together. */
  readonly lastHour: number;
  readonly pausedUntil: Instant | undefined;
}

/** Rows of the outbox: 10 storage calls. */
const MOST_ROWS = 10_000;

/** Counts owner by owner, and stops after the owner with whom the bound is reached. */
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
      // Thresholds count as one reason: owners may write any number of them.
      const reason = noticeKindOf(reminder) ?? 'unknown';
      lines.set(reason, (lines.get(reason) ?? 0) + 1);
      if (!isForOperators(reminder)) oldest = Math.min(oldest ?? reminder.since, reminder.since);
    }
    digests.followed += owned.sent.length;
    if (owned.claim) digests[owned.claim.tries > 0 ? 'retrying' : 'claimed'] += 1;
    rows += owned.lines.length + owned.sent.length + (owned.claim ? 1 : 0);
    if (rows >= most) return { lines, oldest, digests, cut: true };
  }
  return { lines, oldest, digests, cut: false };
}

export async function measureMail(
  ledger: Pick<MailLedger, 'usage'>,
  quota: 'send' | 'look',
  now: Instant,
): Promise<MailMeasures> {
  const { slots, pausedUntil } = (await ledger.usage(quota)) ?? UNUSED;
  const ofLastHour = slots.filter(({ at }) => at > now - HOUR);
  return { lastHour: ofLastHour.reduce((sum, { count }) => sum + count, 0), pausedUntil };
}
