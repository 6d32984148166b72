/** The few operations of an Azure Storage queue that the local host needs. */
import { QueueClient } from '@azure/storage-queue';

export interface ReceivedMessage {
  readonly id: string;
  readonly popReceipt: string;
  readonly text: string;
  /** How often it was received, this time included. */
  readonly dequeueCount: number;
  readonly insertedOn: Date;
}

export interface StorageQueue {
  readonly name: string;
  create(): Promise<void>;
  send(text: string): Promise<void>;
  /** At most `max` (up to 32) visible messages, hidden for `hideSeconds`. */
  receive(max: number, hideSeconds: number): Promise<readonly ReceivedMessage[]>;
  remove(message: ReceivedMessage): Promise<void>;
  /** Makes a received message visible again after `seconds`. */
  putBack(message: ReceivedMessage, seconds: number): Promise<void>;
}

export function storageQueue(connectionString: string, name: string): StorageQueue {
  const client = new QueueClient(connectionString, name, {
    retryOptions: { maxTries: 3, retryDelayInMs: 50 },
  });
  return {
    name,
    create: async () => void (await client.createIfNotExists()),
    send: async text => void (await client.sendMessage(text)),
    receive: (max, hideSeconds) => receive(client, max, hideSeconds),
    remove: async ({ id, popReceipt }) => void (await client.deleteMessage(id, popReceipt)),
    putBack: async ({ id, popReceipt }, seconds) =>
      void (await client.updateMessage(id, popReceipt, undefined, seconds)),
  };
}

async function receive(client: QueueClient, max: number, hideSeconds: number): Promise<ReceivedMessage[]> {
  const answer = await client.receiveMessages({ numberOfMessages: max, visibilityTimeout: hideSeconds });
  return answer.receivedMessageItems.map(item => ({
    id: item.messageId,
    popReceipt: item.popReceipt,
    text: item.messageText,
    dequeueCount: item.dequeueCount,
    insertedOn: item.insertedOn,
  }));
}
