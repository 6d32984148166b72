/** A simulated Microsoft Graph with one mailbox: it takes `sendMail` as MIME, and delivers into the outbox. */
import { answerWith, type Fault, type PlainFault } from './faults';
import type { Mailbox } from './mailbox';
import {
  type Answer,
  header,
  json,
  type Received,
  Refusal,
  type Reply,
  segments,
  withHeaders,
} from './messages';
import { readMime } from './mime-mail';
import { type ServerOptions, startServer } from './server';
import { SlidingLimit } from './throttling';

export interface GraphOptions extends ServerOptions {
  readonly mailbox: Mailbox;
  /** The mailbox that the identity may send from. */
  readonly sender: string;
  readonly perMinute?: number;
}

const FOUR_MEGABYTES = 4 * 1024 * 1024;
const BASE64 = /^[A-Za-z0-9+/\r\n]*={0,2}\s*$/;

export type SimulatedGraph = Awaited<ReturnType<typeof startSimulatedGraph>>;

export async function startSimulatedGraph(options: GraphOptions) {
  const { perMinute = 30, now } = options;
  const scripts: { accepts: boolean; fault: PlainFault }[] = [];
  const limit = new SlidingLimit(perMinute, 1_000_000, now);
  const handle = async (request: Received): Promise<Answer> => {
    try {
      return await sendMail(request, options, limit, scripts);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return withHeaders(refusal(error.status, error.code, error.message), error.headers);
    }
  };
  const server = await startServer(handle, { maxBodyBytes: FOUR_MEGABYTES, ...options });
  const script = (accepts: boolean) => (fault: Fault) => {
    const faults = fault.fault === 'times' ? Array<PlainFault>(fault.times).fill(fault.inner) : [fault];
    scripts.push(...faults.map(one => ({ accepts, fault: one })));
  };
  return {
    ...server,
    /** The next send (or the next `times`) is refused with this fault; nothing is mailed. */
    refuses: script(false),
    /** The next send (or the next `times`) is mailed, and still answered with this fault. */
    acceptsThen: script(true),
  };
}

async function sendMail(
  request: Received,
  { mailbox, sender }: GraphOptions,
  limit: SlidingLimit,
  scripts: { accepts: boolean; fault: PlainFault }[],
): Promise<Answer> {
  admit(request, sender, limit);
  const raw = readBody(request);
  const { id, message } = await readMime(raw);
  if (message.recipients.to.length === 0)
    throw new Refusal(400, 'ErrorInvalidRecipients', 'At least one recipient is not valid.');
  const script = scripts.shift();
  if (!script || script.accepts) mailbox.accept(id, message, raw);
  const ok = (): Reply => ({ status: 202 });
  return answerWith(script?.fault, { ok, withDate: ok, refusal });
}

function admit(request: Received, sender: string, limit: SlidingLimit): void {
  const [version, users, user = '', action, ...more] = segments(request.path) ?? [];
  if (version !== 'v1.0' || users !== 'users' || action !== 'sendMail' || more.length > 0)
    throw new Refusal(404, 'Request_ResourceNotFound', 'The resource does not exist.');
  if (request.method !== 'POST') throw new Refusal(405, 'Request_BadRequest', 'The method must be POST.');
  if (user.toLowerCase() !== sender.toLowerCase())
    throw new Refusal(404, 'ErrorInvalidUser', `The requested user '${user}' is invalid.`);
  const wait = limit.accrue();
  if (wait !== undefined)
    throw new Refusal(429, 'ApplicationThrottled', 'Too many requests.', { 'retry-after': String(wait) });
}

/** The body is the whole message in base64. */
function readBody(request: Received): Buffer {
  if (request.oversized) throw new Refusal(413, 'RequestEntityTooLarge', 'The request is too large.');
  const type = header(request, 'content-type') ?? '';
  const text = request.body.toString('latin1');
  if (!/^text\/plain\b/i.test(type) || text === '' || !BASE64.test(text))
    throw new Refusal(400, 'ErrorMimeContentInvalidBase64String', 'The MIME content is not base64.');
  return Buffer.from(text, 'base64');
}

function refusal(status: number, code: string, message: string): Reply {
  return json(status, { error: { code, message } });
}
