/** One run of the sender: owner by owner, the most urgent first. A fault with one owner never costs the others their mail. */
import { urgencyAt } from '../../core/digest';
import type { Reminder } from '../../core/reminder';
import { compareText } from '../../formats/text';
import { counted } from '../../formats/when';
import type { Log, OwnerLines } from '../ports';
import { followDigests } from './follow-digests';
import { STATUS_READS_OF_A_RETRY } from './mail-counters';
import { type SendDeps, sendDigest } from './send-digest';

/** What is kept of each owner until their turn: enough to sort them, and little memory for many owners. */
interface WaitingOwner {
  readonly owner: string;
  readonly mostUrgent: Reminder | undefined;
  /** Some of their accepted mails have no known end. */
  readonly follows: boolean;
}

/** @throws after all owners had their turn, when one of them met a fault that isn't the mail service's. */
export async function sendReminders(deps: SendDeps, log: Log): Promise<void> {
  if (deps.mail.to === 'none') {
    log.info('MAIL_TO is none: no mail is sent.');
    return;
  }
  const faults: unknown[] = [];
  let quotaSpent = false;
  const each = async (owners: readonly WaitingOwner[], work: (lines: OwnerLines) => Promise<void>) => {
    for (const { owner } of owners) {
      try {
        await work(await deps.tables.outbox.of(owner));
      } catch (error) {
        // Any error is caught, so that the other owners get their turn. It is thrown at the end.
        faults.push(error);
      }
    }
  };
  const owners = await waitingOwners(deps);
  await each(owners, async lines => {
    if (!quotaSpent) quotaSpent = (await sendDigest(lines, deps, log)) === 'quotaSpent';
  });
  // Status reads come last, and leave enough of the quota for the mails that wait.
  const leaving = quotaSpent ? STATUS_READS_OF_A_RETRY : {};
  await each(
    owners.filter(({ follows }) => follows),
    lines => followDigests(lines, deps, log, leaving),
  );
  await deps.tally.write(log);
  if (quotaSpent) log.info('The mail quota is spent: the rest waits in the outbox.');
  if (faults.length > 0)
    throw new AggregateError(
      faults,
      `${counted(faults.length, 'digest')} met a fault, the first: ${faults[0]}`,
    );
}

async function waitingOwners({ tables, clock }: SendDeps): Promise<WaitingOwner[]> {
  const byUrgency = urgencyAt(clock.now());
  const owners: WaitingOwner[] = [];
  for await (const lines of tables.outbox.byOwner()) owners.push(waitingOwner(lines, byUrgency));
  return owners.sort((a, b) => compareOwners(a, b, byUrgency));
}

type ByUrgency = ReturnType<typeof urgencyAt>;

function waitingOwner({ owner, lines, sent }: OwnerLines, byUrgency: ByUrgency): WaitingOwner {
  const [first, ...others] = lines.map(({ reminder }) => reminder);
  const mostUrgent = others.reduce((a, b) => (a && byUrgency(a, b) <= 0 ? a : b), first);
  return { owner, mostUrgent, follows: sent.length > 0 };
}

/** Owners for whom no reminder waits come last. */
function compareOwners(a: WaitingOwner, b: WaitingOwner, byUrgency: ByUrgency): number {
  if (a.mostUrgent && b.mostUrgent)
    return byUrgency(a.mostUrgent, b.mostUrgent) || compareText(a.owner, b.owner);
  return Number(!a.mostUrgent) - Number(!b.mostUrgent);
}
