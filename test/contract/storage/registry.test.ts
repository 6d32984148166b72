/** The registry port on the emulator. */
import { all, freshTables, names, plant, SCOPE } from './storage';

test('rows come in key order over many pages, all of them, and only of their scope', async () => {
  const { tables, bare } = await freshTables();
  const wanted = names(2_100);
  await plant(bare('registry'), [
    ['a', 'x'],
    ...wanted.toReversed().map((name): [string, string] => [SCOPE, name]),
    ['z', 'y'],
  ]);
  const rows = await all(tables.registry.rows(SCOPE));
  expect(rows.map(row => row.name)).toEqual(wanted);
});

test('rows go on after a name', async () => {
  const { tables, bare } = await freshTables();
  await plant(
    bare('registry'),
    names(5).map(name => [SCOPE, name]),
  );
  const rows = await all(tables.registry.rows(SCOPE, 't00002'));
  expect(rows.map(row => row.name)).toEqual(['t00003', 't00004']);
});

test('hands on the columns as they stand, without what the store adds', async () => {
  const { tables, bare } = await freshTables();
  await plant(bare('registry'), [
    [SCOPE, 'token~2F1', { owners: 'a@example.com', enabled: false, checkEvery: 6, notes: '' }],
  ]);
  expect(await tables.registry.row({ scope: SCOPE, name: 'token~2F1' })).toEqual({
    scope: SCOPE,
    name: 'token~2F1',
    identity: { kind: 'iotCentralToken', place: 'app.azureiotcentral.com', names: ['token/1'] },
    columns: { owners: 'a@example.com', enabled: false, checkEvery: 6, notes: '' },
    etag: expect.stringMatching(/./),
  });
  expect(await all(tables.registry.rows(SCOPE))).toEqual([
    await tables.registry.row({ scope: SCOPE, name: 'token~2F1' }),
  ]);
});

test('the longest key there can be is found, whatever it holds', async () => {
  const { tables, bare } = await freshTables();
  for (const key of ["'".repeat(512), '漢'.repeat(512), '😀'.repeat(256)]) {
    await bare('registry').createEntity({ partitionKey: key, rowKey: key });
    expect(await tables.registry.row({ scope: key, name: key })).toMatchObject({ scope: key, name: key });
    expect(await all(tables.registry.rows(key))).toHaveLength(1);
  }
});

test('halves of surrogate pairs that another tool wrote become U+FFFD, except in keys, which keep their order', async () => {
  const { tables, bare } = await freshTables();
  await plant(bare('registry'), [[SCOPE, 'a', { displayName: 'x\ud800y', notes: '\udfff😀' }]]);
  await bare('registry').createEntity({ partitionKey: SCOPE, rowKey: 'b\ud800' });
  await bare('registry').createEntity({ partitionKey: SCOPE, rowKey: 'b\ue000' });
  const rows = await all(tables.registry.rows(SCOPE));
  expect(rows.map(({ name }) => name)).toEqual(['a', 'b\ud800', 'b\ue000']);
  expect(rows[0]?.columns).toEqual({ displayName: 'x\ufffdy', notes: '\ufffd😀' });
});

test('a row whose key says nothing is handed on without an identity', async () => {
  const { tables, bare } = await freshTables();
  const odd = ["it's", '', 'a b', '~2f', "x',RowKey='y", "' or '1' eq '1"];
  // One by one: the emulator mistakes one of them for two keys when it stands in a transaction.
  for (const rowKey of odd) await bare('registry').createEntity({ partitionKey: 'kind:place', rowKey });
  const rows = await all(tables.registry.rows('kind:place'));
  expect(rows.map(row => row.name).sort()).toEqual([...odd].sort());
  expect(rows.find(row => row.name === "it's")?.identity).toBeUndefined();
  for (const name of odd) expect((await tables.registry.row({ scope: 'kind:place', name }))?.name).toBe(name);
});

test.each(['absent', 'a/b', '#?\\', '\u0000', 'a\u0085b', '\ud800', 'x'.repeat(513), "'".repeat(7_000)])(
  'there is no row %j',
  async name => {
    const { tables } = await freshTables();
    expect(await tables.registry.row({ scope: SCOPE, name })).toBeUndefined();
    expect(await tables.registry.row({ scope: name, name: 'x' })).toBeUndefined();
    expect(await all(tables.registry.rows(name))).toEqual([]);
  },
);

test('lists each scope once, whatever its key, and since when its first row stands', async () => {
  const { tables, bare } = await freshTables();
  const scopes = ['', 'UPPER', 'a b', "it's", SCOPE, 'x|y', 'é日'];
  await plant(
    bare('registry'),
    scopes.flatMap(scope => names(3).map((name): [string, string] => [scope, name])),
  );
  const found = await all(tables.registry.scopes());
  expect(found.map(({ scope }) => scope)).toEqual([...scopes].sort());
  const { timestamp } = await bare('registry').getEntity<{ timestamp: string }>(SCOPE, 't00000');
  expect(found.find(({ scope }) => scope === SCOPE)?.touchedOn).toBe(Date.parse(timestamp));
});

test('an empty registry has no scopes and no rows', async () => {
  const { tables } = await freshTables();
  expect(await all(tables.registry.scopes())).toEqual([]);
  expect(await all(tables.registry.rows(SCOPE))).toEqual([]);
});

test('even the scope with the empty key is read whole, over its page borders', async () => {
  const { tables, bare } = await freshTables();
  await plant(
    bare('registry'),
    names(2_100).map(name => ['', name]),
  );
  expect(await all(tables.registry.rows(''))).toHaveLength(2_100);
});

describe('a row of the registry', () => {
  const KEY = { scope: SCOPE, name: 'token~2F1' };
  const ETAG = expect.stringMatching(/./);

  test('is created once: the second writer is told so, and changes nothing', async () => {
    const { registry } = (await freshTables()).tables;
    const columns = { owners: 'a@example.com', notes: "it's\nü", runbook: '' };
    expect(await registry.save(KEY, columns)).toEqual(ETAG);
    expect(await registry.save(KEY, { owners: 'b@example.com' })).toBeUndefined();
    expect((await registry.row(KEY))?.columns).toEqual(columns);
  });

  test('of many writers at once is created by one', async () => {
    const { registry } = (await freshTables()).tables;
    const made = await Promise.all(names(5).map(notes => registry.save(KEY, { notes })));
    expect(made.filter(Boolean)).toHaveLength(1);
    expect((await registry.row(KEY))?.columns.notes).toBe(names(5)[made.findIndex(Boolean)]);
  });

  test('is changed in the named columns only, and never created by that', async () => {
    const { tables, bare } = await freshTables();
    expect(await tables.registry.save(KEY, { replacedBy: 'two' }, '*')).toBeUndefined();
    expect(await all(tables.registry.rows(SCOPE))).toEqual([]);
    await plant(bare('registry'), [
      [SCOPE, KEY.name, { owners: 'ann@example.com', enabled: false, mine: 7 }],
    ]);
    expect(await tables.registry.save(KEY, { replacedBy: 'two' }, '*')).toEqual(ETAG);
    expect((await tables.registry.row(KEY))?.columns).toEqual({
      owners: 'ann@example.com',
      enabled: false,
      mine: 7,
      replacedBy: 'two',
    });
  });

  test('an outage is thrown, not taken for a row that is missing or there', async () => {
    const { refused } = await freshTables();
    await expect(refused.registry.save(KEY, {})).rejects.toMatchObject({ statusCode: 403 });
    await expect(refused.registry.save(KEY, {}, '*')).rejects.toMatchObject({ statusCode: 403 });
    await expect(refused.registry.remove(KEY, '*')).rejects.toMatchObject({ statusCode: 403 });
  });
});

describe('a row under its etag', () => {
  const KEY = { scope: SCOPE, name: 'token' };

  test('is created once, merged while it is as it was, and removed likewise', async () => {
    const { registry } = (await freshTables()).tables;
    const first = await registry.save(KEY, { owners: 'a@example.com' });
    expect(await registry.save(KEY, { owners: 'b@example.com' })).toBeUndefined();
    const second = await registry.save(KEY, { notes: 'x' }, first);
    expect(second).toEqual(expect.any(String));
    expect(await registry.save(KEY, { notes: 'y' }, first)).toBeUndefined();
    expect(await registry.row(KEY)).toMatchObject({
      etag: second,
      columns: { owners: 'a@example.com', notes: 'x' },
    });
    expect(await registry.remove(KEY, first ?? '')).toBe(false);
    expect(await registry.remove(KEY, second ?? '')).toBe(true);
    expect(await registry.remove(KEY, '*')).toBe(false);
    expect(await registry.save(KEY, { notes: 'z' }, second)).toBeUndefined();
    expect(await registry.row(KEY)).toBeUndefined();
  });

  test('line separators are written as they are, and block no neighbour', async () => {
    const { registry } = (await freshTables()).tables;
    const notes = 'one\u2028two\u2029three\u0085four\\u2028"';
    const rows = ['a', 'b', 'c'].map(name => ({ name, columns: { notes } }));
    expect(await registry.write(SCOPE, rows)).toEqual(new Map());
    expect((await all(registry.rows(SCOPE))).map(row => row.columns)).toEqual(rows.map(row => row.columns));
  });

  test('every row of every scope comes in key order, after a key if one is given', async () => {
    const { tables, bare } = await freshTables();
    await plant(bare('registry'), [
      ['b', 'x'],
      ['a', 'y'],
      ['a', 'x'],
      ['c', 'x'],
    ]);
    const found = async (after?: { scope: string; name: string }) =>
      (await all(tables.registry.all(after))).map(({ scope, name }) => `${scope}${name}`);
    expect(await found()).toEqual(['ax', 'ay', 'bx', 'cx']);
    expect(await found({ scope: 'a', name: 'x' })).toEqual(['ay', 'bx', 'cx']);
    expect(await found({ scope: 'b', name: 'x' })).toEqual(['cx']);
  });
});

describe('many rows written at once', () => {
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
    const read = new Map((await all(registry.rows(SCOPE))).map(({ name, etag }) => [name, etag]));
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
    const { refused } = await freshTables();
    const rows = names(3).map(name => ({ name, columns: {} }));
    await expect(refused.registry.write(SCOPE, rows)).rejects.toMatchObject({ statusCode: 403 });
  });
});
