import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { type Ask, asking, csv } from '../support/asking';
import { useHost } from '../support/host';
import { APPS, CONTOSO, dump } from '../support/story';
import { useWorld } from '../support/world';

const world = useWorld();
const hosting = useHost();
let ask: Ask;
beforeEach(async () => {
  ask = await asking(world(), hosting);
});

interface Line {
  readonly line: number;
  readonly outcome: string;
  readonly reason?: string;
}

async function imported(text: string, query = ''): Promise<Line[]> {
  const { status, body } = await ask(`registry/import${query}`, csv(text));
  if (status !== 200 || !Array.isArray(body.lines)) throw new Error(`${status} ${JSON.stringify(body)}`);
  return body.lines.map(line => Object(line));
}

/** A line may be shorter than the header, as spreadsheets save blank cells at its end. */
const FILE = [
  'scope,name,owners,notes',
  `${CONTOSO},kept,ada@example.com,same`,
  '',
  `${CONTOSO},edited,ada@example.com,"two\r\nlines"`,
  `${CONTOSO},new,grace@example.com,`,
  ',,,',
  `${CONTOSO},bad,nobody,`,
  `${CONTOSO},new,ada@example.com,`,
  `${CONTOSO},short`,
  `${CONTOSO},long,,,,moved`,
  `containerApp:Nowhere,rg:app,,`,
  `${APPS},rg:app,ada@example.com,'=1+1`,
].join('\r\n');

describe('POST registry/import', () => {
  beforeEach(async () => {
    await world().register(CONTOSO, 'kept', {
      owners: 'ada@example.com',
      notes: 'same',
      checkEvery: '6h',
      mine: 'x',
    });
    await world().register(CONTOSO, 'edited', { owners: 'x@example.com', checkEvery: '6h' });
  });

  const expected = [
    { line: 2, outcome: 'unchanged' },
    { line: 4, outcome: 'updated' },
    { line: 6, outcome: 'created' },
    { line: 8, outcome: 'rejected', reason: expect.stringMatching(/owners: 'nobody'/) },
    { line: 9, outcome: 'rejected', reason: 'line 6 is for the same target' },
    { line: 10, outcome: 'created' },
    { line: 11, outcome: 'rejected', reason: expect.stringMatching(/^cell 6 holds a text/) },
    { line: 12, outcome: 'rejected', reason: expect.stringMatching(/^subscription: 'nowhere' is not/) },
    { line: 13, outcome: 'created' },
  ];

  test('reports every line; a rejected one stops no other', async () => {
    expect(await imported(FILE)).toEqual(expected);
    const row = async (name: string) =>
      (await world().tables.registry.row({ scope: CONTOSO, name }))?.columns;
    // A column that the file does not have stays as it is.
    expect(await row('edited')).toEqual({
      owners: 'ada@example.com',
      notes: 'two\r\nlines',
      checkEvery: '6h',
    });
    expect(await row('new')).toEqual({ owners: 'grace@example.com' });
    expect(await row('kept')).toMatchObject({ mine: 'x' });
    // The apostrophe that an export put before a formula is taken off again.
    expect((await world().tables.registry.row({ scope: APPS, name: 'rg:app' }))?.columns.notes).toBe('=1+1');
    expect([await row('bad'), await row('long'), await row('short')]).toEqual([undefined, undefined, {}]);
  });

  test('a dry run reports the same and writes nothing', async () => {
    const before = await dump(world());
    expect(await imported(FILE, '?dryRun=true')).toEqual(expected);
    expect(await dump(world())).toEqual(before);
    expect((await ask('registry/import?dryRun=perhaps', csv(FILE))).status).toBe(400);
  });

  test('an empty cell clears a column', async () => {
    expect(await imported(`scope,name,checkEvery\n${CONTOSO},kept,`)).toEqual([
      { line: 2, outcome: 'updated' },
    ]);
    const row = await world().tables.registry.row({ scope: CONTOSO, name: 'kept' });
    expect(row?.columns).toMatchObject({ checkEvery: '', owners: 'ada@example.com' });
  });

  test.each([
    ['unknown columns', 'scope,name,colour,size\n', 400, /'colour', 'size'/],
    ['a column twice', 'scope,name,notes,notes\n', 400, /'notes' are there twice/],
    ['no name', 'scope,owners\n', 400, /'name' are missing/],
    ['nothing in it', '', 400, /empty/],
    ['an open quote', 'scope,name\n"a,b', 400, /quotes .* line 2/],
  ])('a file with %s is refused as a whole', async (_, text, status, words) => {
    const answer = await ask('registry/import', csv(text));
    expect([answer.status, answer.body.detail]).toEqual([status, expect.stringMatching(words)]);
  });

  test('a file that is too large, or of another type, is refused', async () => {
    const large = await ask('registry/import', csv(`scope,name\n${'x'.repeat(8 * 1_024 * 1_024)}`));
    expect([large.status, large.body.type]).toEqual([413, '/problems/too-large']);
    const typed = await ask('registry/import', {
      ...csv(FILE),
      headers: { 'content-type': 'application/json' },
    });
    expect(typed.status).toBe(415);
  });
});

test('a thousand rows are imported and exported, and the export is unchanged', async () => {
  const lines = Array.from({ length: 1_000 }, (_, n) => `${CONTOSO},t${n},ada@example.com`);
  const report = await imported(`\ufeffscope,name,owners\n${lines.join('\n')}`);
  expect(report.every(({ outcome }) => outcome === 'created')).toBe(true);
  const { text, headers } = await ask('registry/export');
  expect(headers.get('content-type')).toMatch(/^text\/csv/);
  const again = await imported(text);
  expect([again.length, new Set(again.map(({ outcome }) => outcome))]).toEqual([
    1_000,
    new Set(['unchanged']),
  ]);
});

test('whatever people wrote into rows, an export changes nothing when it is imported, and holds no formula', async () => {
  const nasty = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 20 }),
    fc
      .tuple(
        fc.constantFrom('', "'", "''", ' ', '\t', '\n', '\r', '"', '\ufeff'),
        fc.constantFrom('=', '+', '-', '@', '＝', "'", ';', ',', '"', 'x', '\0'),
        fc.constantFrom('1+1', "'", '"', '\r\n', ' ', 'cmd|x'),
      )
      .map(parts => parts.join('')),
  );
  const columns = fc.record(
    {
      owners: nasty,
      thresholds: nasty,
      checkEvery: nasty,
      enabled: fc.oneof(nasty, fc.boolean()),
      displayName: nasty,
      runbook: nasty,
      notes: nasty,
      replacedBy: nasty,
    },
    { requiredKeys: [] },
  );
  let rows = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(columns, { minLength: 20, maxLength: 20 }), async some => {
      for (const row of some) {
        rows += 1;
        await world().register(CONTOSO, `r${rows}`, wellFormed(row));
      }
    }),
    { numRuns: 10 },
  );
  for (const name of ['=1+1', "'=x", ' lead', 'trail ', '"q"', 'a,b', "o'clock"])
    await world().register(CONTOSO, name);
  const { text } = await ask('registry/export');
  const before = await dump(world(), ['registry']);
  const report = await imported(text);
  expect(report.filter(({ outcome }) => outcome !== 'unchanged')).toEqual([]);
  expect(report).toHaveLength(rows + 7);
  expect(await dump(world(), ['registry'])).toEqual(before);
  const cells = parse(text, { relax_column_count: true }).flat();
  expect(cells.length).toBe((rows + 8) * 10);
  expect(cells.filter(cell => /^\s*[=+\-@＝＋－＠]|^[\t\r\n]/.test(cell))).toEqual([]);
});

/** The store takes no half of a character. */
function wellFormed(row: Record<string, unknown>): Record<string, unknown> {
  const entries = Object.entries(row).map(([column, value]) => [
    column,
    typeof value === 'string' ? Buffer.from(value).toString() : value,
  ]);
  return Object.fromEntries(entries);
}
