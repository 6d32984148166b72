/** Lost registry rows and replacement together: a loss of rows must not undo what people said of replacements. */
import { TableClient } from '@azure/data-tables';
import { DAY } from '../../src/formats/instant';
import { LINKED, replaceBy, tokenTo } from '../support/snooze';
import { CONTOSO, flat, HOST, historyOf, mailsAt, textTo, ticks } from '../support/story';
import { useWorld } from '../support/world';

const world = useWorld({ iotCentral: { throttle: false }, settings: LINKED });
const ADA = 'ada@example.com';
const LATE = '2028-01-31T12:00:00Z';

const names = (count: number) => Array.from({ length: count }, (_, index) => `token-${100 + index}`);

async function watch(some: readonly string[], columns: Record<string, string> = {}, expiry = LATE) {
  for (const name of some) world().azure.iotCentral.token(HOST, name).expires(expiry);
  await world().registerAll(CONTOSO, some, { owners: ADA, thresholds: '30d', ...columns });
}

const vanish = async (some: readonly string[]) => {
  for (const name of some) await world().unregister(CONTOSO, name);
};
const loseTable = () =>
  TableClient.fromConnectionString(world().connectionString, 'registry', {
    allowInsecureConnection: true,
  }).deleteTable();

test.each(['a-old', 'z-old'])('%s, replaced by a target whose row is lost, stays silent', async old => {
  await watch([...names(12), 'new']);
  await watch([old], { replacedBy: 'new' }, '2026-06-20T12:00:00Z');
  await ticks(world(), 2);
  await vanish([...names(12), 'new']);
  await ticks(world(), 3);
  expect((await world().item('new'))?.rowLostSince).toBeDefined();
  expect(await world().item(old)).toBeUndefined();
  expect(world().mailsTo(ADA)).toEqual([]);
  expect(await historyOf(world(), CONTOSO, old)).not.toContain('invalid');
});

test('a target that is replaced and not verified stays so while its row is lost', async () => {
  await watch(names(12));
  await watch(['old'], { replacedBy: '(not named)' }, '2026-06-20T12:00:00Z');
  await ticks(world(), 2);
  const before = await world().item('old');
  expect(before?.check).toBe('notVerified');
  await loseTable();
  await ticks(world(), 3);
  expect(await world().item('old')).toMatchObject({ check: 'notVerified', rowLostSince: expect.any(Number) });
  expect(world().mailsTo(ADA)).toEqual([]);
  await watch(names(12));
  await watch(['old'], { replacedBy: '(not named)' }, '2026-06-20T12:00:00Z');
  await ticks(world(), 2);
  expect((await world().item('old'))?.rowLostSince).toBeUndefined();
  expect(world().mailsTo(ADA)).toEqual([]);
});

test('"I replaced it" of a target whose row is lost says so, and works again when the row is back', async () => {
  const soon = '2026-06-20T12:00:00Z';
  await watch(names(12), {}, soon);
  await mailsAt(world(), '2026-06-02T12:00:00Z');
  const token = tokenTo(world(), ADA);
  world().azure.iotCentral.token(HOST, 'new').expires(LATE);
  await loseTable();
  await ticks(world(), 1);
  expect(await replaceBy(world(), token, 'new')).toEqual({ refused: 'rowLost' });
  expect(await world().tables.registry.row({ scope: CONTOSO, name: 'new' })).toBeUndefined();
  await watch(names(12), {}, soon);
  expect(await replaceBy(world(), token, 'new')).toMatchObject({ done: 'now' });
});

test('a small registry that is lost while no app runs removes nothing at the next start', async () => {
  await watch(names(3));
  await ticks(world(), 1);
  await loseTable();
  world().restart();
  await ticks(world(), 2);
  expect((await world().app().report({ limit: 10 })).items).toHaveLength(3);
  expect((await world().app().health()).reasons.map(({ code }) => code)).toEqual(['rowsLost']);
});

test('a row that a person removes on the first day of a new installation is no alarm', async () => {
  await watch(names(3));
  await ticks(world(), 1);
  await vanish(names(1));
  world().restart();
  await ticks(world(), 2);
  expect((await world().app().report({ limit: 10 })).items).toHaveLength(2);
  expect((await world().app().health()).reasons).toEqual([]);
});

test('what the sender dropped before a sweep found that rows are lost is told right after that', async () => {
  await watch(names(12), {}, '2026-06-20T12:00:00Z');
  world().clock.pass(60_000);
  await world().sweep();
  await loseTable();
  await world().remind();
  expect(world().mailsTo(ADA)).toEqual([]);
  await ticks(world(), 1);
  expect(world().mailsTo(ADA)).toHaveLength(1);
});

test('an older confirmation takes nothing back from a newer one', async () => {
  await watch(names(12));
  await ticks(world(), 1);
  const before = world().clock.now();
  await loseTable();
  await ticks(world(), 1);
  await world().app().confirmRemoval(world().clock.now());
  await world().app().confirmRemoval(before);
  await ticks(world(), 1);
  expect((await world().app().report({ limit: 10 })).items).toEqual([]);
});

test('where the recorded expiries are lost with the registry, the counts of the last sweep are an alarm for a day', async () => {
  const loseBoth = async () => {
    await loseTable();
    await TableClient.fromConnectionString(world().connectionString, 'expiries', {
      allowInsecureConnection: true,
    }).deleteTable();
  };
  const reasons = async () => {
    world().clock.pass(10_000);
    return (await world().app().health()).reasons.map(({ code }) => code);
  };
  await watch(names(3));
  await ticks(world(), 1);
  await loseBoth();
  await ticks(world(), 3);
  expect(await reasons()).toEqual(['rowsLost']);
  const toOperators = world().mailsTo('ops@example.com');
  expect(toOperators).toHaveLength(1);
  expect(flat(textTo(world(), 'ops@example.com'))).toContain(
    'registry rows of 3 targets in a scope vanished, and all',
  );
  await watch(names(3));
  await ticks(world(), 2);
  expect(await reasons()).toEqual([]);
  await loseBoth();
  await ticks(world(), 1);
  expect(await reasons()).toEqual(['rowsLost']);
  world().clock.pass(DAY);
  await ticks(world(), 1);
  expect(await reasons()).toEqual([]);
});

test('targets that were removed one by one leave no alarm when the last of what was recorded goes', async () => {
  await watch(names(2));
  await ticks(world(), 1);
  await vanish(names(2));
  await ticks(world(), 1);
  world().clock.pass(8 * DAY);
  await ticks(world(), 3);
  expect((await world().app().health()).reasons).toEqual([]);
  expect(await world().tables.scopes.get(CONTOSO)).toBeUndefined();
  expect(world().mailsTo('ops@example.com')).toEqual([]);
});

test('many targets that are replaced by many whose rows are lost stay silent, too', async () => {
  const olds = names(12).map(name => `old-${name}`);
  await watch(names(12));
  await watch(['kept-1', 'kept-2']);
  for (const name of names(12)) await watch([`old-${name}`], { replacedBy: name }, '2026-06-20T12:00:00Z');
  await ticks(world(), 2);
  await vanish(names(12));
  await ticks(world(), 3);
  for (const old of olds) expect(await world().item(old)).toBeUndefined();
  expect(world().mailsTo(ADA)).toEqual([]);
  world().clock.pass(DAY);
  await ticks(world(), 3);
  // Now they are gone, and silence would be the worse fault.
  for (const old of olds) expect(await world().item(old)).toMatchObject({ check: 'invalid' });
  expect(world().mailsTo(ADA)).toHaveLength(1);
});

test('a chain holds over a row that is lost, where its owner replaced its target by the page of a mail', async () => {
  const soon = '2026-06-20T12:00:00Z';
  await watch(['middle'], {}, soon);
  await mailsAt(world(), '2026-06-02T12:00:00Z');
  const token = tokenTo(world(), ADA);
  world().azure.iotCentral.token(HOST, 'new').expires(LATE);
  expect(await replaceBy(world(), token, 'new')).toMatchObject({ done: 'now' });
  await watch(names(12));
  await watch(['a-old', 'z-old'], { replacedBy: 'middle' }, soon);
  await ticks(world(), 2);
  await vanish([...names(12), 'middle', 'new']);
  await ticks(world(), 2);
  for (const name of ['a-old', 'z-old', 'middle']) expect(await world().item(name)).toBeUndefined();
  expect((await world().item('new'))?.rowLostSince).toBeDefined();
  expect(world().mailsTo(ADA)).toHaveLength(1);
  expect(await world().app().showLink(token)).toEqual({ refused: 'rowLost' });
});
