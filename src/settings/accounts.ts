/** The settings of the two accounts the app lives on: the storage account and the mail service. */

import { isAddress } from '../core/address';
import { isUsable, parseEndpoint } from '../formats/endpoint';
import type { EnvReader } from './env';

export type StorageSettings =
  | { readonly kind: 'connectionString'; readonly value: string }
  | { readonly kind: 'identity'; readonly tableUri: string };

export interface MailService {
  /** An origin. */
  readonly endpoint: string;
  /** Base64; without one the identity signs in. */
  readonly accessKey?: string;
  readonly sender: string;
}

/** A connection string, or one of the Functions host's identity-based settings. */
export function readStorage(read: EnvReader): StorageSettings {
  const value = read.text('AzureWebJobsStorage');
  const uri = read.text('AzureWebJobsStorage__tableServiceUri');
  const account = read.text('AzureWebJobsStorage__accountName');
  if (value !== undefined) {
    const fault = storageFault(value);
    if (fault) read.fault('AzureWebJobsStorage', fault);
    return { kind: 'connectionString', value };
  }
  const tableUri = uri ?? (account && `https://${account}.table.core.windows.net`);
  if (tableUri === undefined) {
    read.fault(
      'AzureWebJobsStorage',
      'write a connection string, or set AzureWebJobsStorage__accountName for sign-in by identity',
    );
  } else if (uri === undefined && !ACCOUNT.test(account ?? '')) {
    read.fault('AzureWebJobsStorage__accountName', 'write 3 to 24 lower-case letters and digits');
  } else if (!URL.canParse(tableUri) || !tableUri.startsWith('https://')) {
    read.fault('AzureWebJobsStorage__tableServiceUri', 'write an https:// URL');
  }
  return { kind: 'identity', tableUri: tableUri ?? '' };
}

/** What a storage account can be called; anything else would end up as another host's URL. */
const ACCOUNT = /^[a-z0-9]{3,24}$/;

function storageFault(value: string): string | undefined {
  const parts = parseConnectionString(value);
  if (parts.get('usedevelopmentstorage')?.toLowerCase() === 'true') return undefined;
  const withKey = parts.has('accountname') && BASE64.test(parts.get('accountkey') ?? '');
  const withSas = parts.has('sharedaccesssignature') && parts.has('tableendpoint');
  if (!withKey && !withSas)
    return 'this is no storage connection string with an AccountName and a base64 AccountKey';
  const protocol = parts.get('defaultendpointsprotocol')?.toLowerCase() ?? 'https';
  if (protocol !== 'https' && protocol !== 'http')
    return 'its DefaultEndpointsProtocol is neither https nor http';
  const endpoint = parts.get('tableendpoint');
  const inClear = endpoint ? !isUsable(endpoint) : protocol === 'http';
  return inClear ? 'plain http is for a loopback address only' : undefined;
}

/** The mail service, by connection string or by endpoint; every fault names its setting. */
export function readMailService(read: EnvReader, needed: boolean): MailService | undefined {
  const sender = read.text('MAIL_SENDER');
  const service = read.text('COMMUNICATION_CONNECTION_STRING')
    ? fromConnectionString(read)
    : fromEndpoint(read, needed);
  if (sender === undefined) {
    if (needed) read.fault('MAIL_SENDER', 'write the address that mails come from (or set MAIL_TO to none)');
    return undefined;
  }
  if (!isAddress(sender)) read.fault('MAIL_SENDER', `'${sender}' is not a mail address`);
  return service && { ...service, sender };
}

function fromEndpoint(read: EnvReader, needed: boolean): Omit<MailService, 'sender'> | undefined {
  const name = 'COMMUNICATION_ENDPOINT';
  const text = read.text(name);
  if (text === undefined) {
    if (needed)
      read.fault(name, 'write the mail service (or COMMUNICATION_CONNECTION_STRING, or set MAIL_TO to none)');
    return undefined;
  }
  const parsed = parseEndpoint(text);
  if ('origin' in parsed) return { endpoint: parsed.origin };
  read.fault(name, parsed.fault);
  return undefined;
}

/** `endpoint=https://…/;accesskey=…`, as the portal shows it. A fault never repeats the key. */
function fromConnectionString(read: EnvReader): Omit<MailService, 'sender'> | undefined {
  const name = 'COMMUNICATION_CONNECTION_STRING';
  const parts = parseConnectionString(read.text(name) ?? '');
  const accessKey = parts.get('accesskey') ?? '';
  const parsed = parseEndpoint(parts.get('endpoint') ?? '');
  if (!BASE64.test(accessKey))
    read.fault(
      name,
      'it has no base64 accesskey; write endpoint=https://…;accesskey=… as the portal shows it',
    );
  if ('fault' in parsed) read.fault(name, parsed.fault);
  return 'origin' in parsed ? { endpoint: parsed.origin, accessKey } : undefined;
}

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{4}|[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)$/;

/** Names in lower case; a value may hold `=` itself, since base64 ends with it. */
function parseConnectionString(text: string): ReadonlyMap<string, string> {
  const parts = text.split(';').map(part => {
    const mark = part.indexOf('=');
    return [part.slice(0, mark).trim().toLowerCase(), part.slice(mark + 1).trim()] as const;
  });
  return new Map(parts);
}
