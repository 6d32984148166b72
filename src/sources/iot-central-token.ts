/** The kind `iotCentralToken`: an API token of an IoT Central application, read from that application. */
import * as v from 'valibot';
import type { Identity, Renewal } from '../core/target';
import { asciiQuoted } from '../formats/invisible';
import type { Source } from '../watch/ports';
import { errorTable, forOperators } from './errors';
import type { Service, ServiceClient, SourceKind } from './kind';
import { readTarget, type TargetWords } from './read';
import { baseUrlFault, segmentFault } from './segment';
import { shellWord } from './shell';

/**
 * The documentation lists statuses only; the codes are their names, and `Unauthenticated` was seen:
 * https://learn.microsoft.com/rest/api/iotcentral/common-error-codes
 */
const ERRORS = errorTable(
  {
    ...forOperators(
      "IoT Central does not accept the watcher's sign-in: check its managed identity and AZURE_CLIENT_ID, and that the application is in the same tenant",
      ['Unauthenticated', 'Unauthorized'],
    ),
    ...forOperators(
      'There is no such IoT Central application: it was deleted or renamed, or the host in the row is wrong',
      ['ApplicationNotFound'],
    ),
  },
  [
    'BadRequest',
    'Conflict',
    'Forbidden',
    'InternalServerError',
    'NotFound',
    'PreconditionFailed',
    'ServiceUnavailable',
    'TooManyRequests',
    'UnprocessableEntity',
  ],
);

/** Its limit: 20 requests a second for each application. */
export const iotCentral: Service = {
  settingName: 'IOT_CENTRAL',
  label: 'IoT Central',
  defaultEndpoint: 'https://{subdomain}.{baseDomain}',
  defaultLimits: { rate: 20, burst: 20 },
  defaultBaseDomains: ['azureiotcentral.com'],
  errors: ERRORS,
  unknownHost:
    'No IoT Central application has this host (DNS): it was deleted or renamed, or the host in the row is wrong',
  endpointFault,
  credentialScope: () => 'https://apps.azureiotcentral.com/.default',
};

export const iotCentralToken: SourceKind = {
  kind: 'iotCentralToken',
  title: 'IoT Central API token',
  renewalInBrief:
    'Create a new API token in the application, register it here, and say that it replaces this one.',
  placeOf: ({ place, names: [tokenId = ''] }) => `${tokenId} in ${place}`,
  settingName: 'IOT_CENTRAL_TOKEN',
  defaultThresholds: '30d 14d 7d 1d 0 -7d',
  defaultCheckEvery: '6h',
  service: iotCentral,
  label: 'IoT Central API token',
  asks: {
    place: {
      label: 'Address of the application',
      hint: 'Such as https://contoso.azureiotcentral.com/, as the browser shows it.',
    },
    name: {
      label: 'Token id',
      hint: 'As the application lists it under Permissions, API tokens. Never the token itself.',
    },
  },
  renewalKeepsName: false,
  mayMint: false,
  guess,
  locate,
};

/** At least two DNS labels. Only such a host is put into a URL. */
const HOST = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)+$/;
const API_VERSION = '2022-07-31';

const words: TargetWords = {
  missing:
    'IoT Central knows no such API token: it was deleted or replaced, or the token id in its row is wrong',
  notAllowed:
    'The watcher may not see API tokens of this application: give its identity a role there that can view them, such as Administrator, with PUT /api/users/{userId}; if its public network access is disabled, connect the watcher to its private endpoint',
};

function locate(client: ServiceClient, { place, names }: Identity): ReturnType<Source['locate']> {
  const host = place.toLowerCase();
  const [tokenId = ''] = names;
  const fault = hostFault(host, client.connection.baseDomains) ?? nameFault(names.length, tokenId);
  if (fault) return { fault };
  // ApiTokens_Get, 2022-07-31.
  const base = urlFor(client.connection.endpoint, host).replace(/\/+$/, '');
  const url = `${base}/api/apiTokens/${encodeURIComponent(tokenId)}?api-version=${API_VERSION}`;
  return {
    identity: { kind: 'iotCentralToken', place: host, names: [tokenId] },
    where: host,
    parts: [
      { term: 'Token id', text: tokenId },
      { term: 'Application', text: host },
    ],
    // Not the page of the API tokens: its address is not documented and might change.
    portalUrl: `https://${host}/`,
    renewal: renewalOf(host, tokenId),
    read: () => readTarget(client, { method: 'GET', url, words, schema }),
  };
}

/** The Azure CLI calls the first label of the host the application's id. */
function renewalOf(host: string, tokenId: string): Renewal {
  const [subdomain, baseDomain] = splitHost(host);
  const app = [
    `--app-id ${subdomain}`,
    ...(baseDomain === 'azureiotcentral.com' ? [] : [`--central-api-uri ${baseDomain}`]),
  ].join(' ');
  return {
    steps: [
      {
        say: 'Create a token with a new id and the role of the old one: in the application under Permissions, API tokens, or with this command. Its value is shown only once.',
        command: `az iot central api-token create ${app} --token-id NEW_ID --role ROLE`,
      },
      { say: 'Use the new token wherever the old one is used.' },
    ],
    cleanup: [
      {
        say: 'Delete the old token once nothing uses it.',
        command: `az iot central api-token delete ${app} --token-id ${shellWord(tokenId) ?? 'OLD_ID'}`,
      },
    ],
  };
}

/** Finds the parts in addresses of the application or of its API. */
function guess(place: string, name: string): Identity {
  // Also behind a kind that is not spelt right.
  const inText = /(?:^|[\s/:;,=])([a-z0-9-]+(?:\.[a-z0-9-]+)+)/i;
  const nameUrl = /^\s*https?:\/\/([^/?#:\s]+)/i.exec(name)?.[1];
  const tokenId = /\/apiTokens\/([^/?#]+)/i.exec(`${place}\n${name}`)?.[1];
  return {
    kind: 'iotCentralToken',
    place: (nameUrl ?? inText.exec(place)?.[1] ?? '').toLowerCase().replace(/\.$/, ''),
    names: [(tokenId ?? (nameUrl ? '' : name)).trim()],
  };
}

function hostFault(host: string, baseDomains: readonly string[]): string | undefined {
  if (!HOST.test(host))
    return `application: ${asciiQuoted(host)} is not an application's host; write {subdomain}.{baseDomain}, such as contoso.azureiotcentral.com`;
  if (baseDomains.includes(splitHost(host)[1])) return undefined;
  return `application: ${asciiQuoted(host)} is not in an allowed domain (${baseDomains.join(', ')}), so it is not contacted; correct it, or add its domain to ${iotCentral.settingName}_BASE_DOMAINS`;
}

function nameFault(count: number, tokenId: string): string | undefined {
  if (count !== 1) return `name: write {tokenId}; that is 1 part, not ${count}`;
  return segmentFault('token id', tokenId, 1_024);
}

/** ApiToken, 2022-07-31: `expiry` is optional. The id is required, so that other JSON is not read as "never expires". */
const schema = v.object({ id: v.string(), expiry: v.optional(v.string()) });

/** Over https the host must be the application's own, because the watcher's credential is sent there (rule 21). */
function endpointFault(endpoint: string): string | undefined {
  if (!endpoint.includes('{subdomain}') || !endpoint.includes('{baseDomain}'))
    return 'must contain {subdomain} and {baseDomain}';
  const sample = urlFor(endpoint, 'contoso.example.com');
  const fault = baseUrlFault(sample);
  if (fault) return fault;
  const { protocol, hostname } = new URL(sample);
  if (protocol === 'http:' || hostname === 'contoso.example.com') return undefined;
  return 'must have {subdomain}.{baseDomain} as its host';
}

function urlFor(template: string, host: string): string {
  const [subdomain, baseDomain] = splitHost(host);
  return template.replaceAll('{subdomain}', subdomain).replaceAll('{baseDomain}', baseDomain);
}

function splitHost(host: string): [subdomain: string, baseDomain: string] {
  const dot = host.indexOf('.');
  return dot < 0 ? [host, ''] : [host.slice(0, dot), host.slice(dot + 1)];
}
