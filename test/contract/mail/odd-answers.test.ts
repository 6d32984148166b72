/** Answers that no simulator gives: bodies without an end, and sign-ins that fail. */
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { TokenCredential } from '@azure/core-auth';
import { listen } from '../../../local/ports';
import { createMailer } from '../../../src/email/transports/communication-services';
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

function mailer(endpoint: string, credential: TokenCredential = { getToken: async () => null }) {
  return createMailer({ endpoint, sender: SENDER, timeoutMs: 300, credential: () => credential });
}

test('a mail that was accepted stays so when the body of the answer never ends', async () => {
  const url = await answering(response => void response.writeHead(202).write('{"id":'));
  expect(await mailer(url).send(oneLine(), ID)).toEqual({ outcome: 'accepted' });
});

test('a mail that was accepted stays so when the body breaks off', async () => {
  const url = await answering(response => {
    response.writeHead(202, { 'content-length': '100' });
    response.write('{"id":', () => response.socket?.resetAndDestroy());
  });
  expect(await mailer(url).send(oneLine(), ID)).toEqual({ outcome: 'accepted' });
});

test('of an endless error body no more than its bound is read', async () => {
  const url = await answering(response => {
    response.writeHead(400);
    const more = () => void (response.writable && response.write('x'.repeat(65_536), more));
    more();
  });
  const sent = await mailer(url).send(oneLine(), ID);
  expect(sent).toEqual({ outcome: 'refused', message: 'the mail service answered 400' });
});

test.each([
  [
    'fails',
    { getToken: () => Promise.reject(named('CredentialUnavailableError')) },
    /no identity could sign in: .*role/,
  ],
  ['yields nothing', { getToken: async () => null }, /the identity got no token/],
  ['never ends', { getToken: () => new Promise<null>(() => undefined) }, /did not answer in time/],
])('a sign-in that %s keeps the reminders', async (_name, credential, message) => {
  const sent = await mailer('https://127.0.0.1:9', credential).send(oneLine(), ID);
  expect(sent).toEqual({ outcome: 'unsettled', message: expect.stringMatching(message) });
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
  const url = await answering(response => void response.writeHead(202).end());
  expect(await mailer(url, credential).send(oneLine(), ID)).toEqual({ outcome: 'accepted' });
  expect(scopes).toEqual([]);
  expect(await mailer('https://127.0.0.1:9', credential).send(oneLine(), ID)).toMatchObject({
    outcome: 'unsettled',
  });
  expect(scopes.flat()).toEqual(['https://communication.azure.com/.default']);
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
    expect(await mailer(url).send(oneLine(), ID)).toEqual({ outcome: 'unsettled', message, ...wait });
    expect(await mailer(url).look(ID)).toEqual({ status: 'unknown', message, ...wait });
  });
});

test.each([
  ['{"id":"x","status":"Canceled"}', { status: 'failed', message: 'the mail service cancelled it' }],
  [
    '{"status":"Failed","error":{"code":"<b>","message":"SECRET"}}',
    { status: 'failed', message: 'the mail service could not deliver it' },
  ],
  ['{"status":"Failed","error":7}', { status: 'failed', message: 'the mail service could not deliver it' }],
  ['{"status":"Succeeded","error":null}', { status: 'succeeded' }],
  ['{"status":"NotStarted"}', { status: 'running' }],
  ['{"status":"SomethingNew"}', { status: 'running' }],
  ['<!doctype html>', { status: 'running' }],
  ['', { status: 'running' }],
])('an operation that the service knows and answers with %j', async (body, expected) => {
  const url = await answering(response => void response.writeHead(200).end(body));
  expect(await mailer(url).look(ID)).toEqual(expected);
});

test('a fault that is nobody’s is not swallowed', async () => {
  const credential = { getToken: () => Promise.reject(new TypeError('a bug')) };
  await expect(mailer('https://127.0.0.1:9', credential).send(oneLine(), ID)).rejects.toThrow('a bug');
});

test.each(['http://mail.example.com', 'https://mail.example.com/path', 'mailto:x'])(
  '%s is no mail service',
  url => {
    expect(() => mailer(url)).toThrow(/^The mail service: the endpoint is/);
  },
);

function named(name: string): Error {
  return Object.assign(new Error('SECRET detail'), { name });
}
