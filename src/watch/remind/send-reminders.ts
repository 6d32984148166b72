/** One run of the sender: owner by owner, the most urgent first. A fault with one owner never costs the others their mail. */
import { type Instant, MINUTE, SECOND } from '../../formats/instant';
import { counted } from '../../formats/when';
import type { Log, OwnerLines } from '../ports';
import { followDigests } from './follow-digests';
import { STATUS_READS_OF_A_RETRY } from './mail-counters';
import { tellMended } from './mended';
import { type SendDeps, sendDigest } from './send-digest';
import { waitingOwners } from './waiting-owners';

/** No mail is begun later in a run: the runtime ends a function after ten minutes. */
const TIME_BUDGET = 4 * MINUTE;
/** A service that hangs may take more than a minute for each mail. */
const MOST_UNANSWERED = 3;
/** A run that comes a little before the quota allows the next mail waits for that, so that no part of the quota is lost. */
const LONGEST_WAIT = 10 * SECOND;

type UnlessFault = <T>(work: () => Promise<T>) => Promise<T | undefined>;

/** @throws after all owners had their turn, when one of them met a fault that isn't the mail service's. */
export async function sendReminders(deps: SendDeps, log: Log): Promise<void> {
  if (!mayLeave(deps.mailState, log)) return;
  const faults: unknown[] = [];
  /** Any error is caught, so that the other owners get their turn. It is thrown at the end. */
  const unlessFault: UnlessFault = async work => {
    try {
      return await work();
    } catch (error) {
      faults.push(error);
      return undefined;
    }
  };
  await deps.quota.refresh();
  const { stop, followed } = await sendAll(deps, log, unlessFault);
  // Status reads come last, and leave enough of the quota for the mails that wait.
  const leaving = stop === 'quotaSpent' ? STATUS_READS_OF_A_RETRY : {};
  if (stop === undefined || stop === 'quotaSpent')
    for (const owner of followed) await unlessFault(() => followDigests(owner, deps, log, leaving));
  await deps.tally.write(log);
  await unlessFault(() => tellMended(deps, log));
  if (stop) log.info(`${STOPPED[stop]}: the rest waits in the outbox.`);
  if (faults.length > 0)
    throw new AggregateError(
      faults,
      `${counted(faults.length, 'digest')} met a fault, the first: ${faults[0]}`,
    );
}

/** Says in each run why no mail leaves. */
function mayLeave({ isOff, faults }: SendDeps['mailState'], log: Log): boolean {
  if (faults.length > 0)
    log.warn(
      `No mail is sent, since settings of mail are missing or wrong; reminders wait in the outbox:\n${faults.map(fault => `  - ${fault}`).join('\n')}`,
    );
  if (isOff) log.info('MAIL_TO is none: no mail is sent, and nothing is queued.');
  return !isOff && faults.length === 0;
}

/** Why a run ends before all owners had their turn. */
type EarlyEnd = 'quotaSpent' | 'ours' | 'unanswered';

const STOPPED: Readonly<Record<EarlyEnd, string>> = {
  quotaSpent: 'The mail quota is spent',
  // One try only, or many of them could lock the account.
  ours: 'Mail is not taken for a fault of our own',
  unanswered: `The mail service took none of ${MOST_UNANSWERED} mails in a row`,
};

/** Without quota for a mail no lines are read, and owners have no turn. */
async function sendAll(
  deps: SendDeps,
  log: Log,
  unlessFault: UnlessFault,
): Promise<{ stop: EarlyEnd | undefined; followed: readonly OwnerLines[] }> {
  const { outbox } = deps.tables;
  const until = deps.clock.now() + TIME_BUDGET;
  if (!(await maySend(deps))) return { stop: 'quotaSpent', followed: (await outbox.digests()).owners };
  const inARow = { unanswered: 0 };
  for (;;) {
    const waiting = await waitingOwners(outbox, deps.clock.now());
    const end = await sendOnce({ waiting, until, inARow }, deps, log, unlessFault);
    if (end !== 'again') return { stop: end, followed: waiting.followed() };
  }
}

interface Round {
  readonly waiting: Awaited<ReturnType<typeof waitingOwners>>;
  readonly until: Instant;
  /** Mails of this run. */
  readonly inARow: { unanswered: number };
}

/**
 * Each owner has one turn. @returns `again` once lines that were no longer true kept an owner from a mail: what waits behind them
 * may be more urgent than what others wait for
 */
async function sendOnce(
  { waiting, until, inARow }: Round,
  deps: SendDeps,
  log: Log,
  unlessFault: UnlessFault,
): Promise<EarlyEnd | 'again' | undefined> {
  while (waiting.isAnyoneLeft()) {
    if (deps.clock.now() >= until) {
      log.info('This run has taken long enough: the rest waits for the next one.');
      return undefined;
    }
    if (!(await maySend(deps))) return 'quotaSpent';
    const owner = await unlessFault(() => waiting.next());
    if (!owner) return undefined;
    const end = await unlessFault(() => sendDigest(owner, deps, log));
    if (end === 'allDropped') return 'again';
    if (end === 'quotaSpent' || end === 'ours') return end;
    if (end === 'answered') inARow.unanswered = 0;
    if (end === 'unanswered') inARow.unanswered += 1;
    if (inARow.unanswered >= MOST_UNANSWERED) return 'unanswered';
  }
  return undefined;
}

/** Whether the quota allows a mail, after a short wait at most. */
async function maySend({ quota, clock }: SendDeps): Promise<boolean> {
  const now = clock.now();
  const wait = quota.sendsFrom(now) - now;
  if (wait > LONGEST_WAIT) return false;
  if (wait > 0) await clock.sleep(wait);
  return true;
}
