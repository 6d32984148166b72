/** A watcher that crashes: its tables and mailer throw before or after the n-th change, and at every later one. */
import { domainOf } from '../../src/core/address';
import { once } from '../../src/core/once';
import type { QuotaLimits } from '../../src/core/quota';
import { bodySize } from '../../src/email/render';
import { type MailSettings, openMailer, transports } from '../../src/email/transports';
import { MINUTE } from '../../src/formats/instant';
import { parseSettings } from '../../src/settings';
import { createSources, kinds, services } from '../../src/sources';
import { keys } from '../../src/storage/keys';
import { openTables } from '../../src/storage/tables';
import type { Clock, Log, Mailer, Tables } from '../../src/watch/ports';
import { mailCounters } from '../../src/watch/remind/mail-counters';
import type { SendDeps } from '../../src/watch/remind/send-digest';
import { sendReminders } from '../../src/watch/remind/send-reminders';
import type { InUse } from '../../src/watch/remind/transports';
import { startSweep } from '../../src/watch/sweep/start-sweep';
import { sweepScope } from '../../src/watch/sweep/sweep-scope';

export class Crash extends Error {
  override name = 'Crash';
}

export interface CrashPoint {
  /** The n-th change, from 1. */
  readonly at: number;
  readonly when: 'before' | 'after';
}

/** A quota that is never used up; the simulated service has none in these tests either. */
const MANY = 100_000;
export const UNLIMITED = { MAIL_PER_MINUTE: `${MANY}`, MAIL_PER_HOUR: `${MANY}` };

/** Composed as in src/app.ts, but the test can replace tables and mailer. */
export function composeWatch(env: Readonly<Record<string, string>>, clock: Clock): SendDeps {
  const settings = parseSettings(env, kinds, services, transports);
  const credential = {
    getToken: () => {
      throw new Error('The simulated services take no sign-in.');
    },
  };
  const tables = openTables({ kind: 'connectionString', value: env.AzureWebJobsStorage ?? '' });
  const sources = createSources(service => {
    const connection = settings.services.get(service.settingName);
    if (!connection) throw new Error(`no settings for ${service.settingName}`);
    return { ...connection, timeoutMs: settings.probeTimeoutMs, credential };
  });
  const { mailTransports, publicUrl, probeTimeoutMs: timeoutMs } = settings;
  const { first, fallback, limits, fallbackLimits, replyTo } = mailTransports;
  if (!first) throw new Error('no mail service is set');
  const idDomain = domainOf(first.sender);
  const inUse = (mail: MailSettings, quota: QuotaLimits): InUse => ({
    transport: mail.transport,
    ...mailCounters(tables.mailLedger.of(mail.transport), quota),
    mailer: once(() => openMailer(mail, { publicUrl, replyTo, idDomain, timeoutMs, credential })),
  });
  return {
    tables,
    clock,
    kinds: { sources, policies: settings.kinds, ...keys },
    mail: settings.mail,
    mailState: { isOff: false, faults: settings.mailFaults, fallbackFaults: settings.fallbackFaults },
    links: settings.links,
    ...inUse(first, limits),
    fallback: fallback && fallbackLimits && inUse(fallback, fallbackLimits),
    sizeOf: async digest => bodySize(digest, { publicUrl }),
  };
}

export function crashingAt(healthy: SendDeps, point: CrashPoint) {
  /** Every change that was started, in order. */
  const changes: string[] = [];
  let hasCrashed = false;
  const crash = () => {
    hasCrashed = true;
    return new Crash(`at ${point.at} (${changes.at(-1)}), ${point.when}`);
  };
  const change = async <T>(name: string, carryOut: () => Promise<T>): Promise<T> => {
    // A crashed process does nothing more, even if a part of it was still at work.
    if (hasCrashed) throw new Crash('crashed already');
    changes.push(name);
    const last = changes.length === point.at;
    if (last && point.when === 'before') throw crash();
    if (last) hasCrashed = true;
    const result = await carryOut();
    if (last) throw crash();
    return result;
  };
  return { watch: changing(healthy, change), changes, crashed: () => hasCrashed };
}

/** Runs a change, or does something else before it, after it or instead. */
export type Change = <T>(name: string, carryOut: () => Promise<T>) => Promise<T>;

/** The same watch as another process, with each of its changes run by `change`. */
export function changing(healthy: SendDeps, change: Change): SendDeps {
  const tables = changingTables(healthy.tables, change);
  // New ones: the memory of a process ends with it.
  const inUse = ({ transport, mailer }: InUse): InUse => ({
    transport,
    ...mailCounters(tables.mailLedger.of(transport), { perMinute: MANY, perHour: MANY }),
    mailer: async () => changingMailer(await mailer(), change),
  });
  const fallback = healthy.fallback && inUse(healthy.fallback);
  return { ...healthy, tables, ...inUse(healthy), fallback };
}

function changingTables(tables: Tables, change: Change): Tables {
  const { expiries, calendar, outbox, scopes, mailLedger, history } = tables;
  return {
    registry: tables.registry,
    expiries: {
      ...expiries,
      merge: (scope, states) => change('expiries.merge', () => expiries.merge(scope, states)),
      mergeCal: (scope, states) => change('expiries.mergeCal', () => expiries.mergeCal(scope, states)),
      mergeQueued: (scope, states) =>
        change('expiries.mergeQueued', () => expiries.mergeQueued(scope, states)),
      mergeTold: (owner, told) => change('expiries.mergeTold', () => expiries.mergeTold(owner, told)),
      prune: (key, etag, owners) => change('expiries.prune', () => expiries.prune(key, etag, owners)),
      remove: (scope, names) => change('expiries.remove', () => expiries.remove(scope, names)),
    },
    calendar: {
      ...calendar,
      write: (entries, gone) => change('calendar.write', () => calendar.write(entries, gone)),
    },
    outbox: {
      ...outbox,
      put: reminders => change('outbox.put', () => outbox.put(reminders)),
      drop: (owner, ids) => change('outbox.drop', () => outbox.drop(owner, ids)),
      claim: (owner, claim) => change('outbox.claim', () => outbox.claim(owner, claim)),
      accept: (owner, claim, sent) => change('outbox.accept', () => outbox.accept(owner, claim, sent)),
      refuse: (owner, claim, refusal) => change('outbox.refuse', () => outbox.refuse(owner, claim, refusal)),
      postpone: (owner, claim, tries, notBefore, more) =>
        change('outbox.postpone', () => outbox.postpone(owner, claim, tries, notBefore, more)),
      retry: (owner, claim, to) => change('outbox.retry', () => outbox.retry(owner, claim, to)),
      mark: lines => change('outbox.mark', () => outbox.mark(lines)),
      release: (owner, claim) => change('outbox.release', () => outbox.release(owner, claim)),
      finish: (owner, claim, untold) => change('outbox.finish', () => outbox.finish(owner, claim, untold)),
      saveNextStatusRead: (owner, sent) =>
        change('outbox.saveNextStatusRead', () => outbox.saveNextStatusRead(owner, sent)),
      unfollow: (owner, id) => change('outbox.unfollow', () => outbox.unfollow(owner, id)),
    },
    mailLedger: {
      ...mailLedger,
      of(transport) {
        const ledger = mailLedger.of(transport);
        return {
          ...ledger,
          saveFault: fault => change('mailLedger.saveFault', () => ledger.saveFault(fault)),
          clearFault: () => change('mailLedger.clearFault', () => ledger.clearFault()),
          saveCounts: (counts, etag) =>
            change('mailLedger.saveCounts', () => ledger.saveCounts(counts, etag)),
          saveReportedOn: on => change('mailLedger.saveReportedOn', () => ledger.saveReportedOn(on)),
        };
      },
      saveOperatorNoticesToldOn: (owner, on) =>
        change('mailLedger.saveOperatorNoticesToldOn', () => mailLedger.saveOperatorNoticesToldOn(owner, on)),
    },
    scopes: {
      ...scopes,
      save: (row, etag) => change('scopes.save', () => scopes.save(row, etag)),
      remove: scope => change('scopes.remove', () => scopes.remove(scope)),
      saveChecks: (scope, checks, etag) =>
        change('scopes.saveChecks', () => scopes.saveChecks(scope, checks, etag)),
    },
    history: { ...history, add: events => change('history.add', () => history.add(events)) },
  };
}

function changingMailer(mailer: Mailer, change: Change): Mailer {
  const { getStatus } = mailer;
  return {
    ...mailer,
    send: (digest, operationId) => change('mailer.send', () => mailer.send(digest, operationId)),
    ...(getStatus && {
      getStatus: operationId => change('mailer.getStatus', () => getStatus(operationId)),
    }),
  };
}

/** One tick of the sweep: every scope to its end. */
export async function sweepAll(watch: SendDeps, log: Log): Promise<void> {
  const queue = await startSweep({ ...watch, sweepPeriodMs: 5 * MINUTE, ping: () => undefined }, log);
  for (let message = queue.shift(); message; message = queue.shift())
    queue.push(...(await sweepScope(message, watch, log)));
}

/** A run that may end in a crash. sendReminders wraps the errors of its owners in an AggregateError. */
export async function unlessCrashed(run: () => Promise<void>): Promise<void> {
  try {
    await run();
  } catch (error) {
    const faults = error instanceof AggregateError ? error.errors : [error];
    if (!faults.every(fault => fault instanceof Crash)) throw error;
  }
}

export async function remindAll(watch: SendDeps, log: Log): Promise<void> {
  await sendReminders(watch, log);
}
