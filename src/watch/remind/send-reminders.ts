/** The sending of reminders: owner by owner, the most urgent first; one owner's fault never costs the others their mail. */
import { byUrgency } from '../../core/digest';
import type { Reminder } from '../../core/reminder';
import type { Log, OwnerLines } from '../ports';
import { followDigests } from './follow-digests';
import { type SendDigest, sendDigest } from './send-digest';

/** What is known of an owner before their turn: enough to order the turns, little enough to hold for all of them. */
interface Turn {
  readonly owner: string;
  readonly urgent: Reminder | undefined;
  /** Mails are out whose fate is not known. */
  readonly follows: boolean;
}

/** @throws after all owners had their turn, when one of them met a fault that isn't the mail service's. */
export async function sendReminders(watch: SendDigest, log: Log): Promise<void> {
  if (watch.mail.to === 'none') {
    log.info('MAIL_TO is none: no mail is sent.');
    return;
  }
  const faults: unknown[] = [];
  let quotaSpent = false;
  const each = async (turns: readonly Turn[], work: (outbox: OwnerLines) => Promise<void>) => {
    for (const { owner } of turns) {
      try {
        await work(await watch.tables.outbox.of(owner));
      } catch (error) {
        // Whatever it is, the other owners must not wait for it; it is thrown when they had their turn.
        faults.push(error);
      }
    }
  };
  const turns = await inTurn(watch);
  await each(turns, async outbox => {
    if (!quotaSpent) quotaSpent = (await sendDigest(outbox, watch, log)) === 'quotaSpent';
  });
  // Last, so that the looks that a mail waits for are never spent on mails that are out.
  await each(
    turns.filter(({ follows }) => follows),
    outbox => followDigests(outbox, watch, log),
  );
  await watch.tally.write(log);
  if (quotaSpent) log.info('The mail quota is spent: the rest waits in the outbox.');
  if (faults.length > 0)
    throw new AggregateError(faults, `${faults.length} digests met a fault, the first: ${faults[0]}`);
}

async function inTurn({ tables }: SendDigest): Promise<Turn[]> {
  const turns: Turn[] = [];
  for await (const outbox of tables.outbox.byOwner()) turns.push(turnOf(outbox));
  return turns.sort(byTurn);
}

function turnOf({ owner, lines, sent }: OwnerLines): Turn {
  const [first, ...others] = lines.map(({ reminder }) => reminder);
  const urgent = others.reduce((a, b) => (a && byUrgency(a, b) <= 0 ? a : b), first);
  return { owner, urgent, follows: sent.length > 0 };
}

function byTurn(a: Turn, b: Turn): number {
  if (a.urgent && b.urgent) return byUrgency(a.urgent, b.urgent) || (a.owner < b.owner ? -1 : 1);
  return Number(!a.urgent) - Number(!b.urgent);
}
