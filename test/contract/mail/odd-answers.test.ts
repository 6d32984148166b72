/** Answers that the simulator does not give: bodies without an end, slow answers, other hosts, and sign-ins that fail. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { EmailClient } from '@azure/communication-email';
import type { TokenCredential } from '@azure/core-auth';
import { listen } from '../../../local/ports';
import type { Digest } from '../../../src/core/digest';
import { createMailer } from '../../../src/email/transports/acs';
import { oneLine } from '../../email/digests';

const ID = '3f2b1c8e-6f0a-5d7e-9c11-0a1b2c3d4e5f';
const SENDER = 'watcher@example.com';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close().closeAllConnections();
});

async function answering(answer: (response: ServerResponse) => void): Promise<string> {
  const server = createServer((request, response) => request.resume().once('end', () => answer(response)));
  servers.push(server);
  return `http://127.0.0.1:${await listen(server, 0)}`;
}

/** Long, so that the server decides how each exchange ends, even on a busy machine. */
const LONG = 60_000;

function mailer(
  endpoint: string,
  credential: TokenCredential = { getToken: async () => null },
  timeoutMs = LONG,
) {
  return createMailer({ endpoint, sender: SENDER, timeoutMs, credential });
}

/** The time limit of every call, in the hands of the test. */
function ownedLimit(): AbortController & { readonly asked: jest.SpyInstance } {
  const controller = new AbortController();
  const asked = jest.spyOn(AbortSignal, 'timeout').mockReturnValue(controller.signal);
  return Object.assign(controller, { asked });
}
afterEach(() => void jest.restoreAllMocks());

/** Resolves when a client of this process has got the head of an answer and its own code has seen it. */
function headReceived(): Promise<void> {
  return new Promise(resolve => {
    const channel = 'http.client.response.finish';
    const seen = () => {
      unsubscribe(channel, seen);
      setImmediate(resolve);
    };
    subscribe(channel, seen);
  });
}

/** The header of a 202 that names the operation of the mail. */
const OURS = { 'operation-location': `/emails/operations/${ID.toUpperCase()}?api-version=2025-09-01` };
/** The answer to a POST; a status read is left without one. */
const onSend = (answer: (response: ServerResponse) => void) => (response: ServerResponse) => {
  if (response.req.method === 'POST') answer(response);
  else response.socket?.destroy();
};
const oddly = (status: number) => ({
  outcome: 'unsettled',
  cause: 'unknown',
  message: `the mail service behaves oddly: it answered ${status} without the operation of the mail`,
  oddly: true,
});

test('a mail that was accepted stays so when the body breaks off', async () => {
  const url = await answering(response => {
    response.writeHead(202, { 'content-length': '100', ...OURS });
    response.write('{"id":', () => response.socket?.resetAndDestroy());
  });
  expect(await mailer(url).send(oneLine(), ID)).toEqual({ outcome: 'accepted' });
});

test.each<[string, (response: ServerResponse) => void]>([
  ['never ends', response => void response.writeHead(202, OURS).write('{"id":')],
  ['comes one byte at a time', response => drip(response, 202)],
])(
  'a mail stays accepted when the body %s: the time limit ends the exchange and its connection',
  async (_name, answer) => {
    const limit = ownedLimit();
    const head = headReceived();
    const sent = mailer(await answering(answer)).send(oneLine(), ID);
    await head;
    limit.abort();
    expect(await sent).toEqual({ outcome: 'accepted' });
    expect(limit.asked).toHaveBeenCalledWith(LONG);
    await untilNoConnection();
  },
);

test('a request without any answer is ended by the time limit, with its connection', async () => {
  const limit = ownedLimit();
  const url = await answering(() => limit.abort());
  expect(await mailer(url).send(oneLine(), ID)).toMatchObject({ outcome: 'unsettled' });
  expect(limit.asked).toHaveBeenCalledWith(LONG);
  await untilNoConnection();
});

test('headers that never end are ended by their size, with their connection', async () => {
  const url = await answering(response => endlessHeaders(response));
  expect(await mailer(url).send(oneLine(), ID)).toMatchObject({ outcome: 'unsettled' });
  await untilNoConnection();
});

test.each<[string, number, (response: ServerResponse) => void]>([
  ['no operation at all', 202, response => void response.end()],
  ['a body that breaks off', 202, response => void response.end('{"id":')],
  ['a page', 202, response => void response.end('<!doctype html>')],
  ['no id in the body', 202, response => void response.end('{"status":"Running"}')],
  ['an id that is no text', 202, response => void response.end('{"id":7}')],
  ['another operation in the body', 202, response => void response.end('{"id":"another"}')],
  ['an address without an operation', 202, response => void response.end()],
  ['the operation, but 200', 200, response => void response.end(`{"id":"${ID}"}`)],
  ['the operation, but 201', 201, response => void response.end(`{"id":"${ID}"}`)],
  ['nothing, and 204', 204, response => void response.end()],
])('a success with %s is not told: it is to be looked up', async (name, status, end) => {
  const location = name.includes('address') ? { 'operation-location': '/emails/operations/' } : {};
  const url = await answering(
    onSend(response => end(response.writeHead(status, { 'content-type': 'application/json', ...location }))),
  );
  expect(await mailer(url).send(oneLine(), ID)).toEqual(oddly(status));
});

test('a header and a body that name different operations are not believed', async () => {
  const url = await answering(
    onSend(response => void response.writeHead(202, OURS).end('{"id":"another","status":"Running"}')),
  );
  expect(await mailer(url).send(oneLine(), ID)).toEqual(oddly(202));
});

test.each([
  ['the header', OURS, ''],
  ['the body', {}, `{"id":"${ID.toUpperCase()}","status":"Running"}`],
])('a 202 that names its operation in %s alone is accepted', async (_where, header, body) => {
  const url = await answering(
    onSend(
      response => void response.writeHead(202, { 'content-type': 'application/json', ...header }).end(body),
    ),
  );
  expect(await mailer(url).send(oneLine(), ID)).toEqual({ outcome: 'accepted' });
});

test('a mail whose operation is at another host is not asked about there', async () => {
  let asked = 0;
  const other = await answering(response => {
    asked += 1;
    response.end('{"id":"x","status":"Succeeded"}');
  });
  const url = await answering(response => {
    response.writeHead(202, { 'operation-location': `${other}/emails/operations/x` }).end('{"id":"x"}');
  });
  expect(await mailer(url).send(oneLine(), ID)).toEqual(oddly(202));
  expect(asked).toBe(0);
});

test('a status of another operation says nothing about the mail', async () => {
  const url: string = await answering(response => {
    const answer = { id: 'another', status: 'Succeeded' };
    const location = `${url}/emails/operations/another?api-version=2025-09-01`;
    response.writeHead(202, { 'operation-location': location, 'content-type': 'application/json' });
    response.end(JSON.stringify(answer));
  });
  expect(await mailer(url).send(oneLine(), ID)).toEqual(oddly(202));
});

test('a renewal of the sign-in that fails in the background does not end the process', async () => {
  const rejections: unknown[] = [];
  const listener = (reason: unknown) => rejections.push(reason);
  process.on('unhandledRejection', listener);
  let asked = 0;
  const credential: TokenCredential = {
    getToken: async () => {
      asked += 1;
      if (asked > 1) throw named('CredentialUnavailableError');
      return { token: 'SECRET', expiresOnTimestamp: Date.now() + 60_000 };
    },
  };
  const { send } = mailer('https://127.0.0.1:9', credential);
  for (let time = 0; time < 3; time += 1) await send(oneLine(), ID);
  await new Promise(resolve => setTimeout(resolve, 20));
  process.off('unhandledRejection', listener);
  expect(asked).toBeGreaterThan(1);
  expect(rejections).toEqual([]);
});

test('of an endless error body no more than its bound is read', async () => {
  const url = await answering(response => {
    response.writeHead(400);
    const more = () => void (response.writable && response.write('x'.repeat(65_536), more));
    more();
  });
  const sent = await mailer(url).send(oneLine(), ID);
  expect(sent).toEqual({ outcome: 'refused', cause: 'content', message: 'the mail service answered 400' });
});

test.each([
  [
    'fails',
    { getToken: () => Promise.reject(named('CredentialUnavailableError')) },
    /sign-in to the mail service failed \(CredentialUnavailableError\): .*role/,
  ],
  ['fails for a bug', { getToken: () => Promise.reject(new TypeError('SECRET')) }, /failed \(TypeError\): /],
  ['yields nothing', { getToken: async () => null }, /sign-in to the mail service failed: .*role/],
  [
    'never ends',
    { getToken: () => new Promise<null>(() => undefined) },
    /sign-in to the mail service failed: /,
  ],
])('a sign-in that %s keeps the reminders', async (_name, credential, message) => {
  // The limit is short: of these sign-ins, it ends only the one that hangs.
  const sent = await mailer('https://127.0.0.1:9', credential, 300).send(oneLine(), ID);
  expect(sent).toEqual({ outcome: 'unsettled', cause: 'signIn', message: expect.stringMatching(message) });
  expect(JSON.stringify(sent)).not.toContain('SECRET');
});

test('a token is asked for the mail service alone, and only over https', async () => {
  const scopes: unknown[] = [];
  const credential: TokenCredential = {
    getToken: async asked => {
      scopes.push(asked);
      return { token: 'SECRET', expiresOnTimestamp: Number.MAX_SAFE_INTEGER };
    },
  };
  const url = await answering(onSend(response => void response.writeHead(202, OURS).end()));
  expect(await mailer(url, credential).send(oneLine(), ID)).toEqual({ outcome: 'accepted' });
  expect(scopes).toEqual([]);
  expect(await mailer('https://127.0.0.1:9', credential).send(oneLine(), ID)).toMatchObject({
    outcome: 'unsettled',
  });
  expect(scopes.flat()).toEqual(['https://communication.azure.com//.default']);
});

describe('a wait that the service asks for', () => {
  const DATE = 'Tue, 05 Jan 2027 08:35:00 GMT';
  test.each([
    [{ 'retry-after': '7' }, 7_000],
    [{ 'retry-after': '0' }, 0],
    [{ 'retry-after': 'Tue, 05 Jan 2027 08:36:30 GMT', date: DATE }, 90_000],
    [{ 'retry-after': 'Tue, 05 Jan 2027 08:34:00 GMT', date: DATE }, undefined],
    [{ 'retry-after': '-3' }, undefined],
    [{ 'retry-after': 'soon' }, undefined],
    [{}, undefined],
  ])('as %j is %p milliseconds', async (headers, retryAfterMs) => {
    const url = await answering(response => void response.writeHead(429, headers).end());
    const wait = retryAfterMs === undefined ? {} : { retryAfterMs };
    const message = 'the mail service answered 429';
    expect(await mailer(url).send(oneLine(), ID)).toEqual({
      outcome: 'unsettled',
      cause: 'unknown',
      message,
      ...wait,
    });
    expect(await mailer(url).getStatus(ID)).toEqual({
      status: 'unknown',
      cause: 'unknown',
      message,
      ...wait,
    });
  });
});

test.each([
  ['{"id":"x","status":"Canceled"}', { status: 'failed', message: 'the mail service cancelled it' }],
  [
    '{"status":"Failed","error":{"code":"<b>","message":"SECRET"}}',
    { status: 'failed', message: 'the mail service could not deliver it (other)' },
  ],
  [
    '{"status":"Failed","error":{"code":"EveryLetterASecret"}}',
    { status: 'failed', message: 'the mail service could not deliver it (other)' },
  ],
  ['{"status":"Failed","error":7}', { status: 'failed', message: 'the mail service could not deliver it' }],
  ['{"status":"Succeeded","error":null}', { status: 'succeeded' }],
  ['{"status":"NotStarted"}', { status: 'running' }],
  ['{"status":"SomethingNew"}', { status: 'running' }],
  ['<!doctype html>', { status: 'running' }],
  ['', { status: 'running' }],
])('an operation that the service knows and answers with %j', async (body, expected) => {
  const url = await answering(response => void response.writeHead(200).end(body));
  expect(await mailer(url).getStatus(ID)).toEqual(expected);
});

test.each([new TypeError('a bug'), new RangeError('a bug')])(
  'a %p after the answer to the POST is not swallowed',
  async bug => {
    const url = await answering(
      response => void response.writeHead(202).end('{"id":"x","status":"Running"}'),
    );
    const { beginSend } = EmailClient.prototype;
    jest.spyOn(EmailClient.prototype, 'beginSend').mockImplementation(async function (
      this: EmailClient,
      ...args
    ) {
      await beginSend.apply(this, args);
      throw bug;
    });
    await expect(mailer(url).send(oneLine(), ID)).rejects.toThrow(bug);
  },
);

test('a bug of our own is not taken for a fault of the service', async () => {
  const broken: Digest = {
    ...oneLine(),
    get lines(): never {
      throw new TypeError('a bug');
    },
  };
  await expect(mailer('https://127.0.0.1:9').send(broken, ID)).rejects.toThrow('a bug');
});

test.each(['http://mail.example.com', 'https://mail.example.com/path', 'mailto:x'])(
  '%s is no mail service',
  url => {
    expect(() => mailer(url)).toThrow(/^The mail service: the endpoint is/);
  },
);

function drip(response: ServerResponse, status: number): void {
  response.writeHead(status, OURS);
  const timer = setInterval(() => response.write(' '), 20);
  response.once('close', () => clearInterval(timer));
}

/** Node's parser gives up at 16 KiB. */
function endlessHeaders({ socket }: ServerResponse): void {
  const timer = setInterval(() => socket?.write(`x-more: ${'x'.repeat(4_096)}\r\n`), 5);
  socket?.once('close', () => clearInterval(timer)).write('HTTP/1.1 202 Accepted\r\n');
}

async function untilNoConnection(): Promise<void> {
  const open = (server: Server) =>
    new Promise<number>(resolve => server.getConnections((_error, count) => resolve(count)));
  for (const server of servers)
    while ((await open(server)) > 0) await new Promise(resolve => setTimeout(resolve, 10));
}

function named(name: string): Error {
  return Object.assign(new Error('SECRET detail'), { name });
}
