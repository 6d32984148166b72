/** Mail counters: how much of the mail service's quota is used, and how mails ended, counted in a table for all instances together. */
import {
  addMails,
  MAIL_OUTCOMES,
  type MailOutcome,
  type MailTotals,
  NO_MAILS,
} from '../../core/mail-outcome';
import { paused, type QuotaLimits, reserve, UNUSED, type Usage } from '../../core/quota';
import type { Instant } from '../../formats/instant';
import type { Log, MailLedger, Quota, Stored } from '../ports';

type Found = Stored<Usage> | undefined;

/** A number of requests of each quota: `send` are POSTs of mails, `look` are reads of a mail's status. */
export type Requests = Readonly<Partial<Record<Quota, number>>>;

/** Requests are reserved before they are made, and count even if the service refuses them (rule 17). */
export interface MailQuota {
  /**
   * Reserves these requests. False when they have to wait, or when less than `leaving` would be left for others: then nothing
   * is counted, but where another instance was faster in between, the looks may be. A pause of sends holds back sends only,
   * and a pause of looks holds back looks that do not come with a send: the look that comes with a send is counted, and the
   * service may refuse it.
   */
  mayAsk(requests: Requests, now: Instant, leaving?: Requests): Promise<boolean>;
  /** The service asked for a wait: until then, no instance may make such a request. */
  pause(quota: Quota, until: Instant): Promise<void>;
}

/** To send a mail is one POST and, right after it, one status read: the first look at the mail. */
export const ONE_SEND: Requests = { send: 1, look: 1 };
/** The status reads of a mail that is tried again: one before the POST and one after it. */
export const STATUS_READS_OF_A_RETRY: Requests = { look: 2 };

export interface MailTally {
  /** Counts in memory, until the next write. */
  count(outcome: MailOutcome): void;
  /** Adds the counts in memory to the table. Counts that can't be written now are kept for the next write. Never throws. */
  write(log: Log): Promise<void>;
}

/** Status reads have twice the quota of sends, for each type of sender domain (the service's limits, 2025). So each send can be a retry. */
const LOOKS_PER_SEND = 2;
/** The caller gives up after this many writes for which another instance was faster. */
const MOST_RACES = 8;

/** Looks first: where only the second can't be reserved, a look is lost, of which there are more. */
const QUOTAS = ['look', 'send'] as const;

export function mailQuota(ledger: MailLedger, sends: QuotaLimits): MailQuota {
  const limits = {
    send: sends,
    look: { perMinute: sends.perMinute * LOOKS_PER_SEND, perHour: sends.perHour * LOOKS_PER_SEND },
  };
  /** Stores what `next` makes of the usage. False when it makes nothing, or when other instances were faster each time. */
  const save = async (quota: Quota, found: Found, next: (usage: Usage) => Usage | undefined) => {
    let known = found;
    for (let races = 0; races < MOST_RACES; races += 1) {
      if (races > 0) known = await ledger.usage(quota);
      const usage = next(known ?? UNUSED);
      if (!usage) return false;
      if (await ledger.saveUsage(quota, usage, known?.etag)) return true;
    }
    return false;
  };
  return {
    async mayAsk(requests, now, leaving = {}) {
      const pausable = requests.send ? 'send' : requests.look ? 'look' : undefined;
      const reserved = (quota: Quota, count: number) => (usage: Usage) => {
        const heeded = quota === pausable ? usage : { slots: usage.slots };
        const next = reserve(heeded, limits[quota], now, count);
        return next && { ...next, pausedUntil: usage.pausedUntil };
      };
      const reservations: (() => Promise<boolean>)[] = [];
      for (const quota of QUOTAS) {
        const count = requests[quota] ?? 0;
        const needed = count + (leaving[quota] ?? 0);
        if (needed === 0) continue;
        const found = await ledger.usage(quota);
        if (!reserved(quota, needed)(found ?? UNUSED)) return false;
        if (count > 0) reservations.push(() => save(quota, found, reserved(quota, count)));
      }
      for (const reservation of reservations) if (!(await reservation())) return false;
      return true;
    },
    async pause(quota, until) {
      await save(quota, await ledger.usage(quota), usage => paused(usage, until));
    },
  };
}

/**
 * Each outcome is counted by the one sender whose write to the outbox recorded it, and written at the end of that sender's
 * run: one read and one write for any number of mails. A process that dies in between loses the counts it had not written;
 * the sender that continues its work does not count them again. Only a write whose answer was lost can count twice.
 */
export function mailTally(ledger: Pick<MailLedger, 'totals' | 'saveTotals'>): MailTally {
  let pending = NO_MAILS;
  const add = async (counted: MailTotals) => {
    for (let races = 0; races < MOST_RACES; races += 1) {
      const found = await ledger.totals();
      if (await ledger.saveTotals(addMails(counted, found ?? NO_MAILS), found?.etag)) return true;
    }
    return false;
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
        if (await add(counted)) return;
        log.warn('Mails are not counted yet: other instances were faster.');
      } catch (error) {
        // Any error is caught: a mail must not fail because it could not be counted.
        log.warn(`Mails are not counted yet: ${error}`);
      }
      pending = addMails(pending, counted);
    },
  };
}
