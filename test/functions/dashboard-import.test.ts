/** Importing a CSV file in the dashboard: a report first, then what was looked at is written once, by a browser without a script. */
import { type Ask, asking } from '../support/asking';
import { HOSTILE } from '../support/dashboard';
import { useHost } from '../support/host';
import { CONTOSO, notesOf } from '../support/story';
import { type Visitor, visitor } from '../support/visitor';
import { useWorld } from '../support/world';

const world = useWorld();
const hosting = useHost();
let ask: Ask;
let person: Visitor;
beforeEach(async () => {
  ask = await asking(world(), hosting);
  person = visitor(ask);
  await person.open('dashboard/import');
});

const FILE = `scope,name,owners,notes
${CONTOSO},one,ada@example.com,"two\r\nlines"
${CONTOSO},two,nobody,
${CONTOSO},three,,
`;
const LOOK = 'Show what would happen';
const names = async () => (await world().app().listRows({ limit: 9 })).items.map(({ name }) => name);
const file = (text: string | Uint8Array<ArrayBuffer>) => new File([text], 'rows.csv', { type: 'text/csv' });

test.each<[string, Record<string, string | File>]>([
  ['a file', { file: file(FILE) }],
  ['its text', { text: FILE }],
  ['a file in UTF-16', { file: file(Buffer.from(`\ufeff${FILE}`, 'utf16le')) }],
])('%s is reported line by line, then imported by a second press', async (_, typed) => {
  await person.press(LOOK, typed);
  expect(person.words()).toContain('Nothing is imported yet 3 lines: 1 rejected, 2 created.');
  expect(person.words()).toMatch(/4 rejected two .* owners: 'nobody'/);
  expect(await names()).toEqual([]);
  await person.press('Import 2 lines');
  expect(person.words()).toContain('Imported 3 lines: 1 rejected, 2 created.');
  expect(await names()).toEqual(['one', 'three']);
  expect(await notesOf(world(), CONTOSO, 'one', 'added')).toEqual(['in the dashboard']);
});

test('sent again, a confirmation writes nothing, whatever was changed since', async () => {
  await person.press(LOOK, { text: FILE });
  await person.press('Import 2 lines');
  await world().register(CONTOSO, 'one', { owners: 'eve@example.com' });
  expect((await person.reload()).status).toBe(409);
  expect(person.words()).toContain('The registry was changed in the meantime, so nothing was imported.');
  expect((await world().app().findRow({ scope: CONTOSO, name: 'one' }))?.columns.owners).toBe(
    'eve@example.com',
  );
});

test('what was changed since the report is not overwritten: there is a new report', async () => {
  await person.press(LOOK, { text: FILE });
  await world().register(CONTOSO, 'one', { owners: 'eve@example.com' });
  expect((await person.press('Import 2 lines')).status).toBe(409);
  expect(await names()).toEqual(['one']);
  await person.press('Import 2 lines');
  expect(await names()).toEqual(['one', 'three']);
});

test('a row that somebody changed since the report is left alone, also where the file would still update it', async () => {
  await world().register(CONTOSO, 'one', { owners: 'eve@example.com' });
  await person.press(LOOK, { text: FILE });
  await world().register(CONTOSO, 'one', { owners: 'grace@example.com' });
  expect((await person.press('Import 2 lines')).status).toBe(409);
  expect((await world().app().findRow({ scope: CONTOSO, name: 'one' }))?.columns.owners).toBe(
    'grace@example.com',
  );
});

test('the report says what changes in a row, and how many targets it stops the watch of', async () => {
  for (const name of ['one', 'two']) await world().register(CONTOSO, name, { owners: 'eve@example.com' });
  const lines = `${CONTOSO},one,ann@example.com,false\n${CONTOSO},two,eve@example.com,true`;
  await person.press(LOOK, { text: `scope,name,owners,enabled\n${lines}` });
  expect(person.words()).toContain('1 target will not be watched any more: nobody is told of them.');
  expect(person.words()).toMatch(/2 updated one \S+ Stops its watch. Changes: Owners, Watch it/);
  expect(person.words()).not.toMatch(/3 updated two \S+ Stops/);
});

test('an updated row can be put back on its own page', async () => {
  await world().register(CONTOSO, 'one', { owners: 'eve@example.com' });
  await person.press(LOOK, { text: FILE });
  await person.press('Import 2 lines');
  await person.open(`dashboard/${encodeURIComponent(CONTOSO)}/one`);
  await person.press('Undo the last change');
  expect((await world().app().findRow({ scope: CONTOSO, name: 'one' }))?.columns).toMatchObject({
    owners: 'eve@example.com',
    notes: '',
  });
});

test('an export is all unchanged, and nothing is offered', async () => {
  await world().register(CONTOSO, 'one', { owners: 'eve@example.com', notes: '=1+1' });
  const { text } = await ask('registry/export');
  await person.press(LOOK, { file: file(text) });
  expect(person.words()).toContain('1 line: 1 unchanged. There is nothing to import.');
  expect(person.page().text).not.toContain('name="csv"');
});

test.each<[string, Record<string, string | File>, number, string]>([
  ['nothing', {}, 422, 'the file is empty'],
  ['an unknown column', { text: 'scope,name,colour\n' }, 422, "unknown columns 'colour'"],
  ['another encoding', { file: file(new Uint8Array([0x41, 0xe4, 0x0a])) }, 422, 'neither UTF-8 nor UTF-16'],
  ['markup', { text: HOSTILE }, 422, 'Nothing was imported.'],
  ['more than 5 MiB', { file: file('x'.repeat(5 * 1_024 * 1_024 + 1)) }, 413, 'at most 5 MiB here'],
  ['more than 8 MiB', { file: file('x'.repeat(8 * 1_024 * 1_024)) }, 413, 'at most 5 MiB here'],
])('%s is refused as a whole, and what was pasted is kept', async (_, typed, expected, why) => {
  const { status, text } = await person.press(LOOK, typed);
  expect([status, person.words().includes(why)]).toEqual([expected, true]);
  expect(text).not.toContain('<script>alert');
  if (typeof typed.text === 'string')
    expect(person.fields(LOOK).text?.replaceAll('\r\n', '\n')).toBe(typed.text);
});

test('what is no such form, or is cut, is not understood', async () => {
  const send = async (type: string, body: string) =>
    (await ask('dashboard/import', { method: 'POST', headers: { 'content-type': type }, body })).status;
  const part = '--b\r\nContent-Disposition: form-data; name="act"\r\n\r\nlook';
  expect([
    await send('application/x-www-form-urlencoded', 'act=look'),
    await send('multipart/form-data', part),
    await send('multipart/form-data; boundary=b', part),
    await send('multipart/form-data; boundary=b', `${part}\r\n${part}\r\n--b--\r\n`),
    await send('multipart/form-data; boundary=b', `${part}\r\n--b--\r\n`),
  ]).toEqual([415, 400, 400, 400, 400]);
});

test('of 5,000 lines the rejected ones are shown first, 500 in all', async () => {
  const lines = Array.from({ length: 5_000 }, (_, at) => `${CONTOSO},n${at},${at === 4_999 ? 'x' : ''}`);
  await person.press(LOOK, { text: `scope,name,owners\n${lines.join('\n')}` });
  expect(person.words()).toContain('5000 lines: 1 rejected, 4999 created.');
  expect(person.words()).toMatch(/Why 5001 rejected n4999/);
  expect(person.words()).toContain('4500 more are not shown.');
});

test('a file of another site is refused', async () => {
  const body = new FormData();
  body.set('act', 'look');
  const init = { method: 'POST', headers: { 'sec-fetch-site': 'cross-site' }, body };
  expect((await ask('dashboard/import', init)).status).toBe(403);
});
