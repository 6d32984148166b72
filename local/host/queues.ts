/** When a queue function's messages are taken: on demand, or by polling that slows down while there are none. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type DeliveryParts, deliver } from './deliver';
import { InFlight } from './in-flight';
import { logFailure } from './invocation';
import type { ReceivedMessage } from './storage-queue';

export interface QueueParts extends DeliveryParts {
  /** Aborted when the host closes: no message is taken after that. */
  readonly closing: AbortSignal;
}

/** How long a message is hidden while it is handled: as in the real host, and as long as a handler may run. */
const HANDLING_SECONDS = 600;
const SHORTEST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 2000;

export class QueueTrigger {
  readonly #parts: QueueParts;
  readonly #delivering = new InFlight();

  constructor(parts: QueueParts) {
    this.#parts = parts;
  }

  /** Handles what is visible, and what becomes visible meanwhile; resolves with how many deliveries that were. */
  async drain(): Promise<number> {
    let delivered = 0;
    for (;;) {
      const batch = await this.#take();
      if (batch.length === 0) return delivered;
      await Promise.all(batch.map(message => deliver(message, this.#parts)));
      delivered += batch.length;
    }
  }

  /** Handles messages as they come, until the host closes. Never rejects: storage may come back. */
  async poll(): Promise<void> {
    const { closing, limits } = this.#parts;
    let pause = SHORTEST_PAUSE_MS;
    while (!closing.aborted) {
      const taken = await this.#startBatch();
      // The real host's newBatchThreshold: more are taken when half of a batch is done.
      await this.#atMost(limits.batchSize / 2);
      pause = taken > 0 ? SHORTEST_PAUSE_MS : Math.min(pause * 2, LONGEST_PAUSE_MS);
      if (taken === 0) await pauseUnless(closing, pause);
    }
    await this.#atMost(0);
  }

  /** Takes a batch and starts to deliver it; resolves with its size. */
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

  async #take(): Promise<readonly ReceivedMessage[]> {
    const { closing, queue, limits } = this.#parts;
    return closing.aborted ? [] : await queue.receive(limits.batchSize, HANDLING_SECONDS);
  }

  async #atMost(count: number): Promise<void> {
    while (this.#delivering.size > count) await this.#delivering.oneSettled();
  }

  readonly #storageFailed = (error: unknown): void => {
    const { log, definition, queue } = this.#parts;
    logFailure(log, definition.name, `the queue ${queue.name} failed`, error);
  };
}

async function pauseUnless(signal: AbortSignal, ms: number): Promise<void> {
  try {
    await sleep(ms, undefined, { signal });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
