/** Settings: the environment, parsed once. Wrong settings are one readable error that names every fault (docs/settings.md). */
import { parseAddresses } from '../core/address';
import type { LinkSigning } from '../core/snooze';
import { parseThresholds, type ThresholdPolicy } from '../core/thresholds';
import type { MailPolicy } from '../core/watched';
import type { MailSettings } from '../email/transports';
import type { Transport } from '../email/transports/transport';
import { isUsable, parseEndpoint } from '../formats/endpoint';
import { asciiQuoted } from '../formats/invisible';
import type { Service, ServiceSettings, SourceKind } from '../sources/kind';
import { readStorage } from './accounts';
import { type Environment, type EnvReader, readEnv, URL_FAULT } from './env';
import { readMail } from './mail';
import { readTelemetry } from './telemetry';

export type Settings = ReturnType<typeof parseSettings>;

const SHORTEST_SECRET = 32;

/** All faults of the environment in one message, those of mail too. */
export class BadSettings extends Error {
  override name = 'BadSettings';
  constructor(readonly faults: readonly string[]) {
    super(`The settings are wrong:\n${faults.map(fault => `  - ${fault}`).join('\n')}`);
  }
}

/** @throws BadSettings for faults of anything but mail */
export function parseSettings(
  env: Environment,
  kinds: readonly SourceKind[],
  services: readonly Service[],
  transports: readonly Transport<MailSettings>[],
) {
  const read = readEnv(env);
  // Apart, since a fault of mail stops mail alone.
  const mailRead = readEnv(env);
  const fallbackRead = readEnv(env);
  const mail = mailPolicyOf(mailRead);
  const publicUrl = publicUrlOf(mailRead);
  const settings = {
    storage: readStorage(read),
    clientId: read.clientId('AZURE_CLIENT_ID'),
    // By the service's setting name.
    services: new Map(services.map(service => [service.settingName, serviceOf(read, service)])),
    kinds: new Map(kinds.map(kind => [kind.kind, kindOf(read, kind)])),
    probeTimeoutMs: read.duration('PROBE_TIMEOUT', '10s', '60s'),
    mail,
    mailTransports: readMail(mailRead, fallbackRead, transports, mail.to !== 'none'),
    /** While there are any, mails wait and everything else goes on. */
    mailFaults: mailRead.faults,
    /** While there are any, mails go by the first transport alone. */
    fallbackFaults: fallbackRead.faults,
    publicUrl,
    // Undefined while no secret is set, or a wrong one: then there are no links for snoozing.
    links: linksOf(mailRead, publicUrl),
    pingUrl: pingUrlOf(read),
    telemetry: readTelemetry(read),
    sweepPeriodMs: read.schedulePeriod('SWEEP_SCHEDULE', '0 */5 * * * *'),
    // Undefined: no summaries.
    summarySchedule: read.schedule('SUMMARY_SCHEDULE'),
    historyDays: read.number('HISTORY_DAYS', 400, { least: 1, most: 3_650 }),
  };
  read.schedulePeriod('REMIND_SCHEDULE', '0 */5 * * * *');
  if (read.faults.length > 0)
    throw new BadSettings([...read.faults, ...mailRead.faults, ...fallbackRead.faults]);
  return settings;
}

/** The origin alone: paths are added to it. */
function publicUrlOf(read: EnvReader): string | undefined {
  const url = read.url('PUBLIC_URL');
  const parsed = url === undefined ? undefined : parseEndpoint(url);
  if (!parsed || 'origin' in parsed) return parsed?.origin;
  read.fault(
    'PUBLIC_URL',
    'write only https:// and the host, for example https://watcher.example.com (no /api)',
  );
  return undefined;
}

/** The address of a check, for example at healthchecks.io. Whoever knows it can keep an alarm silent, so no message shows it. */
function pingUrlOf(read: EnvReader): string | undefined {
  const url = read.text('PING_URL');
  if (url === undefined || isUsable(url)) return url;
  read.fault('PING_URL', URL_FAULT);
  return undefined;
}

function linksOf(read: EnvReader, publicUrl: string | undefined): LinkSigning | undefined {
  const faultsBefore = read.faults.length;
  const secret = secretOf(read, 'LINK_SECRET');
  const previous = secretOf(read, 'LINK_SECRET_PREVIOUS');
  if (secret === undefined) {
    if (previous !== undefined)
      read.fault('LINK_SECRET', 'is missing; LINK_SECRET_PREVIOUS alone can only check old links');
    return undefined;
  }
  if (read.text('PUBLIC_URL') === undefined)
    read.fault('PUBLIC_URL', 'is missing; LINK_SECRET is set, and the links in mails need an address');
  // A link that is signed with a secret that is none could be anybody's, so none is taken either.
  if (publicUrl === undefined || read.faults.length > faultsBefore) return undefined;
  return { publicUrl, secret, previous };
}

function secretOf(read: EnvReader, name: string): string | undefined {
  const secret = read.text(name);
  if (secret !== undefined && secret.length < SHORTEST_SECRET)
    read.fault(name, `write at least ${SHORTEST_SECRET} random characters`);
  return secret;
}

function mailPolicyOf(read: EnvReader): MailPolicy {
  const to = read.choice('MAIL_TO', ['owners', 'operators', 'none']);
  const { addresses: operators, faults } = parseAddresses(read.text('OPERATORS') ?? '');
  for (const fault of faults) read.fault('OPERATORS', fault);
  if (to === 'operators' && operators.length === 0)
    read.fault('OPERATORS', 'write at least one address, because MAIL_TO sends everything to operators');
  return { to, operators };
}

function kindOf(read: EnvReader, { settingName, defaultThresholds, defaultCheckEvery }: SourceKind) {
  const name = `THRESHOLDS_${settingName}`;
  const own = read.text(name);
  const { thresholds, faults } = parseThresholds(own ?? defaultThresholds);
  for (const fault of faults) read.fault(name, fault);
  if (thresholds.length + faults.length === 0)
    read.fault(name, 'write at least one threshold, for example 7d');
  const policy: ThresholdPolicy = { thresholds, from: own === undefined ? 'built-in' : 'setting' };
  return { policy, checkEveryMs: read.duration(`CHECK_EVERY_${settingName}`, defaultCheckEvery, '30d') };
}

function serviceOf(read: EnvReader, service: Service): ServiceSettings {
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

function endpointFault(endpoint: string, service: Service): string | undefined {
  // A host can't contain the braces of a template, so check the URL with a label in their place.
  if (!isUsable(endpoint.replace(/\{\w+\}/g, 'x'))) return URL_FAULT;
  return service.endpointFault(endpoint);
}

function domainsOf(read: EnvReader, name: string, fallback: readonly string[]): readonly string[] {
  const domains = read.list(name)?.map(domain => domain.toLowerCase());
  if (domains?.length === 0) read.fault(name, 'write at least one domain, for example azureiotcentral.com');
  for (const domain of domains ?? []) {
    if (!/^[a-z0-9-]+(\.[a-z0-9-]+)+$/.test(domain))
      read.fault(name, `${asciiQuoted(domain)} is not a domain; write for example azureiotcentral.com`);
  }
  return domains ?? fallback;
}
