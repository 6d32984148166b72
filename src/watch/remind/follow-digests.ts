/** Following digests: an accepted mail is asked after until the service says what became of it, within the quota of such looks. */

import type { MailOutcome } from '../../core/mail-outcome';
import { DAY, HOUR, type Instant, MINUTE } from '../../formats/instant';
import type { Log, OwnerLines, SentDigest } from '../ports';
import { rememberTold, tellUndelivered } from './mark-told';
import type { SendDigest } from './send-digest';

/** Looks come after 1 minute, 5, 10, 20, 40 and then every hour; after a day nobody will know any more. */
const FIRST_GAP = 5 * MINUTE;
const LONGEST = DAY;

export async function followDigests(owner: OwnerLines, watch: SendDigest, log: Log): Promise<void> {
  for (const sent of owner.sent) {
    // What is still being told comes first: its end may be that it did not arrive.
    if (sent.operationId === owner.claim?.operationId) continue;
    const now = watch.clock.now();
    if (sent.lookOn <= now && (await watch.quota.mayAsk('look', now)))
      await look(sent, owner, now, watch, log);
  }
}

async function look(
  sent: SentDigest,
  owner: OwnerLines,
  now: Instant,
  watch: SendDigest,
  log: Log,
): Promise<void> {
  const { outbox } = watch.tables;
  const end = async (outcome: MailOutcome) => {
    // Of two senders that learn it, one counts it.
    if (await outbox.unfollow(owner.owner, sent.operationId)) watch.tally.count(outcome);
  };
  const answer = await (await watch.mailer()).look(sent.operationId);
  if (answer.status === 'failed') {
    log.warn(`${owner.owner}: the digest did not arrive, ${answer.message} (operation ${sent.operationId})`);
    await rememberTold(sent.reminders, sent.operationId, 'undelivered', { owner, now, watch });
    await tellUndelivered(sent.reminders, answer.message, sent.on, { owner, now, watch });
    return await end('undelivered');
  }
  if (answer.status === 'succeeded') return await end('delivered');
  if (now - sent.on >= LONGEST) return await end('unknown');
  const asked = answer.status === 'unknown' ? Math.min(LONGEST, answer.retryAfterMs ?? 0) : 0;
  if (asked > 0) await watch.quota.pause('look', now + asked);
  const gap = Math.min(HOUR, FIRST_GAP * 2 ** sent.lookCount) - MINUTE;
  await outbox.lookAgain(owner.owner, { ...sent, lookCount: sent.lookCount + 1, lookOn: now + gap });
}
