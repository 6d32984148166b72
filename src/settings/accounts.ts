/** The settings of the storage account, where the app keeps its tables: a connection string, or one of the identity-based forms that the Functions host takes. */
import { isBase64, parseConnectionString } from '../formats/connection-string';
import { isUsable } from '../formats/endpoint';
import { isQuoted } from '../formats/text';
import type { Connection } from '../storage/tables';
import type { EnvReader } from './env';

type Identity = Extract<Connection, { kind: 'identity' }>;

/** How the storage account is reached. The sign-in of an identity is added later. */
export type StorageSettings =
  | Exclude<Connection, Identity>
  | (Omit<Identity, 'credential'> & {
      /** Who signs in; undefined for whom the app is elsewhere. */
      readonly identity: StorageIdentity | undefined;
    });

interface StorageIdentity {
  /** Nobody else may, such as a developer. Without an id it is the identity that the system gave to the app. */
  readonly managedOnly: boolean;
  readonly clientId: string | undefined;
  readonly resourceId: string | undefined;
}

const STORAGE = 'AzureWebJobsStorage';
/** The name of a storage account. It becomes a part of a host, so other characters could make it another host. */
const ACCOUNT = /^[a-z0-9]{3,24}$/;
const HOST = /^[a-z0-9-]+(\.[a-z0-9-]+)+$/i;
const RESOURCE = /^\/subscriptions\/.+\/Microsoft\.ManagedIdentity\/userAssignedIdentities\/[^/]+$/i;

export function readStorage(read: EnvReader): StorageSettings {
  const name = read.spelled(STORAGE);
  const value = read.text(name);
  if (value === undefined)
    return { kind: 'identity', tableUri: readTableUri(read) ?? '', identity: readIdentity(read) };
  const fault = storageFault(value);
  if (fault) read.fault(name, fault);
  return { kind: 'connectionString', value };
}

/** The addresses of blobs and queues name the cloud too, so that of the tables follows from them. */
function readTableUri(read: EnvReader): string | undefined {
  const tables = readUri(read, 'table');
  if (tables !== undefined) return tables;
  const others = ['blob', 'queue'].flatMap(service => {
    const uri = readUri(read, service);
    return uri === undefined ? [] : [{ service, uri }];
  });
  if (others.length === 0) return readAccount(read);
  const [derived, ...more] = new Set(others.map(({ service, uri }) => beside(service, uri)));
  if (derived !== undefined && more.length === 0) return derived;
  read.fault(
    `${STORAGE}__tableServiceUri`,
    'is missing, and does not follow from the addresses of blobs and queues; write for example https://contoso.table.core.windows.net',
  );
  return undefined;
}

function readUri(read: EnvReader, service: string): string | undefined {
  const name = nameOf(read, `${service}ServiceUri`);
  const text = read.text(name);
  if (text === undefined) return undefined;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const { protocol, username, password, search, hash } = url ?? {};
  if (protocol !== 'https:') read.fault(name, 'write an https:// URL');
  else if (`${username}${password}${search}${hash}` !== '')
    read.fault(name, 'write only the https:// address of the service, without a user, a query or a fragment');
  return text.replace(/\/+$/, '');
}

/** `https://contoso.blob.core.chinacloudapi.cn` → `https://contoso.table.core.chinacloudapi.cn`; undefined for a domain of one's own. */
function beside(service: string, uri: string): string | undefined {
  const address = new RegExp(`^(https://[^/]+?)\\.${service}\\.([^/]+)$`, 'i').exec(uri);
  return address ? `${address[1]}.table.${address[2]}`.toLowerCase() : undefined;
}

function readAccount(read: EnvReader): string | undefined {
  const name = nameOf(read, 'accountName');
  const account = read.text(name);
  if (account === undefined)
    read.fault(
      STORAGE,
      `write a connection string, or set ${STORAGE}__accountName or ${STORAGE}__blobServiceUri to sign in by identity`,
    );
  else if (!ACCOUNT.test(account)) read.fault(name, 'write 3 to 24 lower-case letters and digits');
  return account && `https://${account}.table.core.windows.net`;
}

function readIdentity(read: EnvReader): StorageIdentity | undefined {
  const credential = nameOf(read, 'credential');
  const resource = nameOf(read, 'managedIdentityResourceId');
  const how = read.text(credential)?.toLowerCase();
  const resourceId = read.text(resource);
  const clientId = read.clientId(nameOf(read, 'clientId'));
  if (how !== undefined && how !== 'managedidentity' && how !== 'workloadidentity')
    read.fault(credential, 'write managedidentity, or remove it');
  if (resourceId !== undefined && !RESOURCE.test(resourceId))
    read.fault(resource, 'write /subscriptions/…/Microsoft.ManagedIdentity/userAssignedIdentities/…');
  if (clientId !== undefined && resourceId !== undefined)
    read.fault(resource, `is set beside ${STORAGE}__clientId: remove one of the two`);
  const managedOnly = how === 'managedidentity';
  return managedOnly || clientId !== undefined || resourceId !== undefined
    ? { managedOnly, clientId, resourceId }
    : undefined;
}

/** The name of a part of the connection, as it is spelled in this environment. */
function nameOf(read: EnvReader, part: string): string {
  return read.spelled(`${STORAGE}__${part}`);
}

function storageFault(value: string): string | undefined {
  if (isQuoted(value)) return 'write the connection string alone';
  const parts = parseConnectionString(value);
  if (parts.get('usedevelopmentstorage')?.toLowerCase() === 'true') return undefined;
  const withKey = parts.has('accountname') && isBase64(parts.get('accountkey') ?? '');
  const withSas = parts.has('sharedaccesssignature') && parts.has('tableendpoint');
  if (!withKey && !withSas)
    return 'write a storage connection string with an AccountName and a base64 AccountKey';
  const protocol = parts.get('defaultendpointsprotocol')?.toLowerCase() ?? 'https';
  if (protocol !== 'https' && protocol !== 'http')
    return 'its DefaultEndpointsProtocol must be https or http';
  const endpoint = parts.get('tableendpoint');
  if (endpoint !== undefined && !URL.canParse(endpoint)) return 'its TableEndpoint is not a URL';
  if (endpoint === undefined && !ACCOUNT.test(parts.get('accountname') ?? ''))
    return 'its AccountName is not 3 to 24 lower-case letters and digits';
  if (endpoint === undefined && !HOST.test(parts.get('endpointsuffix') ?? 'core.windows.net'))
    return 'its EndpointSuffix is not a domain such as core.windows.net';
  const inClear = endpoint ? !isUsable(endpoint) : protocol === 'http';
  return inClear ? 'plain http is allowed only for a loopback address' : undefined;
}
