/** What the simulated mail service has accepted: the mails themselves and the operations that sent them. */
import type { EmailMessage } from './email-message';

export interface Mail {
  /** Its place in the order of arrival, from 1. */
  readonly number: number;
  readonly operationId: string;
  /** When it was accepted, in epoch milliseconds. */
  readonly at: number;
  readonly message: EmailMessage;
  /** The addresses of `recipients.to`. */
  readonly to: readonly string[];
  /** Why it will not be delivered, although it was accepted. */
  readonly failure: Failure | undefined;
}

export interface Failure {
  readonly code: string;
  readonly message: string;
}

export type OperationStatus =
  | { readonly id: string; readonly status: 'Running' | 'Succeeded' }
  | { readonly id: string; readonly status: 'Failed'; readonly error: Failure };

/** How a recipient's mails end; the codes are the service's. */
export const OUTCOMES = {
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

export class Mailbox {
  readonly mails: Mail[] = [];
  readonly #operations = new Map<string, Operation>();
  readonly #outcomes = new Map<string, Outcome>();

  constructor(private readonly now: () => number) {}

  /** How the mails to this address end that are accepted from now on. */
  recipient(address: string, outcome: Outcome): void {
    this.#outcomes.set(address.toLowerCase(), outcome);
  }

  knows(operationId: string): boolean {
    return this.#operations.has(operationId.toLowerCase());
  }

  accept(operationId: string, message: EmailMessage): void {
    const to = message.recipients.to.map(recipient => recipient.address);
    const failure = this.#failureOf(to);
    const number = this.mails.length + 1;
    this.mails.push({ number, operationId, at: this.now(), message, to, failure });
    this.#operations.set(operationId.toLowerCase(), { id: operationId, failure, polls: 0 });
  }

  /** The operation's status, settled at the `settlesAtPoll`th time it is asked for. */
  poll(operationId: string, settlesAtPoll: number): OperationStatus | undefined {
    const operation = this.#operations.get(operationId.toLowerCase());
    if (!operation) return undefined;
    operation.polls += 1;
    const { id, failure } = operation;
    if (operation.polls < settlesAtPoll) return { id, status: 'Running' };
    return failure ? { id, status: 'Failed', error: failure } : { id, status: 'Succeeded' };
  }

  /** Forgets operations, never mails: those are out. */
  forgetOperations(): void {
    this.#operations.clear();
  }

  /** A mail fails as a whole only when none of its recipients can be reached. */
  #failureOf(to: readonly string[]): Failure | undefined {
    const failures = to.map(address => OUTCOMES[this.#outcomes.get(address.toLowerCase()) ?? 'delivered']);
    return failures.every(failure => failure !== undefined) ? failures[0] : undefined;
  }
}
