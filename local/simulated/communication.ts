/** A simulated Communication Services resource: it accepts mails as the real one does and shows them in an outbox. */
import { answerEmail, type EmailSwitches, type OddSuccess } from './email-api';
import type { Fault, PlainFault } from './faults';
import { type KeptMails, Mailbox, type Outcome } from './mailbox';
import type { Received } from './messages';
import { isOutbox, outboxAnswer } from './outbox';
import { type ServerOptions, startServer } from './server';
import { SlidingLimit } from './throttling';

export interface CommunicationOptions extends ServerOptions {
  /** Sends; the documented limits of a custom domain. */
  readonly perMinute?: number;
  readonly perHour?: number;
  readonly statusPerMinute?: number;
  readonly statusPerHour?: number;
  /** Base64; with it every request must be signed, without it signatures are not checked. */
  readonly accessKey?: string;
  /** Absent: mails are kept in memory alone. */
  readonly kept?: KeptMails;
  /** Lets a day pass in the simulated world; with it the outbox has a button for that. */
  readonly passDay?: () => Promise<void>;
}

const TEN_MEGABYTES = 10 * 1024 * 1024;

export type SimulatedCommunication = Awaited<ReturnType<typeof startSimulatedCommunication>>;

/** At its endpoint (`url`) a browser sees the outbox. */
export async function startSimulatedCommunication(options: CommunicationOptions) {
  const {
    perMinute = 30,
    perHour = 100,
    statusPerMinute = 60,
    statusPerHour = 200,
    accessKey,
    now,
  } = options;
  const switches: EmailSwitches = {
    forgetsOperationIds: false,
    pollsUntilFinal: 1,
    scripts: [],
    statusFaults: [],
  };
  const mailbox = new Mailbox(now, options.kept);
  const { mails } = mailbox;
  const sends = new SlidingLimit(perMinute, perHour, now);
  const statusReads = new SlidingLimit(statusPerMinute, statusPerHour, now);
  const operationIds: string[] = [];
  const service = { mailbox, operationIds, sends, statusReads, accessKey, switches };
  const handle = (request: Received) =>
    isOutbox(request.path) ? outboxAnswer(request, mails, options.passDay) : answerEmail(request, service);
  const server = await startServer(handle, { maxBodyBytes: TEN_MEGABYTES, ...options });
  const script = (accepts: boolean) => (fault: Fault | OddSuccess) =>
    void switches.scripts.push(
      ...(fault.fault === 'odd' ? [fault] : repeated(fault)).map(one => ({ accepts, fault: one })),
    );
  return {
    ...server,
    mails,
    /** Where other simulated services deliver to, so that one outbox shows all mails. */
    mailbox,
    /** The operation id of each send, accepted or not, oldest first. */
    operationIds,
    switches,
    /** How many status reads were received since the start. */
    statusReads: () => server.requests.filter(({ path }) => path.startsWith('/emails/operations/')).length,
    /** The next send (or the next `times`) is answered with this fault or odd success; nothing is mailed. */
    refuses: script(false),
    /** The next send (or the next `times`) is mailed, and still answered with this fault or odd success. */
    acceptsThen: script(true),
    /** The next status read (or the next `times`) is answered with this fault. */
    failsStatusReads: (fault: Fault) => void switches.statusFaults.push(...repeated(fault)),
    /** How mails to this address end, if they are accepted from now on. */
    recipient: (address: string, outcome: Outcome) => mailbox.recipient(address, outcome),
    /** Every operation so far becomes unknown: its status is 404, and its id can be used again. */
    forgetOperations: () => mailbox.forgetOperations(),
  };
}

function repeated(fault: Fault): PlainFault[] {
  return fault.fault === 'times' ? Array(fault.times).fill(fault.inner) : [fault];
}
