/** One queue message, as the real Functions host handles it: delivered, put back, or moved to the poison queue. */
import { QueueClient, type ReceivedMessageItem } from '@azure/storage-queue';
import type { QueueFunction } from '../../src/functions/definition';
import type { QueueLimits } from './host-json';
import { type HostLog, invocationContext, logFailure } from './invocation';

export interface DeliveryParts {
  readonly definition: QueueFunction;
  readonly queue: QueueClient;
  readonly poison: QueueClient;
  readonly limits: QueueLimits;
  readonly log: HostLog;
}

export function openQueue(connectionString: string, name: string): QueueClient {
  return new QueueClient(connectionString, name, { retryOptions: { maxTries: 3, retryDelayInMs: 50 } });
}

/** Sends the messages one after the other, as the real host writes an output binding. */
export async function sendAll(queue: QueueClient, messages: readonly object[]): Promise<void> {
  for (const message of messages)
    await queue.sendMessage(Buffer.from(JSON.stringify(message)).toString('base64'));
}

/** Rejects only if storage fails; the message then becomes visible again. */
export async function deliver(message: ReceivedMessageItem, parts: DeliveryParts): Promise<void> {
  const { limits, queue } = parts;
  const decoded = decodeMessage(message.messageText);
  if (decoded === undefined) return await moveToPoison(message, 'it is not base64', parts);
  // More than the limit: the process died during the last try.
  const tries = message.dequeueCount;
  const failed = (times: number) => moveToPoison(message, `it failed ${times} times`, parts);
  if (tries > limits.maxDequeueCount) return await failed(tries - 1);
  if (await succeeds(message, decoded.content, parts)) return await remove(queue, message);
  if (tries >= limits.maxDequeueCount) return await failed(tries);
  await queue.updateMessage(message.messageId, message.popReceipt, undefined, limits.retrySeconds);
}

/** A message is base64 of UTF-8, in most cases of JSON. Anything else than base64 reaches no handler. */
function decodeMessage(text: string): { readonly content: unknown } | undefined {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? { content: jsonOrText(bytes.toString()) } : undefined;
}

function jsonOrText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return text;
    throw error;
  }
}

/** Runs the handler and sends the messages it returns. Logs a failure of either and returns false. */
async function succeeds(
  message: ReceivedMessageItem,
  content: unknown,
  parts: DeliveryParts,
): Promise<boolean> {
  const { definition, log, queue } = parts;
  const { messageId: id, dequeueCount, insertedOn } = message;
  const metadata = { id, dequeueCount, insertionTime: insertedOn.toISOString() };
  try {
    await sendAll(queue, await definition.handler(content, invocationContext(definition, log, metadata)));
    return true;
  } catch (error) {
    // A handler may throw anything; the message is kept.
    logFailure(log, definition.name, `failed on message ${id}, delivery ${dequeueCount}`, error);
    return false;
  }
}

async function moveToPoison(
  message: ReceivedMessageItem,
  reason: string,
  parts: DeliveryParts,
): Promise<void> {
  const { definition, log, poison, queue } = parts;
  await poison.createIfNotExists();
  await poison.sendMessage(message.messageText);
  await remove(queue, message);
  const text = `message ${message.messageId} was moved to ${poison.name}: ${reason}`;
  log({ level: 'error', functionName: definition.name, text });
}

async function remove(queue: QueueClient, { messageId, popReceipt }: ReceivedMessageItem): Promise<void> {
  await queue.deleteMessage(messageId, popReceipt);
}
