/** The settings of Azure Communication Services: an endpoint with the identity, or a connection string with a key. */
import { isBase64, parseConnectionString } from '../../formats/connection-string';
import { parseEndpoint } from '../../formats/endpoint';
import { isQuoted } from '../../formats/text';
import type { SettingsReader, Transport, TransportSettings } from './transport';

export interface AcsSettings extends TransportSettings<'acs'> {
  /** `https://{resource}.{region}.communication.azure.com`; plain http on a loopback address. */
  readonly endpoint: string;
  /** Base64; without one the identity signs in. */
  readonly accessKey?: string;
}

type Access = Pick<AcsSettings, 'endpoint' | 'accessKey'>;

const ENDPOINT = 'COMMUNICATION_ENDPOINT';
const CONNECTION_STRING = 'COMMUNICATION_CONNECTION_STRING';
/** The service's limits, documented in 2025; the lower ones are for a sender domain that Azure manages. */
const OWN_DOMAIN = { perMinute: 30, perHour: 100 };
const MANAGED_DOMAIN = { perMinute: 5, perHour: 10 };

export const acs: Transport<AcsSettings> = {
  name: 'acs',
  chosenBy: [ENDPOINT, CONNECTION_STRING],
  senderIn: 'MAIL_SENDER',
  promises: { recognisesRepeats: true, largestMail: 10 * 1_024 * 1_024, longestSend: 30_000 },
  quotaFor: sender => (/\.azurecomm\.net$/i.test(sender) ? MANAGED_DOMAIN : OWN_DOMAIN),
  read(read, sender) {
    const connectionString = read.text(CONNECTION_STRING);
    const access =
      connectionString === undefined ? fromEndpoint(read) : fromConnectionString(read, connectionString);
    return access && { transport: 'acs', ...access, sender };
  },
};

function fromEndpoint(read: SettingsReader): Access | undefined {
  const parsed = parseEndpoint(read.text(ENDPOINT) ?? '');
  if ('origin' in parsed) return { endpoint: parsed.origin };
  read.fault(ENDPOINT, parsed.fault);
  return undefined;
}

/** `endpoint=https://…/;accesskey=…`, as the portal shows it. A fault never shows the key. */
function fromConnectionString(read: SettingsReader, text: string): Access | undefined {
  if (isQuoted(text)) {
    read.fault(CONNECTION_STRING, 'write the connection string alone');
    return undefined;
  }
  const parts = parseConnectionString(text);
  const accessKey = parts.get('accesskey') ?? '';
  const parsed = parseEndpoint(parts.get('endpoint') ?? '');
  if (!isBase64(accessKey))
    read.fault(
      CONNECTION_STRING,
      'it has no base64 accesskey; write endpoint=https://…;accesskey=… as the portal shows it',
    );
  if ('fault' in parsed) read.fault(CONNECTION_STRING, parsed.fault);
  return 'origin' in parsed ? { endpoint: parsed.origin, accessKey } : undefined;
}
