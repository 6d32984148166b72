import { parseHostJson } from '../../local/host/host-json';
import { compileRoutes } from '../../local/host/routes';
import { parseNcrontab } from '../../src/formats/ncrontab';
import { http } from '../support/host';

const after = new Date('2026-01-01T00:00:00Z');

test.each([
  ['0 */5 * * * *', '2026-01-01T00:05:00.000Z'],
  ['30 0 6 * * *', '2026-01-01T06:00:30.000Z'],
  // NCRONTAB differs from cron: both day fields must match (June has the first Monday the 1st), and n/m counts from n.
  ['0 0 0 1 * Mon', '2026-06-01T00:00:00.000Z'],
  ['0 7/20 * * * *', '2026-01-01T00:07:00.000Z'],
])('the schedule %s next fires at %s', (schedule, expected) => {
  expect(parseNcrontab(schedule).nextRun(after)?.toISOString()).toBe(expected);
});

test('a schedule without a possible date never fires', () => {
  expect(parseNcrontab('0 0 0 30 2 *').nextRun(after)).toBeNull();
});

test.each(['* * * *', '0 0 25 * * *', 'soon'])('%s is not a schedule', schedule => {
  expect(() => parseNcrontab(schedule)).toThrow();
});

test("what host.json leaves out has the real host's defaults", () => {
  expect(parseHostJson({ version: '2.0' })).toEqual({
    http: { routePrefix: 'api', customHeaders: {} },
    queues: { batchSize: 16, maxDequeueCount: 5, visibilityTimeout: 0 },
  });
});

test('the values of host.json are used', () => {
  const queues = { visibilityTimeout: '1.02:03:04', batchSize: 3, maxDequeueCount: 2 };
  const http = { routePrefix: '', customHeaders: { 'x-frame-options': 'DENY' } };
  expect(parseHostJson({ extensions: { queues, http } })).toEqual({
    http,
    queues: { batchSize: 3, maxDequeueCount: 2, visibilityTimeout: 93_784 },
  });
});

test('a wrong time span is refused', () => {
  expect(() => parseHostJson({ extensions: { queues: { visibilityTimeout: '30s' } } })).toThrow('hh:mm:ss');
});

test('a route that the local host does not support is refused', () => {
  expect(() => compileRoutes([http('files/{*path}', async () => ({}))], 'api')).toThrow('{*path}');
});
