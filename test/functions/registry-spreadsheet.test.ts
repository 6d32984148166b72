/** Imports of CSV files as spreadsheets save them. */
import fc from 'fast-check';
import { csvOf, parseCsv } from '../../src/formats/csv';
import { registryCsv } from '../../src/web/registry/csv-file';
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

type Bytes = string | Uint8Array<ArrayBuffer>;

async function linesOf(file: Bytes): Promise<{ outcome: string; reason?: string }[]> {
  const { status, body } = await ask('registry/import', csv(file));
  if (status !== 200 || !Array.isArray(body.lines)) throw new Error(`${status} ${JSON.stringify(body)}`);
  return body.lines.map(line => Object(line));
}

const outcomes = async (file: Bytes) => (await linesOf(file)).map(({ outcome }) => outcome);
const columnsOf = async (name: string, scope = CONTOSO) =>
  (await world().tables.registry.row({ scope, name }))?.columns;

function utf16(text: string, bigEndian = false): Uint8Array<ArrayBuffer> {
  const bytes = Buffer.from(`\ufeff${text}`, 'utf16le');
  return Uint8Array.from(bigEndian ? bytes.swap16() : bytes);
}

const PLAIN = `scope,name,owners,notes\r\n${CONTOSO},x,ada@example.com,"Größe, ""5"""\r\n`;
const SEMICOLONS = `scope;name;owners;notes\r\n${CONTOSO};x;ada@example.com;"Größe, ""5"""\r\n`;
const TABS = SEMICOLONS.replaceAll(';', '\t');

test.each<[string, Bytes]>([
  ['commas', PLAIN],
  ['semicolons', SEMICOLONS],
  ['tabs', TABS],
  ['a byte order mark', `\ufeff${SEMICOLONS}`],
  ['two byte order marks', `\ufeff\ufeff"scope${PLAIN.slice(5).replace(',', '",')}`],
  ['UTF-16, little end first', utf16(TABS)],
  ['UTF-16, big end first', utf16(PLAIN, true)],
  ['a line that names the separator', `sep=;\r\n${SEMICOLONS}`],
  ['a separator that only that line names', `"SEP=|",,,\n${SEMICOLONS.replaceAll(';', '|')}`],
  ['line ends of an old Mac', PLAIN.replaceAll('\r\n', '\r')],
  [
    'blank lines, header cells and columns',
    `;;;;\n${SEMICOLONS.replace('notes', 'notes;;').replace('x;', 'x;')};;;;;; \n`,
  ],
  ['column names in another case', PLAIN.replace('scope,name,owners,notes', ' SCOPE ,Name,OWNERS,"Notes"')],
  ['quoted column names', SEMICOLONS.replace('scope;name', '"scope";"name"')],
  [
    'each line in one cell, as a spreadsheet saves it that expects another separator',
    PLAIN.replace(/^scope.*/, '"$&";;').replace(/^iot.*/m, line => `"${line.replaceAll('"', '""')}";;`),
  ],
  [
    'one cell a line where the line has quotes',
    PLAIN.replace(/^iot.*/m, line => `"${line.replaceAll('"', '""')}"`),
  ],
  ['an apostrophe before texts', PLAIN.replace(',x,ada', ",'x,'ada").replace(CONTOSO, `'${CONTOSO}`)],
])('a file with %s is understood', async (_, file) => {
  expect(await outcomes(file)).toEqual(['created']);
  expect(await columnsOf('x')).toEqual({ owners: 'ada@example.com', notes: 'Größe, "5"' });
});

test.each<[string, Bytes]>([
  ['another code page', Uint8Array.from(Buffer.from(PLAIN, 'latin1'))],
  ['UTF-16 without a byte order mark', utf16(PLAIN).slice(2)],
  ['half a character of UTF-16', utf16(PLAIN).slice(0, -1)],
  ['a workbook', Uint8Array.from([0x50, 0x4b, 3, 4, 0xff, 0xfe, 0, 0x80])],
])('a file with %s is refused with what to do', async (_, file) => {
  const { status, body } = await ask('registry/import', csv(file));
  expect([status, body.detail]).toEqual([
    400,
    expect.stringMatching(/neither UTF-8 .* line \d+ .*CSV UTF-8/),
  ]);
});

test.each([
  [
    'a quote inside of a cell',
    `sep=,\r\nscope,name,notes\r\n${CONTOSO},a,"1\r\n2"\r\n\r\n${CONTOSO},b,5" pipe\r\n`,
    6,
  ],
  ['an open quote', `scope,name,notes\r\n${CONTOSO},a,"1\r\n2\r\n${CONTOSO},b,x\r\n`, 2],
])('of a file with %s, the line is named and what to do', async (_, file, line) => {
  const { status, body } = await ask('registry/import', csv(file));
  expect([status, body.detail]).toEqual([
    400,
    expect.stringContaining(`starts on line ${line} can't be understood: put quotes around the whole cell`),
  ]);
});

test('a fault of the header names its line', async () => {
  const { body } = await ask('registry/import', csv('sep=;\n\nscope;name;Spalte1\n'));
  expect(body.detail).toMatch(/line 3: unknown columns 'Spalte1'/);
});

test('a declared separator counts as a line, and a text in a column without a name is refused', async () => {
  const file = `sep=;\nscope;name;;notes\n${CONTOSO};a;;n\n${CONTOSO};b;lost;n\n${CONTOSO};c\n`;
  expect(await linesOf(file)).toEqual([
    { line: 3, outcome: 'created' },
    { line: 4, outcome: 'rejected', reason: expect.stringMatching(/^cell 3 holds a text/) },
    { line: 5, outcome: 'created' },
  ]);
});

test('a text in which characters were lost before is rejected, unless the row has it already', async () => {
  await world().register(CONTOSO, 'known', { notes: 'Gr\ufffd\ufffde' });
  const file = `scope,name,notes\n${CONTOSO},known,Gr\ufffd\ufffde\n${CONTOSO},new,Gr\ufffd\ufffde\n`;
  expect(await linesOf(file)).toEqual([
    { line: 2, outcome: 'unchanged' },
    { line: 3, outcome: 'rejected', reason: expect.stringMatching(/^notes: it holds U\+FFFD/) },
  ]);
});

test.each([
  ['TRUE', 'true'],
  ['FALSE', 'false'],
  ['Wahr', 'true'],
  ['FALSCH', 'false'],
  ['VRAI', 'true'],
  ["'FALSO", 'false'],
  ['ІСТИНА', 'true'],
  ['ΑΛΗΘΗΣ', 'true'],
  ['EPA\u0308TOSI', 'false'],
])('the flag %s is read as %s', async (written, enabled) => {
  expect(await outcomes(`scope,name,enabled\n${CONTOSO},x,${written}`)).toEqual(['created']);
  expect(await columnsOf('x')).toEqual({ enabled });
});

test('owners with their names are taken over, and are found by their addresses', async () => {
  const owners = '"Lovelace, Ada" <ada@example.com>; Grace Hopper <grace@example.com>, bob@example.com';
  expect(await outcomes(csvOf(['scope', 'name', 'owners'], [[CONTOSO, 'x', owners]]))).toEqual(['created']);
  const { body } = await ask(`registry/${encodeURIComponent(CONTOSO)}/x`);
  expect(body.owners).toEqual(['ada@example.com', 'grace@example.com', 'bob@example.com']);
  const found = await ask('registry?owner=GRACE@example.com');
  expect(found.body.items).toHaveLength(1);
});

describe('an export', () => {
  /** What a spreadsheet does that cannot be told from what a person wants is not in here. */
  const saved = (text: string, delimiter: string) => {
    const records = parseCsv(text, 1_000);
    if ('fault' in records) throw new Error(records.fault);
    const cell = (one: string) => {
      const bare = one
        .replace(/\r\n/g, '\n')
        .replace(/^true$/, 'WAHR')
        .replace(/^false$/, 'FALSCH');
      return /["\n;\t]/.test(bare) ? `"${bare.replaceAll('"', '""')}"` : bare;
    };
    return records
      .map(({ cells }) =>
        cells
          .map(cell)
          .join(delimiter)
          .replace(/[;\t]+$/, ''),
      )
      .join('\r\n');
  };

  test('begins with a byte order mark', async () => {
    await world().register(CONTOSO, 'x', {});
    const { body } = await registryCsv(await world().app().everyRow());
    expect(body).toMatch(/^\ufeffscope,name,/);
  });

  test.each([
    ['semicolons', ';'],
    ['tabs', '\t'],
  ])('that a spreadsheet saved with %s changes nothing', async (_, delimiter) => {
    const text = fc.oneof(
      fc.constantFrom('', 'two\r\nlines', '=1+1', '-7d 0', "'tis", 'a;b', '"q"', 'true', 'x\t', 'Größe 5'),
      fc
        .string({ unit: 'grapheme-ascii', minLength: 3, maxLength: 12 })
        .filter(some => /[a-z]{2}[^a-z]/.test(some)),
    );
    const row = fc.record({
      owners: text.filter(some => some !== 'true'),
      displayName: text,
      notes: text,
      enabled: fc.boolean(),
      replacedBy: text,
    });
    for (const [index, one] of fc.sample(row, 40).entries())
      await world().register(CONTOSO, `id-${index}`, one);
    for (const name of ['007', '1E5', '1-2', "'x", 'true', '=1']) await world().register(CONTOSO, name, {});
    const exported = (await ask('registry/export')).text;
    const before = await dump(world(), ['registry']);
    const report = await linesOf(saved(exported, delimiter));
    expect(report.filter(({ outcome }) => outcome !== 'unchanged' && outcome !== 'rejected')).toEqual([]);
    expect(report.filter(({ outcome }) => outcome === 'rejected')).toEqual([
      expect.objectContaining({ reason: expect.stringMatching(/'true' is registered and missing/) }),
    ]);
    expect(await dump(world(), ['registry'])).toEqual(before);
  });

  test.each([
    ['007', '7'],
    ['1E5', '100000'],
    ['1E5', '1,00E+05'],
    ['12345678901234567890', '1.23457E+19'],
    ['1-2', '02. Jan'],
    ['1-2', '1-Feb'],
    ['1-2', '2026-01-02'],
    ['1.5', '01. Mai'],
    ['mar1', 'Mrz 01'],
    ['true', 'WAHR'],
    ['2026-01', 'Jan 26'],
    ['1.10', '1.1'],
    ['.5', '0.5'],
    ['12345678901234567', '12345678901234500'],
    ['1-2', '1月2日'],
    ['5-12', '2026-05-12 00:00:00'],
    ['jan1', '01. Jän'],
  ])(
    'whose id %s a spreadsheet rewrote as %s would make a new target, and the report says so',
    async (id, made) => {
      await world().register(CONTOSO, id, { owners: 'ada@example.com' });
      const [line] = await linesOf(`scope;name;owners\n${CONTOSO};${made};ada@example.com`);
      expect(line).toMatchObject({
        outcome: 'rejected',
        reason: `name: '${made}' would be a new target, while '${id}' is registered and missing in the file. A spreadsheet may have rewritten the id: write '${id}', with the column formatted as text. If it is a new target, PUT it or import both`,
      });
      expect(await columnsOf(made)).toBeUndefined();
    },
  );

  test.each([
    ['7', '8'],
    ['7', '007'],
    ['gateway-1', 'gateway-2'],
    ['1-2', '1-3'],
    ['mar1', 'mar2'],
    ['007', '8'],
    ['1.1', '1.10'],
    ['1.5', '01.5'],
  ])('of %s does not keep %s from being registered', async (there, another) => {
    await world().register(CONTOSO, there, {});
    expect(await outcomes(`scope,name\n${CONTOSO},${another}`)).toEqual(['created']);
  });

  test('whose app names were read as a time is recognised', async () => {
    await world().register(APPS, '1:30', {});
    expect(await linesOf(`scope,name\n${APPS},01:30:00`)).toEqual([
      { line: 2, outcome: 'rejected', reason: expect.stringMatching(/'1:30' is registered and missing/) },
    ]);
  });

  test('whose text a spreadsheet rewrote leaves that text alone and says why', async () => {
    const row = { displayName: '1-2', replacedBy: '007', notes: 'old' };
    await world().register(CONTOSO, 'x', row);
    const header = 'scope,name,displayName,replacedBy';
    const hints = [
      expect.stringMatching(/^displayName: left as '1-2'.*'02. Jan'/),
      expect.stringMatching(/^replacedBy: left as '007'.*'7'/),
    ];
    expect(await linesOf(`${header}\n${CONTOSO},x,02. Jan,7`)).toEqual([
      { line: 2, outcome: 'unchanged', hints },
    ]);
    expect(await linesOf(`${header},notes\n${CONTOSO},x,02. Jan,7,new`)).toEqual([
      { line: 2, outcome: 'updated', hints },
    ]);
    expect(await columnsOf('x')).toEqual({ ...row, notes: 'new' });
  });

  test.each([
    ['2026-11-30 10:00', '30.11.2026 10:00'],
    ['1:30 PM', '13:30'],
    ['1:2:3', '01:02:03'],
    ['5 €', '5,00 €'],
    ['(12)', '-12'],
    ['7.5%', '7.50%'],
  ])('whose note %s was rewritten as %s leaves it alone', async (notes, made) => {
    await world().register(CONTOSO, 'x', { notes });
    const [line] = await linesOf(`scope;name;notes\n${CONTOSO};x;${made}`);
    expect(line).toMatchObject({ outcome: 'unchanged', hints: [expect.stringMatching(/^notes: left as /)] });
  });

  test.each([
    ['5 €', '5 $'],
    ['2026-11-30 10:00', '2026-11-30 11:00'],
    ['1.5', '1.6'],
  ])('whose note %s a person changed to %s is updated', async (notes, changed) => {
    await world().register(CONTOSO, 'x', { notes });
    expect(await outcomes(`scope;name;notes\n${CONTOSO};x;${changed}`)).toEqual(['updated']);
  });

  test.each([
    ['東京 1', '?? 1'],
    ['Łódź – 🙂', '?\ufffdd? ? ??'],
  ])('whose text %s lost its characters in a code page leaves that text alone', async (notes, lost) => {
    await world().register(CONTOSO, 'x', { notes });
    expect(await linesOf(`scope,name,notes\n${CONTOSO},x,${lost}`)).toEqual([
      { line: 2, outcome: 'unchanged', hints: [expect.stringMatching(/^notes: left as /)] },
    ]);
    expect(await columnsOf('x')).toEqual({ notes });
  });
});
