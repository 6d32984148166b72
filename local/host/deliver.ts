/** What becomes of one received queue message: handled, put back, or buried as poison, as the real host does. */
import type { QueueFunction } from '../../src/functions/definition';
import type { QueueLimits } from './host-json';
import { type HostLog, invocationContext, logFailure } from './invocation';
import { decodeMessage, encodeMessage } from './queue-message';
import type { ReceivedMessage, StorageQueue } from './storage-queue';

export interface DeliveryParts {
  readonly definition: QueueFunction;
  readonly queue: StorageQueue;
  readonly poison: StorageQueue;
  readonly limits: QueueLimits;
  readonly log: HostLog;
}

/** Rejects only when storage fails; the message then comes back by itself. */
export async function deliver(message: ReceivedMessage, parts: DeliveryParts): Promise<void> {
  const { limits, queue } = parts;
  const decoded = decodeMessage(message.text);
  if (decoded === undefined) return await bury(message, 'it is not base64', parts);
  // Counted past the limit: a process died while it handled the message for the last time.
  const tries = message.dequeueCount;
  if (tries > limits.maxDequeueCount) return await bury(message, `it failed ${tries - 1} times`, parts);
  if (await succeeds(message, decoded.content, parts)) return await queue.remove(message);
  if (tries >= limits.maxDequeueCount) return await bury(message, `it failed ${tries} times`, parts);
  await queue.putBack(message, limits.retrySeconds);
}

/** Runs the handler and sends what it returned; false, once it is logged, when either fails. */
async function succeeds(message: ReceivedMessage, content: unknown, parts: DeliveryParts): Promise<boolean> {
  const { definition, log, queue } = parts;
  const { id, dequeueCount, insertedOn } = message;
  const metadata = { id, dequeueCount, insertionTime: insertedOn.toISOString() };
  try {
    const returned = await definition.handler(content, invocationContext(definition, log, metadata));
    await sendAll(queue, returned);
    return true;
  } catch (error) {
    // Handlers may throw anything; the message is what is kept.
    logFailure(log, definition.name, `failed on message ${id}, delivery ${dequeueCount}`, error);
    return false;
  }
}

async function bury(message: ReceivedMessage, reason: string, parts: DeliveryParts): Promise<void> {
  const { definition, log, poison, queue } = parts;
  await poison.create();
  await poison.send(message.text);
  await queue.remove(message);
  const text = `message ${message.id} was moved to ${poison.name}: ${reason}`;
  log({ level: 'error', functionName: definition.name, text });
}

/** What a handler returned leaves one message after the other, as the real host flushes an output binding. */
export async function sendAll(queue: StorageQueue, messages: readonly object[]): Promise<void> {
  for (const message of messages) await queue.send(encodeMessage(message));
}
