/** The composition root: makes tables, sources and a mailer from the settings, and the use cases from those. */
import { version } from '../package.json';
import { lazyCredential, safeCredential } from './azure/sign-in';
import type { Actor } from './core/history';
import { once } from './core/once';
import type { Key } from './core/target';
import { openMailer, transports } from './email/transports';
import type { Instant } from './formats/instant';
import { parseSettings } from './settings';
import type { Environment } from './settings/env';
import { createSources, kinds, services } from './sources';
import { keys } from './storage/keys';
import { openTables } from './storage/tables';
import type { Clock, Log, Mailer } from './watch/ports';
import type { ImportLine } from './watch/registry/cells';
import { importRows } from './watch/registry/import';
import { confirmRemoval, lostRows } from './watch/registry/lost';
import {
  type Condition,
  everyRow,
  findRow,
  listRows,
  putRow,
  type RegistryQuery,
  removeRow,
  type Wanted,
} from './watch/registry/rows';
import { mailCounters } from './watch/remind/mail-counters';
import { sendReminders } from './watch/remind/send-reminders';
import { explain, MOST_EVENTS } from './watch/report/explain';
import { type FeedQuery, feed } from './watch/report/feed';
import { forecast } from './watch/report/forecast';
import { sharedHealth } from './watch/report/health';
import { metrics } from './watch/report/metrics';
import { overview, report, type StatusQuery } from './watch/report/status';
import { followLink, showLink } from './watch/snooze/link';
import type { LinkAction } from './watch/snooze/link-answers';
import { readReplacement, type SnoozeAsked, snoozeFor, unsnoozeFor } from './watch/snooze/operator';
import { checkNow } from './watch/sweep/check-now';
import { tellPoison } from './watch/sweep/operator-notices';
import { reconcile } from './watch/sweep/reconcile';
import { type SweepMessage, startSweep } from './watch/sweep/start-sweep';
import { sweepScope } from './watch/sweep/sweep-scope';
import type { Kinds } from './watch/targets/parse-target';
import { type Pasted, understand } from './watch/targets/understand';

/** One mail, sign-in included. Longer than a read: a mail of 99 lines over a new connection takes time. */
const MAIL_TIMEOUT = 30_000;
/** The sign-in to the storage account. */
const STORAGE_SIGN_IN_TIMEOUT = 30_000;

const systemClock: Clock = {
  now: () => Date.now(),
  sleep: ms => new Promise(resolve => setTimeout(resolve, ms)),
};

/** The use cases, composed. */
export type { Environment } from './settings/env';
export type App = ReturnType<typeof createApp>;
export type KindForm = App['kindForms'][number];

/** @throws BadSettings, which names every wrong setting */
export function createApp(env: Environment, clock: Clock = systemClock) {
  const settings = parseSettings(env, kinds, services, transports);
  const { storage, publicUrl, mailTransports } = settings;
  const credential = lazyCredential(settings.clientId);
  const store = openTables(
    storage.kind === 'identity'
      ? { ...storage, credential: safeCredential(credential, STORAGE_SIGN_IN_TIMEOUT) }
      : storage,
  );
  const sources = createSources(service => {
    const connection = settings.services.get(service.settingName);
    if (!connection) throw new Error(`The service ${service.settingName} has no settings.`);
    return { ...connection, timeoutMs: settings.probeTimeoutMs, credential };
  });
  /** A mailer for one run: opened on first use, because most runs send nothing, and closed at the end of the run. */
  const withMailer = async <T>(run: (mailer: () => Promise<Mailer>) => Promise<T>): Promise<T> => {
    const { first, replyTo } = mailTransports;
    let opened: Mailer | undefined;
    const open = once(async () => {
      if (!first) throw new Error('No mail service is set.');
      opened = await openMailer(first, { publicUrl, replyTo, timeoutMs: MAIL_TIMEOUT, credential });
      return opened;
    });
    try {
      return await run(open);
    } finally {
      await opened?.close();
    }
  };
  const knownKinds: Kinds = { sources, policies: settings.kinds, ...keys };
  const watch = { tables: store, clock, kinds: knownKinds, mail: settings.mail, links: settings.links };
  const { quota, tally } = mailCounters(store.mailLedger, mailTransports.limits);
  /** Creates the tables that are missing, before the first use of any of them. */
  const ready = async <T>(use: () => Promise<T>): Promise<T> => {
    await store.ready();
    return use();
  };
  return {
    kinds: kinds.map(({ kind }) => kind),
    version,
    startSweep: (log: Log) => ready(() => startSweep(watch, log)),
    sweepScope: (message: SweepMessage, log: Log) => ready(() => sweepScope(message, watch, log)),
    sendReminders: (log: Log) =>
      ready(() => withMailer(mailer => sendReminders({ ...watch, quota, tally, mailer }, log))),
    tellPoison: (message: unknown, log: Log) => ready(() => tellPoison(message, watch, log)),
    reconcile: (log: Log) => ready(() => reconcile({ ...watch, historyDays: settings.historyDays }, log)),
    report: (query: StatusQuery) => ready(() => report(query, watch)),
    overview: (query: StatusQuery) => ready(() => overview(query, watch)),
    explain: (scope: string, name: string) => ready(() => explain({ scope, name }, watch)),
    forecast: (days: number) => ready(() => forecast(days, watch)),
    metrics: () => ready(() => metrics({ ...watch, sweepPeriodMs: settings.sweepPeriodMs, version })),
    feed: (query: FeedQuery) => ready(() => feed(query, watch)),
    checkNow: (key: Key, log: Log) => ready(() => checkNow(key, watch, log)),
    findRow: (key: Key) => ready(() => findRow(key, watch)),
    putRow: (key: Key, wanted: Wanted, on: Condition, actor?: Actor) =>
      ready(() => putRow(key, wanted, on, watch, actor)),
    removeRow: (key: Key, on: Condition, actor?: Actor) => ready(() => removeRow(key, on, watch, actor)),
    /** What people and the watcher did to a target, also where neither its row nor its state is left. */
    historyOf: (key: Key) => ready(() => store.history.of(key, MOST_EVENTS)),
    listRows: (query: RegistryQuery) => ready(() => listRows(query, watch)),
    lostRows: () => ready(() => lostRows(watch)),
    confirmRemoval: (until: Instant) => ready(() => confirmRemoval(until, watch)),
    everyRow: () => ready(async () => everyRow(watch)),
    importRows: (lines: readonly ImportLine[], dryRun: boolean, log: Log, actor?: Actor) =>
      ready(() => importRows(lines, dryRun, watch, log, actor)),
    /** The kinds as a form asks for their targets. */
    kindForms: kinds.map(({ kind, label, asks }) => ({ kind, label, asks })),
    understand: (pasted: Pasted) => understand(pasted, knownKinds),
    snoozeFor: (key: Key, asked: SnoozeAsked, actor: Actor) =>
      ready(() => snoozeFor(key, asked, watch, actor)),
    unsnoozeFor: (key: Key, owner: string, actor: Actor) =>
      ready(() => unsnoozeFor(key, owner, watch, actor)),
    readReplacement: (key: Key, newId: string, log: Log) =>
      ready(() => readReplacement(key, newId, watch, log)),
    showLink: (token: string) => ready(() => showLink(token, watch)),
    followLink: (token: string, asked: LinkAction, log: Log) =>
      ready(() => followLink(token, asked, watch, log)),
    health: sharedHealth({ tables: store, ready: store.ready, clock, sweepPeriodMs: settings.sweepPeriodMs }),
  };
}
