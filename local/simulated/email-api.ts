/** The simulated mail service's two operations: which requests it accepts, and what it checks first. */
import { randomUUID } from 'node:crypto';
import { EmailMessage } from './email-message';
import { answerWith, type PlainFault, type Replies } from './faults';
import type { Mailbox } from './mailbox';
import {
  type Answer,
  header,
  isSigned,
  json,
  parseBody,
  type Received,
  Refusal,
  type Reply,
  segments,
  withHeaders,
} from './messages';
import type { SlidingLimit } from './throttling';

/** What happens to one of the next sends: it is mailed or not, and then answered with a fault or an odd success. */
interface SendScript {
  readonly accepts: boolean;
  readonly fault: PlainFault | OddSuccess;
}

/** A 2xx that names the operation of the mail, another one, or none. */
export interface OddSuccess {
  readonly fault: 'odd';
  readonly status: 200 | 201 | 202 | 204;
  readonly names: 'ours' | 'another' | 'none';
}

/** What a test can change while the service runs. */
export interface EmailSwitches {
  /** A repeated operation id sends a second mail. */
  forgetsOperationIds: boolean;
  /** The status read that first finds an operation in its final status, from 1. */
  pollsUntilFinal: number;
  /** For the next sends. */
  readonly scripts: SendScript[];
  /** For the next status reads. */
  readonly statusFaults: PlainFault[];
}

export interface EmailService {
  readonly mailbox: Mailbox;
  /** The operation id of each send, accepted or not, oldest first. */
  readonly operationIds: string[];
  readonly sends: SlidingLimit;
  readonly statusReads: SlidingLimit;
  readonly accessKey: string | undefined;
  readonly switches: EmailSwitches;
}

const API_VERSION = '2025-09-01';
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export function answerEmail(request: Received, service: EmailService): Answer {
  try {
    return route(request, service);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return withHeaders(refusal(error.status, error.code, error.message), error.headers);
  }
}

function route(request: Received, service: EmailService): Answer {
  const [emails, operations, id, ...more] = segments(request.path) ?? [];
  if (request.path === '/emails:send') {
    admit(request, 'POST', service.sends, service.accessKey);
    return send(request, service);
  }
  if (emails === 'emails' && operations === 'operations' && id && more.length === 0) {
    admit(request, 'GET', service.statusReads, service.accessKey);
    return getStatus(request, id, service);
  }
  throw new Refusal(404, 'NotFound', 'The requested resource was not found.');
}

/** Every signed request counts against its limit, also one that is refused. */
function admit(request: Received, method: string, limit: SlidingLimit, accessKey: string | undefined): void {
  if (request.method !== method)
    throw new Refusal(405, 'MethodNotAllowed', `The method must be ${method}.`, { allow: method });
  if (accessKey !== undefined && !isSigned(request, accessKey))
    throw new Refusal(401, 'Denied', 'Denied by the resource provider.');
  const wait = limit.accrue();
  if (wait !== undefined) {
    const message = `The limit is exceeded. Try again after ${wait} seconds.`;
    throw new Refusal(429, 'TooManyRequests', message, { 'retry-after': String(wait) });
  }
  if (request.query.get('api-version') !== API_VERSION)
    throw new Refusal(400, 'UnsupportedApiVersion', `The api-version must be '${API_VERSION}'.`);
}

function send(request: Received, { mailbox, operationIds, switches }: EmailService): Answer {
  const operationId = header(request, 'operation-id') ?? randomUUID();
  operationIds.push(operationId);
  const message = readMessage(request, operationId);
  const script = switches.scripts.shift();
  const accepts = script?.accepts ?? true;
  if (accepts && (switches.forgetsOperationIds || !mailbox.knows(operationId)))
    mailbox.accept(operationId, message);
  const fault = script?.fault;
  if (fault?.fault === 'odd') return oddAnswer(request, operationId, fault);
  return answerWith(fault, repliesOf(request, operationId));
}

function oddAnswer({ origin }: Received, operationId: string, { status, names }: OddSuccess): Answer {
  if (names === 'none') return { status, headers: {} };
  const id = names === 'ours' ? operationId : randomUUID();
  return status === 204
    ? { status, headers: { 'operation-location': locationOf(origin, id) } }
    : json(status, { id, status: 'Running' }, { 'operation-location': locationOf(origin, id) });
}

function locationOf(origin: string, id: string): string {
  return `${origin}/emails/operations/${id}?api-version=${API_VERSION}`;
}

function readMessage(request: Received, operationId: string): EmailMessage {
  if (request.oversized) throw new Refusal(413, 'RequestEntityTooLarge', 'A mail may have at most 10 MB.');
  if (!/^application\/json\b/i.test(header(request, 'content-type') ?? ''))
    throw new Refusal(415, 'UnsupportedMediaType', 'The content type must be application/json.');
  if (!UUID.test(operationId)) throw new Refusal(400, 'BadRequest', 'Operation-Id: must be a UUID');
  return parseBody(EmailMessage, request.body);
}

function repliesOf(request: Received, id: string): Replies {
  const location = locationOf(request.origin, id);
  const ok = () =>
    json(202, { id, status: 'Running' }, { 'operation-location': location, 'retry-after': '1' });
  return { ok, withDate: ok, refusal };
}

function getStatus(request: Received, id: string, { mailbox, switches }: EmailService): Answer {
  const ok = () => {
    const found = mailbox.poll(id, switches.pollsUntilFinal);
    if (!found) throw new Refusal(404, 'NotFound', 'The operation was not found.');
    return json(200, found, found.status === 'Running' ? { 'retry-after': '1' } : {});
  };
  return answerWith(switches.statusFaults.shift(), { ...repliesOf(request, id), ok });
}

function refusal(status: number, code: string, message: string): Reply {
  return json(status, { error: { code, message } }, { 'x-ms-error-code': code });
}
