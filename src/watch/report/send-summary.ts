/** Sends the summaries that `SUMMARY_SCHEDULE` asks for: each owner at most once for each of its ticks, since a repeat is worse than a miss. */
import { randomUUID } from 'node:crypto';
import { addressKey, includesAddress } from '../../core/address';
import { type Digest, MOST_BYTES } from '../../core/digest';
import type { StatusItem } from '../../core/listing';
import type { LinkSigning } from '../../core/snooze';
import { byOwner, isExpiring, isTroubled, type Summary } from '../../core/summary';
import { viewUrlOf } from '../../core/view-link';
import type { MailPolicy } from '../../core/watched';
import { DAY, HOUR, type Instant, MINUTE } from '../../formats/instant';
import { nextTick } from '../../formats/ncrontab';
import { compareText } from '../../formats/text';
import type { Clock, Log, Mailer, MailState, SummaryProgress, Tables } from '../ports';
import { firstOfBothParts } from './fleet';

export interface SummaryDeps {
  readonly tables: Pick<Tables, 'calendar' | 'mailLedger'>;
  readonly clock: Clock;
  readonly mail: MailPolicy;
  readonly mailState: MailState;
  /** The name of the transport that sends them: the first one. */
  readonly transport: string;
  readonly links: LinkSigning | undefined;
  /** Undefined: no summaries. */
  readonly schedule: string | undefined;
  readonly quota: {
    maySendLater(requests: { send: number; look: number }, now: Instant): Promise<boolean>;
    answered(now: Instant): void;
    pause(quota: 'send', until: Instant): Promise<void>;
  };
  readonly mailer: () => Promise<Mailer>;
  readonly sizeOf: (digest: Digest) => Promise<number>;
}

/** The soonest rows of the calendar with a date, and as many without one. It bounds the cost and the memory. */
const MOST_LOOKED_AT = 10_000;
const MOST_LISTED = 100;
/** None is begun later in a run: the reminders before them may have taken four minutes of its ten. */
const TIME_BUDGET = 2 * MINUTE;
/** Sorts before every address. */
const BEFORE_ALL = '!';

export async function sendSummary(deps: SummaryDeps, log: Log): Promise<void> {
  const { tables, clock, mailState, transport, schedule, quota } = deps;
  if (schedule === undefined || mailState.isOff || mailState.faults.length > 0) return;
  const now = clock.now();
  let progress = await due(await tables.mailLedger.summary(), schedule, now, tables);
  // While no mail is taken for a fault of our own, the sender alone tries whether that is over.
  if (!progress || (await tables.mailLedger.of(transport).counts()).fault) return;
  const summaries = await summariesOf(deps, now);
  for (const [key, { owner, summary }] of summaries) {
    if (compareText(key, progress.after ?? BEFORE_ALL) <= 0) continue;
    if (clock.now() - now >= TIME_BUDGET) return;
    if (!(await quota.maySendLater({ send: 1, look: 1 }, clock.now()))) return;
    const mailer = await deps.mailer();
    // Before the send: after a crash nobody gets it twice.
    const before = progress.after;
    const saved = await save({ ...progress, after: key }, tables);
    if (!saved) return;
    progress = saved;
    const listUrl = isOwner(owner, summary) ? viewUrlOf(owner, undefined, deps.links, now) : undefined;
    const digest = await fitting({ owner, lines: [], more: 0, listUrl, asOf: now, summary }, deps);
    const answer = await mailer.send(digest, randomUUID());
    quota.answered(clock.now());
    log.info(`A summary is ${answer.outcome}.`);
    if (answer.outcome !== 'unsettled' || answer.cause === 'recipient') continue;
    const { cause, retryAfterMs = 0 } = answer;
    // It holds for reminders, too.
    if (retryAfterMs > 0) await quota.pause('send', clock.now() + Math.min(DAY, retryAfterMs));
    // Nobody loses a summary that was surely not taken. Otherwise the others get theirs at a later run.
    if (cause !== 'unknown') await save({ ...progress, after: before }, tables);
    return;
  }
  await save({ on: progress.on, etag: progress.etag }, tables);
}

/** Operators get what others own, too. */
function isOwner(address: string, { expiring }: Summary): boolean {
  return expiring.some(({ item }) => includesAddress(item.owners, address));
}

/**
 * The progress of the summaries to send now; undefined if there are none. The first ones go out at the next tick, also after an
 * instant that a clock which ran ahead left behind.
 */
async function due(
  stored: SummaryProgress | undefined,
  schedule: string,
  now: Instant,
  tables: SummaryDeps['tables'],
): Promise<SummaryProgress | undefined> {
  if (!stored || stored.on > now + HOUR) {
    await save({ on: now, etag: stored?.etag }, tables);
    return undefined;
  }
  if (stored.after !== undefined) return stored;
  const tick = nextTick(schedule, stored.on);
  return tick !== undefined && tick <= now ? { on: now, etag: stored.etag, after: BEFORE_ALL } : undefined;
}

/** Undefined where another sender was faster: it goes on. */
async function save(
  progress: SummaryProgress,
  { mailLedger }: SummaryDeps['tables'],
): Promise<SummaryProgress | undefined> {
  const etag = await mailLedger.saveSummary(progress);
  return etag === undefined ? undefined : { ...progress, etag };
}

/** By address key, in the order of the addresses. */
async function summariesOf(
  { tables, mail, links }: SummaryDeps,
  now: Instant,
): Promise<[key: string, to: { owner: string; summary: Summary }][]> {
  const { items } = await firstOfBothParts(tables.calendar, MOST_LOOKED_AT, now);
  const listed = (owner: string, some: readonly StatusItem[]) =>
    some.slice(0, MOST_LISTED).map(item => {
      const { scope, name } = item;
      return { item, viewUrl: viewUrlOf(owner, { scope, name }, links, now) };
    });
  const summaryOf = (owner: string, expiring: readonly StatusItem[], failing: readonly StatusItem[]) => {
    const left = Math.max(0, expiring.length - MOST_LISTED) + Math.max(0, failing.length - MOST_LISTED);
    return { owner, summary: { expiring: listed(owner, expiring), failing: listed(owner, failing), left } };
  };
  const summaries = new Map<string, { owner: string; summary: Summary }>();
  if (mail.to === 'owners')
    for (const [key, { owner, items: owned }] of byOwner(items, now))
      summaries.set(key, summaryOf(owner, owned, []));
  const all = items.filter(item => isExpiring(item, now));
  for (const operator of mail.operators)
    summaries.set(addressKey(operator), summaryOf(operator, all, items.filter(isTroubled)));
  return [...summaries].sort(([a], [b]) => compareText(a, b));
}

/** With fewer lines where its body would be too large. */
async function fitting(digest: Digest & { readonly summary: Summary }, deps: SummaryDeps): Promise<Digest> {
  const { expiring, failing, left } = digest.summary;
  const lines = expiring.length + failing.length;
  const size = await deps.sizeOf(digest);
  if (size <= MOST_BYTES || lines <= 1) return digest;
  const keep = Math.min(lines - 1, Math.floor((lines * MOST_BYTES) / size));
  const kept = {
    expiring: expiring.slice(0, keep),
    failing: failing.slice(0, Math.max(0, keep - expiring.length)),
  };
  return fitting({ ...digest, summary: { ...kept, left: left + lines - keep } }, deps);
}
