/** Settings: the environment understood once; a bad one is a readable error that names every fault (DESIGN.md section 6). */

import { parseAddresses } from '../core/address';
import type { Links } from '../core/links';
import type { Limits } from '../core/pace';
import type { QuotaLimits } from '../core/quota';
import { parseThresholds, type ThresholdPolicy } from '../core/thresholds';
import type { MailPolicy } from '../core/watched';
import { isUsable, parseEndpoint } from '../formats/endpoint';
import { type MailService, readMailService, readStorage, type StorageSettings } from './accounts';
import { type Environment, type EnvReader, readEnv } from './env';

/** What a kind of target declares about its settings. */
export interface KindDefaults {
  readonly kind: string;
  readonly settingName: string;
  readonly defaultThresholds: string;
  readonly defaultCheckEvery: string;
}

/** What a watched service declares about its settings. */
export interface ServiceDefaults {
  readonly settingName: string;
  readonly defaultEndpoint: string;
  readonly defaultLimits: Limits;
  readonly defaultBaseDomains?: readonly string[];
  endpointFault(endpoint: string): string | undefined;
}

export interface ServiceSettings {
  readonly endpoint: string;
  readonly baseDomains: readonly string[];
  readonly limits: Limits;
}

export interface KindSettings {
  readonly policy: ThresholdPolicy;
  readonly checkEveryMs: number;
}

export interface Settings {
  readonly storage: StorageSettings;
  readonly clientId: string | undefined;
  /** By the service's setting name, and by kind. */
  readonly services: ReadonlyMap<string, ServiceSettings>;
  readonly kinds: ReadonlyMap<string, KindSettings>;
  readonly probeTimeoutMs: number;
  readonly mail: MailPolicy;
  /** Absent only where no mail is to be sent. */
  readonly mailService: MailService | undefined;
  readonly mailLimits: QuotaLimits;
  readonly publicUrl: string | undefined;
  /** Absent while no secret is set: then mails hold no links that act. */
  readonly links: Links | undefined;
  readonly sweepPeriodMs: number;
  readonly historyDays: number;
}

const SHORTEST_SECRET = 32;

/** Every fault of the environment in one message. */
export class BadSettings extends Error {
  override name = 'BadSettings';
  constructor(readonly faults: readonly string[]) {
    super(`The settings need mending:\n${faults.map(fault => `  - ${fault}`).join('\n')}`);
  }
}

/** @throws BadSettings */
export function parseSettings(
  env: Environment,
  kinds: readonly KindDefaults[],
  services: readonly ServiceDefaults[],
): Settings {
  const read = readEnv(env);
  const mail: MailPolicy = {
    to: read.choice('MAIL_TO', ['owners', 'operators', 'none']),
    operators: operatorsOf(read),
  };
  const publicUrl = publicUrlOf(read);
  const settings: Settings = {
    storage: readStorage(read),
    clientId: read.text('AZURE_CLIENT_ID'),
    services: new Map(services.map(service => [service.settingName, serviceOf(read, service)])),
    kinds: new Map(kinds.map(kind => [kind.kind, kindOf(read, kind)])),
    probeTimeoutMs: read.duration('PROBE_TIMEOUT', '10s', '60s'),
    mail,
    mailService: readMailService(read, mail.to !== 'none'),
    mailLimits: mailLimitsOf(read),
    publicUrl,
    links: linksOf(read, publicUrl),
    sweepPeriodMs: read.schedulePeriod('SWEEP_SCHEDULE', '0 */5 * * * *'),
    historyDays: read.number('HISTORY_DAYS', 400, { least: 1, most: 3_650 }),
  };
  if (mail.to === 'operators' && mail.operators.length === 0) {
    read.fault('OPERATORS', 'write at least one address, since MAIL_TO sends everything to them');
  }
  read.schedulePeriod('REMIND_SCHEDULE', '0 */5 * * * *');
  if (read.faults.length > 0) throw new BadSettings(read.faults);
  return settings;
}

/** The service's own limits; those of an Azure-managed sender domain are lower. */
function mailLimitsOf(read: EnvReader): QuotaLimits {
  const managed = /\.azurecomm\.net$/i.test(read.text('MAIL_SENDER') ?? '');
  const range = { least: 1, most: 1_000_000 };
  return {
    perMinute: read.number('MAIL_PER_MINUTE', managed ? 5 : 30, range),
    perHour: read.number('MAIL_PER_HOUR', managed ? 10 : 100, range),
  };
}

/** The origin alone, since paths are put behind it. */
function publicUrlOf(read: EnvReader): string | undefined {
  const url = read.url('PUBLIC_URL');
  const parsed = url === undefined ? undefined : parseEndpoint(url);
  if (!parsed || 'origin' in parsed) return parsed?.origin;
  read.fault(
    'PUBLIC_URL',
    'write https:// and the host alone, such as https://watcher.example.com (no /api)',
  );
  return undefined;
}

function linksOf(read: EnvReader, publicUrl: string | undefined): Links | undefined {
  const secret = secretOf(read, 'LINK_SECRET');
  const previous = secretOf(read, 'LINK_SECRET_PREVIOUS');
  if (secret === undefined) {
    if (previous !== undefined)
      read.fault('LINK_SECRET', 'is missing, and LINK_SECRET_PREVIOUS only helps to read what it replaced');
    return undefined;
  }
  if (read.text('PUBLIC_URL') === undefined)
    read.fault('PUBLIC_URL', 'is missing: with LINK_SECRET set, links in mails must know where to lead');
  if (publicUrl === undefined) return undefined;
  return { publicUrl, secret, ...(previous !== undefined && { previous }) };
}

function secretOf(read: EnvReader, name: string): string | undefined {
  const secret = read.text(name);
  if (secret !== undefined && secret.length < SHORTEST_SECRET)
    read.fault(name, `write at least ${SHORTEST_SECRET} random characters`);
  return secret;
}

function operatorsOf(read: EnvReader): string[] {
  const { addresses, faults } = parseAddresses(read.text('OPERATORS') ?? '');
  for (const fault of faults) read.fault('OPERATORS', fault);
  return addresses;
}

function kindOf(
  read: EnvReader,
  { settingName, defaultThresholds, defaultCheckEvery }: KindDefaults,
): KindSettings {
  const name = `THRESHOLDS_${settingName}`;
  const own = read.text(name);
  const { thresholds, faults } = parseThresholds(own ?? defaultThresholds);
  for (const fault of faults) read.fault(name, fault);
  if (thresholds.length + faults.length === 0) read.fault(name, 'write at least one, such as 7d');
  const policy: ThresholdPolicy = { thresholds, from: own === undefined ? 'built-in' : 'setting' };
  return { policy, checkEveryMs: read.duration(`CHECK_EVERY_${settingName}`, defaultCheckEvery, '30d') };
}

function serviceOf(read: EnvReader, service: ServiceDefaults): ServiceSettings {
  const { settingName, defaultEndpoint, defaultLimits, defaultBaseDomains } = service;
  const endpoint = read.text(`${settingName}_ENDPOINT`) ?? defaultEndpoint;
  const fault = endpointFault(endpoint, service);
  if (fault) read.fault(`${settingName}_ENDPOINT`, fault);
  return {
    endpoint,
    baseDomains: defaultBaseDomains ? domainsOf(read, `${settingName}_BASE_DOMAINS`, defaultBaseDomains) : [],
    limits: {
      rate: read.number(`${settingName}_RATE`, defaultLimits.rate, { least: 0.1, most: 10_000 }),
      burst: read.number(`${settingName}_BURST`, defaultLimits.burst, { least: 1, most: 100_000 }),
    },
  };
}

function endpointFault(endpoint: string, service: ServiceDefaults): string | undefined {
  // Braces of a template are no part of a host; any label in their place shows what the URL is.
  if (!isUsable(endpoint.replace(/\{\w+\}/g, 'x')))
    return 'write an https:// URL (plain http only for a loopback address)';
  return service.endpointFault(endpoint);
}

function domainsOf(read: EnvReader, name: string, fallback: readonly string[]): readonly string[] {
  const domains = read.list(name)?.map(domain => domain.toLowerCase());
  if (domains?.length === 0) read.fault(name, 'write at least one domain, such as azureiotcentral.com');
  for (const domain of domains ?? []) {
    if (!/^[a-z0-9-]+(\.[a-z0-9-]+)+$/.test(domain))
      read.fault(name, `'${domain}' is no domain such as azureiotcentral.com`);
  }
  return domains ?? fallback;
}
