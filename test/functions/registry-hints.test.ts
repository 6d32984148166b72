/** Columns that look like ours are pointed out, and are no fault; a filter that cannot match says so on every route. */
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

const PATH = `registry/${encodeURIComponent(CONTOSO)}/gateway`;

describe('a row with columns that look like ours', () => {
  const hints = [
    'Owner: this column is not used; the one that is used is spelt owners',
    'expiry: this column is not used; the watcher reads the expiry from the service',
  ];
  beforeEach(async () => {
    await world().register(CONTOSO, 'gateway', { Owner: 'ada@example.com', expiry: '2027-01-01', team: 'x' });
  });

  test('is answered with hints, in a list too, and to PUT, which takes the answer back', async () => {
    const { body } = await ask(PATH);
    expect(body.hints).toEqual(hints);
    expect((await ask('registry')).body).toMatchObject({ items: [{ name: 'gateway', hints }] });
    const put = await ask(PATH, json({ ...body, notes: 'new' }));
    expect([put.status, put.body.hints]).toEqual([200, hints]);
    expect((await world().tables.registry.row({ scope: CONTOSO, name: 'gateway' }))?.columns).toEqual({
      Owner: 'ada@example.com',
      expiry: '2027-01-01',
      team: 'x',
      notes: 'new',
    });
  });

  test('has them in the report of an import', async () => {
    const { body } = await ask('registry/import', csv(`scope,name,notes\n${CONTOSO},gateway,new`));
    expect(body.lines).toEqual([{ line: 2, outcome: 'updated', hints }]);
  });

  test('has them on its page, and is not invalid', async () => {
    world().azure.iotCentral.token(HOST, 'gateway').neverExpires();
    await world().tick();
    expect(await world().item('gateway')).toMatchObject({ check: 'ok' });
    const { text } = await ask(`dashboard/${encodeURIComponent(CONTOSO)}/gateway`);
    for (const hint of hints) expect(text).toContain(hint);
  });
});

test('a row without such columns has no hints', async () => {
  await world().register(CONTOSO, 'gateway', { team: 'x' });
  expect((await ask(PATH)).body).not.toHaveProperty('hints');
});

test('a misspelt column is named with the right one, in a file and in a body', async () => {
  const file = await ask('registry/import', csv('scope,name,Owner,colour\n'));
  expect([file.status, file.body.detail]).toEqual([
    400,
    expect.stringMatching(/'Owner' \(did you mean owners\?\), 'colour';/),
  ]);
  const put = await ask(PATH, json({ owner: ['ada@example.com'] }));
  expect([put.status, put.body.detail]).toEqual([422, expect.stringMatching(/did you mean owners\?/)]);
});

describe.each(['status', 'registry', 'calendar.ics'])('on %s', route => {
  test.each(['a b@example.com', 'ada', 'ada@example', 'ada@example.com bob@example.com', ' '])(
    'the owner %j cannot match, and the answer says what to write',
    async owner => {
      const { status, text } = await ask(`${route}?${new URLSearchParams({ owner })}`);
      expect([status, text]).toEqual([
        400,
        expect.stringMatching(/write one mail address, and each \+ in it as %2B/),
      ]);
    },
  );

  test('an address with a + matches, also with what was copied around it', async () => {
    const owner = '\u200bADA+tokens@example.com ';
    expect((await ask(`${route}?${new URLSearchParams({ owner })}`)).status).toBe(200);
  });
});

test.each(['status', 'registry', 'dashboard'])(
  'on %s a scope that no key can hold is refused',
  async route => {
    for (const scope of ['containerApp/x', 'a#b', 'a?b', 'a\nb', 'x'.repeat(513)])
      expect((await ask(`${route}?${new URLSearchParams({ scope })}`)).status).toBe(400);
  },
);

test.each([
  ['\u200bADA+tok ', 'Gateway'],
  ['bob', 'No such owner'],
  [' ', 'Gateway'],
])('the dashboard finds an owner by a part of the address: %j', async (owner, shown) => {
  await world().register(CONTOSO, 'gateway', { owners: 'ada+tokens@example.com', displayName: 'Gateway' });
  await world().tick();
  const { status, text } = await ask(`dashboard?${new URLSearchParams({ owner })}`);
  const [, list = ''] = text.split(/id="(?:list|add)"/);
  expect([status, list.includes('<bdi>Gateway</bdi>')]).toEqual([200, shown === 'Gateway']);
});
