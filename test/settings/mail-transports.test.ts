/** Which way mail leaves follows from what is set, and every mistake in it is named. */
import { transports } from '../../src/email/transports';
import { parseSettings } from '../../src/settings';
import type { Environment } from '../../src/settings/env';
import { kinds, services } from '../../src/sources';

const STORAGE = { AzureWebJobsStorage: 'UseDevelopmentStorage=true' };
const ACS = { COMMUNICATION_ENDPOINT: 'https://contoso.communication.azure.com' };
const SMTP = { SMTP_HOST: 'mail.example.com' };
const GRAPH = { GRAPH_MAIL_SENDER: 'watcher@contoso.com' };
const SENDER = { MAIL_SENDER: 'watcher@example.com' };

const parse = (env: Environment) =>
  parseSettings({ ...STORAGE, ...env }, kinds, services, transports).mailTransports;
const smtpOf = (env: Environment) => parse({ ...SENDER, ...env }).first;
const url = (SMTP_URL: string) => smtpOf({ SMTP_URL });

const faults = (env: Environment) =>
  parseSettings({ ...STORAGE, ...env }, kinds, services, transports).mailFaults;
const fallbackFaults = (env: Environment) =>
  parseSettings({ ...STORAGE, ...env }, kinds, services, transports).fallbackFaults;
const names = (env: Environment) => faults(env).map(fault => fault.slice(0, fault.indexOf(':')));

describe('the transport', () => {
  test.each([
    ['acs', { ...ACS, ...SENDER }],
    ['smtp', { ...SMTP, ...SENDER }],
    ['smtp', { SMTP_URL: 'smtp://mail.example.com', ...SENDER }],
    ['graph', GRAPH],
  ])('%s is the one that is set', (transport, env) => {
    expect(parse(env)).toMatchObject({ first: { transport }, fallback: undefined });
  });

  test('two at once are a fault that names both, unless one is named as the second', () => {
    const both = { ...ACS, ...SMTP, ...SENDER };
    expect(faults(both)).toEqual([
      expect.stringMatching(/^MAIL_FALLBACK: COMMUNICATION_ENDPOINT \(acs\) and SMTP_HOST \(smtp\) are set/),
    ]);
    expect(parse({ ...both, MAIL_FALLBACK: 'smtp' })).toMatchObject({
      first: { transport: 'acs' },
      fallback: { transport: 'smtp' },
    });
    expect(parse({ ...both, MAIL_FALLBACK: 'acs' })).toMatchObject({
      first: { transport: 'smtp' },
      fallback: { transport: 'acs' },
    });
  });

  test('three need one to go, whichever is the second', () => {
    const all = { ...ACS, ...SMTP, ...GRAPH, ...SENDER };
    expect(faults(all)).toEqual([expect.stringMatching(/\(acs\) and .*\(smtp\) and .*\(graph\) are set/)]);
    expect(faults({ ...all, MAIL_FALLBACK: 'graph' })).toEqual([
      expect.stringMatching(/^MAIL_FALLBACK: .*\(acs\) and .*\(smtp\) are set.*remove the settings of one$/),
    ]);
  });

  test.each([
    ['is no transport', 'pigeon', /write one of acs, smtp, graph/],
    ['is not set up', 'graph', /names graph, which is not set: set GRAPH_MAIL_SENDER/],
  ])('a fallback that %s is a fault of its own', (_name, MAIL_FALLBACK, message) => {
    const one = { ...ACS, ...SENDER, MAIL_FALLBACK };
    expect([faults(one), fallbackFaults(one)]).toEqual([[], [expect.stringMatching(message)]]);
    expect(parse(one)).toMatchObject({ first: { transport: 'acs' }, fallback: undefined });
    // Of two, it is then not known which is the first.
    const two = { ...one, ...SMTP };
    expect([faults(two), fallbackFaults(two)]).toEqual([[expect.stringMatching(message)], []]);
  });

  test('a fallback that is the only one is a fault', () => {
    expect(faults({ ...ACS, ...SENDER, MAIL_FALLBACK: 'acs' })).toEqual([
      expect.stringMatching(/names acs, which is the only way to send/),
    ]);
  });

  test.each<[string, Environment, string[], string[]]>([
    [
      'a sender of the fallback alone',
      { ...ACS, ...SENDER, GRAPH_MAIL_SENDER: 'a@b', MAIL_FALLBACK: 'graph' },
      [],
      ['GRAPH_MAIL_SENDER'],
    ],
    ['a sender that the fallback lacks', { ...GRAPH, ...ACS, MAIL_FALLBACK: 'acs' }, [], ['MAIL_SENDER']],
    ['a sender of both', { ...ACS, ...SMTP, MAIL_FALLBACK: 'smtp' }, ['MAIL_SENDER'], []],
    [
      'both transports',
      { ...ACS, COMMUNICATION_ENDPOINT: 'acs', ...SMTP, SMTP_PORT: 'x', ...SENDER, MAIL_FALLBACK: 'smtp' },
      ['COMMUNICATION_ENDPOINT'],
      ['SMTP_PORT'],
    ],
    [
      'a secret that was not resolved',
      {
        ...ACS,
        ...SMTP,
        ...SENDER,
        SMTP_USER: 'ada',
        SMTP_PASSWORD: '@Microsoft.KeyVault(SecretUri=x)',
        MAIL_FALLBACK: 'smtp',
      },
      [],
      ['SMTP_PASSWORD'],
    ],
  ])('what is wrong with %s is told of those whom it concerns', (_name, env, ofFirst, ofFallback) => {
    expect([names(env), fallbackFaults(env).map(fault => fault.split(':', 1)[0])]).toEqual([
      ofFirst,
      ofFallback,
    ]);
    expect(parse(env).fallback && ofFallback.length > 0).toBeFalsy();
  });

  test('graph needs no other sender; the others need MAIL_SENDER', () => {
    expect(faults(GRAPH)).toEqual([]);
    expect(names(ACS)).toEqual(['MAIL_SENDER']);
    expect(names(SMTP)).toEqual(['MAIL_SENDER']);
  });

  test.each([
    ['acs', { ...ACS, ...SENDER }, 30, 100],
    ['smtp', { ...SMTP, ...SENDER }, 30, 400],
    ['graph', GRAPH, 30, 400],
    ['the first of two', { ...GRAPH, ...ACS, ...SENDER, MAIL_FALLBACK: 'acs' }, 30, 400],
  ])('%s has its own default quota', (_name, env, perMinute, perHour) => {
    expect(parse(env).limits).toEqual({ perMinute, perHour });
    expect(parse({ ...env, MAIL_PER_HOUR: '7' }).limits).toEqual({ perMinute, perHour: 7 });
  });

  test('a fallback has the quota of its own kind, whatever is set for the first', () => {
    const env = { ...GRAPH, ...ACS, MAIL_SENDER: 'DoNotReply@contoso.azurecomm.net', MAIL_PER_HOUR: '7' };
    expect(parse({ ...env, MAIL_FALLBACK: 'acs' })).toMatchObject({
      limits: { perMinute: 30, perHour: 7 },
      fallbackLimits: { perMinute: 5, perHour: 10 },
    });
    expect(parse({ ...env, MAIL_FALLBACK: 'graph' })).toMatchObject({
      limits: { perMinute: 5, perHour: 7 },
      fallbackLimits: { perMinute: 30, perHour: 400 },
    });
  });

  test('answers go to an address, if one is set', () => {
    expect(parse({ ...GRAPH, MAIL_REPLY_TO: 'team@contoso.com' }).replyTo).toBe('team@contoso.com');
    expect(names({ ...GRAPH, MAIL_REPLY_TO: 'team:a@contoso.com' })).toEqual(['MAIL_REPLY_TO']);
  });
});

describe('an SMTP server', () => {
  test('by parts has the submission port, and TLS before anything else', () => {
    expect(smtpOf({ ...SMTP, SMTP_USER: 'watcher', SMTP_PASSWORD: 'p:/?#@ö%' })).toEqual({
      transport: 'smtp',
      host: 'mail.example.com',
      port: 587,
      tls: 'startTls',
      user: 'watcher',
      password: 'p:/?#@ö%',
      sender: 'watcher@example.com',
    });
    expect(smtpOf({ ...SMTP, SMTP_PORT: '25' })).toMatchObject({ port: 25, tls: 'startTls' });
    expect(smtpOf({ ...SMTP, SMTP_PORT: '465' })).toMatchObject({ port: 465, tls: 'implicit' });
  });

  test('by URL has user and password percent-encoded, and the port of its scheme', () => {
    expect(url('smtp://wat%40cher:p%3A%2F%3F%23%40%25@Mail.example.com')).toMatchObject({
      user: 'wat@cher',
      password: 'p:/?#@%',
      port: 587,
      tls: 'startTls',
    });
    expect(url('smtps://mail.example.com/')).toMatchObject({ port: 465, tls: 'implicit' });
    expect(url('smtps://mail.example.com:2465')).toMatchObject({ port: 2465, tls: 'implicit' });
    expect(url('smtp://mail.example.com:465')).toMatchObject({ port: 465, tls: 'implicit' });
    expect(url('smtp://mail.example.com:2525')).toMatchObject({ port: 2525, tls: 'startTls' });
  });

  test('may do without TLS on this machine alone, and even there not for a token of the identity', () => {
    for (const host of ['127.0.0.1', 'localhost', '[::1]', '127.9.9.9'])
      expect([host, url(`smtp://${host}`)]).toEqual([host, expect.objectContaining({ tls: 'loopback' })]);
    expect(smtpOf({ SMTP_HOST: '::1' })).toMatchObject({ host: '::1', tls: 'loopback' });
    for (const host of ['10.1.2.3', 'localhost.example.com', '127.0.0.1.example.com', 'host.docker.internal'])
      expect([host, url(`smtp://${host}`)]).toEqual([host, expect.objectContaining({ tls: 'startTls' })]);
    expect(url('smtp://watcher@127.0.0.1')).toMatchObject({ tls: 'startTls' });
    expect(url('smtp://watcher:hunter2@127.0.0.1')).toMatchObject({ tls: 'loopback' });
  });

  test('without a password is signed in to by the identity, and without a user by nobody', () => {
    expect(smtpOf({ ...SMTP, SMTP_USER: 'watcher@example.com' })).not.toHaveProperty('password');
    expect(url('smtp://watcher%40example.com@smtp.office365.com')).not.toHaveProperty('password');
    expect(smtpOf(SMTP)).not.toHaveProperty('user');
  });

  test.each([
    'smtp://mail.example.com?ignoreTLS=true',
    'smtp://mail.example.com?',
    'smtp://mail.example.com/?requireTLS=false',
    'smtp://mail.example.com#tls',
    'smtp://mail.example.com/inbox',
    'smtp://:hunter2@mail.example.com',
    'smtp://watcher:100%@mail.example.com',
    'smtp://watcher:hunter2#x@mail.example.com',
    'smtp://watcher:hunter2/x@mail.example.com',
    'smtp://watcher:hun%0D%0Ater2@mail.example.com',
    'smtp://wat%00cher:hunter2@mail.example.com',
    'smtp://watcher:hunter2@mail.example.com:0',
    'smtp://watcher:hunter2@mail.example.com:99999',
    'smtp://watcher:hunter2@',
    'smtp://watcher:hunter2@mail_%41.example.com',
    'smtp://münchen.example.com',
    'https://watcher:hunter2@mail.example.com',
    'smtp:mail.example.com',
    'mail.example.com:587',
    'mail.example.com',
  ])('at %s is a fault that shows nothing of it', SMTP_URL => {
    const found = faults({ ...SENDER, SMTP_URL });
    expect(found.length).toBeGreaterThan(0);
    expect(found.filter(fault => !fault.startsWith('SMTP_URL: '))).toEqual([]);
    expect(found.join()).not.toMatch(/hunter2|ter2|ignoreTLS=|watcher:/);
  });

  test.each([
    [{ SMTP_PORT: '587' }, ['SMTP_HOST']],
    [{ SMTP_PASSWORD: 'hunter2' }, ['SMTP_HOST', 'SMTP_USER']],
    [{ SMTP_HOST: 'mail.example.com:587' }, ['SMTP_HOST']],
    [{ SMTP_HOST: 'cafe:587' }, ['SMTP_HOST']],
    [{ SMTP_HOST: 'smtp://mail.example.com' }, ['SMTP_HOST']],
    [{ SMTP_HOST: 'a b', SMTP_PORT: 'x', SMTP_PASSWORD: 'hunter2' }, ['SMTP_HOST', 'SMTP_PORT', 'SMTP_USER']],
    [{ ...SMTP, SMTP_PORT: '70000' }, ['SMTP_PORT']],
    [{ ...SMTP, SMTP_USER: 'a\r\nRSET', SMTP_PASSWORD: 'hunter2\u0000x' }, ['SMTP_USER', 'SMTP_PASSWORD']],
    [{ ...SMTP, SMTP_USER: 'a', SMTP_PASSWORD: '@Microsoft.KeyVault(hunter2)' }, ['SMTP_PASSWORD']],
  ])('by the parts %j has faults, all at once', (env, expected) => {
    const found = faults({ ...SENDER, ...env });
    expect(names({ ...SENDER, ...env })).toEqual(expected);
    expect(found.join()).not.toContain('hunter2');
  });

  test('by URL and by parts at once is a fault', () => {
    for (const beside of [
      { SMTP_HOST: 'x' },
      { SMTP_PORT: '25' },
      { SMTP_USER: 'x' },
      { SMTP_PASSWORD: 'hunter2' },
    ]) {
      const found = faults({ ...SENDER, SMTP_URL: 'smtp://mail.example.com', ...beside });
      expect(found).toEqual([`SMTP_URL: is set beside ${Object.keys(beside)}: remove one of the two ways`]);
    }
  });
});

test('Graph takes another cloud, and plain http on this machine alone', () => {
  const endpointOf = (GRAPH_ENDPOINT: string) => parse({ ...GRAPH, GRAPH_ENDPOINT }).first;
  expect(parse(GRAPH).first).toMatchObject({ endpoint: 'https://graph.microsoft.com' });
  expect(endpointOf('https://graph.microsoft.us/')).toMatchObject({ endpoint: 'https://graph.microsoft.us' });
  expect(endpointOf('http://127.0.0.1:8080')).toMatchObject({ endpoint: 'http://127.0.0.1:8080' });
  for (const GRAPH_ENDPOINT of ['http://graph.microsoft.com', 'https://graph.microsoft.com/v1.0', 'graph'])
    expect(names({ ...GRAPH, GRAPH_ENDPOINT })).toEqual(['GRAPH_ENDPOINT']);
  expect(names({ GRAPH_MAIL_SENDER: 'group:a@contoso.com' })).toEqual(['GRAPH_MAIL_SENDER']);
});

test('all faults of mail are named at once', () => {
  const env = {
    COMMUNICATION_ENDPOINT: 'http://contoso.communication.azure.com',
    MAIL_SENDER: 'watcher@bücher.example',
    SMTP_PORT: 'x',
    GRAPH_MAIL_SENDER: 'nobody',
    GRAPH_ENDPOINT: 'graph',
    MAIL_REPLY_TO: 'ünï@example.com',
    MAIL_FALLBACK: 'smtp',
    MAIL_PER_HOUR: 'many',
  };
  const expected = ['COMMUNICATION_ENDPOINT', 'GRAPH_ENDPOINT', 'GRAPH_MAIL_SENDER', 'MAIL_FALLBACK'];
  const more = ['MAIL_PER_HOUR', 'MAIL_REPLY_TO', 'MAIL_SENDER', 'SMTP_HOST', 'SMTP_PORT'];
  expect(names(env).sort()).toEqual([...expected, ...more]);
  const words = faults(env).join('\n');
  expect(words).toContain('write watcher@xn--bcher-kva.example');
  expect(words).toContain('its letters must be those of ASCII');
});
