/** The simulated mail service: what it accepts, what it refuses, and the faults that a test can set. */
import { createCommunicationAuthPolicy } from '@azure/communication-common';
import { createHttpHeaders, createPipelineRequest } from '@azure/core-rest-pipeline';
import {
  type CommunicationOptions,
  type SimulatedCommunication,
  startSimulatedCommunication,
} from '../../../local/simulated/communication';
import { ask, at, type HttpResult } from './ask';
import { shape, spec, testWithSpecs } from './specs';

const ID = '8540c0de-899f-5cce-acb5-3ec493af3800';
const VERSION = '?api-version=2025-09-01';
let clock = 0;
let service: SimulatedCommunication;

const start = async (options: Partial<CommunicationOptions> = {}) => {
  await service?.close();
  service = await startSimulatedCommunication({ now: () => clock, ...options });
};
beforeEach(async () => {
  clock = Date.parse('2027-01-01T00:00:00Z');
  await start();
});
afterAll(() => service.close());

const mail = {
  senderAddress: 'watcher@example.com',
  content: { subject: 'Soon', plainText: 'text' },
  recipients: { to: [{ address: 'ada@example.com' }] },
};
const post = (message: unknown = mail, headers: Record<string, string> = {}): Promise<HttpResult> =>
  ask('POST', `${service.url}/emails:send${VERSION}`, {
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof message === 'string' ? message : JSON.stringify(message),
  });
const send = (operationId = ID): Promise<HttpResult> => post(mail, { 'operation-id': operationId });
const status = (operationId = ID): Promise<HttpResult> =>
  ask('GET', `${service.url}/emails/operations/${operationId}${VERSION}`);

describe('the documented examples', () => {
  const testSpec = testWithSpecs();

  testSpec('of a send', async () => {
    const example = spec('acs-email/SendEmail.json');
    const answer = await post(at(example, 'parameters', 'emailMessage'), { 'operation-id': ID });
    expect(answer.status).toBe(202);
    expect(answer.body).toEqual(at(example, 'responses', '202', 'body'));
    expect(answer.headers.get('operation-location')).toBe(`${service.url}/emails/operations/${ID}${VERSION}`);
    expect(answer.headers.get('retry-after')).toMatch(/^\d+$/);
    expect(service.mails[0]?.to).toEqual(['john.doe@domain.com', 'jane.doe@domain2.com']);
    expect(service.mails[0]?.message).toEqual(at(example, 'parameters', 'emailMessage'));
  });

  testSpec.each([
    ['Succeeded', 'GetOperationStatusReturnsSuccessTerminalStatus.json'],
    ['Failed', 'GetOperationStatusReturnsFailedTerminalStatus.json'],
    ['Running', 'GetOperationStatusReturnsNonTerminalStatus.json'],
  ])('of an operation that is %s', async (state, file) => {
    if (state === 'Failed') service.recipient('ada@example.com', 'dropped');
    if (state === 'Running') service.switches.pollsUntilFinal = 2;
    const example = spec(`acs-email/${file}`);
    const id = String(at(example, 'parameters', 'operationId'));
    await send(id);
    const answer = await status(id);
    expect(answer.body).toEqual(at(example, 'responses', '200', 'body'));
    expect(answer.headers.has('retry-after')).toBe(state === 'Running');
    expect(shape(answer.body)).toMatchObject({ id: 'string', status: 'string' });
  });
});

describe('a send', () => {
  test('without an operation id is given one', async () => {
    const { body } = await post();
    expect(at(body, 'id')).toMatch(/^[0-9a-f-]{36}$/);
    expect(service.mails).toMatchObject([
      { number: 1, operationId: at(body, 'id'), at: clock, to: ['ada@example.com'] },
    ]);
  });

  test('that is repeated with its id is accepted again and mailed once', async () => {
    await send();
    const again = await send(ID.toUpperCase());
    expect(again.status).toBe(202);
    expect(service.mails).toHaveLength(1);
    await send('00000000-0000-4000-8000-000000000001');
    expect(service.mails).toHaveLength(2);
  });

  test('is mailed twice where the service forgets operation ids', async () => {
    service.switches.forgetsOperationIds = true;
    await send();
    await send();
    expect(service.mails).toHaveLength(2);
    expect((await status()).status).toBe(200);
  });

  test('is unknown once its operation is forgotten, and its mail stays out', async () => {
    await send();
    service.forgetOperations();
    expect((await status()).status).toBe(404);
    await send();
    expect(service.mails).toHaveLength(2);
  });
});

describe('a send is refused, and nothing is mailed,', () => {
  const change = (part: object) => ({ ...mail, ...part });
  const many = (count: number) =>
    Array.from({ length: count }, (_, index) => ({ address: `a${index}@example.com` }));
  const attached = (part: object) =>
    change({ attachments: [{ name: 'a.txt', contentType: 'text/plain', contentInBase64: 'YQ==', ...part }] });

  test.each<[string, unknown, string]>([
    ['without a sender', change({ senderAddress: undefined }), 'senderAddress'],
    ['with a sender that is no address', change({ senderAddress: 'watcher' }), 'senderAddress'],
    ['without content', change({ content: undefined }), 'content'],
    ['without a subject', change({ content: { plainText: 'text' } }), 'content.subject'],
    ['with an empty subject', change({ content: { subject: '', plainText: 'text' } }), 'content.subject'],
    [
      'with a subject of two lines',
      change({ content: { subject: 'a\r\nBcc: b', plainText: 'text' } }),
      'content.subject',
    ],
    ['without text and HTML', change({ content: { subject: 'Soon' } }), 'content'],
    ['with HTML that is no text', change({ content: { subject: 'Soon', html: 1 } }), 'content.html'],
    ['without recipients', change({ recipients: undefined }), 'recipients'],
    ['with no recipient in `to`', change({ recipients: { to: [] } }), 'recipients.to'],
    ['with a bare address in `to`', change({ recipients: { to: ['ada@example.com'] } }), 'recipients.to[0]'],
    [
      'with two addresses in one',
      change({ recipients: { to: [{ address: 'a@example.com,b@example.com' }] } }),
      'recipients.to[0].address',
    ],
    [
      'with a bad address in `cc`',
      change({ recipients: { ...mail.recipients, cc: [{ address: 'x@' }] } }),
      'recipients.cc[0].address',
    ],
    ['with null in `bcc`', change({ recipients: { ...mail.recipients, bcc: null } }), 'recipients.bcc'],
    ['with 51 recipients', change({ recipients: { to: many(26), cc: many(25) } }), 'recipients'],
    ['with headers that are no text', change({ headers: { 'X-A': 1 } }), 'headers.X-A'],
    ['with a header of two lines', change({ headers: { 'X-A': 'a\nb' } }), 'headers.X-A'],
    ['with a bad reply-to', change({ replyTo: [{}] }), 'replyTo[0].address'],
    ['with an attachment without a name', attached({ name: undefined }), 'attachments[0].name'],
    [
      'with an attachment that is not base64',
      attached({ contentInBase64: 'a b' }),
      'attachments[0].contentInBase64',
    ],
    [
      'with tracking neither on nor off',
      change({ userEngagementTrackingDisabled: 'yes' }),
      'userEngagementTrackingDisabled',
    ],
    ['with a list as its body', [], 'body'],
    ['with a body that is not JSON', '{', 'body'],
  ])('%s', async (_, message, place) => {
    const answer = await post(message);
    expect(answer.status).toBe(400);
    expect(answer.headers.get('x-ms-error-code')).toBe('BadRequest');
    expect(answer.body).toEqual({
      error: { code: 'BadRequest', message: expect.stringContaining(`${place}: `) },
    });
    expect(service.mails).toHaveLength(0);
  });

  test('with an operation id that is no UUID', async () => {
    expect(await send('digest-1')).toMatchObject({
      status: 400,
      text: expect.stringContaining('Operation-Id'),
    });
    expect(service.mails).toHaveLength(0);
  });

  test('with more than 10 MB', async () => {
    const text = 'x'.repeat(10 * 1024 * 1024);
    expect((await post(change({ content: { subject: 'Soon', plainText: text } }))).status).toBe(413);
    expect((await post(change({ content: { subject: 'Soon', plainText: text.slice(1_000) } }))).status).toBe(
      202,
    );
    expect(service.mails).toHaveLength(1);
  });

  test.each([
    ['with another method', 'PUT', () => `${service.url}/emails:send${VERSION}`, 405],
    ['without an api-version', 'POST', () => `${service.url}/emails:send`, 400],
    ['with another api-version', 'POST', () => `${service.url}/emails:send?api-version=2020-01-01`, 400],
    ['at a misspelt path', 'POST', () => `${service.url}/emails/send${VERSION}`, 404],
    ['at a doubled slash', 'POST', () => `${service.url}//emails:send${VERSION}`, 404],
  ])('%s', async (_, method, url, expected) => {
    const headers = { 'content-type': 'application/json' };
    const answer = await ask(method, url(), { headers, body: JSON.stringify(mail) });
    expect(answer.status).toBe(expected);
    expect(answer.headers.get('x-ms-error-code')).toBe(at(answer.body, 'error', 'code'));
    expect(service.mails).toHaveLength(0);
  });

  test('with another content type', async () => {
    expect((await post(mail, { 'content-type': 'text/plain' })).status).toBe(415);
  });

  test('but 50 recipients are taken', async () => {
    expect((await post(change({ recipients: { to: many(25), cc: many(25) } }))).status).toBe(202);
  });
});

describe('an operation', () => {
  test('runs as long as it is told to', async () => {
    service.switches.pollsUntilFinal = 3;
    await send();
    const states = [await status(), await status(), await status()].map(answer => at(answer.body, 'status'));
    expect(states).toEqual(['Running', 'Running', 'Succeeded']);
  });

  test('fails for a suppressed recipient, and its mail says so', async () => {
    service.recipient('Ada@Example.com', 'suppressed');
    await send();
    expect((await status()).body).toMatchObject({
      status: 'Failed',
      error: { code: 'EmailDroppedAllRecipientsSuppressed' },
    });
    expect(service.mails[0]?.failure?.code).toBe('EmailDroppedAllRecipientsSuppressed');
  });

  test('succeeds while one of its recipients can be reached', async () => {
    service.recipient('ada@example.com', 'dropped');
    const to = [{ address: 'ada@example.com' }, { address: 'bob@example.com' }];
    await post({ ...mail, recipients: { to } }, { 'operation-id': ID });
    expect(at((await status()).body, 'status')).toBe('Succeeded');
  });

  test('that is unknown is a 404 with the error envelope', async () => {
    const answer = await status();
    expect(answer.status).toBe(404);
    expect(answer.headers.get('x-ms-error-code')).toBe('NotFound');
    expect(at(answer.body, 'error', 'code')).toBe('NotFound');
  });

  test('can only be read, with an api-version', async () => {
    await send();
    expect((await ask('DELETE', `${service.url}/emails/operations/${ID}${VERSION}`)).status).toBe(405);
    expect((await ask('GET', `${service.url}/emails/operations/${ID}`)).status).toBe(400);
  });
});

describe('the limits', () => {
  const uuid = (count: number) => `00000000-0000-4000-8000-${String(count).padStart(12, '0')}`;

  test('are 30 sends a minute, and a refusal names the seconds to wait', async () => {
    const statuses: number[] = [];
    for (let count = 0; count < 30; count += 1) statuses.push((await send(uuid(count))).status);
    expect(statuses.every(one => one === 202)).toBe(true);
    clock += 15_000;
    const refused = await send();
    expect(refused.status).toBe(429);
    expect(refused.headers.get('retry-after')).toBe('45');
    expect(at(refused.body, 'error', 'code')).toBe('TooManyRequests');
    expect(service.mails).toHaveLength(30);
    clock += 45_000;
    expect((await send()).status).toBe(202);
  });

  test('count refused and repeated requests', async () => {
    await start({ perMinute: 3 });
    await post('{');
    await send();
    await send();
    expect((await send(uuid(1))).status).toBe(429);
  });

  test('hold for an hour, too', async () => {
    await start({ perHour: 2 });
    await send(uuid(1));
    clock += 600_000;
    await send(uuid(2));
    clock += 600_000;
    expect((await send(uuid(3))).headers.get('retry-after')).toBe(String(3_600 - 600));
  });

  test('of status reads are their own', async () => {
    await start({ perMinute: 1, statusPerMinute: 2 });
    await send();
    expect([(await status()).status, (await status()).status, (await status()).status]).toEqual([
      200, 200, 429,
    ]);
  });
});

describe('as a test asks, the service', () => {
  test.each([500, 429])('mails and then answers %d', async code => {
    service.acceptsThen({ fault: 'status', status: code, retryAfter: '9' });
    const answer = await send();
    expect(answer.status).toBe(code);
    expect(answer.headers.get('retry-after')).toBe('9');
    expect(service.mails).toHaveLength(1);
    expect((await send()).status).toBe(202);
    expect(service.mails).toHaveLength(1);
  });

  test('mails and then resets the connection', async () => {
    service.acceptsThen({ fault: 'reset' });
    await expect(send()).rejects.toThrow('fetch failed');
    expect(service.mails).toHaveLength(1);
    expect(at((await status()).body, 'status')).toBe('Succeeded');
  });

  test('refuses for good, a number of times', async () => {
    service.refuses({ fault: 'times', times: 2, inner: { fault: 'status', status: 403, code: 'Forbidden' } });
    expect([(await send()).status, (await send()).status, (await send()).status]).toEqual([403, 403, 202]);
    expect(service.mails).toHaveLength(1);
  });

  test('never answers', async () => {
    service.refuses({ fault: 'hang' });
    const signal = AbortSignal.timeout(50);
    const waiting = ask('POST', `${service.url}/emails:send${VERSION}`, {
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(mail),
      signal,
    });
    await expect(waiting).rejects.toThrow();
    expect(service.mails).toHaveLength(0);
  });
});

describe('with an access key', () => {
  const key = Buffer.from('a key of the resource').toString('base64');
  beforeEach(() => start({ accessKey: key }));

  /** Signs with the policy of Microsoft's own package, then lets a test spoil what was signed. */
  async function signed(
    spoil: (headers: Record<string, string>) => void = () => {},
    body = JSON.stringify(mail),
  ) {
    const url = `${service.url}/emails:send${VERSION}`;
    const request = createPipelineRequest({
      url,
      method: 'POST',
      body: JSON.stringify(mail),
      allowInsecureConnection: true,
    });
    await createCommunicationAuthPolicy({ key }).sendRequest(request, async one => ({
      request: one,
      status: 200,
      headers: createHttpHeaders(),
    }));
    const headers: Record<string, string> = {
      ...request.headers.toJSON(),
      'content-type': 'application/json',
    };
    delete headers.host;
    spoil(headers);
    return ask('POST', url, { headers, body });
  }

  test('it takes what is signed with it', async () => {
    expect((await signed()).status).toBe(202);
    expect(service.mails).toHaveLength(1);
  });

  test.each<[string, () => Promise<HttpResult>]>([
    ['no signature', () => post()],
    [
      'another signature',
      () => signed(headers => Object.assign(headers, { authorization: `${headers.authorization}x` })),
    ],
    [
      'another date',
      () => signed(headers => Object.assign(headers, { 'x-ms-date': 'Fri, 01 Jan 2027 00:00:01 GMT' })),
    ],
    [
      'another body',
      () => signed(() => {}, JSON.stringify({ ...mail, senderAddress: 'mallory@example.com' })),
    ],
    ['no signature on a status read', () => status()],
  ])('it refuses %s', async (_, request) => {
    const answer = await request();
    expect(answer).toMatchObject({ status: 401, body: { error: { code: 'Denied' } } });
    expect(answer.text).not.toContain(key);
    expect(service.mails).toHaveLength(0);
  });
});
