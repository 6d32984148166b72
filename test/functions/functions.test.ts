import { readFileSync } from 'node:fs';
import { HttpRequest } from '@azure/functions';
import { type HostLog, invocationContext } from '../../local/host/invocation';
import type { App } from '../../src/app';
import { functionsOf } from '../../src/functions';
import type { FunctionDefinition, HttpFunction } from '../../src/functions/definition';

const unused = (): never => {
  throw new Error('The settings need mending:\n  - MAIL_SENDER: …');
};
const definitions = functionsOf(unused);
/** An app whose use cases throw; a test replaces those that it needs. */
const createdApp: App = {
  kinds: [],
  version: '0.0.0',
  mailState: { isOff: false, faults: [], fallbackFaults: [] },
  traced: (_call, work) => work(),
  startSweep: unused,
  sweepScope: unused,
  sendReminders: unused,
  testMail: unused,
  takeReports: unused,
  reconcile: unused,
  tellPoison: unused,
  report: unused,
  overview: unused,
  words: { kinds: [], of: unused },
  explain: unused,
  forecast: unused,
  metrics: unused,
  feed: unused,
  checkNow: unused,
  findRow: unused,
  putRow: unused,
  removeRow: unused,
  listRows: unused,
  everyRow: unused,
  lostRows: unused,
  confirmRemoval: unused,
  importRows: unused,
  historyOf: unused,
  kindForms: [],
  understand: unused,
  snoozeFor: unused,
  unsnoozeFor: unused,
  readReplacement: unused,
  showLink: unused,
  followLink: unused,
  showMine: unused,
  health: unused,
};

/** Azure answers 404 to a method that is not listed; listed ones that a route does not serve get 405. */
const EVERY = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'];

const http = (name: string, route: string, authLevel = 'function') => ({
  type: 'http',
  name,
  methods: EVERY,
  route,
  authLevel,
});

const home = (name: string, route: string) => ({
  ...http(name, route, 'anonymous'),
  methods: ['GET', 'HEAD'],
  atRoot: true,
});

/** A function without its handler, as the host registers it. */
const declared = ({ handler: _handler, ...rest }: FunctionDefinition) => rest;

test('these functions are registered, with these triggers, routes and schedules', () => {
  expect(definitions.map(declared)).toEqual([
    { type: 'timer', name: 'startSweep', schedule: '%SWEEP_SCHEDULE%', sends: true },
    { type: 'queue', name: 'sweepScope', queue: 'sweeps', connection: 'AzureWebJobsStorage', sends: true },
    { type: 'timer', name: 'sendReminders', schedule: '%REMIND_SCHEDULE%', sends: false },
    {
      type: 'timer',
      name: 'reconcile',
      schedule: expect.stringMatching(/^0 \d+ \d+ \* \* \*$/),
      sends: false,
    },
    {
      type: 'queue',
      name: 'tellPoison',
      queue: 'sweeps-poison',
      connection: 'AzureWebJobsStorage',
      sends: false,
    },
    http('status', 'status'),
    http('target', 'targets/{scope}/{name}'),
    http('checkNow', 'targets/{scope}/{name}/check'),
    http('testMail', 'mail/test'),
    http('registry', 'registry'),
    http('registryRow', 'registry/{scope}/{name}'),
    http('registryImport', 'registry/import'),
    http('registryExport', 'registry/export'),
    http('registryLost', 'registry/lost'),
    http('forecast', 'forecast'),
    http('metrics', 'metrics'),
    http('calendar', 'calendar.ics'),
    http('mailReports', 'mail/reports'),
    http('health', 'health', 'anonymous'),
    http('openapi', 'openapi.json'),
    http('snooze', 'snooze', 'anonymous'),
    http('mine', 'mine', 'anonymous'),
    http('dashboard', 'dashboard'),
    http('dashboardLost', 'dashboard/lost'),
    http('dashboardMail', 'dashboard/mail'),
    http('dashboardAdd', 'dashboard/add'),
    http('dashboardImport', 'dashboard/import'),
    http('dashboardTarget', 'dashboard/{scope}/{name}'),
    http('dashboardScript', 'dashboard.js', 'anonymous'),
    home('home', '{nothing:maxlength(0)?}'),
    home('homeOfApi', 'api'),
  ]);
});

test('they are defined without the app: bad settings are an answer of a call, not "no functions found"', () => {
  expect(() => functionsOf(unused)).not.toThrow();
});

test('host.json hides a failed message for 30 s, ends a call after 10 min and puts nothing before a route', () => {
  expect(JSON.parse(readFileSync('host.json', 'utf8'))).toMatchObject({
    version: '2.0',
    functionTimeout: '00:10:00',
    extensions: { queues: { visibilityTimeout: '00:00:30' }, http: { routePrefix: '' } },
  });
});

test('host.json lets no line of the log be left out by sampling: alerts are built on them', () => {
  const { logging } = JSON.parse(readFileSync('host.json', 'utf8'));
  expect(logging.applicationInsights.samplingSettings.excludedTypes.split(';')).toContain('Trace');
});

describe('tellPoison', () => {
  const call = async (message: unknown, app: Partial<App>) => {
    const found = functionsOf(() => ({ ...createdApp, ...app })).find(({ name }) => name === 'tellPoison');
    if (found?.type !== 'queue') throw new Error('tellPoison is no queue function');
    return await found.handler(
      message,
      invocationContext(found, () => undefined),
    );
  };

  test.each([{ scope: 'a', tick: 'b' }, 'not { json', null])(
    'hands on %p as it came, and sends nothing back',
    async message => {
      const told: unknown[] = [];
      const tellPoison = async (one: unknown) => void told.push(one);
      expect(await call(message, { tellPoison })).toEqual([]);
      expect(told).toEqual([message]);
    },
  );

  test('fails with storage, so that the runtime tries again', async () => {
    const tellPoison = async () => Promise.reject(new Error('no storage'));
    await expect(call({}, { tellPoison })).rejects.toThrow('no storage');
  });
});

describe('a fault of ours', () => {
  const logged: string[] = [];
  const log: HostLog = ({ text }) => void logged.push(text);
  const call = (name: string, app: () => App) => {
    const found = functionsOf(app).find(definition => definition.name === name);
    if (found?.type !== 'http') throw new Error(`${name} is no HTTP function`);
    return answerOf(found, log);
  };

  test.each([
    'status',
    'target',
    'registry',
    'registryRow',
    'registryExport',
    'registryLost',
    'forecast',
    'metrics',
    'calendar',
    'health',
  ])('in %s is a problem without its cause, and the log has the cause', async name => {
    logged.length = 0;
    const answer = await call(name, unused);
    expect(answer).toMatchObject({
      status: 500,
      headers: { 'content-type': 'application/problem+json; charset=utf-8' },
    });
    expect(answer.body).not.toMatch(/MAIL_SENDER|Error|at /);
    expect(logged.join()).toContain('MAIL_SENDER');
  });
});

async function answerOf(definition: HttpFunction, log: HostLog) {
  const request = new HttpRequest({ method: 'GET', url: `http://localhost/api/${definition.route}` });
  return Object(await definition.handler(request, invocationContext(definition, log)));
}
