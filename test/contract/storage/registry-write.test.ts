/** Many registry rows written at once on the emulator: each under its etag, and none at its neighbours' cost. */
import { all, freshTables, names, SCOPE } from './storage';

const KEY = { scope: SCOPE, name: 'token' };

test('many are merged and created at once, and what one does not name stays', async () => {
  const { registry } = (await freshTables()).tables;
  const etag = (await registry.save(KEY, { owners: 'a@example.com' })) ?? '';
  const rows = names(150).map(name => ({ name, columns: { notes: name } }));
  const written = await registry.write(SCOPE, [...rows, { name: 'token', columns: { notes: 'x' }, etag }]);
  expect(written).toEqual(new Map());
  expect(await all(registry.rows(SCOPE))).toHaveLength(151);
  expect((await registry.row(KEY))?.columns).toEqual({ owners: 'a@example.com', notes: 'x' });
});

test('of many, what others changed, removed or made, or the store refuses, is not written; all others are', async () => {
  const { registry } = (await freshTables()).tables;
  for (const name of ['changed', 'removed', 'kept']) await registry.save({ scope: SCOPE, name }, {});
  const read = new Map((await all(registry.found(SCOPE))).map(({ row, etag }) => [row.name, etag]));
  await registry.save({ scope: SCOPE, name: 'changed' }, { notes: 'theirs' }, '*');
  await registry.remove({ scope: SCOPE, name: 'removed' }, '*');
  await registry.save({ scope: SCOPE, name: 'made' }, { notes: 'theirs' });
  const columns = { notes: 'ours' };
  const updates = Array.from(read, ([name, etag]) => ({ name, columns, etag }));
  const creates = ['made', 'a/b', ...names(100)].map(name => ({ name, columns }));
  expect(await registry.write(SCOPE, [...updates, ...creates])).toEqual(
    new Map([
      ['changed', 'overtaken'],
      ['removed', 'overtaken'],
      ['made', 'overtaken'],
      ['a/b', 'refused'],
    ]),
  );
  const rows = new Map((await all(registry.rows(SCOPE))).map(row => [row.name, row.columns]));
  expect([...rows.keys()].sort()).toEqual(['changed', 'kept', 'made', ...names(100)].sort());
  expect([rows.get('changed'), rows.get('made'), rows.get('kept'), rows.get('t00042')]).toEqual([
    { notes: 'theirs' },
    { notes: 'theirs' },
    columns,
    columns,
  ]);
});

test('an outage of many is thrown, not taken for rows that are missing', async () => {
  const { tables, bare } = await freshTables();
  await bare('registry').deleteTable();
  const rows = names(3).map(name => ({ name, columns: {} }));
  await expect(tables.registry.write(SCOPE, rows)).rejects.toMatchObject({ statusCode: 404 });
});
