/** The mailer over real HTTP: what the mail service accepts, refuses and forgets, and what that means for a digest. */
import { startSimulatedCommunication } from '../../../local/simulated/communication';
import type { Fault } from '../../../local/simulated/faults';
import { renderDigest } from '../../../src/email/render';
import { createMailer, type MailerOptions } from '../../../src/email/transports/acs';
import { digest, every, mixed, NOW, OWNER, oneLine, operatorNotices } from '../../email/digests';

const KEY = Buffer.from('an access key of a test').toString('base64');
const ID = '3f2b1c8e-6f0a-5d7e-9c11-0a1b2c3d4e5f';
const SENDER = 'watcher@example.com';

const DELIVERED = { outcome: 'accepted', firstLook: { status: 'succeeded' } };

const running: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map(service => service.close()));
});

async function start(options: Partial<Parameters<typeof startSimulatedCommunication>[0]> = {}) {
  const service = await startSimulatedCommunication({ now: () => NOW, ...options });
  running.push(service);
  return service;
}

function mailerAt(endpoint: string, options: Partial<MailerOptions> = {}) {
  const credential = {
    getToken: () => {
      throw new Error('no identity may be asked');
    },
  };
  return createMailer({ endpoint, sender: SENDER, timeoutMs: 5_000, credential, ...options });
}

describe('a send', () => {
  test('is one POST and one look, and delivers subject, text and HTML to the owner alone', async () => {
    const service = await start();
    expect(await mailerAt(service.url).send(mixed(), ID)).toEqual(DELIVERED);
    expect(service.requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'POST /emails:send',
      `GET /emails/operations/${ID}`,
    ]);
    expect(service.requests.map(({ query }) => query)).toEqual(Array(2).fill('?api-version=2025-09-01'));
    expect(service.requests.map(({ authorized }) => authorized)).toEqual([false, false]);
    const [mail] = service.mails;
    expect(mail).toMatchObject({ operationId: ID, to: [OWNER] });
    expect(mail?.message).toMatchObject({
      senderAddress: SENDER,
      userEngagementTrackingDisabled: true,
      headers: {
        'Message-ID': `<${ID}@example.com>`,
        'List-Id': '<expiry-watcher.example.com>',
        'Auto-Submitted': 'auto-generated',
        'X-Auto-Response-Suppress': 'All',
      },
      replyTo: [],
    });
    expect(mail?.message.content.subject).toMatch(
      /^4 tokens and 1 registry row need you: legacy-export expired 2 days ago/,
    );
    expect(mail?.message.content.plainText).toContain('1. [EXPIRED] legacy-export expired 2 days ago');
    expect(mail?.message.content.html).toMatch(/^<!doctype html>/);
  });

  test('carries the expiries to come as a calendar, and nothing if there are none', async () => {
    const service = await start();
    await mailerAt(service.url).send(every(), ID);
    await mailerAt(service.url).send(operatorNotices(), 'a5b6c7d8-0000-5000-8000-000000000001');
    const [mail, other] = service.mails;
    expect(mail?.message.attachments).toEqual([
      {
        name: 'expiries.ics',
        contentType: 'text/calendar; charset=utf-8',
        contentInBase64: Buffer.from(renderDigest(every()).attachments[0]?.text ?? '').toString('base64'),
      },
    ]);
    expect(other?.message.attachments).toEqual([]);
  });

  test('repeated under its id mails nothing twice', async () => {
    const service = await start();
    const mailer = mailerAt(service.url);
    await mailer.send(oneLine(), ID);
    expect(await mailer.send(oneLine(), ID)).toEqual(DELIVERED);
    expect(service.mails).toHaveLength(1);
  });

  test('is signed with the access key', async () => {
    const service = await start({ accessKey: KEY });
    const mailer = mailerAt(`${service.url}/`, { accessKey: KEY });
    expect(await mailer.send(oneLine(), ID)).toEqual(DELIVERED);
    expect(await mailer.getStatus(ID)).toEqual({ status: 'succeeded' });
  });

  test('with a wrong key or none keeps its reminders and names the fix', async () => {
    const service = await start({ accessKey: KEY });
    for (const options of [{}, { accessKey: 'd3Jvbmc=' }])
      expect(await mailerAt(service.url, options).send(oneLine(), ID)).toEqual({
        outcome: 'unsettled',
        cause: 'ours',
        message: expect.stringMatching(
          /^the mail service answered 401 Denied: .*Communication and Email Service Owner/,
        ),
      });
  });

  test('over the limit is unsettled', async () => {
    const service = await start({ perMinute: 1 });
    const mailer = mailerAt(service.url);
    await mailer.send(oneLine(), ID);
    expect(await mailer.send(oneLine(), 'a5b6c7d8-0000-5000-8000-000000000001')).toEqual({
      outcome: 'unsettled',
      cause: 'unknown',
      message: 'the mail service answered 429 TooManyRequests',
      retryAfterMs: 60_000,
    });
  });

  test('to what is no address is refused for good, and the service is not asked', async () => {
    const service = await start();
    const bad = { ...digest(oneLine().lines), owner: 'nobody' };
    expect(await mailerAt(service.url).send(bad, ID)).toEqual({
      outcome: 'refused',
      cause: 'recipient',
      message: "'nobody' is not a mail address; write for example ada@example.com",
    });
    expect(service.requests).toEqual([]);
  });
});

const status = (code: number, name?: string): Fault => ({
  fault: 'status',
  status: code,
  ...(name !== undefined && { code: name, message: 'SECRET detail' }),
});

describe('an answer', () => {
  test.each<[string, Fault, string, string, RegExp]>([
    ['500', status(500, 'InternalServerError'), 'unsettled', 'unknown', /500 InternalServerError$/],
    ['503', status(503), 'unsettled', 'unknown', /503/],
    ['408', status(408, 'RequestTimeout'), 'unsettled', 'unknown', /408/],
    ['409', status(409, 'Conflict'), 'unsettled', 'unknown', /409 Conflict$/],
    ['429', status(429, 'TooManyRequests'), 'unsettled', 'unknown', /429/],
    ['403', status(403, 'Forbidden'), 'unsettled', 'ours', /403 Forbidden: .*role/],
    [
      '404',
      status(404, 'DomainNotLinked'),
      'unsettled',
      'ours',
      /404 DomainNotLinked: .*COMMUNICATION_ENDPOINT.*MAIL_SENDER/,
    ],
    ['a refused sender', status(400, 'InvalidSenderUserName'), 'unsettled', 'ours', /MAIL_SENDER/],
    ['400', status(400, 'BadRequest'), 'refused', 'content', /400 BadRequest$/],
    ['413', status(413, 'RequestEntityTooLarge'), 'refused', 'content', /413/],
    [
      'an unknown recipient',
      status(400, 'InvalidRecipient'),
      'refused',
      'recipient',
      /400 InvalidRecipient$/,
    ],
    ['an invalid code', status(400, 'x <b> y'), 'refused', 'content', /answered 400 other$/],
    ['an unknown code', status(400, 'EveryLetterASecret'), 'refused', 'content', /answered 400 other$/],
    ['a redirect', { fault: 'redirect', location: 'https://example.com/' }, 'unsettled', 'ours', /redirects/],
    ['a reset', { fault: 'reset' }, 'unsettled', 'unknown', /could not be reached \(ECONNRESET\)/],
    ['silence', { fault: 'hang' }, 'unsettled', 'unknown', /did not answer in time/],
  ])('of %s settles the digest or not', async (_name, answer, outcome, cause, message) => {
    const service = await start();
    service.refuses(answer);
    const sent = await mailerAt(service.url, { timeoutMs: 400 }).send(oneLine(), ID);
    expect(sent).toEqual({ outcome, cause, message: expect.stringMatching(message) });
    expect(JSON.stringify(sent)).not.toContain('SECRET');
    expect(service.requests).toHaveLength(1);
  });

  test.each<[string, Fault, RegExp]>([
    ['a reset', { fault: 'reset' }, /could not be reached \(ECONNRESET\)/],
    ['silence', { fault: 'hang' }, /did not answer in time/],
    ['429', status(429, 'TooManyRequests'), /429 TooManyRequests/],
    ['500', status(500, 'InternalServerError'), /500/],
  ])('of %s after acceptance leaves an operation to be found', async (_name, fault, message) => {
    const service = await start();
    service.acceptsThen(fault);
    const sent = await mailerAt(service.url, { timeoutMs: 400 }).send(oneLine(), ID);
    expect(sent).toEqual({ outcome: 'unsettled', cause: 'unknown', message: expect.stringMatching(message) });
    expect(service.statusReads()).toBe(0);
    expect(await mailerAt(service.url).getStatus(ID)).toEqual({ status: 'succeeded' });
    expect(service.mails).toHaveLength(1);
  });
});

describe('a mail that was accepted stays accepted when its first look', () => {
  test.each<[string, Fault, unknown]>([
    ['is throttled', status(429, 'TooManyRequests'), 'unknown'],
    ['meets a server error', status(503, 'ServiceUnavailable'), 'unknown'],
    ['is not allowed', status(403, 'Forbidden'), 'unknown'],
    ['finds nothing', status(404, 'NotFound'), 'absent'],
    ['gets a page', { fault: 'html' }, 'running'],
    ['gets half an answer', { fault: 'truncated' }, 'running'],
    ['gets an endless answer', { fault: 'huge' }, 'running'],
    ['is redirected', { fault: 'redirect', location: '/elsewhere' }, 'unknown'],
    ['is reset', { fault: 'reset' }, undefined],
    ['gets no answer', { fault: 'hang' }, undefined],
  ])('%s', async (_name, fault, expected) => {
    const service = await start();
    service.failsStatusReads(fault);
    const started = Date.now();
    const sent = await mailerAt(service.url, { timeoutMs: 600 }).send(oneLine(), ID);
    expect(Date.now() - started).toBeLessThan(3_000);
    expect(sent.outcome).toBe('accepted');
    expect('firstLook' in sent ? sent.firstLook?.status : undefined).toBe(expected);
    expect(JSON.stringify(sent)).not.toContain('SECRET');
    expect(service.requests).toHaveLength(2);
    expect(service.mails).toHaveLength(1);
  });

  test('is throttled: the wait that the service asks for is known', async () => {
    const service = await start({ statusPerMinute: 0 });
    expect(await mailerAt(service.url).send(oneLine(), ID)).toEqual({
      outcome: 'accepted',
      firstLook: {
        status: 'unknown',
        cause: 'unknown',
        message: 'the mail service answered 429 TooManyRequests',
        retryAfterMs: expect.any(Number),
      },
    });
  });
});

describe('an operation', () => {
  test('that was never sent, or is forgotten, is not known', async () => {
    const service = await start();
    const mailer = mailerAt(service.url);
    expect(await mailer.getStatus(ID)).toEqual({ status: 'absent' });
    await mailer.send(oneLine(), ID);
    expect(await mailer.getStatus(ID)).toEqual({ status: 'succeeded' });
    service.forgetOperations();
    expect(await mailer.getStatus(ID)).toEqual({ status: 'absent' });
  });

  test('is under way until the service has settled it', async () => {
    const service = await start();
    service.switches.pollsUntilFinal = 3;
    const mailer = mailerAt(service.url);
    const sent = await mailer.send(oneLine(), ID);
    expect(sent).toEqual({ outcome: 'accepted', firstLook: { status: 'running' } });
    expect(await mailer.getStatus(ID)).toEqual({ status: 'running' });
    expect(await mailer.getStatus(ID)).toEqual({ status: 'succeeded' });
  });

  test.each([
    ['dropped', 'the mail service could not deliver it (EmailDropped)'],
    [
      'suppressed',
      expect.stringMatching(/^the mail service no longer sends to this address.*suppression list$/),
    ],
  ] as const)('whose mail was %s has failed, and says why', async (outcome, message) => {
    const service = await start();
    service.recipient(OWNER, outcome);
    const mailer = mailerAt(service.url);
    const failed = { status: 'failed', message };
    expect(await mailer.send(oneLine(), ID)).toEqual({ outcome: 'accepted', firstLook: failed });
    expect(await mailer.getStatus(ID)).toEqual(failed);
  });

  test('is unknown while the service does not say, and when to ask again is known if it does', async () => {
    const limited = await start({ statusPerMinute: 0 });
    expect(await mailerAt(limited.url).getStatus(ID)).toEqual({
      status: 'unknown',
      cause: 'unknown',
      message: 'the mail service answered 429 TooManyRequests',
      retryAfterMs: expect.any(Number),
    });
    await limited.close();
    expect(await mailerAt(limited.url).getStatus(ID)).toEqual({
      status: 'unknown',
      cause: 'unknown',
      message: expect.stringMatching(/could not be reached/),
    });
    const locked = await start({ accessKey: KEY });
    expect(await mailerAt(locked.url).getStatus(ID)).toMatchObject({ status: 'unknown' });
  });
});
