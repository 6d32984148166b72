/** Lost rows over HTTP: how many there are, and an operator's confirmation that they are removed. */
import { MINUTE } from '../../src/formats/instant';
import { type Ask, asking } from '../support/asking';
import { useHost } from '../support/host';
import { CONTOSO, HOST, ticks } from '../support/story';
import { useWorld } from '../support/world';

const world = useWorld({ iotCentral: { throttle: false } });
const hosting = useHost();
const NAMES = Array.from({ length: 12 }, (_, index) => `token-${index + 10}`);
let ask: Ask;

beforeEach(async () => {
  ask = await asking(world(), hosting);
  for (const name of NAMES) world().azure.iotCentral.token(HOST, name).expires('2027-01-31T12:00:00Z');
  await world().registerAll(CONTOSO, NAMES, { owners: 'ada@example.com' });
  await ticks(world(), 1);
  for (const name of NAMES.slice(1)) await world().unregister(CONTOSO, name);
  await ticks(world(), 1);
});

const listed = async () => {
  const { items } = (await ask('status?limit=1000')).body;
  return Array.isArray(items) ? items.map(item => Object(item)) : [];
};
const confirm = (until: unknown) => form(`until=${until}`, {}, 'registry/lost');
const form = (body: string, headers: Record<string, string> = {}, to = 'dashboard/lost?code=k%2B') =>
  ask(to, {
    method: 'POST',
    redirect: 'manual',
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    body,
  });

test('are shown by scope, on status and on the page of the target', async () => {
  const lastOn = world().clock.text();
  const shown = await ask('registry/lost');
  expect(shown.body).toEqual({
    asOf: lastOn,
    targets: 11,
    scopes: [{ scope: CONTOSO, targets: 11, lastOn }],
    confirmedOn: null,
  });
  const items = await listed();
  expect(new Map(items.map(({ name, rowLostSince }) => [name, rowLostSince]))).toEqual(
    new Map(NAMES.map((name, index) => [name, index === 0 ? undefined : lastOn])),
  );
  const path = `${encodeURIComponent(CONTOSO)}/${NAMES[3]}`;
  expect((await ask(`targets/${path}`)).body).toMatchObject({
    state: { rowLostSince: lastOn, goneSince: null },
  });
  expect((await ask(`dashboard/${path}`)).text).toContain('Its registry row is lost');
  expect((await ask('dashboard')).text).toMatch(/without a row since 2026-06-01/);
  expect((await ask('health')).status).toBe(503);
});

test('are removed once an operator confirms, by a program', async () => {
  const { asOf } = (await ask('registry/lost')).body;
  world().clock.pass(MINUTE);
  const confirmed = await confirm(asOf);
  expect([confirmed.status, confirmed.body.confirmedOn]).toEqual([200, asOf]);
  expect(await listed()).toHaveLength(12);
  await ticks(world(), 1);
  expect((await listed()).map(({ name }) => name)).toEqual([NAMES[0]]);
  expect((await ask('registry/lost')).body).toMatchObject({ targets: 0, scopes: [] });
  expect((await ask('health')).status).toBe(200);
});

test('are not confirmed by an instant before their loss, and never ahead of it', async () => {
  await confirm('2026-06-01T00:06:00Z');
  await ticks(world(), 1);
  expect(await listed()).toHaveLength(12);
  const ahead = await confirm('2099-01-01T00:00:00Z');
  expect(ahead.body.confirmedOn).toBe(world().clock.text());
  for (const until of ['', 'now', '2026-06-31T00:00:00Z']) expect((await confirm(until)).status).toBe(400);
});

test('are removed once an operator confirms, by the button of the banner', async () => {
  const page = (await ask('dashboard?code=k%2B')).text;
  const [, until = ''] = /name="until" value="([^"]+)"/.exec(page) ?? [];
  expect(page).toContain('Remove these 11 targets for good');
  const answer = await form(`until=${encodeURIComponent(until)}`);
  expect(answer.status).toBe(200);
  expect(answer.text).toContain('href="../dashboard?code=k%2B"');
  const after = (await ask('dashboard?code=k%2B')).text;
  expect(after).toContain('The removal is confirmed');
  expect(after).not.toContain('name="until"');
  await ticks(world(), 1);
  expect(await listed()).toHaveLength(1);
  world().clock.pass(5_000);
  expect((await ask('dashboard')).text).not.toContain('The watcher itself needs help');
});

test('a form of another site, and any other form, confirms nothing', async () => {
  const act = `until=${world().clock.text()}`;
  expect((await form(act, { 'sec-fetch-site': 'cross-site' })).status).toBe(403);
  for (const body of ['', 'until=', `${act}&x=1`, `${act}&${act}`, act.replace('until', 'since')])
    expect((await form(body)).status).toBe(400);
  expect((await form('a'.repeat(70_000))).status).toBe(413);
  expect((await ask('registry/lost')).body.confirmedOn).toBeNull();
});
