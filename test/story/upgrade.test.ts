/** From the tables of 0.1.0, as that version left them, to this one: nothing is told twice, nothing is forgotten. */
import { TableClient } from '@azure/data-tables';
import { formatInstant, HOUR } from '../../src/formats/instant';
import { instant } from '../support/clock';
import { LINKED } from '../support/snooze';
import { HOST, mailedBy, SUBSCRIPTION, ticks } from '../support/story';
import { useWorld } from '../support/world';
import FORMER from './tables-0.1.0.json';

const world = useWorld({ settings: LINKED });
const ADA = 'ada@example.com';
const BOB = 'Bob@Example.com';
const OPS = 'ops@example.com';
const client = (table: string) =>
  TableClient.fromConnectionString(world().connectionString, table, { allowInsecureConnection: true });

/** As they would be read today. What is not here can't be found. */
const EXPIRIES = {
  expiring: '2026-08-01T12:00:00Z',
  healthy: '2029-01-01T00:00:00Z',
  late: '2026-08-05T12:00:00Z',
  later: '2026-08-05T12:00:00Z',
  ownerless: '2026-08-01T12:00:00Z',
  renewed: '2027-07-20T12:00:00Z',
  sent: '2026-08-01T12:00:00Z',
  snoozed: '2026-08-02T12:00:00Z',
  old: '2026-08-01T12:00:00Z',
};

beforeEach(async () => {
  await client('scopes').deleteEntity('schema', 'version');
  for (const [table, rows] of Object.entries(FORMER.tables))
    for (const row of rows) await client(table).createEntity(row);
  const { iotCentral, arm } = world().azure;
  for (const [name, at] of Object.entries(EXPIRIES)) iotCentral.token(HOST, name).expires(at);
  iotCentral.token(HOST, 'forever').neverExpires();
  iotCentral.token(HOST, 'unreadable').misbehaves({ fault: 'status', status: 500 });
  arm.app(SUBSCRIPTION, 'shop', 'fixed').expires('2026-08-01T12:00:00Z');
  arm.app(SUBSCRIPTION, 'shop', 'minted').mintsFor(HOUR);
  world().clock.to(FORMER.lastSweepOn);
});

test('only what was waiting is mailed: no reminder that the former version sent goes out again', async () => {
  const mails = await mailedBy(world(), () => ticks(world(), 9));
  expect(mails).toEqual([
    'carol@example.com: late expires in 29 days (5 August 2026)',
    'erin@example.com: later expires in 29 days (5 August 2026)',
  ]);
});

test('the next threshold is told once to each owner, and a snooze of the former version holds', async () => {
  await ticks(world(), 2);
  const mails = await mailedBy(world(), async () => {
    world().clock.to('2026-07-25T12:00:00Z');
    await ticks(world(), 4);
  });
  expect(
    mails
      .filter(mail => /Gateway/.test(mail))
      .map(mail => mail.split(':')[0])
      .sort(),
  ).toEqual([BOB, ADA]);
  expect(mails.filter(mail => /snoozed/.test(mail))).toEqual([]);
  const { items } = await world().app().report({ limit: 100 });
  expect(items.find(({ name }) => name === 'snoozed')).toMatchObject({ standing: 'expiring', check: 'ok' });
});

test('every target keeps its expiry and its failure, also before it is read again', async () => {
  const { items } = await world().app().report({ limit: 100 });
  const seen = Object.fromEntries(items.map(({ name, expiresOn, check }) => [name, [expiresOn, check]]));
  for (const [name, at] of Object.entries(EXPIRIES))
    expect([name, seen[name]]).toEqual([name, name === 'old' ? undefined : [instant(at), 'ok']]);
  expect(seen.unreadable).toEqual([instant('2026-09-20T12:00:00Z'), 'failing']);
  expect(seen.bad?.[1]).toBe('invalid');
  expect(Object.keys(seen)).not.toContain('removed');
  expect(seen['shop:fixed']).toEqual([instant('2026-08-01T12:00:00Z'), 'ok']);
});

test('the requests of the mail service that the former version counted still take their place', async () => {
  await world().app().report({ limit: 1 });
  const { mailLedger } = world().tables;
  const { send, look, acceptedOn } = await mailLedger.of('acs').counts();
  const totals = (await mailLedger.everyTransport()).get('')?.totals;
  expect(send.requests.map(({ at, count }) => [formatInstant(at), count])).toEqual([
    ['2026-07-06T13:05:10.000Z', 1],
    ['2026-07-06T13:10:10.000Z', 1],
  ]);
  expect(look.requests).toHaveLength(2);
  expect(totals).toMatchObject({ accepted: 9, delivered: 8 });
  expect(acceptedOn).toBe(instant('2026-07-06T13:05:00Z'));
});

test('operators hear again of nothing that they were told', async () => {
  const mails = await mailedBy(world(), () => ticks(world(), 20));
  expect(mails.filter(mail => mail.startsWith(OPS))).toEqual([]);
});

test('a mail whose fate was not known yet is followed, and sent again where its service does not know it', async () => {
  await ticks(world(), 9);
  expect(await mailedBy(world(), () => ticks(world(), 11))).toEqual([
    'dan@example.com: sent expires in 25 days (1 August 2026)',
  ]);
});
