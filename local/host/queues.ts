/** The trigger of one queue function: it takes messages on demand, or polls and slows down while there are none. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { ReceivedMessageItem } from '@azure/storage-queue';
import { type DeliveryParts, deliver } from './deliver';
import { InFlight, logFailure } from './invocation';

export interface QueueParts extends DeliveryParts {
  /** Aborted when the host closes: from then on it takes no message. */
  readonly closing: AbortSignal;
}

/** How long a message is hidden while it is handled: as long as a handler may run. */
const HANDLING_SECONDS = 600;
const SHORTEST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 2000;

export class QueueTrigger {
  readonly #parts: QueueParts;
  readonly #delivering = new InFlight();

  constructor(parts: QueueParts) {
    this.#parts = parts;
  }

  /** Handles messages until none is visible. Resolves with the number of deliveries. */
  async drain(): Promise<number> {
    let delivered = 0;
    for (;;) {
      const batch = await this.#take();
      if (batch.length === 0) return delivered;
      await Promise.all(batch.map(message => deliver(message, this.#parts)));
      delivered += batch.length;
    }
  }

  /** Handles messages as they arrive, until the host closes. Never rejects: storage may work again later. */
  async poll(): Promise<void> {
    const { closing, limits } = this.#parts;
    let pause = SHORTEST_PAUSE_MS;
    while (!closing.aborted) {
      const taken = await this.#startBatch();
      // As newBatchThreshold of the real host: the next batch is taken when half of this one is done.
      await this.#delivering.atMost(limits.batchSize / 2);
      pause = taken > 0 ? SHORTEST_PAUSE_MS : Math.min(pause * 2, LONGEST_PAUSE_MS);
      if (taken === 0) await sleepUnlessAborted(pause, closing);
    }
    await this.#delivering.atMost(0);
  }

  /** Takes a batch and starts its deliveries. Resolves with its size. */
  async #startBatch(): Promise<number> {
    try {
      const batch = await this.#take();
      for (const message of batch) {
        this.#delivering.track(deliver(message, this.#parts)).catch(this.#storageFailed);
      }
      return batch.length;
    } catch (error) {
      this.#storageFailed(error);
      return 0;
    }
  }

  async #take(): Promise<readonly ReceivedMessageItem[]> {
    const { closing, queue, limits } = this.#parts;
    if (closing.aborted) return [];
    const options = { numberOfMessages: limits.batchSize, visibilityTimeout: HANDLING_SECONDS };
    return (await queue.receiveMessages(options)).receivedMessageItems;
  }

  readonly #storageFailed = (error: unknown): void => {
    const { log, definition, queue } = this.#parts;
    logFailure(log, definition.name, `the queue ${queue.name} failed`, error);
  };
}

async function sleepUnlessAborted(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(ms, undefined, { signal });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
