/** What each end of a try over SMTP means: whose fault it is, and whether the mail may be on its way. */
import { type SmtpEnd, type SmtpStep, smtpOutcome } from '../../src/email/transports/smtp-answers';

/** `outcome cause`. */
function meaning(end: SmtpEnd): string {
  const answer = smtpOutcome(end);
  return answer.outcome === 'accepted' ? 'accepted' : `${answer.outcome} ${answer.cause}`;
}
const EVERY: readonly SmtpStep[] = ['connect', 'signIn', 'sender', 'recipient', 'content'];

describe('our own fault, which an operator must end, is', () => {
  test.each<[SmtpStep, string]>([
    ['connect', '554 5.3.2 we take no mail'],
    ['connect', '521 no mail here'],
    ['connect', '502 5.5.1 STARTTLS is not known'],
    ['connect', '554 5.7.1 your address is blocked'],
    ['connect', '550-first line\n550 second line'],
    ['signIn', '535 5.7.8 no such user or password'],
    ['signIn', '535 no'],
    ['signIn', '504 5.7.4 no such mechanism'],
    ['signIn', '503 AUTH is not offered'],
    ['signIn', '550 5.7.30 basic authentication is not supported'],
    ['sender', '553 5.1.7 bad sender'],
    ['sender', '550 not yours'],
    ['sender', '530 5.7.57 not signed in'],
    ['sender', '501 5.5.4 bad argument'],
    ['sender', '550 5.1.1 no such sender'],
    ['sender', '550 5.1.8 sender blocked'],
    ['recipient', '550 5.7.1 relaying denied'],
    ['recipient', '550 relay not permitted'],
    ['recipient', '530 sign in first'],
    ['recipient', '503 5.5.1 bad sequence of commands'],
    ['recipient', '550 5.1.8 sender blocked'],
    ['content', '554 5.2.252 SendAsDenied; not allowed to send as this sender'],
    ['content', '550 5.1.8 sender blocked'],
    ['content', '550 5.7.30 basic authentication is not supported'],
    ['content', '550 5.7.26 not authenticated by SPF or DKIM'],
    ['content', '535 5.7.3 no longer signed in'],
  ])('at %s: %s', (step, reply) => expect(meaning({ step, reply })).toBe('unsettled ours'));
});

describe("the recipient's fault, for good, is", () => {
  test.each<[SmtpStep, string]>([
    ['recipient', '550 5.1.1 no such mailbox'],
    ['recipient', '550 no such user'],
    ['recipient', '553 5.1.3 bad address'],
    ['recipient', '501 5.1.3 bad address'],
    ['recipient', '550 5.4.1 recipient address rejected'],
    ['recipient', '552 5.2.2 mailbox full'],
    ['recipient', '552 mailbox full'],
    ['recipient', '550 5.2.1 mailbox disabled'],
    ['recipient', '556 5.1.10 this domain takes no mail'],
    ['content', '550 5.1.1 no such mailbox'],
    ['content', '554 5.2.2 mailbox full'],
  ])('at %s: %s', (step, reply) => expect(meaning({ step, reply })).toBe('refused recipient'));
});

describe('content or size that is refused is', () => {
  test.each<[SmtpStep, string]>([
    ['content', '552 5.3.4 too big'],
    ['content', '552 too big'],
    ['content', '554 5.6.0 content not accepted'],
    ['content', '550 looks like spam'],
    ['content', '554 transaction failed'],
    ['content', '550 5.2.3 too long for this mailbox'],
    ['sender', '552 5.3.4 too big'],
    ['sender', '552 message size exceeds the fixed maximum'],
    ['recipient', '552 5.3.4 too big'],
  ])('at %s: %s', (step, reply) => expect(meaning({ step, reply })).toBe('refused content'));
});

describe('a 4xx is transient', () => {
  test('at each step, whatever its enhanced code is', () => {
    for (const step of EVERY)
      for (const reply of [
        '450 4.7.1 later',
        '421 4.3.2 closing',
        '451 later',
        '454 4.7.0 no',
        '499',
        '452 4.2.2 full',
      ])
        expect([step, reply, smtpOutcome({ step, reply })]).toMatchObject([
          step,
          reply,
          { outcome: 'unsettled' },
        ]);
  });

  test.each<[SmtpStep, string]>([
    ['recipient', '450 4.7.1 greylisted, try again later'],
    ['recipient', '451 try again later'],
    ['recipient', '450 4.2.0 greylisted'],
    ['recipient', '452 4.2.2 mailbox full, for now'],
    ['content', '451 4.7.1 greylisted'],
    ['content', '452 4.2.2 mailbox full'],
  ])('of the recipient at %s: %s', (step, reply) =>
    expect(meaning({ step, reply })).toBe('unsettled recipient'),
  );

  test.each<[SmtpStep, string]>([
    ['connect', '421 too many connections'],
    ['connect', '454 4.7.0 TLS is not available now'],
    ['signIn', '454 4.7.0 temporary authentication failure'],
    ['signIn', '435 4.7.8 unable to authenticate at present'],
    ['sender', '451 4.3.0 later'],
    ['sender', '452 4.5.3 too many mails'],
    ['recipient', '421 4.7.0 closing'],
    ['recipient', '452 too many recipients in this hour'],
    ['recipient', '451 4.3.2 system not accepting mail'],
    ['content', '432 4.3.2 concurrent connections exceeded'],
    ['content', '451 4.7.500 server busy, rate limited'],
  ])('of the service at %s: %s', (step, reply) => expect(meaning({ step, reply })).toBe('unsettled service'));
});

describe('an end without a reply', () => {
  test('says nothing once the message was begun', () => {
    for (const error of ['ECONNRESET', 'ETIMEDOUT', 'ECONNECTION', 'CERT_HAS_EXPIRED', undefined])
      expect(meaning({ step: 'content', started: true, error })).toBe('unsettled unknown');
  });

  test('means that the mail is not accepted before that', () => {
    for (const error of ['ECONNREFUSED', 'ENOTFOUND', 'CONNECT_TIMEOUT', 'ECONNRESET', undefined])
      expect(meaning({ step: 'connect', error })).toBe('unsettled service');
    expect(meaning({ step: 'content', started: false })).toBe('unsettled service');
  });

  test('is our own fault where the certificate cannot be trusted', () => {
    for (const error of [
      'DEPTH_ZERO_SELF_SIGNED_CERT',
      'SELF_SIGNED_CERT_IN_CHAIN',
      'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
      'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
      'CERT_HAS_EXPIRED',
      'ERR_TLS_CERT_ALTNAME_INVALID',
    ])
      expect(smtpOutcome({ step: 'connect', error })).toEqual({
        outcome: 'unsettled',
        cause: 'ours',
        message: expect.stringMatching(`\\(${error}\\): .*NODE_EXTRA_CA_CERTS`),
      });
  });
});

test('TLS that the port does not speak is our own fault, with another fix', () => {
  for (const error of ['ERR_SSL_WRONG_VERSION_NUMBER', 'ERR_SSL_UNSUPPORTED_PROTOCOL', 'EPROTO'])
    expect(smtpOutcome({ step: 'connect', error })).toMatchObject({
      cause: 'ours',
      message: expect.stringMatching(`\\(${error}\\): .*correct the port`),
    });
});

test.each(['', 'nonsense', '9', '250 ok then', '354 go on', '100 hello'])(
  'a reply that is none of SMTP after the message says nothing: %j',
  reply => expect(meaning({ step: 'content', started: true, reply })).toBe('unsettled unknown'),
);

test('the words name step, code and enhanced code, and nothing that the server wrote', () => {
  const words = (step: SmtpStep, reply: string) => JSON.stringify(smtpOutcome({ step, reply }));
  expect(words('recipient', '550 5.1.1 <ada@example.com> SECRET')).toContain(
    'the mail server answered 550 5.1.1 to the recipient"',
  );
  for (const step of EVERY)
    for (const reply of ['535 5.7.8 SECRET', '550 SECRET', '450 4.7.1 SECRET', '5.1.1 SECRET', '250 SECRET'])
      expect(words(step, reply)).not.toContain('SECRET');
  expect(JSON.stringify(smtpOutcome({ step: 'connect', error: 'a secret in words' }))).not.toContain(
    'secret in',
  );
});

test('words about our own fault say how to end it', () => {
  const fix = (step: SmtpStep, reply: string) => {
    const answer = smtpOutcome({ step, reply });
    return 'message' in answer ? answer.message : '';
  };
  expect(fix('signIn', '535 5.7.8 no')).toMatch(
    /^the mail server answered 535 5\.7\.8 to the sign-in: .*SMTP_PASSWORD/,
  );
  expect(fix('signIn', '550 5.7.30 no')).toMatch(/remove SMTP_PASSWORD/);
  expect(fix('content', '554 5.2.252 no')).toMatch(/send from MAIL_SENDER/);
  expect(fix('connect', '554 no')).toMatch(/SMTP_HOST/);
});
