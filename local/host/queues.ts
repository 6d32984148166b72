/** The trigger of one queue function: it takes messages on demand or by polling, and delivers them as the real host does. */
import { QueueClient, type ReceivedMessageItem } from '@azure/storage-queue';
import { counted } from '../../src/formats/when';
import type { QueueFunction } from '../../src/functions/definition';
import type { QueueLimits } from './host-json';
import { type HostLog, InFlight, invocationContext, logFailure, sleepUnlessAborted } from './invocation';

export interface QueueParts {
  readonly connectionString: string;
  readonly limits: QueueLimits;
  readonly log: HostLog;
  /** Aborted when the host closes: from then on it takes no message. */
  readonly closing: AbortSignal;
}

export function openQueue(connectionString: string, name: string): QueueClient {
  return new QueueClient(connectionString, name, { retryOptions: { maxTries: 3, retryDelayInMs: 50 } });
}

/** Sends the messages one after the other, as the real host writes an output binding. */
export async function sendAll(queue: QueueClient, messages: readonly object[]): Promise<void> {
  for (const message of messages)
    await queue.sendMessage(Buffer.from(JSON.stringify(message)).toString('base64'));
}

/** How long a message is hidden while it is handled: as long as a handler may run. */
const HANDLING_SECONDS = 600;
const SHORTEST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 2000;

export class QueueTrigger {
  readonly #delivering = new InFlight();
  readonly #queue: QueueClient;
  readonly #poison: QueueClient;

  constructor(
    private readonly definition: QueueFunction,
    private readonly parts: QueueParts,
  ) {
    this.#queue = openQueue(parts.connectionString, definition.queue);
    this.#poison = openQueue(parts.connectionString, `${definition.queue}-poison`);
  }

  /** Handles messages until none is visible. Resolves with the number of deliveries. */
  async drain(): Promise<number> {
    let delivered = 0;
    for (;;) {
      const batch = await this.#take();
      if (batch.length === 0) return delivered;
      await Promise.all(batch.map(message => this.#deliver(message)));
      delivered += batch.length;
    }
  }

  /** Handles messages as they arrive, until the host closes. Never rejects: storage may work again later. */
  async poll(): Promise<void> {
    const { closing, limits } = this.parts;
    let pause = SHORTEST_PAUSE_MS;
    while (!closing.aborted) {
      const batch = await this.#take().catch(this.#storageFailed);
      for (const message of batch)
        void this.#delivering.track(this.#deliver(message).catch(this.#storageFailed));
      // As newBatchThreshold of the real host: the next batch is taken when half of this one is done.
      await this.#delivering.atMost(limits.batchSize / 2);
      pause = batch.length > 0 ? SHORTEST_PAUSE_MS : Math.min(pause * 2, LONGEST_PAUSE_MS);
      if (batch.length === 0) await sleepUnlessAborted(pause, closing);
    }
    await this.#delivering.atMost(0);
  }

  async #take(): Promise<readonly ReceivedMessageItem[]> {
    if (this.parts.closing.aborted) return [];
    const options = { numberOfMessages: this.parts.limits.batchSize, visibilityTimeout: HANDLING_SECONDS };
    return (await this.#queue.receiveMessages(options)).receivedMessageItems;
  }

  readonly #storageFailed = (error: unknown): [] => {
    logFailure(this.parts.log, this.definition.name, `the queue ${this.#queue.name} failed`, error);
    return [];
  };

  /** Rejects only if storage fails; the message then becomes visible again. */
  async #deliver(message: ReceivedMessageItem): Promise<void> {
    const { messageId, popReceipt, messageText, dequeueCount: tries } = message;
    const { maxDequeueCount, visibilityTimeout } = this.parts.limits;
    const bytes = Buffer.from(messageText, 'base64');
    if (bytes.toString('base64') !== messageText) return await this.#poisoned(message, 'it is not base64');
    // More than the limit: the process died during the last try.
    if (tries > maxDequeueCount)
      return await this.#poisoned(message, `it failed ${counted(tries - 1, 'time')}`);
    if (await this.#handled(message, jsonOrText(bytes.toString()))) return await this.#remove(message);
    if (tries >= maxDequeueCount) return await this.#poisoned(message, `it failed ${counted(tries, 'time')}`);
    await this.#queue.updateMessage(messageId, popReceipt, undefined, visibilityTimeout);
  }

  /** Runs the handler and sends the messages it returns. Logs a failure of either and returns false. */
  async #handled({ messageId: id, dequeueCount, insertedOn }: ReceivedMessageItem, content: unknown) {
    const { log } = this.parts;
    const metadata = { id, dequeueCount, insertionTime: insertedOn.toISOString() };
    try {
      const context = invocationContext(this.definition, log, metadata);
      await sendAll(this.#queue, await this.definition.handler(content, context));
      return true;
    } catch (error) {
      // A handler may throw anything; the message is kept.
      logFailure(log, this.definition.name, `failed on message ${id}, delivery ${dequeueCount}`, error);
      return false;
    }
  }

  async #poisoned(message: ReceivedMessageItem, reason: string): Promise<void> {
    await this.#poison.createIfNotExists();
    await this.#poison.sendMessage(message.messageText);
    await this.#remove(message);
    const text = `message ${message.messageId} was moved to ${this.#poison.name}: ${reason}`;
    this.parts.log({ level: 'error', functionName: this.definition.name, text });
  }

  async #remove({ messageId, popReceipt }: ReceivedMessageItem): Promise<void> {
    await this.#queue.deleteMessage(messageId, popReceipt);
  }
}

/** The content of a message is JSON in most cases. */
function jsonOrText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return text;
    throw error;
  }
}
