import { formatThreshold } from '../../src/core/thresholds';
import { transports } from '../../src/email/transports';
import { DAY, HOUR, MINUTE, SECOND } from '../../src/formats/instant';
import { BadSettings, parseSettings, type Settings } from '../../src/settings';
import type { Environment } from '../../src/settings/env';
import { kinds, services } from '../../src/sources';

const KEY = Buffer.alloc(64, 7).toString('base64');
const ENOUGH = {
  AzureWebJobsStorage: 'UseDevelopmentStorage=true',
  COMMUNICATION_ENDPOINT: 'https://contoso.communication.azure.com',
  MAIL_SENDER: 'watcher@example.com',
};

const parse = (more: Environment = {}): Settings =>
  parseSettings({ ...ENOUGH, ...more }, kinds, services, transports);

/** Of mail too: those are thrown only beside others. */
function faults(env: Environment): readonly string[] {
  try {
    return parseSettings(env, kinds, services, transports).mailFaults;
  } catch (error) {
    if (error instanceof BadSettings) return error.faults;
    throw error;
  }
}

const faultsWith = (more: Environment) => faults({ ...ENOUGH, ...more });
const namesOf = (found: readonly string[]) => found.map(fault => fault.slice(0, fault.indexOf(':')));

test('storage and mail are enough; everything else has a default', () => {
  const { services, kinds, ...rest } = parse();
  expect(rest).toEqual({
    storage: { kind: 'connectionString', value: 'UseDevelopmentStorage=true' },
    clientId: undefined,
    probeTimeoutMs: 10 * SECOND,
    mail: { to: 'owners', operators: [] },
    mailTransports: {
      first: {
        transport: 'acs',
        endpoint: 'https://contoso.communication.azure.com',
        sender: 'watcher@example.com',
      },
      fallback: undefined,
      limits: { perMinute: 30, perHour: 100 },
      replyTo: undefined,
    },
    mailFaults: [],
    fallbackFaults: [],
    publicUrl: undefined,
    links: undefined,
    sweepPeriodMs: 5 * MINUTE,
    historyDays: 400,
  });
  expect(Object.fromEntries(services)).toEqual({
    ARM: { endpoint: 'https://management.azure.com', baseDomains: [], limits: { rate: 10, burst: 200 } },
    IOT_CENTRAL: {
      endpoint: 'https://{subdomain}.{baseDomain}',
      baseDomains: ['azureiotcentral.com'],
      limits: { rate: 20, burst: 20 },
    },
  });
  const policies = [...kinds].map(([kind, { policy, checkEveryMs }]) => [
    kind,
    policy.thresholds.map(formatThreshold).join(' '),
    policy.from,
    checkEveryMs / HOUR,
  ]);
  expect(policies).toEqual([
    ['containerApp', '7d 1d 1h 0', 'built-in', 6],
    ['iotCentralToken', '30d 14d 7d 1d 0 -7d', 'built-in', 6],
  ]);
});

test('an empty value is as good as none', () => {
  const empty = Object.fromEntries(
    [
      'ARM_ENDPOINT',
      'OPERATORS',
      'PUBLIC_URL',
      'LINK_SECRET',
      'LINK_SECRET_PREVIOUS',
      'MAIL_TO',
      'MAIL_PER_MINUTE',
      'MAIL_PER_HOUR',
      'PROBE_TIMEOUT',
    ].map(name => [name, ' ']),
  );
  expect(parse(empty)).toEqual(parse());
});

test('a kind has thresholds and an interval of its own', () => {
  const { kinds } = parse({ THRESHOLDS_CONTAINER_APP: '20%,2h;0', CHECK_EVERY_IOT_CENTRAL_TOKEN: '1d' });
  const { policy } = kinds.get('containerApp') ?? {};
  expect([policy?.thresholds.map(formatThreshold), policy?.from]).toEqual([['20%', '2h', '0'], 'setting']);
  expect(kinds.get('containerApp')?.checkEveryMs).toBe(6 * HOUR);
  expect(kinds.get('iotCentralToken')?.checkEveryMs).toBe(DAY);
  expect(kinds.get('iotCentralToken')?.policy.from).toBe('built-in');
});

describe('faults', () => {
  test('of an empty environment name what is missing and the way out', () => {
    expect(faults({})).toEqual([
      expect.stringMatching(/^AzureWebJobsStorage: .*AzureWebJobsStorage__accountName/),
      expect.stringMatching(/^COMMUNICATION_ENDPOINT: .*COMMUNICATION_CONNECTION_STRING.*MAIL_TO/),
      expect.stringMatching(/^MAIL_SENDER: .*MAIL_TO/),
    ]);
  });

  const bad: Record<string, string> = {
    AzureWebJobsStorage: 'secret-of-mine',
    ARM_ENDPOINT: 'http://management.azure.com',
    IOT_CENTRAL_ENDPOINT: 'https://contoso.azureiotcentral.com',
    IOT_CENTRAL_BASE_DOMAINS: 'azureiotcentral.com https://x',
    COMMUNICATION_ENDPOINT: 'http://contoso.communication.azure.com',
    MAIL_SENDER: 'watcher',
    MAIL_TO: 'everybody',
    MAIL_PER_MINUTE: '0',
    MAIL_PER_HOUR: 'many',
    OPERATORS: 'ops@example.com, ops',
    PUBLIC_URL: 'http://watcher.example.com',
    SWEEP_SCHEDULE: '*/5 * * *',
    REMIND_SCHEDULE: 'hourly',
    THRESHOLDS_IOT_CENTRAL_TOKEN: '30d soon',
    THRESHOLDS_CONTAINER_APP: '200%',
    CHECK_EVERY_IOT_CENTRAL_TOKEN: 'often',
    CHECK_EVERY_CONTAINER_APP: '0h',
    ARM_RATE: 'fast',
    ARM_BURST: '0',
    IOT_CENTRAL_RATE: '-1',
    IOT_CENTRAL_BURST: '1e9',
    PROBE_TIMEOUT: '10',
    HISTORY_DAYS: '0',
  };

  test('are all in one message, each by its name', () => {
    const found = faults(bad);
    expect(namesOf(found).sort()).toEqual(Object.keys(bad).sort());
    expect(() => parseSettings(bad, kinds, services, transports)).toThrow(
      expect.objectContaining({
        name: 'BadSettings',
        message: `The settings are wrong:\n${found.map(fault => `  - ${fault}`).join('\n')}`,
      }),
    );
    expect(found.join()).not.toContain('secret-of-mine');
  });

  test.each(Object.entries(bad))('%s=%s is named when it is the only one', (name, value) => {
    expect(namesOf(faultsWith({ [name]: value }))).toEqual([name]);
  });

  test('of mail alone are no error: they are kept, and everything else is ready', () => {
    const STORAGE = { AzureWebJobsStorage: 'UseDevelopmentStorage=true' };
    expect(parseSettings(STORAGE, kinds, services, transports)).toMatchObject({
      mailFaults: [
        expect.stringMatching(/^COMMUNICATION_ENDPOINT: /),
        expect.stringMatching(/^MAIL_SENDER: /),
      ],
      sweepPeriodMs: 5 * MINUTE,
    });
    for (const [name, value] of Object.entries(bad)) {
      const isOfMail = /^(MAIL_|OPERATORS$|COMMUNICATION_|PUBLIC_URL$)/.test(name);
      const reading = () => parse({ [name]: value });
      if (isOfMail) expect(namesOf(reading().mailFaults)).toEqual([name]);
      else expect(reading).toThrow(BadSettings);
    }
  });

  test.each([
    ['THRESHOLDS_CONTAINER_APP', ','],
    ['IOT_CENTRAL_BASE_DOMAINS', ' ; '],
    ['AzureWebJobsStorage', 'DefaultEndpointsProtocol=https;AccountKey=a2V5'],
    ['PROBE_TIMEOUT', '30d'],
    ['CHECK_EVERY_CONTAINER_APP', '31d'],
    ['SWEEP_SCHEDULE', '61 * * * * *'],
    ['SWEEP_SCHEDULE', '0 0 0 31 2 *'],
    ['SWEEP_SCHEDULE', '2020-01-01T00:00:00'],
    ['REMIND_SCHEDULE', '@daily'],
    ['REMIND_SCHEDULE', '00:05:00'],
    ['REMIND_SCHEDULE', '"0 */5 * * * *"'],
    ['REMIND_SCHEDULE', '0 */5 * * * *\n'],
    ['AzureWebJobsStorage', `"DefaultEndpointsProtocol=https;AccountName=contoso;AccountKey=${KEY}"`],
    ['AzureWebJobsStorage', `'AccountName=contoso;AccountKey=${KEY};TableEndpoint=https://t.example.com'`],
    ['AzureWebJobsStorage', `AccountName=contoso;AccountKey=${KEY};EndpointSuffix=core windows`],
    ['AzureWebJobsStorage', `AccountName=con toso;AccountKey=${KEY}`],
    ['AzureWebJobsStorage', `AccountName=contoso;AccountKey=${KEY};TableEndpoint=contoso`],
    [
      'COMMUNICATION_CONNECTION_STRING',
      `"endpoint=https://contoso.communication.azure.com/;accesskey=${KEY}"`,
    ],
    ['AZURE_CLIENT_ID', 'watcher'],
    ['SUMMARY_SCHEDULE', 'weekly'],
    ['ARM_ENDPOINT', 'https://user:secret@management.azure.com'],
    ['ARM_ENDPOINT', 'https://management.azure.com?x=1'],
    ['IOT_CENTRAL_ENDPOINT', 'https://{subdomain}.example.org/{baseDomain}'],
    ['IOT_CENTRAL_ENDPOINT', 'https://evil.example.com/{subdomain}.{baseDomain}'],
    ['COMMUNICATION_ENDPOINT', 'https://contoso.communication.azure.com/emails'],
    ['HISTORY_DAYS', '4000'],
  ])('%s=%s is named rather than taken for what it is not', (name, value) => {
    const found = faultsWith({ [name]: value });
    expect(namesOf(found)).toEqual([name]);
    if (/^["']/.test(value)) expect(found[0]).toContain('it is in quotes: write it without them');
  });
});

describe('plain http is for a loopback address only', () => {
  const storageAt = (url: string) =>
    `DefaultEndpointsProtocol=http;AccountName=a;AccountKey=${KEY};TableEndpoint=${url}/a;`;
  const endpoints: [string, (origin: string) => Environment][] = [
    ['ARM_ENDPOINT', origin => ({ ARM_ENDPOINT: origin })],
    ['IOT_CENTRAL_ENDPOINT', origin => ({ IOT_CENTRAL_ENDPOINT: `${origin}/{subdomain}.{baseDomain}` })],
    ['COMMUNICATION_ENDPOINT', origin => ({ COMMUNICATION_ENDPOINT: origin })],
    [
      'COMMUNICATION_CONNECTION_STRING',
      origin => ({ COMMUNICATION_CONNECTION_STRING: `endpoint=${origin}/;accesskey=${KEY}` }),
    ],
    ['PUBLIC_URL', origin => ({ PUBLIC_URL: origin })],
    ['AzureWebJobsStorage', origin => ({ AzureWebJobsStorage: storageAt(origin) })],
  ];

  test.each(endpoints)('%s', (name, env) => {
    for (const origin of ['http://127.0.0.1:8080', 'http://localhost:8080', 'http://[::1]:8080'])
      expect(faultsWith(env(origin))).toEqual([]);
    for (const origin of [
      'http://example.com',
      'http://10.1.2.3',
      'http://localhost.example.com',
      'http://127.0.0.1.example.com',
    ])
      expect(namesOf(faultsWith(env(origin)))).toEqual([name]);
  });

  test('a template can put no other host behind a loopback address', () => {
    for (const endpoint of [
      'http://127.0.0.1@{subdomain}.{baseDomain}',
      'http://{subdomain}.{baseDomain}',
      'http://localhost.{subdomain}.{baseDomain}',
    ])
      expect(namesOf(faultsWith({ IOT_CENTRAL_ENDPOINT: endpoint }))).toEqual(['IOT_CENTRAL_ENDPOINT']);
  });

  test('so it is for a storage account that is named without an endpoint, and for one by identity', () => {
    const inClear = `DefaultEndpointsProtocol=http;AccountName=contoso;AccountKey=${KEY}`;
    expect(namesOf(faultsWith({ AzureWebJobsStorage: inClear }))).toEqual(['AzureWebJobsStorage']);
    const byIdentity = {
      AzureWebJobsStorage: undefined,
      AzureWebJobsStorage__tableServiceUri: 'http://127.0.0.1:10002/a',
    };
    expect(namesOf(faultsWith(byIdentity))).toEqual(['AzureWebJobsStorage__tableServiceUri']);
  });
});

describe('storage', () => {
  const without = (more: Environment) => parse({ AzureWebJobsStorage: undefined, ...more }).storage;
  const faultsWithout = (more: Environment) => faultsWith({ AzureWebJobsStorage: undefined, ...more });
  const at = (uri: string) => ({ kind: 'identity', tableUri: uri, identity: undefined });

  test.each<[what: string, settings: Record<string, string>, tableUri: string]>([
    ['an account', { accountName: 'contoso' }, 'https://contoso.table.core.windows.net'],
    [
      'the address of its tables, which wins',
      { tableServiceUri: 'https://contoso.table.core.chinacloudapi.cn/', accountName: 'contoso' },
      'https://contoso.table.core.chinacloudapi.cn',
    ],
    [
      'the addresses of its blobs and queues, in any cloud',
      {
        blobServiceUri: 'https://contoso.blob.core.usgovcloudapi.net',
        queueServiceUri: 'https://contoso.queue.core.usgovcloudapi.net/',
      },
      'https://contoso.table.core.usgovcloudapi.net',
    ],
    [
      'the address of its blobs alone',
      { blobServiceUri: 'https://contoso.z12.blob.storage.azure.net' },
      'https://contoso.z12.table.storage.azure.net',
    ],
    [
      'names in another case, as the host takes them',
      { QUEUESERVICEURI: 'https://contoso.queue.core.windows.net' },
      'https://contoso.table.core.windows.net',
    ],
  ])('by identity is %s', (_, settings, tableUri) => {
    const named = (mark: string) =>
      Object.fromEntries(
        Object.entries(settings).map(([name, value]) => [`AzureWebJobsStorage${mark}${name}`, value]),
      );
    for (const mark of ['__', ':']) expect(without(named(mark))).toEqual(at(tableUri));
  });

  test.each<[Record<string, string>, string[]]>([
    [{ blobServiceUri: 'https://files.example.com' }, ['tableServiceUri']],
    [
      {
        blobServiceUri: 'https://contoso.blob.core.windows.net',
        queueServiceUri: 'https://fabrikam.queue.core.windows.net',
      },
      ['tableServiceUri'],
    ],
    [{ tableServiceUri: 'http://contoso.table.core.windows.net' }, ['tableServiceUri']],
    [{ tableServiceUri: 'contoso' }, ['tableServiceUri']],
    [{ tableServiceUri: 'https://contoso.table.core.windows.net/?sv=2022&sig=hunter2' }, ['tableServiceUri']],
    [{ accountName: 'contoso', credential: 'hunter2' }, ['credential']],
    [{ accountName: 'contoso', clientId: 'hunter2' }, ['clientId']],
    [{ accountName: 'contoso', managedIdentityResourceId: 'hunter2' }, ['managedIdentityResourceId']],
    [
      {
        accountName: 'contoso',
        clientId: '44444444-4444-4444-4444-444444444444',
        managedIdentityResourceId:
          '/subscriptions/s/resourceGroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/i',
      },
      ['managedIdentityResourceId'],
    ],
  ])('by identity with %j names what to correct', (settings, named) => {
    const env = Object.fromEntries(
      Object.entries(settings).map(([name, value]) => [`AzureWebJobsStorage__${name}`, value]),
    );
    const found = faultsWithout(env);
    expect(namesOf(found)).toEqual(named.map(name => `AzureWebJobsStorage__${name}`));
    expect(found.join()).not.toContain('hunter2');
  });

  test('by identity has who signs in: any managed identity, or the one that is named', () => {
    const identityOf = (more: Record<string, string>) => {
      const env = Object.entries({ accountName: 'contoso', ...more });
      const found = without(
        Object.fromEntries(env.map(([name, value]) => [`AzureWebJobsStorage__${name}`, value])),
      );
      return 'identity' in found ? found.identity : 'a connection string';
    };
    const clientId = '44444444-4444-4444-4444-444444444444';
    const managedIdentityResourceId =
      '/subscriptions/s/resourceGroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/i';
    expect(identityOf({})).toBeUndefined();
    expect(identityOf({ credential: 'workloadidentity' })).toBeUndefined();
    expect(identityOf({ credential: 'ManagedIdentity' })).toEqual({ managedOnly: true });
    expect(identityOf({ credential: 'managedidentity', clientId })).toEqual({ managedOnly: true, clientId });
    expect(identityOf({ clientId })).toEqual({ managedOnly: false, clientId });
    expect(identityOf({ credential: 'managedidentity', managedIdentityResourceId })).toEqual({
      managedOnly: true,
      resourceId: managedIdentityResourceId,
    });
  });

  test.each(['contoso.example.com/', 'Contoso', 'a', 'x/y#', 'contoso@evil'])(
    '%s is no account name',
    name => {
      const env = { AzureWebJobsStorage: undefined, AzureWebJobsStorage__accountName: name };
      expect(namesOf(faultsWith(env))).toEqual(['AzureWebJobsStorage__accountName']);
    },
  );

  test('a connection string wins, by key or by shared access signature', () => {
    const byKey = `DefaultEndpointsProtocol=https;AccountName=contoso;AccountKey=${KEY};EndpointSuffix=core.windows.net`;
    const bySignature =
      'TableEndpoint=https://a.table.core.windows.net/;SharedAccessSignature=sv=2022&sig=x%3D';
    for (const value of [byKey, bySignature])
      expect(parse({ AzureWebJobsStorage: value, AzureWebJobsStorage__accountName: 'b' }).storage).toEqual({
        kind: 'connectionString',
        value,
      });
  });
});

describe('mail', () => {
  const connectionString = `endpoint=https://contoso.communication.azure.com/;accesskey=${KEY}`;

  test('by connection string has a key, which wins over an endpoint', () => {
    expect(parse({ COMMUNICATION_CONNECTION_STRING: connectionString }).mailTransports.first).toEqual({
      transport: 'acs',
      endpoint: 'https://contoso.communication.azure.com',
      accessKey: KEY,
      sender: 'watcher@example.com',
    });
  });

  test.each([
    'accesskey=not base64!',
    'endpoint=https://contoso.communication.azure.com/',
    'nonsense-secret',
  ])('a connection string %s is refused without repeating it', value => {
    const found = faultsWith({ COMMUNICATION_CONNECTION_STRING: value });
    expect(new Set(namesOf(found))).toEqual(new Set(['COMMUNICATION_CONNECTION_STRING']));
    expect(found.join()).not.toMatch(/not base64!|secret/);
  });

  test('is not needed while nothing is to be sent, yet what is set must be right', () => {
    const none = { AzureWebJobsStorage: 'UseDevelopmentStorage=true', MAIL_TO: 'none' };
    expect(parseSettings(none, kinds, services, transports).mailTransports.first).toBeUndefined();
    expect(namesOf(faults({ ...none, COMMUNICATION_ENDPOINT: 'contoso', MAIL_SENDER: 'x' }))).toEqual([
      'COMMUNICATION_ENDPOINT',
      'MAIL_SENDER',
    ]);
  });

  test('operators are a list, each address once', () => {
    expect(parse({ OPERATORS: 'ops@example.com; OPS@example.com ada@example.com' }).mail.operators).toEqual([
      'ops@example.com',
      'ada@example.com',
    ]);
  });

  describe('its quota', () => {
    const limits = (more: Environment = {}) => parse(more).mailTransports.limits;

    test.each([
      ['watcher@example.com', 30, 100],
      ['DoNotReply@0f1c.azurecomm.net', 5, 10],
      ['DoNotReply@0F1C.AzureComm.NET', 5, 10],
      ['watcher@azurecomm.net.example.com', 30, 100],
      ['watcher@notazurecomm.net', 30, 100],
    ])(
      'follows the kind of sender domain: %s has %i a minute and %i an hour',
      (MAIL_SENDER, perMinute, perHour) => expect(limits({ MAIL_SENDER })).toEqual({ perMinute, perHour }),
    );

    test('is what is set, each alone, whatever the sender', () => {
      const MAIL_SENDER = 'DoNotReply@0f1c.azurecomm.net';
      expect(limits({ MAIL_SENDER, MAIL_PER_MINUTE: '2' })).toEqual({ perMinute: 2, perHour: 10 });
      expect(limits({ MAIL_SENDER, MAIL_PER_HOUR: '1000' })).toEqual({ perMinute: 5, perHour: 1_000 });
    });

    test.each(['0', '-1', '0.5', '1e3', 'many', '1000001'])('of %s is named', value => {
      for (const name of ['MAIL_PER_MINUTE', 'MAIL_PER_HOUR'])
        expect(namesOf(faultsWith({ [name]: value }))).toEqual([name]);
    });
  });

  test('MAIL_TO=operators is a quiet start, and needs somebody who hears it', () => {
    expect(parse({ MAIL_TO: 'operators', OPERATORS: 'ops@example.com' }).mail).toEqual({
      to: 'operators',
      operators: ['ops@example.com'],
    });
    expect(namesOf(faultsWith({ MAIL_TO: 'operators' }))).toEqual(['OPERATORS']);
    for (const to of ['owners', 'none']) expect(faultsWith({ MAIL_TO: to })).toEqual([]);
  });
});

describe('schedules', () => {
  test.each([
    ['0 */5 * * * *', 5 * MINUTE],
    ['0/30 * * * * *', 30 * SECOND],
    ['0 0 * * * *', HOUR],
    ['0 0 8,20 * * *', 12 * HOUR],
    ['0 0 8-17 * * 1-5', (24 - 17 + 8 + 48) * HOUR],
    ['0 0 6 * * Mon', 7 * DAY],
  ])('the longest gap of %s is known', (schedule, gap) => {
    expect(parse({ SWEEP_SCHEDULE: schedule }).sweepPeriodMs).toBe(gap);
  });
});

test('a URL and a domain are kept in one spelling', () => {
  const { publicUrl, services } = parse({
    PUBLIC_URL: 'https://watcher.example.com//',
    IOT_CENTRAL_BASE_DOMAINS: 'AzureIoTCentral.com,example.org',
  });
  expect(publicUrl).toBe('https://watcher.example.com');
  expect(services.get('IOT_CENTRAL')?.baseDomains).toEqual(['azureiotcentral.com', 'example.org']);
});

test('invisible characters at the ends of a setting are dropped, and others are named, but not those of a secret', () => {
  expect(parse({ CHECK_EVERY_CONTAINER_APP: '\u200b2h\u200b' }).kinds.get('containerApp')?.checkEveryMs).toBe(
    2 * HOUR,
  );
  expect(faultsWith({ PROBE_TIMEOUT: '1\u200b0s', OPERATORS: '\u0430da@example.com' })).toEqual([
    expect.stringMatching(/^PROBE_TIMEOUT: .*U\+200B at place 2/),
    expect.stringMatching(/^OPERATORS: .*U\+0430 at place 1/),
  ]);
  expect(faultsWith({ LINK_SECRET: 'sch\u00f6n', PUBLIC_URL: 'https://watcher.example.com' })).toEqual([
    expect.not.stringMatching(/U\+/),
  ]);
});
