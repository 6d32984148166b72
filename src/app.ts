/** The composition root: makes tables, sources and a mailer from the settings, and the use cases from those. */
import { version } from '../package.json';
import { type Ping, pinger } from './azure/ping';
import { lazyCredential, safeCredential } from './azure/sign-in';
import { domainOf } from './core/address';
import type { Digest } from './core/digest';
import type { Actor } from './core/history';
import { once } from './core/once';
import type { Key } from './core/target';
import { type MailSettings, openMailer, transports } from './email/transports';
import type { Instant } from './formats/instant';
import { parseSettings } from './settings';
import type { Environment } from './settings/env';
import { createSources, kinds, services } from './sources';
import { keys } from './storage/keys';
import { openTables } from './storage/tables';
import type { Call, Traces } from './telemetry';
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
import { type DeliveryReport, takeReports } from './watch/remind/delivery-reports';
import { mailCounters } from './watch/remind/mail-counters';
import { sendReminders } from './watch/remind/send-reminders';
import { sendTestMail } from './watch/remind/test-mail';
import type { InUse, Transports } from './watch/remind/transports';
import { explain, MOST_EVENTS } from './watch/report/explain';
import { type FeedQuery, feed } from './watch/report/feed';
import { forecast } from './watch/report/forecast';
import { sharedHealth } from './watch/report/health';
import { kindWords } from './watch/report/kind-words';
import { metrics } from './watch/report/metrics';
import { showMine } from './watch/report/mine';
import { overview } from './watch/report/overview';
import { tellReminderAge } from './watch/report/reminder-age';
import { sendSummary } from './watch/report/send-summary';
import { report, type StatusQuery } from './watch/report/status';
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

/** What a message names where no way to send mail is set. */
const WAYS_TO_SEND = transports.map(({ chosenBy: [name], senderIn }) =>
  name === senderIn ? name : `${name} and ${senderIn}`,
);

const systemClock: Clock = {
  now: () => Date.now(),
  sleep: ms => new Promise(resolve => setTimeout(resolve, ms)),
};

/** The use cases, composed. */
export type { Environment } from './settings/env';
export type App = ReturnType<typeof createApp>;
export type KindForm = App['kindForms'][number];

/** @throws BadSettings, which names every wrong setting; but faults of mail alone are kept in `mailState` */
export function createApp(env: Environment, clock: Clock = systemClock) {
  const settings = parseSettings(env, kinds, services, transports);
  const { storage, publicUrl, mailTransports, pingUrl, telemetry, sweepPeriodMs } = settings;
  const credential = lazyCredential({ clientId: settings.clientId });
  const storageCredential = (identity: Parameters<typeof lazyCredential>[0] | undefined) =>
    safeCredential(identity ? lazyCredential(identity) : credential, STORAGE_SIGN_IN_TIMEOUT);
  const store = openTables(
    storage.kind === 'identity' ? { ...storage, credential: storageCredential(storage.identity) } : storage,
  );
  const sources = createSources(service => {
    const connection = settings.services.get(service.settingName);
    if (!connection) throw new Error(`The service ${service.settingName} has no settings.`);
    return { ...connection, timeoutMs: settings.probeTimeoutMs, credential };
  });
  const { first, fallback, limits, fallbackLimits, replyTo } = mailTransports;
  const names = { first: first?.transport, fallback: fallback?.transport };
  const idDomain = first && domainOf(first.sender);
  const newCounters = () => ({
    first: mailCounters(store.mailLedger.of(first?.transport ?? ''), limits),
    fallback:
      fallback && fallbackLimits && mailCounters(store.mailLedger.of(fallback.transport), fallbackLimits),
  });
  const senderCounters = newCounters();
  /**
   * The transports for one run: each is opened on first use, because most runs send nothing, and closed at the end of the run.
   * Whoever is not the sender has counters of its own: a run of the sender may be under way in this process.
   */
  const withTransports = async <T>(
    run: (transports: Transports) => Promise<T>,
    counters = newCounters(),
  ): Promise<T> => {
    const opened: Mailer[] = [];
    const open = (settings: MailSettings | undefined) =>
      once(async () => {
        if (!settings) throw new Error('No mail service is set.');
        const context = { publicUrl, replyTo, idDomain, timeoutMs: MAIL_TIMEOUT, credential };
        const mailer = await openMailer(settings, context);
        opened.push(mailer);
        return mailer;
      });
    const inUse = (settings: MailSettings | undefined, own: typeof counters.first): InUse => ({
      transport: settings?.transport ?? '',
      ...own,
      mailer: open(settings),
    });
    try {
      return await run({
        ...inUse(first, counters.first),
        fallback: counters.fallback && inUse(fallback, counters.fallback),
      });
    } finally {
      await Promise.all(opened.map(mailer => mailer.close()));
    }
  };
  const knownKinds: Kinds = { sources, policies: settings.kinds, ...keys };
  const watch = { tables: store, clock, kinds: knownKinds, mail: settings.mail, links: settings.links };
  const sizeOf = async (digest: Digest) => (await import('./email/render')).bodySize(digest, { publicUrl });
  const { mailFaults: faults, fallbackFaults } = settings;
  const mailState = { isOff: settings.mail.to === 'none', faults, fallbackFaults };
  /** Creates the tables that are missing, before the first use of any of them. */
  const ready = async <T>(use: () => Promise<T>): Promise<T> => {
    await store.ready();
    return use();
  };
  const traces = once(async (): Promise<Traces | undefined> => {
    if (!telemetry) return undefined;
    const { startTraces } = await import('./telemetry');
    const { connectionString, byIdentity } = telemetry;
    return startTraces({ connectionString, credential: byIdentity ? credential : undefined, version });
  });
  const ping: Ping = pingUrl === undefined ? () => undefined : pinger(pingUrl);
  /** A tick that fails is told to the dead-man's switch, too: also where the tables are out of reach. */
  const tick = async (log: Log, traceparent?: string): Promise<SweepMessage[]> => {
    try {
      await store.ready();
      const deps = { ...watch, sweepPeriodMs, ping };
      const [messages] = await Promise.all([startSweep(deps, log, traceparent), tellReminderAge(watch, log)]);
      return messages;
    } catch (error) {
      ping('failed', log);
      throw error;
    }
  };
  return {
    kinds: kinds.map(({ kind }) => kind),
    words: kindWords(knownKinds),
    version,
    mailState,
    /** Does the work of one call; with TELEMETRY=traces within a span. Without it nothing more is loaded. */
    async traced<T>(call: Call, work: () => Promise<T>, log: Log): Promise<T> {
      const found = await traces().catch(error => {
        // Any error is caught: the watcher works without traces, too.
        const name = error instanceof Error ? error.name : 'unknown';
        log.warn(`No traces are sent (${name}): check APPLICATIONINSIGHTS_CONNECTION_STRING.`);
        return undefined;
      });
      return found ? await found.run(call, work) : await work();
    },
    startSweep: tick,
    sweepScope: (message: SweepMessage, log: Log) => ready(() => sweepScope(message, watch, log)),
    sendReminders: (log: Log) =>
      ready(() =>
        withTransports(async ts => {
          const sending = { ...watch, mailState, sizeOf, ...ts };
          const isDone = await sendReminders(sending, log);
          if (isDone) await sendSummary({ ...sending, schedule: settings.summarySchedule }, log);
        }, senderCounters),
      ),
    testMail: (to: string | undefined, log: Log) =>
      ready(() =>
        withTransports(ts =>
          sendTestMail(to, { ...watch, ...ts, ...mailState, way: first, ways: WAYS_TO_SEND }, log),
        ),
      ),
    // Only Communication Services sends reports, also of its last mails where it is set no more.
    takeReports: (reports: readonly DeliveryReport[], log: Log) =>
      ready(() =>
        withTransports(ts => {
          const acs = { transport: 'acs', ...mailCounters(store.mailLedger.of('acs'), limits) };
          return takeReports(reports, { ...watch, ...ts, ...acs }, log);
        }),
      ),
    tellPoison: (message: unknown, log: Log) => ready(() => tellPoison(message, watch, log)),
    reconcile: (log: Log) => ready(() => reconcile({ ...watch, historyDays: settings.historyDays }, log)),
    report: (query: StatusQuery) => ready(() => report(query, watch)),
    overview: (query: StatusQuery) => ready(() => overview(query, watch)),
    explain: (scope: string, name: string) => ready(() => explain({ scope, name }, watch)),
    forecast: (days: number) => ready(() => forecast(days, watch)),
    metrics: () => ready(() => metrics({ ...watch, mailState, sweepPeriodMs, transports: names, version })),
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
    kindForms: kinds.map(({ kind, title, asks }) => ({ kind, title, asks })),
    understand: (pasted: Pasted) => understand(pasted, knownKinds),
    snoozeFor: (key: Key, asked: SnoozeAsked, actor: Actor) =>
      ready(() => snoozeFor(key, asked, watch, actor)),
    unsnoozeFor: (key: Key, owner: string, actor: Actor) =>
      ready(() => unsnoozeFor(key, owner, watch, actor)),
    readReplacement: (key: Key, newId: string, log: Log) =>
      ready(() => readReplacement(key, newId, watch, log)),
    showLink: (token: string) => ready(() => showLink(token, watch)),
    showMine: (token: string) => ready(() => showMine(token, watch)),
    followLink: (token: string, asked: LinkAction, log: Log) =>
      ready(() => followLink(token, asked, watch, log)),
    health: sharedHealth({ ...watch, ready: store.ready, sweepPeriodMs, mailState, transports: names }),
  };
}
