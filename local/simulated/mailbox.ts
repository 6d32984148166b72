/** The mails that the simulated mail services accepted, and the operations that sent them. */
import type { EmailMessage } from './email-message';

export interface Mail {
  /** 1 for the first mail that arrived. */
  readonly number: number;
  readonly operationId: string;
  /** When it was accepted, in epoch milliseconds. */
  readonly at: number;
  readonly message: EmailMessage;
  /** The message as it came, where it came as MIME. */
  readonly raw?: Buffer;
  /** The addresses of `recipients.to`. */
  readonly to: readonly string[];
  /** Why it is not delivered although it was accepted. */
  readonly failure: Failure | undefined;
}

type Failure = { readonly code: string; readonly message: string };

/** How the delivery to a recipient ends, with the service's codes. */
const OUTCOMES = {
  delivered: undefined,
  dropped: { code: 'EmailDropped', message: 'Email was dropped after several attempts to deliver.' },
  suppressed: {
    code: 'EmailDroppedAllRecipientsSuppressed',
    message: 'Message dropped because all recipients were suppressed.',
  },
} as const;
export type Outcome = keyof typeof OUTCOMES;

interface Operation {
  readonly id: string;
  readonly failure: Failure | undefined;
  polls: number;
}

/** Mails of earlier runs, and where those of this one are kept. */
export interface KeptMails {
  readonly earlier: readonly Omit<Mail, 'number'>[];
  keep(mail: Mail): void;
}

export class Mailbox {
  readonly mails: Mail[] = [];
  readonly #operations = new Map<string, Operation>();
  readonly #outcomes = new Map<string, Outcome>();

  constructor(
    private readonly now: () => number,
    private readonly kept?: KeptMails,
  ) {
    for (const mail of kept?.earlier ?? []) this.#add(mail);
  }

  /** Sets how mails to this address end, for mails accepted from now on. */
  recipient(address: string, outcome: Outcome): void {
    this.#outcomes.set(address.toLowerCase(), outcome);
  }

  knows(operationId: string): boolean {
    return this.#operations.has(operationId.toLowerCase());
  }

  accept(operationId: string, message: EmailMessage, raw?: Buffer): void {
    const to = message.recipients.to.map(recipient => recipient.address);
    const failure = this.#failureOf(to);
    const mail = { operationId, at: this.now(), message, to, failure, ...(raw && { raw }) };
    const added = this.#add(mail);
    this.kept?.keep(added);
  }

  #add(mail: Omit<Mail, 'number'>): Mail {
    const numbered = { ...mail, number: this.mails.length + 1 };
    const { operationId: id, failure } = mail;
    this.mails.push(numbered);
    // What came as MIME came to another service, which has no operations.
    if (!mail.raw) this.#operations.set(id.toLowerCase(), { id, failure, polls: 0 });
    return numbered;
  }

  /** The status of an operation: `Running` until the read number `pollsUntilFinal`. */
  poll(operationId: string, pollsUntilFinal: number) {
    const operation = this.#operations.get(operationId.toLowerCase());
    if (!operation) return undefined;
    operation.polls += 1;
    const { id, failure } = operation;
    if (operation.polls < pollsUntilFinal) return { id, status: 'Running' };
    return failure ? { id, status: 'Failed', error: failure } : { id, status: 'Succeeded' };
  }

  /** Forgets the operations and keeps the mails: they are sent. */
  forgetOperations(): void {
    this.#operations.clear();
  }

  /** A mail fails only when no recipient can be reached. */
  #failureOf(to: readonly string[]): Failure | undefined {
    const failures = to.map(address => OUTCOMES[this.#outcomes.get(address.toLowerCase()) ?? 'delivered']);
    return failures.every(failure => failure !== undefined) ? failures[0] : undefined;
  }
}
