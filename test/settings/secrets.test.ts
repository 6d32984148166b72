/** What only stands in the place of a secret is refused by the name of its setting, and never shown. */
import { transports } from '../../src/email/transports';
import { BadSettings, parseSettings } from '../../src/settings';
import type { Environment } from '../../src/settings/env';
import { kinds, services } from '../../src/sources';

const KEY = Buffer.from('a key of an account, as Azure makes it').toString('base64');
const SECRET = '4f2a9c1e7b634d0a9e85c1d7f3a6b240';
const ENOUGH = {
  AzureWebJobsStorage: 'UseDevelopmentStorage=true',
  MAIL_TO: 'none',
  MAIL_SENDER: 'a@example.com',
};
const LINKED = { PUBLIC_URL: 'https://watcher.example.com', LINK_SECRET: SECRET };

function faults(env: Environment): readonly string[] {
  try {
    const { links, mailFaults } = parseSettings({ ...ENOUGH, ...env }, kinds, services, transports);
    // A wrong secret signs nothing.
    if (mailFaults.length > 0) expect(links).toBeUndefined();
    return mailFaults;
  } catch (error) {
    if (error instanceof BadSettings) return error.faults;
    throw error;
  }
}

/** Every setting that is a secret or holds one, around a given key or password. */
const HOLDERS: [name: string, env: (secret: string) => Environment][] = [
  ['LINK_SECRET', secret => ({ ...LINKED, LINK_SECRET: secret })],
  ['LINK_SECRET_PREVIOUS', secret => ({ ...LINKED, LINK_SECRET_PREVIOUS: secret })],
  ['SMTP_PASSWORD', secret => ({ SMTP_HOST: 'mail.example.com', SMTP_USER: 'u', SMTP_PASSWORD: secret })],
  ['SMTP_URL', secret => ({ SMTP_URL: `smtp://u:${encodeURIComponent(secret)}@mail.example.com` })],
  [
    'COMMUNICATION_CONNECTION_STRING',
    secret => ({ COMMUNICATION_CONNECTION_STRING: `endpoint=https://c.example.com/;accesskey=${secret}` }),
  ],
  ['AzureWebJobsStorage', secret => ({ AzureWebJobsStorage: `AccountName=contoso;AccountKey=${secret}` })],
  [
    'AzureWebJobsStorage',
    secret => ({
      AzureWebJobsStorage: `TableEndpoint=https://contoso.table.core.windows.net;SharedAccessSignature=${secret}`,
    }),
  ],
];

const STAND_INS: [what: string, RegExp, ...values: string[]][] = [
  [
    'a reference that was not resolved',
    /Key Vault reference/,
    '@Microsoft.KeyVault(SecretUri=https://the-vault.vault.azure.net/secrets/hunter2)',
    '@microsoft.keyvault(VaultName=the-vault,SecretName=hunter2)',
    '"@Microsoft.KeyVault(hunter2)"',
    '@Microsoft.AppConfiguration(Endpoint=https://hunter2.azconfig.io, Key=k)',
  ],
  [
    'a placeholder',
    /placeholder/,
    '<your-hunter2>',
    '<hunter2>',
    '[hunter2]',
    '{{hunter2}}',
    `$${'{hunter2}'}`,
    '$(hunter2)',
    '%hunter2%',
    '#{hunter2}#',
    '__hunter2__',
    'your-hunter2-goes-here-and-nothing-else',
    'changeme',
    'CHANGE_ME-change_me-change_me-change_me',
    'change it',
    'hunter2-please-replace-me-before-you-deploy',
    'TODO',
    'todo: a secret of at least 32 random characters',
    'at least 32 random characters',
    'password',
    'Secret',
    'xxx',
    'none',
  ],
  [
    'one repeated character',
    /one repeated character/,
    'x'.repeat(40),
    '00000000-0000-0000-0000-000000000000',
    '*',
    'AAAAAAAA==',
  ],
];

describe.each(HOLDERS)('%s', (name, env) => {
  test.each(STAND_INS)('with %s is one fault, which shows nothing of it', (_, words, ...values) => {
    for (const value of values) {
      const found = faults(env(value));
      expect([value, found]).toEqual([value, [expect.stringMatching(words)]]);
      expect(found[0]).toMatch(new RegExp(`^${name}: `));
      expect(found.join()).not.toMatch(/hunter2|the-vault|xxx|000|AAA/);
    }
  });

  test('with a real one is no fault', () => {
    for (const secret of [KEY, Buffer.from(SECRET, 'hex').toString('base64')].filter(
      text => text.length >= 32,
    ))
      expect(faults(env(secret))).toEqual([]);
  });
});

test.each([
  ['https://hc-ping.com/<your-hunter2>', /placeholder/],
  ['https://hc-ping.com/your-hunter2-here', /placeholder/],
  ['https://hc-ping.com/{hunter2}/watcher', /placeholder/],
  ['https://kuma.example.com/api/push/changeme?status=up', /placeholder/],
  ['https://cronitor.link/ping?key=$(hunter2)', /placeholder/],
  ['https://hc-ping.com/00000000-0000-0000-0000-000000000000', /one repeated character/],
  ['https://cronitor.link/p/xxxxxxxx/watcher', /one repeated character/],
  ['@Microsoft.KeyVault(SecretUri=https://the-vault.vault.azure.net/secrets/hunter2)', /Key Vault reference/],
])('PING_URL %s is refused without a word of it', (PING_URL, words) => {
  const found = faults({ PING_URL });
  expect(found).toEqual([expect.stringMatching(words)]);
  expect(found[0]).toMatch(/^PING_URL: /);
  expect(found.join()).not.toMatch(/hunter2|the-vault|xxx|000|hc-ping/);
});

test('real addresses of a ping are taken, however odd', () => {
  for (const PING_URL of [
    `https://hc-ping.com/${SECRET}`,
    `https://hc-ping.com/${SECRET}/mail-server`,
    `https://hc-ping.com/${SECRET}/test-token/`,
    `https://kuma.example.com/api/push/x1y2z3?status=up&msg=OK&ping=`,
    `https://cronitor.link/p/${SECRET}/aaa?env=x`,
    'https://watch.example.com/a%2Fb?x=%20',
  ])
    expect([PING_URL, faults({ PING_URL })]).toEqual([PING_URL, []]);
});

test('real passwords are taken, however odd', () => {
  for (const SMTP_PASSWORD of [
    'aab',
    'p<a>ss',
    'todo-list of ada',
    'Passw0rd',
    'secretary',
    '<3 cats',
    'x1',
    '%41b',
  ])
    expect([SMTP_PASSWORD, faults({ SMTP_HOST: 'mail.example.com', SMTP_USER: 'u', SMTP_PASSWORD })]).toEqual(
      [SMTP_PASSWORD, []],
    );
});

test('a reference that was not resolved is named in any other setting, too, and only once', () => {
  const reference = '@Microsoft.KeyVault(SecretUri=https://the-vault.vault.azure.net/secrets/any)';
  for (const name of ['AZURE_CLIENT_ID', 'OPERATORS', 'MAIL_SENDER', 'ARM_ENDPOINT', 'HISTORY_DAYS'])
    expect(faults({ [name]: reference })).toEqual([
      expect.stringMatching(`^${name}: is a Key Vault reference`),
    ]);
  expect(faults({ ...LINKED, PUBLIC_URL: reference })).toEqual([
    expect.stringMatching(/^PUBLIC_URL: is a Key/),
  ]);
});
