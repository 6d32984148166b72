/** Odd texts in rows: line separators, and lone surrogates that another tool wrote. */
import { type Ask, asking, csv, json } from '../support/asking';
import { useHost } from '../support/host';
import { CONTOSO, HOST } from '../support/story';
import { useWorld } from '../support/world';

const world = useWorld();
const hosting = useHost();
let ask: Ask;
beforeEach(async () => {
  ask = await asking(world(), hosting);
});

const SPOILT = { displayName: 'one\u2028two', notes: 'a\u2029b\u0085c', owners: 'ada@\u2028, x\u2028@y' };

test('rows with line separators are swept like their neighbours, and the separators are shown as spaces', async () => {
  const names = ['a', 'b', 'innocent'];
  for (const name of names) world().azure.iotCentral.token(HOST, name).expires('2026-06-20T00:00:00Z');
  await world().register(CONTOSO, 'a', SPOILT);
  await world().register(CONTOSO, 'b', { displayName: 'one\u2028two' });
  await world().register(CONTOSO, 'innocent');
  await world().tick();
  const { items } = await world().app().report({ limit: 10 });
  expect(items.map(({ name, displayName, check }) => [name, displayName, check]).sort()).toEqual([
    ['a', 'one two', 'invalid'],
    ['b', 'one two', 'ok'],
    ['innocent', 'innocent', 'ok'],
  ]);
  expect(JSON.stringify(items)).not.toMatch(/[\u0085\u2028\u2029]/);
});

test('the registry takes them, one by one and from a file', async () => {
  for (const name of ['a', 'b'])
    expect((await ask(`registry/${CONTOSO}/${name}`, json({ displayName: 'one\u2028two' }))).status).toBe(
      201,
    );
  const file = `scope,name,displayName\n${CONTOSO},c,x\u2028y\n${CONTOSO},d,plain\n`;
  const { body } = await ask('registry/import', csv(file));
  expect(body.lines).toEqual([2, 3].map(line => ({ line, outcome: 'created' })));
  await world().sweep();
  expect((await world().app().report({ limit: 10 })).items).toHaveLength(4);
});

test('a lone surrogate in a row is repaired in the answer, so that a strict parser accepts it', async () => {
  await world().register(CONTOSO, 'a', { displayName: 'x\ud800y', notes: 'z\udfff', owners: '\ud800@' });
  await world().sweep();
  for (const path of ['status', 'registry', `registry/${CONTOSO}/a`, `targets/${CONTOSO}/a`]) {
    const { status, text } = await ask(path);
    expect([status, /\\ud[89a-f]/i.test(text)]).toEqual([200, false]);
  }
  expect(await world().item('a')).toMatchObject({ displayName: 'x\ufffdy' });
});

test.each([
  ['a scope far too long', "'".repeat(2_700), 'x'],
  ['a name far too long', 'x', "'".repeat(2_700)],
  ['a control character', 'x', 'a\u0001b'],
  ['characters that no key has', 'a#b?', 'x'],
])('%s in an address finds nothing and is no fault', async (_what, scope, name) => {
  const key = `${encodeURIComponent(scope)}/${encodeURIComponent(name)}`;
  const asked = [
    ask(`registry/${key}`),
    ask(`registry/${key}`, { method: 'DELETE' }),
    ask(`targets/${key}`),
    ask(`targets/${key}/check`, { method: 'POST' }),
    ask(`dashboard/${key}`),
  ];
  expect((await Promise.all(asked)).map(({ status }) => status)).toEqual([404, 404, 404, 404, 404]);
});

test('a scope that no key can hold is refused as a filter, with what to write', async () => {
  for (const scope of ["'".repeat(1_024), '漢'.repeat(1_024), 'a/b', 'a\u0001b']) {
    for (const path of ['status', 'registry']) {
      const { status, body } = await ask(`${path}?${new URLSearchParams({ scope })}`);
      expect([status, body.detail]).toEqual([400, 'scope: write one scope, as items show it']);
    }
  }
});
