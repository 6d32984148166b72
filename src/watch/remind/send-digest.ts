/** One owner's digest, from claim to told, in the order that survives a crash after any step (DESIGN.md section 5). */
import { type Digest, MOST_LINES } from '../../core/digest';
import { isForOperators } from '../../core/notices';
import { DAY, HOUR, type Instant, MINUTE } from '../../formats/instant';
import type { Claim, Clock, HeldClaim, Log, Mailer, OutboxLine, OwnerLines, Tables } from '../ports';
import { ClaimLost, mayPost, postponeClaim, releaseClaim, takeOver, UNDER_WAY } from './claim';
import { accept, refuse, settle } from './finish-digest';
import { keepTrue } from './keep-true';
import type { MailQuota } from './mail-quota';
import type { MailTally } from './mail-tally';
import { operationIdOf } from './operation-id';
import type { Recheck, StillTrue } from './recheck';

export interface SendDigest extends Recheck {
  readonly tables: Tables;
  readonly clock: Clock;
  readonly quota: MailQuota;
  readonly tally: MailTally;
  /** The mail service is met on first use only: most runs have nothing to send. */
  mailer(): Promise<Mailer>;
}

/** What one owner's turn came to; after `quotaSpent` no other owner needs to try. */
export type Turned = 'done' | 'quotaSpent';

/** One owner's turn: a single instant, so that what is true and how many days are left are judged at the same moment. */
export interface Turn {
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
/** After so many tries, about three hours, a mail that the service never took may be what it fails on. */
const MOST_TRIES = 6;
/** No service may silence the watcher for longer, whatever number it sends. */
const LONGEST_WAIT = DAY;

export async function sendDigest(owner: OwnerLines, watch: SendDigest, log: Log): Promise<Turned> {
  try {
    return await takeTurn({ owner, now: watch.clock.now(), watch, log });
  } catch (error) {
    if (!(error instanceof ClaimLost)) throw error;
    log.info(error.message);
    return 'done';
  }
}

async function takeTurn(turn: Turn): Promise<Turned> {
  const { owner, watch, log } = turn;
  if (owner.claim) {
    const resumed = await resume(owner.claim, turn);
    if (resumed !== 'released') return resumed;
  }
  const content = await contentOf(turn);
  if (content.sent.length === 0) return 'done';
  if (!(await watch.quota.mayAsk('send', watch.clock.now()))) return 'quotaSpent';
  const claim = await watch.tables.outbox.claim(owner.owner, claimOf(content, turn));
  if (!claim) log.info(`${owner.owner}: another sender has the digest.`);
  else if (await isStillToTell(claim, turn)) await post(content, claim, turn);
  else {
    await release(claim, turn);
    log.info(`${owner.owner}: another sender has told some of it; the next run tells the rest.`);
  }
  return 'done';
}

/** While this turn looked at the lines another sender may have told some, in a mail of its own. From the claim on nobody else does. */
async function isStillToTell({ lineIds }: Claim, { owner, watch }: Turn): Promise<boolean> {
  const { lines } = await watch.tables.outbox.of(owner.owner);
  const left = new Set(lines.map(({ id }) => id));
  return lineIds.every(id => left.has(id));
}

/** Step 1: an earlier run claimed a digest and its end is not on record. */
async function resume(claim: HeldClaim, turn: Turn): Promise<Turned | 'released'> {
  const { now, watch } = turn;
  // One that has ended, or that somebody spoilt by hand, says nothing; what is still to tell is found among the lines.
  if (claim.lineIds.length === 0) return await release(claim, turn);
  if (claim.accepted || claim.refusal !== undefined) return await end(claim, turn);
  if ((claim.notBefore ?? 0) > now || !(await watch.quota.mayAsk('look', watch.clock.now()))) return 'done';
  const answer = await (await watch.mailer()).look(claim.operationId);
  if (answer.status === 'unknown') {
    await postpone(claim, 'look', answer, turn);
    return 'done';
  }
  if (answer.status !== 'absent') return await end(await accept(claim, turn), turn);
  if (await isPoisoned(claim, turn)) return await giveUp(claim, turn);
  const lines = await keepTrue(await readyLines(turn), turn);
  const sent = lines.filter(({ id }) => claim.lineIds.includes(id));
  if (sent.length < claim.lineIds.length) return await release(claim, turn);
  if (!(await watch.quota.mayAsk('send', watch.clock.now()))) return 'quotaSpent';
  await post({ sent, more: lines.length - sent.length }, await takeOver(claim, turn), turn);
  return 'done';
}

/** The service fails on this mail again and again and has taken others since: it is the mail, not the service. */
async function isPoisoned({ tries, claimedOn }: Claim, { watch }: Turn): Promise<boolean> {
  if (tries < MOST_TRIES) return false;
  return ((await watch.tables.mailLedger.acceptedOn()) ?? 0) >= claimedOn;
}

/** What else this owner must be told can't wait for a mail that never goes; the operators hear of it. */
async function giveUp(claim: HeldClaim, turn: Turn): Promise<Turned> {
  const refusal = 'the mail service fails on this mail and takes others';
  return await end(await refuse(claim, 'givenUp', refusal, turn), turn);
}

async function end(claim: HeldClaim, turn: Turn): Promise<'done'> {
  await settle(claim, turn);
  return 'done';
}

async function release(claim: HeldClaim, turn: Turn): Promise<'released'> {
  await releaseClaim(claim, turn);
  return 'released';
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

/** As of the moment that it is made, since others count from then; the turn's instant may be long past. */
function claimOf({ sent }: Content, { owner: { owner }, watch }: Turn): Claim {
  const claimedOn = watch.clock.now();
  const lineIds = sent.map(({ id }) => id);
  const operationId = operationIdOf(owner, lineIds, FIRST_ATTEMPT);
  const notBefore = claimedOn + UNDER_WAY;
  return { operationId, attempt: FIRST_ATTEMPT, lineIds, claimedOn, accepted: false, tries: 0, notBefore };
}

/** Step 3: the claim is on record, so whatever happens now can be taken up again under the same operation id. */
async function post({ sent, more }: Content, claim: HeldClaim, turn: Turn): Promise<void> {
  const { owner, now, watch, log } = turn;
  const digest: Digest = { owner: owner.owner, lines: sent.map(({ line }) => line), more, asOf: now };
  const mailer = await watch.mailer();
  if (!mayPost(claim, watch.clock.now())) return log.warn(`${owner.owner}: too late, the next run sends.`);
  const answer = await mailer.send(digest, claim.operationId);
  if (answer.outcome === 'unsettled') return await postpone(claim, 'send', answer, turn);
  if (answer.outcome === 'refused') await settle(await refuse(claim, 'refused', answer.message, turn), turn);
  else {
    const accepted = await accept(claim, turn);
    await watch.tables.mailLedger.saveAcceptedOn(now);
    await settle(accepted, turn);
  }
  log.info(`${owner.owner}: ${sent.length} reminders ${answer.outcome} (operation ${claim.operationId}).`);
}

/** Later, under the same operation id, with growing gaps; what the service asks of one such request it asks of all. */
async function postpone(
  claim: HeldClaim,
  asked: 'send' | 'look',
  answer: { readonly message: string; readonly retryAfterMs?: number },
  turn: Turn,
): Promise<void> {
  const { owner, now, watch, log } = turn;
  const { message } = answer;
  const wait = Math.min(LONGEST_WAIT, answer.retryAfterMs ?? 0);
  const gap = Math.min(LONGEST_GAP, FIRST_GAP * 2 ** claim.tries) - MINUTE;
  if (wait > 0) await watch.quota.pause(asked, now + wait);
  await postponeClaim(claim, now + Math.max(gap, wait), turn);
  log.warn(`${owner.owner}: the digest waits, ${message} (operation ${claim.operationId})`);
}
