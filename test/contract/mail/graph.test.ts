/** Mail by Microsoft Graph over real HTTP: the request, the sign-in, and what each answer means for the mail. */
import { createServer } from 'node:http';
import { listen } from '../../../local/ports';
import type { Fault } from '../../../local/simulated/faults';
import { type SimulatedGraph, startSimulatedGraph } from '../../../local/simulated/graph';
import { Mailbox } from '../../../local/simulated/mailbox';
import { messageOf } from '../../../src/email/mime';
import { createMailer } from '../../../src/email/transports/graph';
import { NOW, OWNER, oneLine } from '../../email/digests';
import { NO_IDENTITY } from '../../support/mail-services';

const ID = '3f2b1c8e-6f0a-5d7e-9c11-0a1b2c3d4e5f';
const SENDER = 'watcher+mail@example.com';

let mailbox: Mailbox;
let service: SimulatedGraph;
beforeEach(async () => {
  mailbox = new Mailbox(() => NOW);
  service = await startSimulatedGraph({ now: () => NOW, mailbox, sender: SENDER, perMinute: 3 });
});
afterEach(async () => {
  jest.restoreAllMocks();
  await service.close();
});

const mailerAt = (endpoint: string, options: object = {}) =>
  createMailer({
    transport: 'graph',
    endpoint,
    sender: SENDER,
    timeoutMs: 60_000,
    credential: NO_IDENTITY,
    ...options,
  });

test('a send is one POST for the mailbox of the sender, and no token goes over plain http', async () => {
  expect(await mailerAt(`${service.url}/`).send(oneLine(), ID)).toEqual({ outcome: 'accepted' });
  expect(service.requests).toEqual([
    expect.objectContaining({
      method: 'POST',
      path: '/v1.0/users/watcher%2Bmail%40example.com/sendMail',
      query: '',
      authorized: false,
    }),
  ]);
  expect(mailbox.mails.map(({ to, operationId }) => [to, operationId])).toEqual([[[OWNER], ID]]);
});

test('a token is for Graph alone, of the cloud that is set, and one that is missing is our own fault', async () => {
  const asked: unknown[] = [];
  const credential = {
    getToken: async (scope: string | string[]) => {
      asked.push(scope);
      return null;
    },
  };
  const sent = await mailerAt('https://graph.microsoft.us', { credential }).send(oneLine(), ID);
  expect(sent).toMatchObject({ outcome: 'unsettled', cause: 'signIn' });
  expect(new Set(asked.flat())).toEqual(new Set(['https://graph.microsoft.us/.default']));
});

test('an endpoint that is neither https nor on this machine is not opened', () => {
  expect(() => mailerAt('http://graph.microsoft.com')).toThrow('plain http');
});

const status = (code: number, name?: string): Fault => ({
  fault: 'status',
  status: code,
  message: 'SECRET detail',
  ...(name !== undefined && { code: name }),
});

describe('an answer', () => {
  test.each<[string, Fault, string, string]>([
    ['401', status(401, 'InvalidAuthenticationToken'), 'unsettled', 'ours'],
    ['403', status(403, 'ErrorAccessDenied'), 'unsettled', 'ours'],
    ['404', status(404, 'ErrorInvalidUser'), 'unsettled', 'ours'],
    ['400', status(400), 'refused', 'content'],
    ['400 about the recipient', status(400, 'ErrorInvalidRecipients'), 'refused', 'recipient'],
    ['413', status(413), 'refused', 'content'],
    ['429', status(429, 'ApplicationThrottled'), 'unsettled', 'service'],
    ['503', status(503), 'unsettled', 'service'],
    ['500', status(500), 'unsettled', 'unknown'],
    ['a redirect', { fault: 'redirect', location: 'https://example.com/' }, 'unsettled', 'ours'],
    ['a reset', { fault: 'reset' }, 'unsettled', 'unknown'],
  ])('of %s, before the mail was taken or after it, is %s', async (_name, fault, outcome, cause) => {
    service.refuses(fault);
    const mailer = mailerAt(service.url);
    const sent = await mailer.send(oneLine(), ID);
    expect(sent).toMatchObject({ outcome, cause });
    expect(JSON.stringify(sent)).not.toContain('SECRET');
    service.acceptsThen(fault);
    expect(await mailer.send(oneLine(), ID)).toMatchObject({ outcome, cause });
    expect([service.requests.length, mailbox.mails.length]).toEqual([2, 1]);
  });

  test('that does not come is unknown', async () => {
    const limit = new AbortController();
    jest.spyOn(AbortSignal, 'timeout').mockReturnValue(limit.signal);
    const silent = createServer(() => limit.abort());
    const url = `http://127.0.0.1:${await listen(silent, 0)}`;
    expect(await mailerAt(url).send(oneLine(), ID)).toMatchObject({ outcome: 'unsettled', cause: 'unknown' });
    silent.close().closeAllConnections();
  });

  test('that breaks off after its status still says what its status says', async () => {
    const broken = createServer((request, response) => {
      request.resume().once('end', () => {
        response.writeHead(202, { 'content-length': '100' });
        response.write('{', () => response.socket?.resetAndDestroy());
      });
    });
    const url = `http://127.0.0.1:${await listen(broken, 0)}`;
    expect(await mailerAt(url).send(oneLine(), ID)).toEqual({ outcome: 'accepted' });
    broken.close().closeAllConnections();
  });
});

test('over the limit, the wait that it asks for is known', async () => {
  const mailer = mailerAt(service.url);
  for (let sent = 0; sent < 3; sent += 1) await mailer.send(oneLine(), ID);
  expect(await mailer.send(oneLine(), ID)).toEqual({
    outcome: 'unsettled',
    cause: 'service',
    message: 'Microsoft Graph answered 429 ApplicationThrottled',
    retryAfterMs: 60_000,
  });
});

test('a mailbox that is not there is our own fault', async () => {
  const sent = await mailerAt(service.url, { sender: 'other@example.com' }).send(oneLine(), ID);
  expect(sent).toEqual({
    outcome: 'unsettled',
    cause: 'ours',
    message: expect.stringMatching(
      /^Microsoft Graph answered 404 ErrorInvalidUser: correct GRAPH_MAIL_SENDER/,
    ),
  });
});

test('a mail that is too large is refused before it is sent', async () => {
  const promises = { recognisesRepeats: false, largestMail: 1_000, longestSend: 1 };
  expect(await messageOf(oneLine(), ID, { sender: SENDER }, promises)).toEqual({
    outcome: 'refused',
    cause: 'content',
    message: expect.stringMatching(/^the mail has \d+ bytes, more than the 1000 that may be sent$/),
  });
});
