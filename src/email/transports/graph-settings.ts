/** The settings of Microsoft Graph: the mailbox that sends. The watcher's identity signs in, so there is no secret. */
import { parseEndpoint } from '../../formats/endpoint';
import type { Transport, TransportSettings } from './transport';

export interface GraphSettings extends TransportSettings<'graph'> {
  /** `https://graph.microsoft.com`, or that of a sovereign cloud; plain http on a loopback address. */
  readonly endpoint: string;
}

const ENDPOINT = 'GRAPH_ENDPOINT';
const DEFAULT_ENDPOINT = 'https://graph.microsoft.com';

export const graph: Transport<GraphSettings> = {
  name: 'graph',
  chosenBy: ['GRAPH_MAIL_SENDER'],
  senderIn: 'GRAPH_MAIL_SENDER',
  // A request takes 4 MB, and the mail in it is base64.
  promises: { recognisesRepeats: false, largestMail: 3 * 1_024 * 1_024, longestSend: 30_000 },
  quotaFor: () => ({ perMinute: 30, perHour: 400 }),
  read(read, sender) {
    const parsed = parseEndpoint(read.text(ENDPOINT) ?? DEFAULT_ENDPOINT);
    if ('origin' in parsed) return { transport: 'graph', endpoint: parsed.origin, sender };
    read.fault(ENDPOINT, parsed.fault);
    return undefined;
  },
};
