/** The kind `iotCentralToken`: an API token of an IoT Central application, asked of that application. */
import * as v from 'valibot';
import type { Identity } from '../core/target';
import type { Located } from '../watch/ports';
import type { Line, Service, SourceKind } from './kind';
import { type Kept, probe } from './probe';
import { baseUrlFault, pathOf, segmentFault } from './segment';

/** Its limit is 20 requests a second for each application. */
export const iotCentral: Service = {
  settingName: 'IOT_CENTRAL',
  label: 'IoT Central',
  defaultEndpoint: 'https://{subdomain}.{baseDomain}',
  defaultLimits: { rate: 20, burst: 20 },
  defaultBaseDomains: ['azureiotcentral.com'],
  endpointFault,
  credentialScope: () => 'https://apps.azureiotcentral.com/.default',
};

export const iotCentralToken: SourceKind = {
  kind: 'iotCentralToken',
  settingName: 'IOT_CENTRAL_TOKEN',
  defaultThresholds: '30d 14d 7d 1d 0 -7d',
  defaultCheckEvery: '6h',
  service: iotCentral,
  create: line => ({
    kind: 'iotCentralToken',
    label: 'IoT Central API token',
    howToRenew:
      'Create a new API token in the application (Permissions, API tokens), hand it to whatever uses the old one, then delete the old one and register the new.',
    mayMint: false,
    limits: line.connection.limits,
    locate: identity => locate(line, identity),
  }),
};

/** DNS labels, at least two: nothing else ever gets into a URL's host. */
const HOST = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)+$/;
const API_VERSION = '2022-07-31';

const words = {
  missing:
    'IoT Central knows no such API token: it was deleted or replaced, or the token id in its row is wrong',
  notAllowed:
    'The watcher may not see API tokens of this application: give its identity a role there that can view them, such as Administrator, with PUT /api/users/{userId}',
};

function locate(line: Line, { place, names }: Identity): Located | { fault: string } {
  const host = place.toLowerCase();
  const [tokenId = ''] = names;
  const fault = hostFault(host, line.connection.baseDomains) ?? nameFault(names.length, tokenId);
  if (fault) return { fault };
  // ApiTokens_Get, 2022-07-31.
  const base = address(line.connection.endpoint, host).replace(/\/+$/, '');
  const url = `${base}/api/apiTokens${pathOf(tokenId)}?api-version=${API_VERSION}`;
  return {
    identity: { kind: 'iotCentralToken', place: host, names: [tokenId] },
    where: host,
    // Not the page of the API tokens: its address is documented nowhere and might change.
    portalUrl: `https://${host}/`,
    read: () => probe(line, { asked: { method: 'GET', url }, words, keep }),
  };
}

function hostFault(host: string, baseDomains: readonly string[]): string | undefined {
  if (!HOST.test(host))
    return `application: '${host.slice(0, 80)}' is none; write {subdomain}.{baseDomain}, such as contoso.azureiotcentral.com`;
  if (baseDomains.includes(split(host)[1])) return undefined;
  return `application: '${host.slice(0, 80)}' is in no allowed domain (${baseDomains.join(', ')}) and is never contacted; mend it, or add its domain to ${iotCentral.settingName}_BASE_DOMAINS`;
}

function nameFault(count: number, tokenId: string): string | undefined {
  if (count !== 1) return `name: write {tokenId}, which is 1 part and not ${count}`;
  return segmentFault('token id', tokenId, 1_024);
}

/** ApiToken, 2022-07-31: `expiry` is optional. The id is asked for, lest any other JSON be taken for "never expires". */
const ApiToken = v.object({ id: v.string(), expiry: v.optional(v.string()) });

function keep(body: unknown): Kept {
  const parsed = v.safeParse(ApiToken, body);
  if (!parsed.success) return 'nonsense';
  const { expiry } = parsed.output;
  return expiry === undefined || expiry === null ? 'never' : { expiry };
}

/** Over https the host must be the application's own, since the watcher's sign-in goes there (rule 21). */
function endpointFault(endpoint: string): string | undefined {
  if (!endpoint.includes('{subdomain}') || !endpoint.includes('{baseDomain}'))
    return 'must hold {subdomain} and {baseDomain}';
  const sample = address(endpoint, 'contoso.example.com');
  const fault = baseUrlFault(sample);
  if (fault) return fault;
  const { protocol, hostname } = new URL(sample);
  if (protocol === 'http:' || hostname === 'contoso.example.com') return undefined;
  return 'must have {subdomain}.{baseDomain} as its host';
}

function address(template: string, host: string): string {
  const [subdomain, baseDomain] = split(host);
  return template.replaceAll('{subdomain}', subdomain).replaceAll('{baseDomain}', baseDomain);
}

function split(host: string): [subdomain: string, baseDomain: string] {
  const dot = host.indexOf('.');
  return dot < 0 ? [host, ''] : [host.slice(0, dot), host.slice(dot + 1)];
}
