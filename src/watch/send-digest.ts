/** One owner's digest, from claim to told, in the order that survives a crash after any step (DESIGN.md section 5). */

import { toldTo } from '../core/assess';
import { byUrgency, MOST_LINES } from '../core/digest';
import type { TargetEvent } from '../core/history';
import type { Instant } from '../core/instant';
import { describeReminder, type Reminder } from '../core/reminder';
import { withTold } from '../core/told';
import { operationIdOf } from './operation-id';
import type { Claim, Clock, Log, Mailer, OutboxLine, OwnerLines, Tables } from './ports';
import { isDropped, isTrue, type Recheck, recheck, type StillTrue } from './recheck';

export interface SendDigest extends Recheck {
  readonly tables: Tables;
  readonly clock: Clock;
  /** The mail service is met on first use only: most runs have nothing to send. */
  mailer(): Promise<Mailer>;
}

const AT_ONCE = 16;
const FIRST_ATTEMPT = 1;

export async function sendDigest(owner: OwnerLines, watch: SendDigest, log: Log): Promise<void> {
  // One instant for the whole digest: what is true and how many days are left are judged at the same moment.
  const now = watch.clock.now();
  if (owner.claim && !(await resume(owner, owner.claim, now, watch, log))) return;
  const lines = await keepTrue(owner, now, watch, log);
  const sent = lines.slice(0, MOST_LINES);
  if (sent.length === 0) return;
  const lineIds = sent.map(({ id }) => id);
  const operationId = operationIdOf(owner.owner, lineIds, FIRST_ATTEMPT);
  const claim: Claim = { operationId, attempt: FIRST_ATTEMPT, lineIds, claimedOn: now, accepted: false };
  if (await watch.tables.outbox.claim(owner.owner, claim))
    await post(owner, { sent, more: lines.length - sent.length }, claim, now, watch, log);
  else log.info(`${owner.owner}: another sender has the digest.`);
}

/** Step 1: an earlier run claimed a digest and its end is not on record. @returns whether a new one may be sent now. */
async function resume(
  owner: OwnerLines,
  claim: Claim,
  now: Instant,
  watch: SendDigest,
  log: Log,
): Promise<boolean> {
  if (claim.lineIds.length === 0) {
    // A claim that somebody spoilt by hand says nothing; what it stood for is found again among the lines.
    await watch.tables.outbox.release(owner.owner);
    return true;
  }
  const known = claim.accepted || (await (await watch.mailer()).knows(claim.operationId));
  if (known === undefined) {
    log.warn(`${owner.owner}: the mail service does not say what became of operation ${claim.operationId}.`);
    return false;
  }
  if (known) {
    await tell(owner, claim, 'accepted', now, watch);
    return false;
  }
  const lines = await keepTrue(owner, now, watch, log);
  const sent = lines.filter(({ id }) => claim.lineIds.includes(id));
  if (sent.length === claim.lineIds.length) {
    await post(owner, { sent, more: lines.length - sent.length }, claim, now, watch, log);
    return false;
  }
  await watch.tables.outbox.release(owner.owner);
  return true;
}

/** Step 2: what is no longer true is dropped, and its history says why; the rest, most urgent first. */
async function keepTrue(owner: OwnerLines, now: Instant, watch: SendDigest, log: Log): Promise<StillTrue[]> {
  const checked = await inChunks(owner.lines, line => recheck(line, watch, now));
  const dropped = checked.filter(line => isDropped(line));
  if (dropped.length > 0) {
    await watch.tables.outbox.drop(
      owner.owner,
      dropped.map(({ id }) => id),
    );
    await remember(
      dropped.map(({ reminder, because }) => ({
        reminder,
        type: 'dropped',
        note: `${describeReminder(reminder)}: ${because}`,
      })),
      now,
      watch,
    );
    log.info(`${owner.owner}: ${dropped.length} reminders are no longer true and were dropped.`);
  }
  return checked.filter(isTrue).sort((a, b) => byUrgency(a.line.reminder, b.line.reminder));
}

/** Step 3: the claim is on record, so whatever happens now can be taken up again under the same operation id. */
async function post(
  owner: OwnerLines,
  { sent, more }: { sent: readonly StillTrue[]; more: number },
  claim: Claim,
  asOf: Instant,
  watch: SendDigest,
  log: Log,
) {
  const mailer = await watch.mailer();
  const lines = sent.map(({ line }) => line);
  const digest = { owner: owner.owner, lines, more, asOf };
  const answer = await mailer.send(digest, claim.operationId);
  if (answer.outcome === 'unsettled') {
    log.warn(`${owner.owner}: the digest waits, ${answer.message} (operation ${claim.operationId})`);
    return;
  }
  if (answer.outcome === 'accepted') await watch.tables.outbox.markAccepted(owner.owner);
  else log.warn(`${owner.owner}: the mail service refused the digest for good, ${answer.message}`);
  await tell(owner, claim, answer.outcome, asOf, watch);
  log.info(`${owner.owner}: ${sent.length} reminders ${answer.outcome} (operation ${claim.operationId}).`);
}

/** Step 4: every target remembers what its owner was told; only then do the lines go, and the claim with them. */
async function tell(
  owner: OwnerLines,
  claim: Claim,
  outcome: 'accepted' | 'refused',
  now: Instant,
  watch: SendDigest,
) {
  const { expiries, outbox } = watch.tables;
  const lines = owner.lines.filter(({ id }) => claim.lineIds.includes(id));
  const told = await inChunks(lines, line => toldAfter(line, claim, outcome, now, watch));
  await expiries.mergeTold(owner.owner, told.flat());
  await outbox.finish(owner.owner, claim.lineIds);
  const note = (reminder: Reminder) => `${describeReminder(reminder)}, operation ${claim.operationId}`;
  const type = outcome === 'accepted' ? 'told' : 'refused';
  await remember(
    lines.map(({ reminder }) => ({ reminder, type, note: note(reminder) })),
    now,
    watch,
  );
}

async function toldAfter(
  { reminder }: OutboxLine,
  claim: Claim,
  outcome: 'accepted' | 'refused',
  on: Instant,
  watch: SendDigest,
) {
  const state = await watch.tables.expiries.row(reminder);
  if (!state) return [];
  const { reason, about, crossedOn } = reminder;
  const line = { reason, about, crossedOn, on, operationId: claim.operationId, outcome };
  return [
    { scope: reminder.scope, name: reminder.name, told: withTold(toldTo(state, reminder.owner), line) },
  ];
}

type Remembered = { reminder: Reminder; type: 'told' | 'refused' | 'dropped'; note: string };

async function remember(what: readonly Remembered[], on: Instant, watch: SendDigest): Promise<void> {
  const events = what.map(({ reminder: { scope, name }, type, note }) => {
    const event: TargetEvent = { type, on, note };
    return { scope, name, event };
  });
  await watch.tables.history.add(events);
}

async function inChunks<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (let start = 0; start < items.length; start += AT_ONCE) {
    results.push(...(await Promise.all(items.slice(start, start + AT_ONCE).map(work))));
  }
  return results;
}
