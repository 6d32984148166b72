/** PUT of what GET answered never clears or changes anything, whatever people and their tools wrote into the columns. */
import fc from 'fast-check';
import { COLUMN_NAMES, changesOf, textsOf } from '../../src/core/row';
import { trimmed } from '../../src/formats/invisible';
import { parseRowBody } from '../../src/web/registry/body';
import { rowJson } from '../../src/web/registry/columns';
import { type Ask, asking, json } from '../support/asking';
import { useHost } from '../support/host';
import { CONTOSO, dump } from '../support/story';
import { useWorld } from '../support/world';

const KEY = { scope: CONTOSO, name: 'gateway' };
const PATH = `registry/${encodeURIComponent(CONTOSO)}/gateway`;

/** The store takes no half of a character. */
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 20 }).map(some => Buffer.from(some).toString()),
  fc.constantFrom(
    '',
    ' ',
    ' TRUE ',
    'False',
    'perhaps',
    '(unreadable)',
    'null',
    '__proto__',
    '\u2028',
    ' x ',
  ),
  fc.constantFrom('ada@example.com;\tBOB@example.com', ' 30d,7d;; 20% ', '6h ', '30d soon', 'a\r\nb', '[]'),
);
/** What a table holds beside text; the last is no text at all. */
const value = fc.oneof(
  { weight: 4, arbitrary: text },
  fc.integer(),
  fc.boolean(),
  fc.constant(new Date('2026-06-01T12:00:00Z')),
  fc.constant(new Uint8Array([1, 2])),
);
const rowOf = (columnOf: (name: string) => fc.Arbitrary<unknown>) =>
  fc.record(Object.fromEntries(COLUMN_NAMES.map(name => [name, columnOf(name)])), { requiredKeys: [] });

/** Spellings that are right, but not the ones that the watcher writes. */
const ODD: Readonly<Record<string, readonly unknown[]>> = {
  owners: ['ada@example.com;\tBOB@example.com', ' Ada@Example.com,,ada@example.com '],
  thresholds: [' 30d,7d;; 20% ', 0, '0s\n-7d'],
  checkEvery: ['6h ', '\t360m'],
  enabled: [' TRUE ', 'False', true, false, ' '],
  runbook: [' https://example.com/a b', 'HTTPS://EXAMPLE.COM'],
};
const oddlySpelt = rowOf(name =>
  fc.oneof(
    { weight: 15, arbitrary: fc.constantFrom('', ...(ODD[name] ?? [' x ', 2024, 'a\r\nb\u2028', true])) },
    value,
  ),
);

test('the body that GET answers asks for no change, or is refused by the name of a column', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        rowOf(() => value),
        oddlySpelt,
      ),
      some => {
        const columns = textsOf(some);
        const wanted = parseRowBody(JSON.stringify(rowJson({ ...KEY, columns, lookalikes: [] })), KEY);
        if (!wanted) throw new Error('GET answered no body for PUT');
        const refused = wanted.faults.map(fault => fault.split(':', 1).join());
        expect(COLUMN_NAMES).toEqual(expect.arrayContaining(refused));
        const changed = Object.keys(changesOf(wanted.columns, columns));
        expect(changed.filter(name => !refused.includes(name))).toEqual([]);
      },
    ),
    { numRuns: 5_000 },
  );
});

describe('over HTTP', () => {
  const world = useWorld();
  const hosting = useHost();
  let ask: Ask;
  beforeEach(async () => {
    ask = await asking(world(), hosting);
  });

  const namesIn = ({ body: { faults } }: Awaited<ReturnType<Ask>>): string[] =>
    Array.isArray(faults) ? faults.map(fault => Object(fault).parameter) : [];

  test('it leaves the stored row alone, to the last version; an edit changes nothing but what it edits', async () => {
    let accepted = 0;
    await fc.assert(
      fc.asyncProperty(oddlySpelt, async some => {
        await world().register(CONTOSO, 'gateway', some);
        const before = await dump(world(), ['registry']);
        const { body } = await ask(PATH);
        const put = await ask(PATH, json(body));
        expect(await dump(world(), ['registry'])).toEqual(before);
        if (put.status !== 200) {
          expect([put.status, namesIn(put).length > 0]).toEqual([422, true]);
          expect(COLUMN_NAMES).toEqual(expect.arrayContaining(namesIn(put)));
          return;
        }
        accepted += 1;
        expect(put.body).toEqual(body);
        const edited = await ask(PATH, json({ ...body, notes: 'edited', runbook: null }));
        // Blanks already say that there is none, so they are left alone.
        const wasNone = trimmed(textsOf({ ...some }).runbook) === '';
        expect(edited.body).toEqual({ ...body, notes: 'edited', runbook: wasNone ? body.runbook : null });
        const stored = (await world().tables.registry.row(KEY))?.columns;
        expect(textsOf({ ...stored })).toEqual({
          ...textsOf(some),
          notes: 'edited',
          runbook: wasNone ? textsOf(some).runbook : '',
        });
        const { notes, runbook, ...kept } = { ...stored };
        const { notes: _notes, runbook: _runbook, ...were } = some;
        expect(kept).toEqual(were);
      }),
      { numRuns: 60, examples: [[{ runbook: '\u0000' }]] },
    );
    expect(accepted).toBeGreaterThan(10);
  }, 120_000);

  test('a value that is not text is seen, kept by what does not name it, and cleared or written over by what does', async () => {
    const binary = new Uint8Array([1, 2]);
    await world().register(CONTOSO, 'gateway', { notes: binary, displayName: binary });
    const { body } = await ask(PATH);
    expect(body).toMatchObject({ notes: '(unreadable)', displayName: '(unreadable)' });
    const { body: answer } = await ask(PATH, json({ ...body, owners: ['ada@example.com'], notes: null }));
    expect(answer).toMatchObject({ notes: null, displayName: '(unreadable)', owners: ['ada@example.com'] });
    const stored = (await world().tables.registry.row(KEY))?.columns;
    expect(stored).toMatchObject({ notes: '', displayName: binary, owners: 'ada@example.com' });
  });
});
