/** The settings of the two Azure accounts that the app itself uses: the storage account and the mail service. */
import { isAddress } from '../core/address';
import type { MailService } from '../email/transports/acs';
import { isUsable, parseEndpoint } from '../formats/endpoint';
import { quoted } from '../formats/invisible';
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
  const withKey = parts.has('accountname') && BASE64.test(parts.get('accountkey') ?? '');
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

/** The mail service, by connection string or by endpoint. */
export function readMailService(read: EnvReader, needed: boolean): MailService | undefined {
  const sender = read.text('MAIL_SENDER');
  const service = read.text('COMMUNICATION_CONNECTION_STRING')
    ? fromConnectionString(read)
    : fromEndpoint(read, needed);
  if (sender === undefined) {
    if (needed) read.fault('MAIL_SENDER', 'write the sender address of the mails (or set MAIL_TO to none)');
    return undefined;
  }
  if (!isAddress(sender)) read.fault('MAIL_SENDER', `${quoted(sender)} is not a mail address`);
  return service && { ...service, sender };
}

function fromEndpoint(read: EnvReader, needed: boolean): Omit<MailService, 'sender'> | undefined {
  const name = 'COMMUNICATION_ENDPOINT';
  const text = read.text(name);
  if (text === undefined) {
    if (needed)
      read.fault(
        name,
        'write the URL of the mail service (or set COMMUNICATION_CONNECTION_STRING, or MAIL_TO to none)',
      );
    return undefined;
  }
  const parsed = parseEndpoint(text);
  if ('origin' in parsed) return { endpoint: parsed.origin };
  read.fault(name, parsed.fault);
  return undefined;
}

/** `endpoint=https://…/;accesskey=…`, as the portal shows it. A fault never shows the key. */
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

/** Names in lower case. A value can contain `=`: base64 ends with it. */
function parseConnectionString(text: string): ReadonlyMap<string, string> {
  const parts = text.split(';').map(part => {
    const mark = part.indexOf('=');
    return [part.slice(0, mark).trim().toLowerCase(), part.slice(mark + 1).trim()] as const;
  });
  return new Map(parts);
}
