import fc from 'fast-check';
import { isAddress, parseAddresses } from '../../src/core/address';
import { COLUMN_NAMES, parseColumns } from '../../src/core/row';
import { DAY, HOUR } from '../../src/formats/instant';

const columnsOf = (row: Record<string, unknown>) => parseColumns(row).columns;
const faultsOf = (row: Record<string, unknown>) => parseColumns(row).faults;

test('an empty row is a watched target without owners', () => {
  expect(parseColumns({})).toEqual({ columns: { owners: [], enabled: true }, faults: [] });
  const empty = {
    owners: '',
    thresholds: null,
    checkEvery: '',
    enabled: '',
    displayName: ' ',
    runbook: '',
    notes: undefined,
  };
  expect(parseColumns(empty)).toEqual({ columns: { owners: [], enabled: true }, faults: [] });
});

test('every column is parsed, trimmed', () => {
  const row = {
    owners: ' ada@example.com;grace@example.com ',
    thresholds: '30d 0',
    checkEvery: '2h',
    enabled: true,
    displayName: ' Gateway ',
    runbook: 'https://wiki.example.com/a b',
    notes: 'Ask first.',
    replacedBy: 'gateway-2',
    someColumnOfTheirOwn: 7,
  };
  expect(parseColumns(row)).toEqual({
    columns: {
      owners: ['ada@example.com', 'grace@example.com'],
      thresholds: [
        { is: 'lead', ms: 30 * DAY },
        { is: 'lead', ms: 0 },
      ],
      checkEvery: 2 * HOUR,
      enabled: true,
      displayName: 'Gateway',
      runbook: 'https://wiki.example.com/a%20b',
      notes: 'Ask first.',
      replacedBy: 'gateway-2',
    },
    faults: [],
  });
});

describe('addresses', () => {
  test.each([
    'ada@example.com',
    "o'brien+tag@sub.example.co.uk",
    'a.b@x-y.io',
    `${'a'.repeat(64)}@example.com`,
    'UPPER@EXAMPLE.COM',
    // Those of channels: of Teams, Slack and PagerDuty.
    '1a2b3c4d.contoso.com@emea.teams.ms',
    'alerts-aaaabbbbccccdddd@contoso.slack.com',
    'gateway-service@contoso.eu.pagerduty.com',
  ])('%s is one', text => expect(isAddress(text)).toBe(true));

  test.each([
    'ada',
    'ada@',
    '@example.com',
    'ada@localhost',
    'ada@@example.com',
    'a b@example.com',
    '.ada@example.com',
    'ada.@example.com',
    'a..b@example.com',
    'ada@example..com',
    'ada@example.com.',
    'Ada <ada@example.com>',
    'ada@example.com\r\nBcc: eve@example.com',
    'ada@exämple.com',
    '"ada"@example.com',
    `${'a'.repeat(65)}@example.com`,
    `ada@${'x.'.repeat(126)}com`,
  ])('%j is not one', text => expect(isAddress(text)).toBe(false));

  test('each is kept once without regard to case, as it was first spelt', () => {
    expect(parseAddresses('Ada@Example.com, ada@example.com, ADA@EXAMPLE.COM').addresses).toEqual([
      'Ada@Example.com',
    ]);
  });

  test('a bad one is named, and the good ones are used all the same', () => {
    expect(parseColumns({ owners: 'ada@example.com, grace' })).toEqual({
      columns: { owners: ['ada@example.com'], enabled: true },
      faults: ["owners: 'grace' is not a mail address; write for example ada@example.com"],
    });
  });

  test('the first ten owners are told where there are more, and the fault says so', () => {
    const owners = Array.from({ length: 12 }, (_, index) => `o${index}@example.com`).join(' ');
    expect(columnsOf({ owners }).owners).toHaveLength(10);
    expect(faultsOf({ owners })).toEqual(['owners: write at most 10 addresses, not 12']);
  });
});

describe('bounds', () => {
  test.each([
    ['displayName', 200],
    ['notes', 2_000],
    ['thresholds', 1_000],
    ['owners', 4_000],
    ['checkEvery', 20],
    ['runbook', 2_000],
    ['replacedBy', 1_024],
  ])('%s has at most %i characters', (column, longest) => {
    expect(faultsOf({ [column]: 'x'.repeat(longest + 1) })).toEqual([
      `${column}: write a text of at most ${longest} characters`,
    ]);
    expect(faultsOf({ [column]: ' '.repeat(longest) })).toEqual([]);
  });

  test.each([{}, [], new Uint8Array(1), new Date(Number.NaN)])('%p is not text', value => {
    for (const column of COLUMN_NAMES.filter(name => name !== 'enabled'))
      expect(faultsOf({ [column]: value })).toEqual([
        expect.stringMatching(`^${column}: write a text of at most`),
      ]);
  });

  test.each([
    [2024, '2024'],
    [1.5, '1.5'],
    [true, 'true'],
    [2n ** 60n, '1152921504606846976'],
    [new Date(0), '1970-01-01T00:00:00.000Z'],
  ])('%p is read as a person would write it', (value, text) => {
    const row = { displayName: value, notes: value, replacedBy: value };
    expect(parseColumns(row)).toEqual({
      columns: { owners: [], enabled: true, displayName: text, notes: text, replacedBy: text },
      faults: [],
    });
    expect(parseColumns({ ...row, owners: value })).toEqual(parseColumns({ ...row, owners: text }));
  });

  test.each(['1w', '31d', '0h', '6'])('checkEvery %s is refused with the fix', checkEvery => {
    expect(columnsOf({ checkEvery }).checkEvery).toBeUndefined();
    expect(faultsOf({ checkEvery })).toEqual([
      `checkEvery: '${checkEvery}' is not a duration of at most 30d; write for example 6h`,
    ]);
  });

  test.each([
    'javascript:alert(1)',
    'data:text/html,x',
    'wiki',
    'ftp://x.example',
    '//x.example',
    'file:///etc/passwd',
  ])('runbook %s is not a web link', runbook => {
    expect(columnsOf({ runbook }).runbook).toBeUndefined();
    expect(faultsOf({ runbook })).toEqual(['runbook: write a link that starts with https:// or http://']);
  });
});

describe('enabled', () => {
  test.each([false, 'false', 'False', ' FALSE '])('%p hides the target', enabled =>
    expect(parseColumns({ enabled })).toMatchObject({ columns: { enabled: false }, faults: [] }),
  );

  test.each([true, 'true', 'True', undefined, null, '', ' '])('%p watches it', enabled =>
    expect(parseColumns({ enabled })).toMatchObject({ columns: { enabled: true }, faults: [] }),
  );

  test.each([0, 1, 'no', 'yes', 'off', {}, []])(
    '%p is a fault, and the target is watched until it is repaired',
    enabled => {
      expect(columnsOf({ enabled }).enabled).toBe(true);
      expect(faultsOf({ enabled })).toEqual([
        'enabled: write true or false; until then the target is watched',
      ]);
    },
  );
});

describe('invisible characters', () => {
  const ENDS = [
    '\u200b',
    '\ufeff',
    '\u00a0',
    '\u200e',
    '\u202e',
    '\u0007',
    '\u00ad',
    '\u2060',
    '\u3164',
    '\u{e0020}',
  ];

  test.each(ENDS)('at the ends of a value (%j) are dropped', end => {
    const around = (text: string) => `${end}${text} ${end}`;
    const row = {
      owners: `${around('ada@example.com')};${around('grace@example.com')}`,
      thresholds: `${around('30d')}, ${around('0')}`,
      checkEvery: around('6h'),
      enabled: around('false'),
      runbook: around('https://wiki.example.com/'),
    };
    expect(parseColumns(row)).toEqual({
      columns: {
        owners: ['ada@example.com', 'grace@example.com'],
        thresholds: [
          { is: 'lead', ms: 30 * DAY },
          { is: 'lead', ms: 0 },
        ],
        checkEvery: 6 * HOUR,
        enabled: false,
        runbook: 'https://wiki.example.com/',
      },
      faults: [],
    });
  });

  test('belong to words and emoji', () => {
    const text = '\u{1f469}\u200d\u{1f692} می\u200cخواهم';
    expect(columnsOf({ displayName: text, notes: text })).toMatchObject({ displayName: text, notes: text });
  });

  test.each([
    [
      'owners',
      'ada@exam\u200bple.com',
      "'ada@exam‹U+200B›ple.com' is not a mail address",
      'U+200B at place 9',
    ],
    [
      'owners',
      'ada@exam\ufeffple.com',
      "'ada@exam‹U+FEFF›ple.com' is not a mail address",
      'U+FEFF at place 9',
    ],
    ['owners', 'ada@exam\u00a0ple.com', "'ada@exam' is not a mail address", 'U+00A0 at place 9'],
    ['thresholds', '30d 7\u200bd', "'7‹U+200B›d' is not a threshold", 'U+200B at place 6'],
    ['checkEvery', '6\u200eh', "'6‹U+200E›h' is not a duration", 'U+200E at place 2'],
    ['enabled', 'fal\u00adse', 'write true or false', 'U+00AD at place 4'],
    ['runbook', 'https://wiki\u200b.example.com', 'write a link', 'U+200B at place 13'],
  ])('inside of %s %j are named by code point and place', (column, text, shown, named) => {
    const faults = faultsOf({ [column]: text });
    expect(faults[0]).toContain(shown);
    expect(faults.at(-1)).toBe(
      `${column}: it holds invisible characters (${named}); type it again without them`,
    );
  });

  test('are no fault where the lines of a list end', () => {
    expect(faultsOf({ owners: 'ada@example.com\r\ngrace\tbob@example.com' })).toEqual([
      "owners: 'grace' is not a mail address; write for example ada@example.com",
    ]);
  });
});

test.each([
  ['thresholds', '30d \u20137d', 'U+2013 at place 5'],
  ['owners', '\u0430da@example.com', 'U+0430 at place 1'],
  ['owners', 'ada\uff20example.com', 'U+FF20 at place 4'],
  ['checkEvery', '\u0666h', 'U+0666 at place 1'],
])('characters of %s that only look right are named: %j', (column, text, named) => {
  expect(faultsOf({ [column]: text }).at(-1)).toBe(
    `${column}: it holds characters beside plain ASCII (${named}), which may look like others; type it again`,
  );
});

test.each([
  ['Lovelace, Ada <ada@example.com>; Hopper, Grace <grace@example.com>;', []],
  ['Lovelace, Ada <ada@example.com>\r\nHopper, Grace < grace@example.com >', []],
  ['Ada <ada@example.com>, bob; grace@example.com', [/'bob' is not a mail address/]],
  [
    'Lovelace, Ada <ada@example.com>, grace@example.com',
    [/'Lovelace' is not .*, and a name with a comma in quotes$/],
  ],
])('owners as mail programs list them: %j', (owners, faults) => {
  expect(columnsOf({ owners }).owners).toEqual(['ada@example.com', 'grace@example.com']);
  expect(faultsOf({ owners })).toEqual(faults.map(words => expect.stringMatching(words)));
});

test('every fault of a row is named, and the good columns are used all the same', () => {
  const row = {
    owners: 'ada@example.com;x',
    thresholds: '7d soon',
    checkEvery: 'often',
    enabled: 'maybe',
    displayName: 'Gateway',
    runbook: 'wiki',
    notes: [5],
  };
  const { columns, faults } = parseColumns(row);
  expect(columns).toEqual({
    owners: ['ada@example.com'],
    thresholds: [{ is: 'lead', ms: 7 * DAY }],
    enabled: true,
    displayName: 'Gateway',
  });
  expect([...new Set(faults.map(fault => fault.split(':')[0]))].sort()).toEqual([
    'checkEvery',
    'enabled',
    'notes',
    'owners',
    'runbook',
    'thresholds',
  ]);
});

test('no row makes the parser throw, and what it lets through is within bounds', () => {
  const row = fc.dictionary(
    fc.constantFrom(...COLUMN_NAMES),
    fc.oneof(fc.string({ unit: 'binary', maxLength: 300 }), fc.anything()),
  );
  fc.assert(
    fc.property(row, hostile => {
      const { columns } = parseColumns(hostile);
      expect(columns.owners.every(isAddress)).toBe(true);
      expect(columns.owners.length).toBeLessThanOrEqual(10);
      expect(columns.displayName?.length ?? 0).toBeLessThanOrEqual(200);
      expect(columns.runbook ?? 'https:').toMatch(/^https?:/);
    }),
  );
});
