/** The outgoing ping: a dead-man's switch hears of each sweep that came to its end, and a sweep never waits for it. */
import { createApp } from '../../src/app';
import { MINUTE } from '../../src/formats/instant';
import { type Receiver, startReceiver } from '../support/receiver';
import { type StorageProxy, startStorageProxy } from '../support/storage-proxy';
import { CONTOSO, HOST } from '../support/story';
import { useWorld } from '../support/world';

const world = useWorld();
let check: Receiver;
let proxy: StorageProxy;

beforeEach(async () => {
  check = await startReceiver();
  proxy = await startStorageProxy(world().connectionString);
  world().azure.iotCentral.token(HOST, 'a').expires('2027-01-31T12:00:00Z');
  await world().register(CONTOSO, 'a', { owners: 'ada@example.com' });
});
afterEach(async () => {
  await check.close();
  await proxy.close();
});

const pinging = (path = '/uuid', more = {}) =>
  world().restart({ PING_URL: `${check.origin}${path}`, ...more });
const paths = () => check.received.map(({ method, url }) => `${method} ${url}`);
/** A tick of which no message is handled. */
const tickAlone = async () => {
  world().clock.pass(5 * MINUTE);
  return await world().app().startSweep(world().log);
};

test('each tick tells that the sweep before it came to its end', async () => {
  pinging();
  await world().sweep();
  await check.until(1);
  world().clock.pass(5 * MINUTE);
  await world().sweep();
  await check.until(2);
  expect(paths()).toEqual(['GET /uuid', 'GET /uuid']);
});

test('while scopes are not swept it is silent, and then tells the failure', async () => {
  pinging();
  await world().sweep();
  await check.until(1);
  for (let tick = 0; tick < 2; tick += 1) await tickAlone();
  await check.until(2);
  for (let tick = 0; tick < 7; tick += 1) await tickAlone();
  expect(paths()).toEqual(['GET /uuid', 'GET /uuid']);
  await tickAlone();
  await tickAlone();
  await check.until(3);
  expect(paths().slice(2)).toEqual(['GET /uuid/fail']);
});

test('a tick that fails tells it at once, also where the tables are out of reach', async () => {
  pinging('/uuid', { AzureWebJobsStorage: proxy.connectionString });
  proxy.answer = () => ({ type: 'text/html', body: '<title>Sign in</title>' });
  await expect(world().sweep()).rejects.toThrow();
  await check.until(1);
  expect(paths()).toEqual(['GET /uuid/fail']);
});

test.each([
  ['/uuid?source=watcher&x=/', '/uuid/fail?source=watcher&x=/'],
  ['/uuid/', '/uuid/fail'],
  ['/', '/fail'],
  ['', '/fail'],
  ['/a%2Fb?x=%20', '/a%2Fb/fail?x=%20'],
])('a check at %j hears of a failure at %j', async (path, failure) => {
  pinging(path, { AzureWebJobsStorage: proxy.connectionString });
  proxy.answer = () => ({ type: 'text/html', body: '' });
  await expect(world().sweep()).rejects.toThrow();
  await check.until(1);
  expect(check.received[0]?.url).toBe(failure);
});

test('a check that does not answer delays no sweep', async () => {
  check.answer = () => undefined;
  pinging();
  await world().sweep();
  const [open] = await check.until(1);
  expect(open?.url).toBe('/uuid');
  expect(await world().item('a')).toMatchObject({ check: 'ok' });
});

test('a ping that is not taken is told with the next one, without its address; a redirect is not followed', async () => {
  pinging();
  check.answer = response => void response.writeHead(302, { location: '/elsewhere' }).end();
  await world().sweep();
  await check.until(1);
  // The answer arrives when it does: the next ping goes out after it.
  await expectLine('The ping before this one did not arrive: HTTP 302.');
  expect(paths().join()).not.toContain('elsewhere');
  await check.close();
  await tickAlone();
  await expectLine('The ping before this one did not arrive: unreachable (ECONNREFUSED).');
  expect(world().log.lines.join('\n')).not.toMatch(/uuid|127\.0\.0\.1/);
});

async function expectLine(line: string): Promise<void> {
  for (let tick = 0; tick < 20 && !world().log.lines.includes(line); tick += 1) await world().sweep();
  expect(world().log.lines).toContain(line);
}

test('without PING_URL nothing is sent', async () => {
  const app = createApp(world().env, world().clock);
  await app.startSweep(world().log);
  expect(check.received).toEqual([]);
});
