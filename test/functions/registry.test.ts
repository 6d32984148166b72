import { type Ask, asking, json } from '../support/asking';
import { useHost } from '../support/host';
import { CONTOSO } from '../support/story';
import { useWorld } from '../support/world';

const world = useWorld();
const hosting = useHost();
let ask: Ask;
beforeEach(async () => {
  ask = await asking(world(), hosting);
});

const pathOf = (scope: string, name: string) =>
  `registry/${encodeURIComponent(scope)}/${encodeURIComponent(name)}`;
const GATEWAY = pathOf(CONTOSO, 'gateway');
const ROW = {
  owners: ['ada@example.com', 'grace@example.com'],
  thresholds: ['30d', '20%', '-7d'],
  checkEvery: '6h',
  enabled: true,
  displayName: 'Gateway ü',
  runbook: 'https://example.com/run',
  notes: '=by the "door"\nand more',
  replacedBy: null,
};
const etagOf = (answer: { headers: Headers }) => answer.headers.get('etag') ?? 'none';

describe('registry/{scope}/{name}', () => {
  test('PUT creates with 201, GET answers the same row, PUT replaces with 200, DELETE removes with 204', async () => {
    const created = await ask(GATEWAY, json(ROW));
    expect([created.status, created.body]).toEqual([201, { scope: CONTOSO, name: 'gateway', ...ROW }]);
    expect(etagOf(created)).toMatch(/^"[0-9a-f]{32}"$/);
    const got = await ask(GATEWAY);
    expect([got.status, got.body, etagOf(got)]).toEqual([200, created.body, etagOf(created)]);
    // What a GET answers can be put back, edited.
    const replaced = await ask(GATEWAY, json({ ...got.body, notes: null, enabled: false }));
    expect([replaced.status, replaced.body]).toEqual([200, { ...created.body, notes: null, enabled: false }]);
    expect(etagOf(replaced)).not.toBe(etagOf(created));
    expect((await ask(GATEWAY)).body).toEqual(replaced.body);
    const removed = await ask(GATEWAY, { method: 'DELETE' });
    expect([removed.status, removed.text]).toEqual([204, '']);
    const gone = await ask(GATEWAY);
    expect([gone.status, gone.body.type]).toEqual([404, '/problems/unknown-row']);
    expect((await ask(GATEWAY, { method: 'DELETE' })).status).toBe(404);
  });

  test('thresholds that do not name the expiry are stored as written, and the answer says what is in force besides', async () => {
    const hints = [
      expect.stringMatching(/^thresholds: none of them is 0 or after the expiry .* 0 is in force besides/),
    ];
    const created = await ask(GATEWAY, json({ ...ROW, thresholds: ['30d', '20%'] }));
    expect([created.status, created.body]).toMatchObject([201, { thresholds: ['30d', '20%'], hints }]);
    const got = await ask(GATEWAY);
    expect(got.body).toEqual(created.body);
    const again = await ask(GATEWAY, json(created.body));
    expect([again.status, again.body, etagOf(again)]).toEqual([200, created.body, etagOf(created)]);
    for (const thresholds of [['30d', '0'], ['-7d'], []])
      expect((await ask(GATEWAY, json({ ...ROW, thresholds }))).body).not.toHaveProperty('hints');
  });

  test('a row that was put is what a sweep reads', async () => {
    world().azure.iotCentral.token('contoso.azureiotcentral.com', 'gateway').expires('2026-06-20T00:00:00Z');
    await ask(GATEWAY, json(ROW));
    await world().sweep();
    expect(await world().item('gateway')).toMatchObject({ check: 'ok', owners: ROW.owners });
  });

  test('If-Match holds only for the version it names, If-None-Match * only where nothing is', async () => {
    const put = (headers: Record<string, string>, notes = 'x') => ask(GATEWAY, json({ notes }, headers));
    expect((await put({ 'if-match': '*' })).status).toBe(412);
    const first = await put({ 'if-none-match': '*' });
    expect(first.status).toBe(201);
    expect(await put({ 'if-none-match': '*' }, 'y')).toMatchObject({
      status: 412,
      body: { type: '/problems/condition-failed' },
    });
    const second = await put({ 'if-match': `"other", ${etagOf(first)}` }, 'second');
    expect(second.status).toBe(200);
    expect((await put({ 'if-match': etagOf(first) }, 'third')).status).toBe(412);
    expect((await put({ 'if-match': `W/${etagOf(second)}` }, 'third')).status).toBe(412);
    expect((await put({ 'if-match': 'nonsense' }, 'third')).status).toBe(400);
    const remove = (tag: string) => ask(GATEWAY, { method: 'DELETE', headers: { 'if-match': tag } });
    expect((await remove(etagOf(first))).status).toBe(412);
    expect((await ask(GATEWAY)).body.notes).toBe('second');
    expect((await remove(etagOf(second))).status).toBe(204);
  });

  test('of many who put under one version, one succeeds', async () => {
    const { headers } = await ask(GATEWAY, json({ notes: 'first' }));
    const tag = headers.get('etag') ?? '';
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, n) => ask(GATEWAY, json({ notes: `n${n}` }, { 'if-match': tag }))),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(7).fill(412)]);
    const without = await Promise.all(
      Array.from({ length: 8 }, (_, n) => ask(pathOf(CONTOSO, 'new'), json({ notes: `n${n}` }))),
    );
    expect(without.map(({ status }) => status).sort()).toEqual([...Array(7).fill(200), 201]);
  });

  test('GET answers 304 to a client that has the version, and HEAD as GET does, without the body', async () => {
    const etag = etagOf(await ask(GATEWAY, json(ROW)));
    const known = await ask(GATEWAY, { headers: { 'if-none-match': etag } });
    expect([known.status, known.text, etagOf(known)]).toEqual([304, '', etag]);
    const head = await ask(GATEWAY, { method: 'HEAD' });
    expect([head.status, head.text, etagOf(head)]).toEqual([200, '', etag]);
    expect((await ask(pathOf(CONTOSO, 'nobody'), { method: 'HEAD' })).status).toBe(404);
  });

  test('a bad row is refused with every fault, and nothing is written', async () => {
    const refused = await ask(pathOf('iotCentralToken:Contoso.evil.example', 'a b'), {
      ...json({
        owners: ['nobody', 'ada@example.com grace@example.com'],
        thresholds: 'soon',
        checkEvery: 'often',
        enabled: 'yes',
        runbook: 'javascript:alert(1)',
        displayName: 'x'.repeat(201),
        colour: 'red',
        scope: 'elsewhere',
      }),
    });
    expect([refused.status, refused.body.type]).toEqual([422, '/problems/bad-row']);
    const faults = refused.body.faults;
    const named = Array.isArray(faults) ? faults.map(fault => Object(fault).parameter) : [];
    expect([...new Set(named)].sort()).toEqual(
      [
        'checkEvery',
        'colour',
        'displayName',
        'enabled',
        'key',
        'owners',
        'runbook',
        'scope',
        'thresholds',
      ].sort(),
    );
    expect((await ask('registry')).body.items).toEqual([]);
  });

  test.each([
    [
      'the right spelling',
      'iotCentralToken:Contoso.azureiotcentral.com',
      "PartitionKey 'iotCentralToken:contoso.azureiotcentral.com'",
    ],
    ['the kinds there are', 'carrierPigeon:contoso', 'containerApp or iotCentralToken'],
    ['the base domains', 'iotCentralToken:contoso.evil.example', 'azureiotcentral.com'],
    ['the bound of a key', `iotCentralToken:${'x'.repeat(600)}`, '512'],
  ])('a key that is not right is told %s', async (_, scope, words) => {
    const { status, body } = await ask(pathOf(scope, 'gateway'), json({}));
    expect([status, body.detail]).toEqual([422, expect.stringContaining(words)]);
  });

  test('columns that people added beside the known ones stay, and are never shown', async () => {
    await world().register(CONTOSO, 'gateway', {
      owners: 'ada@example.com',
      costCentre: '4711',
      enabled: false,
    });
    expect((await ask(GATEWAY)).body).toMatchObject({ owners: ['ada@example.com'], enabled: false });
    const { text } = await ask(GATEWAY, json({ notes: 'mine' }));
    expect(text).not.toContain('4711');
    const row = await world().tables.registry.row({ scope: CONTOSO, name: 'gateway' });
    expect(row?.columns).toMatchObject({ costCentre: '4711', notes: 'mine', owners: '', enabled: '' });
    expect((await ask(GATEWAY)).body).toMatchObject({ owners: [], enabled: true });
  });

  test('a row with faults is shown as it is, so that people can correct it, and a row of any name can be removed', async () => {
    for (const name of ['bad key!', "o'clock", 'a:b', '100%', '..x', 'ü &+']) {
      await world().register(CONTOSO, name, { owners: 'nonsense', enabled: 'perhaps', notes: 7 });
      expect((await ask(pathOf(CONTOSO, name))).body).toMatchObject({
        owners: ['nonsense'],
        enabled: 'perhaps',
        notes: '7',
      });
      expect([name, (await ask(pathOf(CONTOSO, name), { method: 'DELETE' })).status]).toEqual([name, 204]);
    }
    expect((await ask('registry')).body.items).toEqual([]);
  });

  test.each([
    ['no JSON', 400, json('{"notes":')],
    ['no object', 400, json('[]')],
    ['nothing', 400, json('')],
    ['no UTF-8', 400, { ...json({}), body: new Uint8Array([0xff, 0xfe]) }],
    ['half a character', 422, json('{"notes":"\\ud800"}')],
    ['of another type', 415, json({}, { 'content-type': 'text/plain' })],
    ['too large', 413, json({ notes: 'x'.repeat(65 * 1_024) })],
  ])('a body that is %s is a problem with %p', async (_, status, init) => {
    const answer = await ask(GATEWAY, init);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([
      status,
      'application/problem+json; charset=utf-8',
    ]);
    expect((await ask(GATEWAY)).status).toBe(404);
  });

  test.each([
    [GATEWAY, 'PATCH', 'GET, HEAD, PUT, DELETE'],
    [GATEWAY, 'POST', 'GET, HEAD, PUT, DELETE'],
    ['registry', 'DELETE', 'GET, HEAD'],
    ['registry/import', 'GET', 'POST'],
    ['registry/export', 'PUT', 'GET, HEAD'],
    ['status', 'POST', 'GET, HEAD'],
    [`targets/${encodeURIComponent(CONTOSO)}/gateway/check`, 'GET', 'POST'],
  ])('%s does not take %s, and says what it takes', async (path, method, allow) => {
    const { status, headers, body } = await ask(path, { method });
    expect([status, headers.get('allow'), body.type]).toEqual([405, allow, '/problems/method-not-allowed']);
  });
});

describe('GET registry', () => {
  const names = (body: { readonly [member: string]: unknown }) =>
    Array.isArray(body.items) ? body.items.map(item => String(Object(item).name)) : [];

  test('answers rows in key order, filtered and page by page', async () => {
    const other = 'iotCentralToken:other.azureiotcentral.com';
    for (const name of ['a', 'b', 'c', 'd', 'e'])
      await world().register(CONTOSO, name, {
        owners: name < 'c' ? 'Ada@example.com' : 'x@example.com, ada@example.org',
      });
    await world().register(other, 'f', { displayName: 'Gate Way' });
    expect(names((await ask('registry')).body)).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
    expect(names((await ask(`registry?scope=${encodeURIComponent(other)}`)).body)).toEqual(['f']);
    expect(names((await ask('registry?owner=ada@example.com')).body)).toEqual(['a', 'b']);
    expect(names((await ask('registry?q=GATE%20w')).body)).toEqual(['f']);
    for (const filter of ['', `&scope=${encodeURIComponent(CONTOSO)}`]) {
      const paged: string[] = [];
      for (let cursor = ''; ; ) {
        const { body } = await ask(`registry?limit=2${filter}${cursor}`);
        paged.push(...names(body));
        if (body.nextCursor === null) break;
        cursor = `&cursor=${String(body.nextCursor)}`;
      }
      expect(paged).toEqual(filter === '' ? ['a', 'b', 'c', 'd', 'e', 'f'] : ['a', 'b', 'c', 'd', 'e']);
    }
    const bad = await ask('registry?limit=0&cursor=x&colour=red');
    expect([bad.status, bad.body.detail]).toEqual([400, expect.stringMatching(/colour.*limit.*cursor/)]);
  });
});

test('an item of a list may have blanks around it, and an address its name, but each is one item', async () => {
  const path = `registry/${encodeURIComponent(CONTOSO)}/listed`;
  const owners = ['\u200bada@example.com\u00a0', 'Hopper, Grace <grace@example.com>'];
  const { status, body } = await ask(path, json({ owners, thresholds: [' 30d '] }));
  expect([status, body.owners, body.thresholds]).toEqual([
    201,
    ['ada@example.com', 'grace@example.com'],
    ['30d'],
  ]);
  const refused = await ask(path, json({ owners: ['ada@example.com, bob@example.com', ' '] }));
  expect([refused.status, refused.body.detail]).toEqual([
    422,
    expect.stringMatching(
      /'ada@example.com, bob@example.com' is not one item; write an array of mail addresses/,
    ),
  ]);
});
