/** Hostile requests, and rows that another tool wrote: limited, named and never misread. */
import { type Ask, asking, csv, json } from '../support/asking';
import { useHost } from '../support/host';
import { CONTOSO } from '../support/story';
import { useWorld } from '../support/world';

const world = useWorld();
const hosting = useHost();
let ask: Ask;
beforeEach(async () => {
  ask = await asking(world(), hosting);
});

const GATEWAY = `registry/${encodeURIComponent(CONTOSO)}/gateway`;
const faultsIn = ({ body }: Awaited<ReturnType<Ask>>) =>
  Array.isArray(body.faults) ? body.faults.map(fault => Object(fault)) : [];

test.each(['漢', "'", '"', 'a'])(
  'the registry is paged past rows whose keys are 512 of %s',
  async character => {
    const long = character.repeat(512);
    for (const [scope, name] of [
      ['!', 'first'],
      [long, long],
      ['龜', 'last'],
    ])
      await world().register(scope ?? '', name ?? '');
    const seen: unknown[] = [];
    for (let cursor = ''; ; ) {
      const answer = await ask(`registry?limit=1${cursor}`);
      expect(answer.status).toBe(200);
      seen.push(...[answer.body.items].flat().map(item => Object(item).name));
      if (answer.body.nextCursor === null) break;
      cursor = `&cursor=${String(answer.body.nextCursor)}`;
      const scope = `&scope=${encodeURIComponent(long)}`;
      // A request line has at most 8 KB.
      expect(`GET /api/registry?limit=1000${cursor}${scope} HTTP/1.1`.length).toBeLessThan(8_000);
      expect((await ask(`registry?limit=1${cursor}${scope}`)).status).toBe(200);
    }
    expect(seen).toEqual(['first', long, 'last']);
  },
);

const asCursor = (key: string) => Buffer.from(key, 'utf16le').toString('base64url');
test.each([
  ['x'],
  ['Wy'],
  ['W10'],
  [`${'A'.repeat(3_000)}`],
  ['YQAKAGIACgBjAA'],
  // Keys that no row can have.
  ...['a\0\nb', 'a\nb/c', 'a#\nb', 'a\n\x85', 'a\ud800\nb'].map(key => [asCursor(key)]),
  // Ours, written in another way: padded, in the other alphabet, with a stray character, with idle bits.
  [`${asCursor('a\nb')}%3D%3D`],
  [asCursor('\ufbff\nb').replaceAll('-', '%2B').replaceAll('_', '/')],
  [`${asCursor('a\nb')}!`],
  [asCursor('ab\nb').replace(/.$/, 'B')],
])('%s is no cursor, and never reaches storage', async cursor => {
  expect((await ask(`registry?cursor=${cursor}`)).status).toBe(400);
});

test.each(['GET', 'PUT', 'DELETE'])(
  '%s of a row refuses every parameter: a dryRun that is ignored would write',
  async method => {
    await ask(GATEWAY, json({ notes: 'as it was' }));
    const init = method === 'PUT' ? json({ notes: 'new' }) : { method };
    const { status, body } = await ask(`${GATEWAY}?dryRun=true`, init);
    expect([status, body.type, body.detail]).toEqual([
      400,
      '/problems/bad-parameter',
      'dryRun: there is no such parameter; there are none',
    ]);
    expect((await ask(GATEWAY)).body.notes).toBe('as it was');
  },
);

test.each(['__proto__', 'constructor', 'prototype', 'toString'])(
  'a member %s is unknown like any other',
  async member => {
    const refused = await ask(GATEWAY, json(`{"notes":"x","${member}":{"owners":["ada@example.com"]}}`));
    expect([refused.status, faultsIn(refused).map(({ parameter }) => parameter)]).toEqual([422, [member]]);
    expect((await ask(GATEWAY)).status).toBe(404);
  },
);

test('a refusal is short however many faults a row has, and says how many are not shown', async () => {
  const strays = Object.fromEntries(Array.from({ length: 2_000 }, (_, n) => [`c${n}`, n]));
  const refused = await ask(GATEWAY, json({ ...strays, owners: ['nobody'] }));
  expect(refused.status).toBe(422);
  expect(faultsIn(refused)).toHaveLength(11);
  expect(faultsIn(refused).at(-1)).toEqual({ parameter: 'row', detail: 'and 1991 more faults' });
  expect(refused.text.length).toBeLessThan(10_000);
});

test('a row that another tool wrote as numbers, flags and dates is what a person would have written', async () => {
  world().azure.iotCentral.token('contoso.azureiotcentral.com', 'gateway').expires('2026-06-20T00:00:00Z');
  await world().register(CONTOSO, 'gateway', {
    owners: 'ada@example.com',
    thresholds: 0,
    displayName: 2024,
    notes: new Date('2026-06-01T12:00:00Z'),
    enabled: true,
    replacedBy: '',
  });
  await world().sweep();
  expect(await world().item('gateway')).toMatchObject({ check: 'ok', displayName: '2024' });
  const { body } = await ask(GATEWAY);
  expect(body).toMatchObject({ displayName: '2024', thresholds: ['0'], notes: '2026-06-01T12:00:00.000Z' });
  expect((await ask(GATEWAY, json(body))).status).toBe(200);
  const file = csv(`scope,name,displayName\n${CONTOSO},gateway,2024\n`);
  expect((await ask('registry/import', file)).body.lines).toEqual([{ line: 2, outcome: 'unchanged' }]);
});
