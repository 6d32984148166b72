/** Mail counters: how much of a mail service's quota is used, and how mails ended, counted in one row for all instances together. */
import {
  addMails,
  MAIL_OUTCOMES,
  type MailOutcome,
  type MailTotals,
  NO_MAILS,
} from '../../core/mail-outcome';
import { answered, freeFrom, paused, type QuotaLimits, reserve, UNUSED } from '../../core/quota';
import { HOUR, type Instant } from '../../formats/instant';
import type { Log, MailCounts, Mailer, Outage, Quota, RecordedFault, TransportLedger } from '../ports';

/** A number of requests of each quota: `send` are POSTs of mails, `look` are reads of a mail's status. */
export type Requests = Readonly<Partial<Record<Quota, number>>>;

/** Requests are reserved before they are made, and count even if the service refuses them (rule 17). */
export interface MailQuota {
  /** Reads what all instances have used, once at the start of a run. Later it is read again only where another was faster. */
  refresh(): Promise<void>;
  /** From when a mail may be sent, as known here. */
  sendsFrom(now: Instant): Instant;
  /** Whether the service asked for a wait that is not over. */
  isPaused(now: Instant): boolean;
  /**
   * Reserves these requests, in one write. False when they have to wait, or when less than `leaving` would be left for others:
   * then nothing is counted. A pause of sends holds back sends only, and a pause of looks holds back looks that do not come
   * with a send: the look that comes with a send is counted, and the service may refuse it.
   */
  mayAsk(requests: Requests, now: Instant, leaving?: Requests): Promise<boolean>;
  /** The same for a mail that can wait: never more than half of the quota is used then, so the rest is left for reminders. */
  maySendLater(requests: Requests, now: Instant): Promise<boolean>;
  /** The requests that were reserved last have been answered. The service may have counted them as late as now. */
  answered(now: Instant): void;
  /** The service asked for a wait: until then, no instance may make such a request. */
  pause(quota: Quota, until: Instant): Promise<void>;
}

/** To send a mail is one POST and, right after it, one status read where there is a status: the first look at the mail. */
export const ONE_SEND: Requests = { send: 1, look: 1 };

export function requestsOfSend({ getStatus }: Pick<Mailer, 'getStatus'>): Requests {
  return getStatus ? ONE_SEND : { send: 1 };
}

/** The status reads of a mail that is tried again: one before the POST and one after it. */
export const STATUS_READS_OF_A_RETRY: Requests = { look: 2 };

/**
 * Each outcome is counted by the one sender whose write to the outbox recorded it, in memory first: the next write of the row
 * takes it along. A process that dies before loses the counts it had not written; the sender that continues its work does not
 * count them again. Only a write whose answer was lost can count twice.
 */
export interface MailTally {
  count(outcome: MailOutcome): void;
  /** The service has taken a mail. */
  noteAccepted(on: Instant): void;
  /** When it last did, as known here. */
  acceptedOn(): Instant | undefined;
  /** The fault of our own that is on record, as read last. */
  fault(): RecordedFault | undefined;
  /** It was put on record here. */
  noteFault(met: RecordedFault): void;
  /** When a delivery report last came, as read last. */
  reportedOn(): Instant | undefined;
  /** The service was asked and took no mail, for no fault of that mail. */
  noteFailed(on: Instant, message: string): void;
  /** Since when it takes none, as known here; undefined once it has taken one. */
  outage(): Outage | undefined;
  /** Of a fallback: the operators are told that it is in use. */
  noteInUseTold(on: Instant): void;
  inUseToldOn(): Instant | undefined;
  /** Writes what is only in memory. What can't be written now is kept for the next write. Never throws. */
  write(log: Log): Promise<void>;
}

/** Status reads have twice the quota of sends, for each type of sender domain (the service's limits, 2025). So each send can be a retry. */
const LOOKS_PER_SEND = 2;
/** The caller gives up after this many writes for which another instance was faster. */
const MOST_RACES = 8;

const QUOTAS = ['look', 'send'] as const;

/** What this process has to add to the row. */
interface Pending {
  readonly totals: MailTotals;
  readonly acceptedOn: Instant;
  readonly answers: readonly { readonly from: Instant; readonly on: Instant }[];
  readonly outage?: Outage;
  readonly inUseToldOn?: Instant;
}

const UNCOUNTED: MailCounts = { send: UNUSED, look: UNUSED, totals: NO_MAILS };
const NOTHING: Pending = { totals: NO_MAILS, acceptedOn: 0, answers: [] };

export function mailCounters(
  ledger: Pick<TransportLedger, 'counts' | 'saveCounts'>,
  sends: QuotaLimits,
): { readonly quota: MailQuota; readonly tally: MailTally } {
  const limits = {
    send: sends,
    look: { perMinute: sends.perMinute * LOOKS_PER_SEND, perHour: sends.perHour * LOOKS_PER_SEND },
  };
  let known: (MailCounts & { readonly etag?: string }) | undefined;
  let fault: RecordedFault | undefined;
  let reportedOn: Instant | undefined;
  let pending = NOTHING;
  const read = async () => {
    const { fault: found, reportedOn: reported, ...counts } = await ledger.counts();
    fault = found;
    reportedOn = reported;
    return counts;
  };
  let reservedOn: Instant | undefined;
  /** As they will be written. */
  const counted = () => withPending(known ?? UNCOUNTED, pending);

  /** Stores what `next` makes of the counts. False when it makes nothing, or when other instances were faster each time. */
  const save = async (next: (counts: MailCounts) => MailCounts | undefined) => {
    for (let races = 0; races < MOST_RACES; races += 1) {
      if (!known || races > 0) known = await read();
      const { etag, ...counts } = known;
      const added = pending;
      const changed = next(withPending(counts, added));
      if (!changed) return false;
      const written = await ledger.saveCounts(changed, etag);
      if (written === undefined) continue;
      known = { ...changed, etag: written };
      pending = without(pending, added);
      return true;
    }
    return false;
  };

  /** The counts with these requests, if they are allowed. */
  const reserved = (
    counts: MailCounts,
    requests: Requests,
    now: Instant,
    leaving: Requests,
    within = limits,
  ) => {
    const pausable = requests.send ? 'send' : requests.look ? 'look' : undefined;
    let next = counts;
    for (const quota of QUOTAS) {
      const count = requests[quota] ?? 0;
      const needed = count + (leaving[quota] ?? 0);
      const { pausedUntil, ...usage } = counts[quota];
      const heeded = quota === pausable ? counts[quota] : usage;
      if (needed > 0 && freeFrom(heeded, within[quota], now, needed) > now) return undefined;
      const used = count > 0 && reserve(usage, limits[quota], now, count);
      if (used) next = { ...next, [quota]: { ...used, pausedUntil } };
    }
    return next;
  };

  const quota: MailQuota = {
    async refresh() {
      known = await read();
    },
    sendsFrom(now) {
      if (!known) return now;
      const { pausedUntil: _unheeded, ...looks } = known.look;
      return Math.max(freeFrom(known.send, limits.send, now), freeFrom(looks, limits.look, now));
    },
    isPaused: now => freeFrom({ ...UNUSED, pausedUntil: known?.send.pausedUntil }, limits.send, now) > now,
    async mayAsk(requests, now, leaving = {}) {
      known ??= await read();
      const isReserved = QUOTAS.some(quota => (requests[quota] ?? 0) > 0);
      if (!isReserved) return reserved(withPending(known, pending), {}, now, leaving) !== undefined;
      const isSaved = await save(counts => reserved(withoutFuture(counts, now), requests, now, leaving));
      if (isSaved) reservedOn = now;
      return isSaved;
    },
    async maySendLater(requests, now) {
      const half = { send: halfOf(limits.send), look: halfOf(limits.look) };
      const isSaved = await save(counts => reserved(withoutFuture(counts, now), requests, now, {}, half));
      if (isSaved) reservedOn = now;
      return isSaved;
    },
    answered(now) {
      const from = reservedOn;
      if (from === undefined || now <= from) return;
      pending = { ...pending, answers: [...pending.answers, { from, on: now }] };
      if (known) known = { ...withAnswers(known, [{ from, on: now }]), etag: known.etag };
    },
    async pause(quota, until) {
      await save(counts => ({ ...counts, [quota]: paused(counts[quota], until) }));
    },
  };

  const tally: MailTally = {
    count(outcome) {
      pending = { ...pending, totals: { ...pending.totals, [outcome]: pending.totals[outcome] + 1 } };
    },
    noteAccepted(on) {
      pending = { ...pending, acceptedOn: Math.max(on, pending.acceptedOn) };
    },
    fault: () => fault,
    noteFault(met) {
      fault = met;
    },
    reportedOn: () => reportedOn,
    acceptedOn: () => counted().acceptedOn,
    noteFailed(on, message) {
      pending = { ...pending, outage: { since: counted().outage?.since ?? on, on, message } };
    },
    outage: () => counted().outage,
    noteInUseTold(on) {
      pending = { ...pending, inUseToldOn: on };
    },
    inUseToldOn: () => counted().inUseToldOn,
    async write(log) {
      if (isNothing(pending)) return;
      try {
        if (await save(counts => counts)) return;
        log.warn('Mails are not counted yet: other instances were faster.');
      } catch (error) {
        // Any error is caught: a mail must not fail because it could not be counted.
        log.warn(`Mails are not counted yet: ${error}`);
      }
    },
  };
  return { quota, tally };
}

/** Not below one, so that no limit forbids all. */
function halfOf({ perMinute, perHour }: QuotaLimits): QuotaLimits {
  return { perMinute: Math.ceil(perMinute / 2), perHour: Math.ceil(perHour / 2) };
}

function withPending(counts: MailCounts, pending: Pending): MailCounts {
  const { totals, answers } = pending;
  const acceptedOn = Math.max(pending.acceptedOn, counts.acceptedOn ?? 0) || undefined;
  return {
    ...withAnswers(counts, answers),
    acceptedOn,
    totals: addMails(totals, counts.totals),
    outage: outageOf([counts.outage, pending.outage], acceptedOn),
    inUseToldOn: pending.inUseToldOn ?? counts.inUseToldOn,
  };
}

/** A clock that ran ahead may have left these: mails that it dates would seem to be taken after every failure. */
function withoutFuture(counts: MailCounts, now: Instant): MailCounts {
  const { acceptedOn = 0, outage } = counts;
  return {
    ...counts,
    ...(acceptedOn - now > HOUR && { acceptedOn: undefined }),
    ...(outage && outage.since - now > HOUR && { outage: undefined }),
  };
}

/** What was taken after an outage began has ended it. */
function outageOf(noted: readonly (Outage | undefined)[], acceptedOn: Instant = 0): Outage | undefined {
  const lasting = noted.flatMap(one => (one && one.since > acceptedOn ? [one] : []));
  const last = lasting.at(-1);
  return last && { ...last, since: Math.min(...lasting.map(({ since }) => since)) };
}

function withAnswers(counts: MailCounts, answers: Pending['answers']): MailCounts {
  const late = (usage: MailCounts[Quota]) =>
    answers.reduce((before, { from, on }) => answered(before, from, on), usage);
  return { ...counts, send: late(counts.send), look: late(counts.look) };
}

/** What is left after a part of it was written: more may have come meanwhile. */
function without(pending: Pending, written: Pending): Pending {
  const left = (outcome: MailOutcome) => pending.totals[outcome] - written.totals[outcome];
  const totals = { ...NO_MAILS };
  for (const outcome of MAIL_OUTCOMES) totals[outcome] = left(outcome);
  return {
    totals,
    acceptedOn: pending.acceptedOn === written.acceptedOn ? 0 : pending.acceptedOn,
    answers: pending.answers.slice(written.answers.length),
    ...(pending.outage !== written.outage && { outage: pending.outage }),
    ...(pending.inUseToldOn !== written.inUseToldOn && { inUseToldOn: pending.inUseToldOn }),
  };
}

function isNothing({ totals, acceptedOn, answers, outage, inUseToldOn }: Pending): boolean {
  if (outage || inUseToldOn !== undefined || acceptedOn > 0 || answers.length > 0) return false;
  return MAIL_OUTCOMES.every(outcome => totals[outcome] === 0);
}
