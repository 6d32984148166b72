/** A crash at each step of "I replaced it", and another press: one of the two is always watched, and the others are told once. */
import { followLink, showLink } from '../../src/watch/snooze/link';
import type { LinkAction } from '../../src/watch/snooze/link-answers';
import { type Change, Crash, composeWatch } from '../support/crashing';
import { LINKED, tokenTo } from '../support/snooze';
import { CONTOSO, HOST, mailsAt, notesOf } from '../support/story';
import { useWorld } from '../support/world';

const world = useWorld({ settings: LINKED });

const ADA = 'ada@example.com';
const BOB = 'bob@example.com';
const OPS = 'ops@example.com';

/** The app of a process whose n-th change crashes it. */
function crashing(change: Change) {
  const healthy = composeWatch(world().env, world().clock);
  const { registry, expiries, history } = healthy.tables;
  const tables = {
    ...healthy.tables,
    registry: {
      ...registry,
      save: (...args: Parameters<typeof registry.save>) =>
        change('registry.save', () => registry.save(...args)),
    },
    expiries: {
      ...expiries,
      mergeReplaced: (...args: Parameters<typeof expiries.mergeReplaced>) =>
        change('expiries.mergeReplaced', () => expiries.mergeReplaced(...args)),
    },
    history: {
      ...history,
      add: (...args: Parameters<typeof history.add>) => change('history.add', () => history.add(...args)),
    },
  };
  const { clock, kinds, mail, links } = healthy;
  return { tables, clock, kinds, mail, links };
}

const STEPS = [
  'registry.save',
  'expiries.mergeReplaced',
  'registry.save',
  'expiries.mergeReplaced',
  'history.add',
  'history.add',
];

test.each(
  STEPS.flatMap((step, index) =>
    (['before', 'after'] as const).map(when => [when, index + 1, step] as const),
  ),
)('a crash %s change %i (%s)', async (when, at, step) => {
  await world().register(CONTOSO, 'gateway', { owners: `${ADA}, ${BOB}` });
  world().azure.iotCentral.token(HOST, 'gateway').expires('2026-08-01T12:00:00Z');
  world().azure.iotCentral.token(HOST, 'newer').expires('2027-08-01T12:00:00Z');
  expect(await mailsAt(world(), '2026-07-02T12:00:00Z')).toHaveLength(2);
  const link = tokenTo(world(), ADA);
  const changes: string[] = [];
  const deps = crashing(async (name, carryOut) => {
    changes.push(name);
    if (changes.length === at && when === 'before') throw new Crash(name);
    const result = await carryOut();
    if (changes.length === at) throw new Crash(name);
    return result;
  });
  const asked = await followLink(link, { act: 'replace', newId: 'newer' }, deps, world().log);
  if (!('proposed' in asked)) throw new Error(JSON.stringify(asked));
  const { name, proof } = asked.proposed;
  const confirm: LinkAction = { act: 'confirm', name, proof };
  await expect(followLink(link, confirm, deps, world().log)).rejects.toThrow(Crash);
  expect(changes.at(-1)).toBe(step);
  const rows = await Promise.all(
    ['gateway', 'newer'].map(one => world().tables.registry.row({ scope: CONTOSO, name: one })),
  );
  const [old, next] = rows;
  expect(old?.columns.replacedBy === undefined || next !== undefined).toBe(true);
  expect(await world().app().followLink(link, confirm, world().log)).toMatchObject({ by: 'newer' });
  expect(await showLink(link, deps)).toMatchObject({ stopped: 'gateway', by: 'newer', said: { by: ADA } });
  const told = await mailsAt(world(), '2026-07-03T12:00:00Z');
  expect(told.map(mail => mail.split(': ')[0]).sort()).toEqual([BOB, OPS]);
  expect((await notesOf(world(), CONTOSO, 'gateway', 'replaced')).length).toBeLessThanOrEqual(1);
  expect(await mailsAt(world(), '2026-08-01T12:00:00Z')).toEqual([]);
});
