/** Columns that are added to the table, and nowhere else, are in every place where rows are shown, written and taken over. */
import { parse } from 'csv-parse/sync';
import { type Ask, asking, csv, json } from '../support/asking';
import { useHost } from '../support/host';
import { LINKED, replaceBy, tokenTo } from '../support/snooze';
import { CONTOSO, HOST, mailsAt } from '../support/story';
import { useWorld } from '../support/world';

jest.mock('../../src/core/columns', () => {
  const actual = jest.requireActual('../../src/core/columns');
  const parseTeam = (text: string) =>
    text === 'nobody' ? { value: undefined, faults: ['write a team'] } : { value: text, faults: [] };
  const team = {
    shape: 'text',
    longest: 50,
    description: 'The team that owns the token.',
    parse: parseTeam,
    show: (value?: string) => value ?? null,
    takenOver: true,
    field: { label: 'Team', control: 'line', position: 8 },
  };
  const tags = {
    shape: 'list',
    longest: 100,
    description: 'Words to find it by.',
    parse: (text: string) => ({ value: text.split(' '), faults: [] }),
    show: (value: string[]) => value,
    items: 'words',
    takenOver: false,
    field: { label: 'Tags', control: 'area', position: 9 },
  };
  const loud = {
    shape: 'flag',
    longest: 20,
    description: 'Whether it is loud.',
    default: 'false',
    parse: (text: string) => ({ value: text === 'true', faults: [] }),
    show: (value: boolean) => value,
    takenOver: true,
    field: { label: 'Loud', control: 'box', position: 10 },
  };
  return { ...actual, COLUMNS: { ...actual.COLUMNS, team, tags, loud } };
});

const ADA = 'ada@example.com';
const PATH = `registry/${encodeURIComponent(CONTOSO)}`;
const GATEWAY = `${PATH}/gateway`;
const ROW = { owners: [ADA], team: 'blue', tags: ['a', 'b'], loud: true };
const NONE = { team: null, tags: [], loud: false };

const world = useWorld({ settings: LINKED });
const hosting = useHost();
let ask: Ask;
beforeEach(async () => {
  ask = await asking(world(), hosting);
});

const stored = async (name = 'gateway') =>
  (await world().tables.registry.row({ scope: CONTOSO, name }))?.columns;

test('PUT takes them, GET and the list answer them, and PUT of that answer changes nothing', async () => {
  const put = await ask(GATEWAY, json(ROW));
  expect([put.status, put.body]).toEqual([201, expect.objectContaining(ROW)]);
  expect(await stored()).toMatchObject({ owners: ADA, team: 'blue', tags: 'a b', loud: 'true' });
  const got = await ask(GATEWAY);
  expect(got.body).toMatchObject(ROW);
  expect((await ask('registry')).body.items).toEqual([got.body]);
  const again = await ask(GATEWAY, json(got.body));
  expect([again.status, again.headers.get('etag')]).toEqual([200, got.headers.get('etag')]);
  expect((await ask(GATEWAY, json({}))).body).toMatchObject(NONE);
});

test('a bad one is refused by its name', async () => {
  const { status, body } = await ask(GATEWAY, json({ tags: 'a', loud: 'x' }));
  expect(status).toBe(422);
  expect(body.faults).toEqual([
    { parameter: 'tags', detail: 'write an array of words' },
    { parameter: 'loud', detail: 'write true or false' },
  ]);
  expect((await ask(GATEWAY, json({ team: 'nobody' }))).body.faults).toEqual([
    { parameter: 'team', detail: 'write a team' },
  ]);
});

test('an export has them, and an import reads and clears them', async () => {
  await ask(GATEWAY, json(ROW));
  const { text } = await ask('registry/export');
  const [exported] = parse(text, { columns: true });
  expect(exported).toMatchObject({ team: 'blue', tags: 'a b', loud: 'true' });
  expect((await ask('registry/import', csv(text))).body.lines).toEqual([{ line: 2, outcome: 'unchanged' }]);
  const edited = `scope,name,team,tags\n${CONTOSO},gateway,red,\n`;
  expect((await ask('registry/import', csv(edited))).body.lines).toEqual([{ line: 2, outcome: 'updated' }]);
  expect((await ask(GATEWAY)).body).toMatchObject({ ...ROW, team: 'red', tags: [] });
});

test('the form shows and saves them', async () => {
  await ask(GATEWAY, json(ROW));
  const page = `dashboard/${encodeURIComponent(CONTOSO)}/gateway`;
  const { text } = await ask(page);
  expect(text).toMatch(/<input type="text" id="team" name="team" value="blue"/);
  expect(text).toMatch(/<textarea id="tags"[^>]*>\na b<\/textarea>/);
  expect(text).toMatch(/<input type="checkbox" id="loud" name="loud" value="true" checked>/);
  const form = {
    act: 'edit',
    tag: /name="tag" value="(\w+)"/.exec(text)?.[1] ?? '',
    ...{
      displayName: '',
      owners: ADA,
      thresholds: '',
      checkEvery: '',
      runbook: '',
      notes: '',
      replacedBy: '',
    },
    ...{ enabled: 'true', team: 'green', tags: 'c' },
  };
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  const body = new URLSearchParams(form).toString();
  expect((await ask(page, { method: 'POST', redirect: 'manual', headers, body })).status).toBe(303);
  expect((await ask(GATEWAY)).body).toMatchObject({ owners: [ADA], team: 'green', tags: ['c'], loud: false });
});

test('the target shows what was parsed, and the document describes them', async () => {
  await ask(GATEWAY, json(ROW));
  const { row } = (await ask(`targets/${encodeURIComponent(CONTOSO)}/gateway`)).body;
  expect(row).toMatchObject(ROW);
  const { components } = (await ask('openapi.json')).body;
  const { Row, RowContent } = Object(components).schemas;
  for (const { properties } of [Row, RowContent])
    expect(properties).toMatchObject({ team: { description: 'The team that owns the token.' } });
});

test('a successor starts with those that it takes over', async () => {
  await ask(GATEWAY, json(ROW));
  world().azure.iotCentral.token(HOST, 'gateway').expires('2026-07-01T12:00:00Z');
  expect(await mailsAt(world(), '2026-06-20T12:00:00Z')).toHaveLength(1);
  world().azure.iotCentral.token(HOST, 'newer').expires('2027-07-01T12:00:00Z');
  await replaceBy(world(), tokenTo(world(), ADA), 'newer');
  expect(await stored('newer')).toEqual({ owners: ADA, team: 'blue', loud: 'true' });
});
