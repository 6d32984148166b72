/** `replacedBy` in a PUT and in an import: it must lead to a watched target, which may stand in another line of the file. */
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

const path = (name: string) => `registry/${encodeURIComponent(CONTOSO)}/${name}`;
const put = (name: string, columns: Record<string, unknown>) => ask(path(name), json(columns));
const columnsOf = async (name: string) =>
  (await world().tables.registry.row({ scope: CONTOSO, name }))?.columns;

async function imported(...rows: readonly string[]) {
  const file = ['scope,name,enabled,replacedBy', ...rows.map(row => `${CONTOSO},${row}`)].join('\n');
  const { body } = await ask('registry/import', csv(file));
  return body.lines;
}

describe('a PUT', () => {
  test.each([
    [
      'what is not registered',
      'newr',
      /'newr' is not registered in this scope; name a watched target of this scope, or clear it/,
    ],
    ['itself', 'gateway', /names this target itself/],
    ['a disabled target', 'off', /'off' has enabled=false/],
    ['a target that names it in turn', 'older', /circle/],
    ['the URL of a target', 'https://contoso.azureiotcentral.com/api/apiTokens/newer', /write 'newer'/],
  ])('that names %s is refused, with the field and the fix', async (_what, replacedBy, why) => {
    await world().register(CONTOSO, 'newer');
    await world().register(CONTOSO, 'off', { enabled: 'false' });
    await world().register(CONTOSO, 'older', { replacedBy: 'gateway' });
    const { status, body } = await put('gateway', { replacedBy });
    expect(status).toBe(422);
    expect(body.faults).toEqual([{ parameter: 'replacedBy', detail: expect.stringMatching(why) }]);
    expect(await columnsOf('gateway')).toBeUndefined();
  });

  test.each(['newer', '-', 'N/A', '(not named)'])('that says %j is taken', async replacedBy => {
    await world().register(CONTOSO, 'newer');
    expect((await put('gateway', { replacedBy })).status).toBe(201);
    expect(await columnsOf('gateway')).toEqual({ replacedBy });
  });

  test('that leaves a successor as it is can change the rest, though that has gone since', async () => {
    await world().register(CONTOSO, 'gateway', { replacedBy: 'gone' });
    expect((await put('gateway', { replacedBy: 'gone', notes: 'x' })).status).toBe(200);
    expect((await put('gateway', { replacedBy: 'gone too', notes: 'y' })).status).toBe(422);
    expect(await columnsOf('gateway')).toMatchObject({ replacedBy: 'gone', notes: 'x' });
  });
});

describe('an import', () => {
  test('takes a successor from any line of the same file, chains included', async () => {
    expect(await imported('a,,b', 'b,,c', 'c,,')).toEqual([
      { line: 2, outcome: 'created' },
      { line: 3, outcome: 'created' },
      { line: 4, outcome: 'created' },
    ]);
    expect(await imported('a,,b', 'b,,c', 'c,,')).toEqual(
      [2, 3, 4].map(line => ({ line, outcome: 'unchanged' })),
    );
  });

  test('takes one that is registered and not in the file', async () => {
    await world().register(CONTOSO, 'newer');
    expect(await imported('a,,newer')).toEqual([{ line: 2, outcome: 'created' }]);
  });

  test('rejects what leads nowhere, and all that leads there', async () => {
    const lines = await imported('a,,b', 'b,,c', 'c,maybe,', 'd,,a', 'e,,');
    expect(lines).toEqual([
      { line: 2, outcome: 'rejected', reason: expect.stringMatching(/^replacedBy: 'c' is not registered/) },
      { line: 3, outcome: 'rejected', reason: expect.stringMatching(/^replacedBy: 'c' is not registered/) },
      { line: 4, outcome: 'rejected', reason: expect.stringMatching(/^enabled: /) },
      { line: 5, outcome: 'rejected', reason: expect.stringMatching(/^replacedBy: /) },
      { line: 6, outcome: 'created' },
    ]);
    expect(await columnsOf('a')).toBeUndefined();
    expect(await imported('x,maybe,nowhere')).toEqual([
      {
        line: 2,
        outcome: 'rejected',
        reason: expect.stringMatching(/^enabled: .*; replacedBy: 'nowhere' is not/),
      },
    ]);
  });

  test('rejects a circle, and what another line disables', async () => {
    expect(await imported('a,,b', 'b,,a', 'c,,d', 'd,false,')).toEqual([
      { line: 2, outcome: 'rejected', reason: expect.stringMatching(/circle/) },
      { line: 3, outcome: 'rejected', reason: expect.stringMatching(/^replacedBy: /) },
      { line: 4, outcome: 'rejected', reason: expect.stringMatching(/'d' has enabled=false/) },
      { line: 5, outcome: 'created' },
    ]);
  });

  test('leaves alone what a row names already, though that has gone since', async () => {
    await world().register(CONTOSO, 'a', { enabled: 'true', replacedBy: 'gone' });
    await world().register(CONTOSO, 'b', { replacedBy: 'gone' });
    const file = `scope,name,enabled,replacedBy,notes\n${CONTOSO},a,true,gone,\n${CONTOSO},b,,gone,x`;
    expect((await ask('registry/import', csv(file))).body.lines).toEqual([
      { line: 2, outcome: 'unchanged' },
      { line: 3, outcome: 'updated' },
    ]);
  });

  test('of many rows looks up their successors in a few passes', async () => {
    const names = Array.from({ length: 40 }, (_, index) => `t${String(index).padStart(2, '0')}`);
    await world().registerAll(
      CONTOSO,
      names.map(name => `${name}-new`),
    );
    const lines = await imported(...names.map(name => `${name},,${name}-new`));
    expect(lines).toEqual(names.map((_, index) => ({ line: index + 2, outcome: 'created' })));
  });
});
