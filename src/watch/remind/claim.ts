/** The claim: the record that one sender at a time has an owner's digest. A sender whose claim was taken over notices that at its next write, and stops. */
import { createHash } from 'node:crypto';
import { addressKey } from '../../core/address';
import { DAY, type Instant, MINUTE } from '../../formats/instant';
import type { Claim, Clock, HeldClaim, SentDigest, Tables, ToldLine, Trouble } from '../ports';
import type { Via } from './transports';
import { gapAfter } from './tries';

/** A send may begin for this long after its claim was made or renewed. */
const TIME_TO_BEGIN = MINUTE;
/** No transport's sends take so long that a claim is held for longer. */
const LONGEST_HOLD = 3 * MINUTE;
/** Where a more urgent line waits behind it, no gap is longer than this. */
const LONGEST_GAP_BEFORE_URGENT = 9 * MINUTE;
/** The mail service may ask for a wait of up to a day: the number that it sends can be wrong. */
export const LONGEST_WAIT = DAY;

export type DigestClaim = ReturnType<typeof claimOf>;

interface Deps {
  readonly tables: Pick<Tables, 'outbox'>;
  readonly clock: Clock;
}

/** Another sender has taken the digest over or ended it; the rest of the work for this owner is that sender's. */
export class ClaimLost extends Error {
  override name = 'ClaimLost';
  constructor(operationId: string) {
    super(`Another sender has taken over a digest; this one stops (operation ${operationId}).`);
  }
}

/**
 * Until then no other sender may change a claim that is made or renewed now. A send that begins in time ends within the time that
 * its transport promises, and so before another sender may begin one.
 */
function heldUntil(now: Instant, { promises }: Via): Instant {
  return now + TIME_TO_BEGIN + promises.longestSend;
}

/** Whether it is too early to try a digest again. An instant further ahead comes from a clock that was wrong. */
export function isWaiting({ notBefore = 0 }: Claim, now: Instant): boolean {
  return notBefore > now && notBefore - now <= 2 * LONGEST_WAIT;
}

/**
 * Whether a claim that waits may be tried now for the sake of a more urgent line. Not while a request may be under way; and what
 * the service answers oddly has only few attempts.
 */
export function mayHurry({ tries, notBefore = 0, oddly, trouble }: Claim, now: Instant): boolean {
  if (oddly || tries === 0 || notBefore - now <= LONGEST_HOLD) return false;
  const triedOn = notBefore - gapAfter(tries - 1, trouble?.cause);
  return now - triedOn >= LONGEST_GAP_BEFORE_URGENT;
}

type Troubled = 'trouble' | 'fallbackTrouble';

/** The failures of a digest whose lines go into another one: they count on. */
export type Failures = Pick<Claim, 'claimedOn' | 'tries' | 'trouble' | 'fallbackTrouble'>;

/** Claims a digest of these lines. Undefined when another sender has this owner's digest. */
export async function makeClaim(
  owner: string,
  lineIds: readonly string[],
  attempt: number,
  via: Via,
  deps: Deps,
  { claimedOn, tries, trouble, fallbackTrouble }: Failures,
): Promise<DigestClaim | undefined> {
  const operationId = operationIdOf(owner, lineIds, attempt);
  // This is the present and not the instant of the turn, which may be long past: other senders count from it.
  const notBefore = heldUntil(deps.clock.now(), via);
  const { transport } = via;
  const failures = { claimedOn, tries, trouble, fallbackTrouble };
  const claim = { operationId, attempt, lineIds, accepted: false, notBefore, transport, ...failures };
  const made = await deps.tables.outbox.claim(owner, claim);
  return made && claimOf(owner, made, deps);
}

/**
 * A claim that was made, or found in the outbox. Each write succeeds only while the claim is as this sender wrote or read it
 * last, and throws ClaimLost otherwise.
 */
export function claimOf(owner: string, found: HeldClaim, { tables: { outbox }, clock }: Deps) {
  let row = found;
  const change = async (write: Promise<HeldClaim | undefined>) => {
    const written = await write;
    if (written === undefined) throw new ClaimLost(row.operationId);
    row = written;
  };
  const end = async (write: Promise<boolean>) => {
    if (!(await write)) throw new ClaimLost(row.operationId);
  };
  return {
    /** The claim as it was written or read last. */
    get row() {
      return row;
    },
    /** Whether a send that begins now ends in time. A sender that was too slow leaves it to the next run. */
    mayPost: ({ promises }: Via) => clock.now() <= (row.notBefore ?? 0) - promises.longestSend,
    /**
     * Takes an older claim for the time of one send of these lines, all of them or what is left. Its id stays, also where
     * another transport sends it now. `trouble`: how the first one failed just before.
     */
    renew(lineIds: readonly string[], via: Via, trouble: Trouble | undefined = row.trouble) {
      const more = { lineIds, transport: via.transport, trouble, oddly: undefined };
      return change(outbox.postpone(owner, row, row.tries, heldUntil(clock.now(), via), more));
    },
    /** The same under a new operation id: the service does not know the one before. */
    retry(lineIds: readonly string[], via: Via) {
      const attempt = row.attempt + 1;
      const operationId = operationIdOf(owner, lineIds, attempt);
      const notBefore = heldUntil(clock.now(), via);
      const { transport } = via;
      return change(outbox.retry(owner, row, { operationId, attempt, lineIds, notBefore, transport }));
    },
    /** Records that the mail service has the mail, and that its delivery is followed where it can be. */
    accept: (sent: SentDigest | undefined) => change(outbox.accept(owner, row, sent)),
    /** Records why the mail is never sent. */
    refuse: (refusal: string) => change(outbox.refuse(owner, row, refusal)),
    /**
     * Records one more failed try; the next comes after a growing gap, or after `waitMs` where that is longer, and at
     * `latest` where the fallback may take the mail then.
     */
    postpone(
      now: Instant,
      waitMs: number,
      why: Pick<Claim, Troubled | 'oddly' | 'transport'>,
      latest = Infinity,
    ) {
      const cause = (why.fallbackTrouble ?? why.trouble)?.cause;
      const next = now + Math.max(gapAfter(row.tries, cause), waitMs);
      return change(outbox.postpone(owner, row, row.tries + 1, Math.min(next, latest), why));
    },
    /** Deletes the claim and leaves its lines. */
    release: () => end(outbox.release(owner, row)),
    /** Deletes the claim with its lines; an untold one stays, with what was told. */
    finish: (untold: readonly ToldLine[]) => end(outbox.finish(owner, row, untold)),
  };
}

const NAMESPACE = Buffer.from('2f7d0c5e8a4b4d0f9c3e6b1a7f5d2c84', 'hex');

/** The id of one attempt to send these lines to this owner (UUIDv5, RFC 9562): a repeated request has the same id, so the mail service sends one mail. */
function operationIdOf(owner: string, lineIds: readonly string[], attempt: number): string {
  const name = JSON.stringify([addressKey(owner), [...lineIds].sort(), attempt]);
  const hash = createHash('sha1').update(NAMESPACE).update(name).digest().subarray(0, 16);
  hash.writeUInt8((hash.readUInt8(6) & 0x0f) | 0x50, 6);
  hash.writeUInt8((hash.readUInt8(8) & 0x3f) | 0x80, 8);
  return hash.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
