/** One run of the sender: owner by owner, the most urgent first. A fault with one owner never costs the others their mail. */
import { type Instant, MINUTE, SECOND } from '../../formats/instant';
import { counted } from '../../formats/when';
import type { Clock, Log, OwnerLines } from '../ports';
import { followDigests } from './follow-digests';
import { STATUS_READS_OF_A_RETRY } from './mail-counters';
import { tellMended } from './own-faults';
import type { TurnEnd } from './record-answer';
import { type Ends, type Open, type SendDeps, sendDigest } from './send-digest';
import { FIRST_ALONE, type InUse } from './transports';
import { waitingOwners } from './waiting-owners';

/** No mail is begun later in a run: the runtime ends a function after ten minutes. */
const TIME_BUDGET = 4 * MINUTE;
/** A service that hangs may take more than a minute for each mail. */
const MOST_UNANSWERED = 3;
/** A run that comes a little before the quota allows the next mail waits for that, so that no part of the quota is lost. */
const LONGEST_WAIT = 10 * SECOND;

type UnlessFault = <T>(work: () => Promise<T>) => Promise<T | undefined>;

/**
 * @returns whether every owner had a turn, so that what is less urgent may be sent
 * @throws after all owners had their turn, when one of them met a fault that isn't the mail service's
 */
export async function sendReminders(deps: SendDeps, log: Log): Promise<boolean> {
  if (!mayLeave(deps.mailState, log)) return false;
  const until = deps.clock.now() + TIME_BUDGET;
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
  const { fallback } = deps;
  const all: readonly InUse[] = fallback ? [deps, fallback] : [deps];
  for (const { quota } of all) await quota.refresh();
  const run: Run = { first: { unanswered: 0 }, fallback: { unanswered: 0 } };
  const followed = await sendAll({ run, until }, deps, log, unlessFault);
  const { stop } = run.first;
  // Status reads come last, and leave enough of the quota for the mails that wait.
  const leaving = (by: InUse) => {
    const { stop } = by === fallback ? run.fallback : run.first;
    if (stop === 'quotaSpent') return STATUS_READS_OF_A_RETRY;
    return stop === undefined ? {} : undefined;
  };
  for (const owner of followed) await unlessFault(() => followDigests(owner, deps, log, leaving));
  for (const one of all) {
    await one.tally.write(log);
    await unlessFault(() => tellMended({ ...deps, ...one }, log));
  }
  if (stop) log.info(`${STOPPED[stop]}: the rest waits in the outbox.`);
  if (faults.length > 0)
    throw new AggregateError(
      faults,
      `${counted(faults.length, 'digest')} met a fault, the first: ${faults[0]}`,
    );
  return stop === undefined && deps.clock.now() < until;
}

/** Says in each run why no mail leaves, or none by the fallback. */
function mayLeave({ isOff, faults, fallbackFaults }: SendDeps['mailState'], log: Log): boolean {
  const listed = (faults: readonly string[]) => faults.map(fault => `\n  - ${fault}`).join('');
  if (faults.length > 0)
    log.warn(
      `No mail is sent, since settings of mail are missing or wrong; reminders wait in the outbox:${listed(faults)}`,
    );
  if (fallbackFaults.length > 0)
    log.warn(
      `The fallback of mail is not used, since its settings are missing or wrong:${listed(fallbackFaults)}`,
    );
  if (isOff) log.info('MAIL_TO is none: no mail is sent, and nothing is queued.');
  return !isOff && faults.length === 0;
}

/** Why a transport is asked for no mail any more in a run. */
type EarlyEnd = 'quotaSpent' | 'ours' | 'unanswered';

const STOPPED: Readonly<Record<EarlyEnd, string>> = {
  quotaSpent: 'The mail quota is spent',
  // One try only, or many of them could lock the account.
  ours: 'Mail is not taken for a fault of our own',
  unanswered: `The mail service took none of ${MOST_UNANSWERED} mails in a row`,
};

/** What a run has learned of a transport. */
interface Learned {
  /** Mails in a row. */
  unanswered: number;
  /** It is asked for no other mail. */
  stop?: EarlyEnd;
}

type Run = Readonly<Record<keyof Ends, Learned>>;

/** Without quota for a mail no lines are read, and owners have no turn. @returns the owners with digests to follow */
async function sendAll(
  { run, until }: Omit<Round, 'waiting'>,
  deps: SendDeps,
  log: Log,
  unlessFault: UnlessFault,
): Promise<readonly OwnerLines[]> {
  const { outbox } = deps.tables;
  if (!isAnyOpen(await openNow(run, deps))) return (await outbox.digests()).owners;
  for (;;) {
    const waiting = await waitingOwners(outbox, deps.clock.now());
    const end = await sendOnce({ waiting, until, run }, deps, log, unlessFault);
    if (end !== 'again') return waiting.followed();
  }
}

interface Round {
  readonly waiting: Awaited<ReturnType<typeof waitingOwners>>;
  readonly until: Instant;
  readonly run: Run;
}

/**
 * Each owner has one turn. @returns `again` once lines that were no longer true kept an owner from a mail: what waits behind them
 * may be more urgent than what others wait for
 */
async function sendOnce(
  { waiting, until, run }: Round,
  deps: SendDeps,
  log: Log,
  unlessFault: UnlessFault,
): Promise<'again' | undefined> {
  while (waiting.isAnyoneLeft()) {
    if (deps.clock.now() >= until) {
      log.info('This run has taken long enough: the rest waits for the next one.');
      return undefined;
    }
    const open = await openNow(run, deps);
    if (!isAnyOpen(open)) return undefined;
    // Without the first transport only what it had its hour with can be sent.
    const anyone = open.first || (open.firstIsOut && hasLastedAnHour(deps));
    const owner = await unlessFault(() => (anyone ? waiting.next() : waiting.nextClaimed()));
    if (!owner) return undefined;
    const ends = await unlessFault(() => sendDigest(owner, deps, log, open));
    if (!ends) continue;
    learn(run.first, ends.first, hasLastedAnHour(deps) ? 1 : MOST_UNANSWERED);
    learn(run.fallback, ends.fallback, MOST_UNANSWERED);
    if (ends.first === 'allDropped' || ends.fallback === 'allDropped') return 'again';
  }
  return undefined;
}

function learn(about: Learned, end: TurnEnd, mostUnanswered: number): void {
  if (end === 'quotaSpent' || end === 'ours') about.stop = end;
  if (end === 'answered') about.unanswered = 0;
  if (end === 'unanswered') about.unanswered += 1;
  if (about.unanswered >= mostUnanswered) about.stop = 'unanswered';
}

/** While an outage lasts, one mail a run shows whether it is over. */
function hasLastedAnHour({ tally, clock }: SendDeps): boolean {
  const outage = tally.outage();
  return outage !== undefined && clock.now() - outage.since >= FIRST_ALONE;
}

async function openNow(run: Run, deps: SendDeps): Promise<Open> {
  const { fallback, clock } = deps;
  const first = await mayUse(deps, run.first, clock);
  const isSilent = run.first.stop === 'ours' || run.first.stop === 'unanswered';
  return {
    first,
    firstIsOut: isSilent || deps.quota.isPaused(clock.now()),
    fallback: fallback !== undefined && (await mayUse(fallback, run.fallback, clock)),
  };
}

function isAnyOpen({ first, fallback }: Open): boolean {
  return first || fallback;
}

/** Whether the transport may be asked for a mail, after a short wait for its quota at most. */
async function mayUse({ quota }: InUse, about: Learned, clock: Clock): Promise<boolean> {
  if (about.stop) return false;
  const now = clock.now();
  const wait = quota.sendsFrom(now) - now;
  if (wait > LONGEST_WAIT) about.stop = 'quotaSpent';
  else if (wait > 0) await clock.sleep(wait);
  return about.stop === undefined;
}
