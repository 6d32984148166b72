/** The composition root: settings become tables, sources and a mailer, and these become the use cases. */
import type { TokenCredential } from '@azure/core-auth';
import { version } from '../package.json';
import { calm, lazyCredential } from './azure/identity';
import { once } from './core/once';
import type { Key } from './core/target';
import { parseSettings, type Settings } from './settings';
import type { Environment } from './settings/env';
import { createSources, kinds, services } from './sources';
import { openTables } from './storage/tables';
import type { Clock, Log, Mailer } from './watch/ports';
import { type ImportLine, importRows } from './watch/registry/import';
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
import { mailQuota } from './watch/remind/mail-quota';
import { mailTally } from './watch/remind/mail-tally';
import { sendReminders } from './watch/remind/send-reminders';
import { explain } from './watch/report/explain';
import { type FeedQuery, feed } from './watch/report/feed';
import { forecast } from './watch/report/forecast';
import { health } from './watch/report/health';
import { metrics } from './watch/report/metrics';
import { overview, report, type StatusQuery } from './watch/report/status';
import { type Asked, followLink, lookAtLink } from './watch/snooze/follow-link';
import { checkNow } from './watch/sweep/check-now';
import type { SweepMessage } from './watch/sweep/message';
import { reconcile } from './watch/sweep/reconcile';
import { startSweep } from './watch/sweep/start-sweep';
import { sweepScope } from './watch/sweep/sweep-scope';
import { tellPoison } from './watch/sweep/tell-poison';
import type { Kinds } from './watch/targets/parse-target';

/** A mail of 99 lines over a cold connection takes longer than a probe. */
const MAIL_TIMEOUT = 30_000;

export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: ms => new Promise(resolve => setTimeout(resolve, ms)),
};

/** @throws BadSettings, which names every setting at fault. */
export function createApp(env: Environment, clock: Clock = systemClock) {
  const settings = parseSettings(env, kinds, services);
  const credential = lazyCredential(settings.clientId);
  const store = openTables(
    settings.storage.kind === 'identity'
      ? { ...settings.storage, credential: calm(credential) }
      : settings.storage,
  );
  const kindsInUse: Kinds = {
    sources: sourcesOf(settings, credential),
    policies: settings.kinds,
    spell: identity => store.registry.spell(identity),
  };
  const watch = { tables: store, clock, kinds: kindsInUse, mail: settings.mail, links: settings.links };
  const quota = mailQuota(store.mailLedger, settings.mailLimits);
  const tally = mailTally(store.mailLedger);
  const mailer = once(() => openMailer(settings, credential));
  /** Tables are created when they are missing, before the first use of any of them. */
  const ready = async <T>(use: () => Promise<T>): Promise<T> => {
    await store.ready();
    return use();
  };
  return {
    kinds: kinds.map(({ kind }) => kind),
    version,
    startSweep: (log: Log) => ready(() => startSweep(watch, log)),
    sweepScope: (message: SweepMessage, log: Log) => ready(() => sweepScope(message, watch, log)),
    sendReminders: (log: Log) => ready(() => sendReminders({ ...watch, quota, tally, mailer }, log)),
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
    putRow: (key: Key, wanted: Wanted, on: Condition) => ready(() => putRow(key, wanted, on, watch)),
    removeRow: (key: Key, on: Condition) => ready(() => removeRow(key, on, watch)),
    listRows: (query: RegistryQuery) => ready(() => listRows(query, watch)),
    everyRow: () => ready(async () => everyRow(watch)),
    importRows: (lines: readonly ImportLine[], dryRun: boolean, log: Log) =>
      ready(() => importRows(lines, dryRun, watch, log)),
    lookAtLink: (token: string) => ready(() => lookAtLink(token, watch)),
    followLink: (token: string, asked: Asked) => ready(() => followLink(token, asked, watch)),
    health: () => health({ tables: store, ready: store.ready, clock, sweepPeriodMs: settings.sweepPeriodMs }),
  };
}

function sourcesOf(settings: Settings, credential: TokenCredential) {
  return createSources(service => {
    const connection = settings.services.get(service.settingName);
    if (!connection) throw new Error(`The service ${service.settingName} has no settings.`);
    return { ...connection, timeoutMs: settings.probeTimeoutMs, credential: () => credential };
  });
}

async function openMailer(
  { mailService, publicUrl }: Settings,
  credential: TokenCredential,
): Promise<Mailer> {
  if (!mailService) throw new Error('No mail service is set.');
  const { createMailer } = await import('./email/transports/communication-services');
  return createMailer({
    ...mailService,
    publicUrl,
    timeoutMs: MAIL_TIMEOUT,
    credential: () => calm(credential),
  });
}
