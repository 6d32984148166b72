/** The composition root: settings become tables, sources and a mailer, and these become the use cases. */
import type { TokenCredential } from '@azure/core-auth';
import { version } from '../package.json';
import { once } from './core/once';
import type { Key } from './core/target';
import type { Environment } from './env';
import { calm, lazyCredential } from './identity';
import { parseSettings, type Settings } from './settings';
import { createSources, kinds, services } from './sources';
import { openTables } from './storage/tables';
import { checkNow } from './watch/check-now';
import { explain } from './watch/explain';
import { type FeedQuery, feed } from './watch/feed';
import { forecast } from './watch/forecast';
import { health } from './watch/health';
import { mailQuota } from './watch/mail-quota';
import { mailTally } from './watch/mail-tally';
import type { SweepMessage } from './watch/message';
import { metrics } from './watch/metrics';
import type { Clock, Log, Mailer } from './watch/ports';
import { reconcile } from './watch/reconcile';
import {
  type Condition,
  everyRow,
  findRow,
  listRows,
  putRow,
  type RegistryQuery,
  removeRow,
  type Wanted,
} from './watch/registry';
import { type ImportLine, importRows } from './watch/registry-import';
import { overview, report, type StatusQuery } from './watch/report';
import { sendReminders } from './watch/send-reminders';
import { type Asked, followLink, lookAtLink } from './watch/snooze';
import { startSweep } from './watch/start-sweep';
import { sweepScope } from './watch/sweep-scope';
import { tellPoison } from './watch/tell-poison';
import type { Knowledge } from './watch/understand';

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
  const knowledge: Knowledge = {
    sources: sourcesOf(settings, credential),
    policies: settings.kinds,
    spell: identity => store.registry.spell(identity),
  };
  const watch = { tables: store, clock, knowledge, mail: settings.mail, links: settings.links };
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
  const { createMailer } = await import('./mail/communication-services');
  return createMailer({
    ...mailService,
    publicUrl,
    timeoutMs: MAIL_TIMEOUT,
    credential: () => calm(credential),
  });
}
