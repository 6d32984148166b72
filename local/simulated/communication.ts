/** A simulated Communication Services resource: it accepts mails as the real one does and shows them in an outbox. */
import { answerEmail, type EmailSwitches } from './email-api';
import type { Fault, PlainFault } from './faults';
import { type Mail, Mailbox, type Outcome } from './mailbox';
import type { Received } from './messages';
import { isOutbox, outboxAnswer } from './outbox';
import { type LoggedRequest, type RequestLog, type ServerOptions, startServer } from './server';
import { perMinuteAndHour } from './throttling';

export interface CommunicationOptions extends ServerOptions {
  /** Sends; the documented limits of a custom domain. */
  readonly perMinute?: number;
  readonly perHour?: number;
  readonly statusPerMinute?: number;
  readonly statusPerHour?: number;
  /** Base64; with it every request must be signed, without it signatures are not checked. */
  readonly accessKey?: string;
  readonly forgetsOperationIds?: boolean;
}

export interface SimulatedCommunication {
  /** The endpoint. A browser sees the outbox there. */
  readonly url: string;
  readonly mails: readonly Mail[];
  readonly requests: readonly LoggedRequest[];
  readonly log: RequestLog;
  readonly switches: EmailSwitches;
  /** How many status reads were received since the start. */
  looks(): number;
  /** The next send (or the next `times`) is refused with this fault; nothing is mailed. */
  refuses(fault: Fault): void;
  /** The next send (or the next `times`) is mailed, and still answered with this fault. */
  acceptsThen(fault: Fault): void;
  /** The next status read (or the next `times`) is answered with this fault. */
  looksFail(fault: Fault): void;
  /** How mails to this address end, if they are accepted from now on. */
  recipient(address: string, outcome: Outcome): void;
  /** Every operation so far becomes unknown: its status is 404, and its id can be used again. */
  forgetOperations(): void;
  close(): Promise<void>;
}

const TEN_MEGABYTES = 10 * 1024 * 1024;

export async function startSimulatedCommunication(
  options: CommunicationOptions,
): Promise<SimulatedCommunication> {
  const { perMinute = 30, perHour = 100, statusPerMinute = 60, statusPerHour = 200, now } = options;
  const forgetsOperationIds = options.forgetsOperationIds ?? false;
  const switches: EmailSwitches = { forgetsOperationIds, settlesAtPoll: 1, scripts: [], lookFaults: [] };
  const mailbox = new Mailbox(now);
  const sends = perMinuteAndHour(perMinute, perHour, now);
  const statusReads = perMinuteAndHour(statusPerMinute, statusPerHour, now);
  const service = { mailbox, sends, statusReads, accessKey: options.accessKey, switches };
  const handle = (request: Received) =>
    isOutbox(request.path) ? outboxAnswer(request, mailbox.mails) : answerEmail(request, service);
  const server = await startServer(handle, { maxBodyBytes: TEN_MEGABYTES, ...options });
  return {
    url: server.url,
    log: server.log,
    requests: server.log.requests,
    mails: mailbox.mails,
    switches,
    looks: () => server.log.requests.filter(({ path }) => path.startsWith('/emails/operations/')).length,
    refuses: fault => switches.scripts.push(...repeated(fault, inner => ({ accepts: false, fault: inner }))),
    acceptsThen: fault =>
      switches.scripts.push(...repeated(fault, inner => ({ accepts: true, fault: inner }))),
    looksFail: fault => switches.lookFaults.push(...repeated(fault, inner => inner)),
    recipient: (address, outcome) => mailbox.recipient(address, outcome),
    forgetOperations: () => mailbox.forgetOperations(),
    close: server.close,
  };
}

function repeated<T>(fault: Fault, of: (inner: PlainFault) => T): T[] {
  const [times, inner] = fault.fault === 'times' ? [fault.times, fault.inner] : [1, fault];
  return Array.from({ length: times }, () => of(inner));
}
