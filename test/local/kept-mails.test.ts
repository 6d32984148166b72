/** The file that keeps the outbox: what an earlier process wrote is there again, and what it wrote in part spoils nothing. */
import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keptMails } from '../../local/simulated/kept-mails';
import { Mailbox } from '../../local/simulated/mailbox';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'outbox-'));
});
afterEach(() => rm(folder, { recursive: true }));

const messageTo = (address: string) => ({
  headers: {},
  senderAddress: 'watcher@example.com',
  content: { subject: 'Soon', plainText: 'In 3 days.' },
  recipients: { to: [{ address }], cc: [], bcc: [] },
  attachments: [],
  replyTo: [],
});

test('the mails of earlier processes are there, numbered as before, with their fates and their source', async () => {
  const file = join(folder, 'demo', 'outbox.jsonl');
  const first = new Mailbox(() => 1_000, keptMails(file));
  first.recipient('gone@example.com', 'suppressed');
  first.accept('op-1', messageTo('ada@example.com'), Buffer.from('raw é'));
  first.accept('op-2', messageTo('gone@example.com'));
  await appendFile(file, '\n{"operationId":"op-3","at":');
  const second = new Mailbox(() => 2_000, keptMails(file));
  expect(second.mails).toEqual(first.mails);
  expect(second.poll('OP-2', 1)).toMatchObject({ status: 'Failed' });
  second.accept('op-4', messageTo('ada@example.com'));
  const third = new Mailbox(() => 3_000, keptMails(file));
  expect(third.mails.map(({ number, operationId }) => [number, operationId])).toEqual([
    [1, 'op-1'],
    [2, 'op-2'],
    [3, 'op-4'],
  ]);
});
