/** One owner's digest, from claim to told, in the order that survives a crash after any step (DESIGN.md section 5). */
import { type Digest, isForOperators, MOST_LINES } from '../core/digest';
import { DAY, HOUR, type Instant, MINUTE, SECOND } from '../core/instant';
import { keepTrue } from './keep-true';
import type { MailQuota } from './mail-quota';
import { operationIdOf } from './operation-id';
import type { Claim, Clock, Log, Mailer, OutboxLine, OwnerLines, Tables } from './ports';
import type { Recheck, StillTrue } from './recheck';
import { tell, tellUndelivered } from './tell';

export interface SendDigest extends Recheck {
  readonly tables: Tables;
  readonly clock: Clock;
  readonly quota: MailQuota;
  /** The mail service is met on first use only: most runs have nothing to send. */
  mailer(): Promise<Mailer>;
}

/** What one owner's turn came to; after `quotaSpent` no other owner needs to try. */
export type Turned = 'done' | 'quotaSpent';

/** One owner's turn: a single instant, so that what is true and how many days are left are judged at the same moment. */
interface Turn {
  readonly owner: OwnerLines;
  readonly now: Instant;
  readonly watch: SendDigest;
  readonly log: Log;
}

/** The lines of one mail, and how many more wait for the next. */
interface Content {
  readonly sent: readonly StillTrue[];
  readonly more: number;
}

const FIRST_ATTEMPT = 1;
/** A digest that could not be sent is tried again after 4 minutes (the next run), 9, 19, 39 and at last every hour. */
const FIRST_GAP = 5 * MINUTE;
const LONGEST_GAP = HOUR;
/** A younger claim may be another sender's whose request is still under way. */
const UNDER_WAY = 90 * SECOND;
/** After so many tries, about three hours, a mail that the service never took may be what it fails on. */
const MOST_TRIES = 6;
/** No service may silence the watcher for longer, whatever number it sends. */
const LONGEST_WAIT = DAY;

export async function sendDigest(owner: OwnerLines, watch: SendDigest, log: Log): Promise<Turned> {
  const turn: Turn = { owner, now: watch.clock.now(), watch, log };
  if (owner.claim) {
    const resumed = await resume(owner.claim, turn);
    if (resumed !== 'released') return resumed;
  }
  const { sent, more } = await contentOf(turn);
  if (sent.length === 0) return 'done';
  if (!(await watch.quota.mayAsk('send', watch.clock.now()))) return 'quotaSpent';
  const claim = claimOf(owner.owner, sent, turn.now);
  if (await watch.tables.outbox.claim(owner.owner, claim)) await post({ sent, more }, claim, turn);
  else log.info(`${owner.owner}: another sender has the digest.`);
  return 'done';
}

/** Step 1: an earlier run claimed a digest and its end is not on record. */
async function resume(claim: Claim, turn: Turn): Promise<Turned | 'released'> {
  const { now, watch } = turn;
  // A claim that somebody spoilt by hand says nothing; what it stood for is found again among the lines.
  if (claim.lineIds.length === 0) return await release(turn);
  if (claim.accepted) return await settle(claim, turn);
  if (claim.tries === 0 && now - claim.claimedOn < UNDER_WAY) return 'done';
  if ((claim.notBefore ?? 0) > now || !(await watch.quota.mayAsk('look', watch.clock.now()))) return 'done';
  const answer = await (await watch.mailer()).look(claim.operationId);
  if (answer.status === 'unknown') {
    await postpone(claim, 'look', answer, turn);
    return 'done';
  }
  if (answer.status !== 'absent') return await settle(claim, turn);
  if (await isPoisoned(claim, turn)) return await giveUp(claim, turn);
  const lines = await keepTrue(await readyLines(turn), turn);
  const sent = lines.filter(({ id }) => claim.lineIds.includes(id));
  if (sent.length < claim.lineIds.length) return await release(turn);
  if (!(await watch.quota.mayAsk('send', watch.clock.now()))) return 'quotaSpent';
  await post({ sent, more: lines.length - sent.length }, claim, turn);
  return 'done';
}

/** The service fails on this mail again and again and has taken others since: it is the mail, not the service. */
async function isPoisoned({ tries, claimedOn }: Claim, { watch }: Turn): Promise<boolean> {
  if (tries < MOST_TRIES) return false;
  return ((await watch.tables.mailLedger.acceptedOn()) ?? 0) >= claimedOn;
}

/** What else this owner must be told can't wait for a mail that never goes; the operators hear of it. */
async function giveUp(claim: Claim, turn: Turn): Promise<Turned> {
  const reminders = turn.owner.lines
    .filter(({ id }) => claim.lineIds.includes(id))
    .map(({ reminder }) => reminder);
  const message = 'the mail service fails on this mail and takes others';
  await tellUndelivered(reminders, message, claim.claimedOn, turn);
  await tell(claim, 'refused', turn);
  return 'done';
}

async function release({ owner, watch }: Turn): Promise<'released'> {
  await watch.tables.outbox.release(owner.owner);
  return 'released';
}

async function settle(claim: Claim, turn: Turn): Promise<Turned> {
  await tell(claim, 'accepted', turn);
  return 'done';
}

/** Step 2: what is still true, most urgent first. */
async function contentOf(turn: Turn): Promise<Content> {
  const lines = await keepTrue(await readyLines(turn), turn);
  const sent = lines.slice(0, MOST_LINES);
  return { sent, more: lines.length - sent.length };
}

/** What operators hear once a day waits for that day, and no mail counts it before. */
async function readyLines(turn: Turn): Promise<readonly OutboxLine[]> {
  const { lines } = turn.owner;
  const held = lines.some(({ reminder }) => isForOperators(reminder)) && !(await isMattersDay(turn));
  return lines.filter(({ reminder }) => !(held && isForOperators(reminder)));
}

async function isMattersDay({ owner, now, watch }: Turn): Promise<boolean> {
  const last = await watch.tables.mailLedger.mattersToldOn(owner.owner);
  return last === undefined || now - last >= DAY;
}

function claimOf(owner: string, sent: readonly StillTrue[], now: Instant): Claim {
  const lineIds = sent.map(({ id }) => id);
  const operationId = operationIdOf(owner, lineIds, FIRST_ATTEMPT);
  return { operationId, attempt: FIRST_ATTEMPT, lineIds, claimedOn: now, accepted: false, tries: 0 };
}

/** Step 3: the claim is on record, so whatever happens now can be taken up again under the same operation id. */
async function post({ sent, more }: Content, claim: Claim, turn: Turn): Promise<void> {
  const { owner, now, watch, log } = turn;
  const digest: Digest = { owner: owner.owner, lines: sent.map(({ line }) => line), more, asOf: now };
  const answer = await (await watch.mailer()).send(digest, claim.operationId);
  if (answer.outcome === 'unsettled') return await postpone(claim, 'send', answer, turn);
  if (answer.outcome === 'accepted') {
    await watch.tables.outbox.markAccepted(owner.owner);
    await watch.tables.mailLedger.saveAcceptedOn(now);
  }
  // First, since nothing is left to take it up from once the claim is gone.
  if (answer.outcome === 'refused') {
    const reminders = sent.map(({ line }) => line.reminder);
    await tellUndelivered(reminders, answer.message, claim.claimedOn, turn);
  }
  await tell(claim, answer.outcome, turn);
  log.info(`${owner.owner}: ${sent.length} reminders ${answer.outcome} (operation ${claim.operationId}).`);
}

/** Later, under the same operation id, with growing gaps; what the service asks of one such request it asks of all. */
async function postpone(
  claim: Claim,
  asked: 'send' | 'look',
  answer: { readonly message: string; readonly retryAfterMs?: number },
  { owner, now, watch, log }: Turn,
): Promise<void> {
  const { message } = answer;
  const wait = Math.min(LONGEST_WAIT, answer.retryAfterMs ?? 0);
  const gap = Math.min(LONGEST_GAP, FIRST_GAP * 2 ** claim.tries) - MINUTE;
  if (wait > 0) await watch.quota.pause(asked, now + wait);
  await watch.tables.outbox.postpone(owner.owner, claim.tries + 1, now + Math.max(gap, wait));
  log.warn(`${owner.owner}: the digest waits, ${message} (operation ${claim.operationId})`);
}
