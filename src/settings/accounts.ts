/** The settings of the storage account, where the app keeps its tables. */
import { isBase64, parseConnectionString } from '../formats/connection-string';
import { isUsable } from '../formats/endpoint';
import type { Connection } from '../storage/tables';
import type { EnvReader } from './env';

type Identity = Extract<Connection, { kind: 'identity' }>;

/** How the storage account is reached. The sign-in of an identity is added later. */
export type StorageSettings = Exclude<Connection, Identity> | Omit<Identity, 'credential'>;

/** A connection string, or one of the Functions host's identity-based settings. */
export function readStorage(read: EnvReader): StorageSettings {
  const value = read.text('AzureWebJobsStorage');
  if (value === undefined) return { kind: 'identity', tableUri: readTableUri(read) ?? '' };
  const fault = storageFault(value);
  if (fault) read.fault('AzureWebJobsStorage', fault);
  return { kind: 'connectionString', value };
}

function readTableUri(read: EnvReader): string | undefined {
  const uri = read.text('AzureWebJobsStorage__tableServiceUri');
  const account = read.text('AzureWebJobsStorage__accountName');
  if (uri !== undefined) {
    if (!URL.canParse(uri) || !uri.startsWith('https://'))
      read.fault('AzureWebJobsStorage__tableServiceUri', 'write an https:// URL');
    return uri;
  }
  if (account === undefined)
    read.fault(
      'AzureWebJobsStorage',
      'write a connection string, or set AzureWebJobsStorage__accountName to sign in by identity',
    );
  else if (!ACCOUNT.test(account))
    read.fault('AzureWebJobsStorage__accountName', 'write 3 to 24 lower-case letters and digits');
  return account && `https://${account}.table.core.windows.net`;
}

/** The name of a storage account. It becomes a part of a host, so other characters could make it another host. */
const ACCOUNT = /^[a-z0-9]{3,24}$/;

function storageFault(value: string): string | undefined {
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
  const inClear = endpoint ? !isUsable(endpoint) : protocol === 'http';
  return inClear ? 'plain http is allowed only for a loopback address' : undefined;
}
