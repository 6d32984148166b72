/** Mail counters: how much of the mail service's quota is used, and how mails ended, counted in a table for all instances together. */
import { MAIL_OUTCOMES, type MailOutcome, type MailTotals, NO_MAILS } from '../../core/mail-outcome';
import { paused, type QuotaLimits, reserve, UNUSED, type Usage } from '../../core/quota';
import type { Instant } from '../../formats/instant';
import type { Log, MailLedger } from '../ports';

type Quota = 'send' | 'look';

/** So many requests of each quota: `send` are POSTs of mails, `look` are reads of a mail's status. */
export type Requests = Readonly<Partial<Record<Quota, number>>>;

/** Requests are reserved before they are made, and count even if the service refuses them (rule 17). */
export interface MailQuota {
  /**
   * Reserves these requests, all or none: a request that can't be used must not take a place. False when they have to wait,
   * or when less than `leaving` would be left for others.
   */
  mayAsk(requests: Requests, now: Instant, leaving?: Requests): Promise<boolean>;
  /** The service asked for a wait: until then, no instance may make such a request. */
  pause(quota: Quota, until: Instant): Promise<void>;
}

/** To send a mail is one POST and, right after it, one status read: the first look at the mail. */
export const ONE_SEND: Requests = { send: 1, look: 1 };
/** The status reads of a mail that is tried again: one before the POST and one after it. */
export const LOOKS_OF_A_RETRY: Requests = { look: 2 };

export interface MailTally {
  /** Counts in memory, until the next write. */
  count(outcome: MailOutcome): void;
  /** Adds the counts in memory to the table. Counts that can't be written now are kept for the next write. Never throws. */
  write(log: Log): Promise<void>;
}

/** Status reads have twice the quota of sends, for each type of sender domain (the service's limits, 2025). So each send can be a retry. */
const LOOKS_PER_SEND = 2;
/** After so many writes for which another instance was faster, the caller gives up. */
const MOST_RACES = 8;

const QUOTAS = ['send', 'look'] as const;

interface Found {
  readonly usage: Usage;
  readonly etag: string | undefined;
}

export function mailQuota(ledger: MailLedger, sends: QuotaLimits): MailQuota {
  const limits = {
    send: sends,
    look: { perMinute: sends.perMinute * LOOKS_PER_SEND, perHour: sends.perHour * LOOKS_PER_SEND },
  };
  const read = async (quota: Quota): Promise<Found> => {
    const found = await ledger.usage(quota);
    return { usage: found ?? UNUSED, etag: found?.etag };
  };
  const take = async (quota: Quota, count: number, now: Instant, found: Found) => {
    let known: Found | undefined = found;
    const taken = await race(async () => {
      const { usage, etag } = known ?? (await read(quota));
      known = undefined;
      const more = withRequests(usage, count, limits[quota], now);
      return more ? (await ledger.saveUsage(quota, more, etag)) || undefined : false;
    });
    return taken ?? false;
  };
  return {
    async mayAsk(requests, now, leaving = {}) {
      const found = new Map<Quota, Found>();
      for (const quota of QUOTAS) {
        const count = (requests[quota] ?? 0) + (leaving[quota] ?? 0);
        if (count === 0) continue;
        const known = await read(quota);
        if (!withRequests(known.usage, count, limits[quota], now)) return false;
        if (requests[quota]) found.set(quota, known);
      }
      for (const [quota, known] of found)
        if (!(await take(quota, requests[quota] ?? 0, now, known))) return false;
      return true;
    },
    async pause(quota, until) {
      await race(async () => {
        const { usage, etag } = await read(quota);
        return (await ledger.saveUsage(quota, paused(usage, until), etag)) || undefined;
      });
    },
  };
}

/** Undefined where a limit or a pause forbids one of them. */
function withRequests(usage: Usage, count: number, limits: QuotaLimits, now: Instant): Usage | undefined {
  let next: Usage | undefined = usage;
  for (let added = 0; next && added < count; added += 1) next = reserve(next, limits, now);
  return next;
}

/**
 * Each outcome is counted by the one sender whose write to the outbox recorded it, and written at the end of that sender's
 * run: one read and one write for any number of mails. A process that dies in between loses the counts it had not written;
 * the sender that continues its work does not count them again. Only a write whose answer was lost can count twice.
 */
export function mailTally(ledger: Pick<MailLedger, 'totals' | 'saveTotals'>): MailTally {
  let pending = NO_MAILS;
  const add = async (counted: MailTotals) => {
    const found = await ledger.totals();
    const totals = sum(found ?? NO_MAILS, counted);
    return (await ledger.saveTotals(totals, found?.etag)) || undefined;
  };
  return {
    count(outcome) {
      pending = { ...pending, [outcome]: pending[outcome] + 1 };
    },
    async write(log) {
      const counted = pending;
      if (MAIL_OUTCOMES.every(outcome => counted[outcome] === 0)) return;
      pending = NO_MAILS;
      try {
        if (await race(() => add(counted))) return;
        log.warn('Mails are not counted yet: other instances were faster.');
      } catch (error) {
        // Of any kind: a mail must not fail because it could not be counted.
        log.warn(`Mails are not counted yet: ${error}`);
      }
      pending = sum(pending, counted);
    },
  };
}

/** Repeats a read and a conditional write while it answers undefined, which means that another instance was faster. */
async function race<T>(attempt: () => Promise<T | undefined>): Promise<T | undefined> {
  for (let count = 0; count < MOST_RACES; count += 1) {
    const result = await attempt();
    if (result !== undefined) return result;
  }
  return undefined;
}

function sum(a: MailTotals, b: MailTotals): MailTotals {
  return {
    accepted: a.accepted + b.accepted,
    refused: a.refused + b.refused,
    givenUp: a.givenUp + b.givenUp,
    delivered: a.delivered + b.delivered,
    undelivered: a.undelivered + b.undelivered,
    unknown: a.unknown + b.unknown,
  };
}
