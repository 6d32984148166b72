/** The sending of reminders: the outbox owner by owner; one owner's fault never costs the others their mail. */

import type { Log } from './ports';
import { type SendDigest, sendDigest } from './send-digest';

/** @throws after all owners had their turn, when one of them met a fault that isn't the mail service's. */
export async function sendReminders(watch: SendDigest, log: Log): Promise<void> {
  if (watch.mail.to === 'none') {
    log.info('MAIL_TO is none: no mail is sent.');
    return;
  }
  const faults: unknown[] = [];
  for await (const owner of watch.tables.outbox.byOwner()) {
    await sendDigest(owner, watch, log).catch((error: unknown) => faults.push(error));
  }
  if (faults.length > 0)
    throw new AggregateError(faults, `${faults.length} digests met a fault, the first: ${faults[0]}`);
}
