/** A simulated Communication Services resource: it takes mails as the real one does and shows them in an outbox. */
import { answerEmail, type EmailSwitches } from './email-api';
import type { Fault } from './faults';
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
  /** Base64; with it every request must be signed, without it none is. */
  readonly accessKey?: string;
  readonly forgetsOperationIds?: boolean;
}

export interface SimulatedCommunication {
  /** The endpoint, and the outbox page for people. */
  readonly url: string;
  readonly mails: readonly Mail[];
  readonly requests: readonly LoggedRequest[];
  readonly log: RequestLog;
  readonly switches: EmailSwitches;
  /** The next send (or the next `times`) is refused so; nothing is mailed. */
  refuses(fault: Fault): void;
  /** The next send (or the next `times`) is mailed and yet answered so. */
  acceptsThen(fault: Fault): void;
  /** How mails to this address end that are accepted from now on. */
  recipient(address: string, outcome: Outcome): void;
  /** Every operation so far becomes unknown: status 404, and its id is as good as new. */
  forgetOperations(): void;
  close(): Promise<void>;
}

const TEN_MEGABYTES = 10 * 1024 * 1024;

export async function startSimulatedCommunication(
  options: CommunicationOptions,
): Promise<SimulatedCommunication> {
  const { perMinute = 30, perHour = 100, statusPerMinute = 60, statusPerHour = 200, now } = options;
  const forgetsOperationIds = options.forgetsOperationIds ?? false;
  const switches: EmailSwitches = { forgetsOperationIds, settlesAtPoll: 1, scripts: [] };
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
    refuses: fault => script(switches, false, fault),
    acceptsThen: fault => script(switches, true, fault),
    recipient: (address, outcome) => mailbox.recipient(address, outcome),
    forgetOperations: () => mailbox.forgetOperations(),
    close: server.close,
  };
}

function script(switches: EmailSwitches, accepts: boolean, fault: Fault): void {
  const [times, inner] = fault.fault === 'times' ? [fault.times, fault.inner] : [1, fault];
  for (let time = 0; time < times; time += 1) switches.scripts.push({ accepts, fault: inner });
}
