import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import type { Metafile } from 'esbuild';
import { strToU8, unzipSync } from 'fflate';
import * as v from 'valibot';
import { bundle } from '../scripts/bundle';
import { writeDeployable, zipOf } from '../scripts/deployable';
import { startReceiver, takesAll } from './support/receiver';

const parent = mkdtempSync(join(tmpdir(), 'expiry-watcher-bundle-'));
/** The app's folder, below one whose package.json says that JavaScript files are ES modules: the app's own must win. */
const folder = join(parent, 'app');
const deployed = join(folder, 'main.js');
/** Not minified: the names of its modules show which of them ran. */
const readable = join(folder, 'readable.js');
let contents: Metafile['outputs'][string];
let zip: Uint8Array;

beforeAll(async () => {
  mkdirSync(folder);
  writeFileSync(join(parent, 'package.json'), '{ "type": "module" }');
  const built = join(parent, 'dist');
  const [{ outputs }] = await Promise.all([
    writeDeployable(built),
    bundle({ outfile: readable, minify: false }),
    writeWorker(),
  ]);
  zip = zipOf(built);
  for (const [name, content] of Object.entries(unzipSync(zip))) writeFileSync(join(folder, name), content);
  const [output] = Object.values(outputs);
  if (!output) throw new Error('esbuild wrote nothing.');
  contents = output;
});

afterAll(() => rmSync(parent, { recursive: true }));

/** Replaces the Functions worker: it supplies the core package, loads the bundle, and calls two functions. */
function writeWorker(): void {
  const core = join(folder, 'node_modules', '@azure', 'functions-core');
  mkdirSync(core, { recursive: true });
  writeFileSync(
    join(core, 'index.js'),
    `exports.registered = [];
     exports.setProgrammingModel = model => { exports.model = model.name; };
     exports.registerFunction = (metadata, callback) => void exports.registered.push({ metadata, callback });
     exports.log = () => {};`,
  );
  writeFileSync(
    join(folder, 'worker.js'),
    `const core = require('@azure/functions-core');
     require(process.argv[2]);
     const logged = [];
     const context = { info() {}, warn() {}, error: error => void logged.push(String(error)) };
     const call = async name => {
       const { callback } = core.registered.find(({ metadata }) => metadata.name === name);
       try {
         const { status } = await callback({ method: 'GET', url: 'http://localhost/api/' + name }, { ...context, functionName: name });
         return status;
       } catch (error) {
         return error.name + ': ' + error.message;
       }
     };
     (async () => {
       const answers = process.argv[3] === 'and call' ? { startSweep: await call('startSweep'), status: await call('status') } : {};
       const functions = core.registered.map(({ metadata }) => metadata);
       console.log(JSON.stringify({ model: core.model, functions, answers, logged }));
     })();`,
  );
}

interface Loaded {
  readonly model: string;
  readonly functions: { readonly name: string; readonly bindings: Record<string, Record<string, unknown>> }[];
  readonly answers: Record<string, unknown>;
  readonly logged: string[];
}

/** Loads a bundle in a new process with an empty environment. */
async function load(file: string, then: 'load only' | 'and call' = 'load only', env = {}): Promise<Loaded> {
  const argv = [join(folder, 'worker.js'), file, then];
  const { stdout } = await promisify(execFile)(process.execPath, argv, { env });
  return JSON.parse(stdout);
}

/** A storage account that nobody listens for. */
const NOWHERE = `DefaultEndpointsProtocol=http;AccountName=a;AccountKey=${btoa('key')};TableEndpoint=http://127.0.0.1:1/a;`;

/** What must load on first use only. */
const LATE =
  /^src\/(email\/(?!transports\/(index|\w+-settings)\.)|wording\/)|^src\/web\/openapi\/(?!route\.)|node_modules\/(nodemailer|@valibot|@azure\/(identity|msal-\w+|communication-\w+))\//;
const WATCHED = { NODE_V8_COVERAGE: join(folder, 'coverage') };

const FunctionCoverage = v.object({
  functionName: v.string(),
  ranges: v.array(v.object({ count: v.number() })),
});
const Coverage = v.object({
  result: v.array(v.object({ url: v.string(), functions: v.array(FunctionCoverage) })),
});

/** How many times each named function of a script ran, as V8 counted. */
function runsOf(script: string, reports: string): Map<string, number | undefined> {
  const read = (name: string) => v.parse(Coverage, JSON.parse(readFileSync(join(reports, name), 'utf8')));
  const scripts = readdirSync(reports).flatMap(name => read(name).result);
  const functions = scripts.find(({ url }) => url.endsWith(`/${script}`))?.functions ?? [];
  return new Map(functions.map(({ functionName, ranges }) => [functionName, ranges[0]?.count]));
}

test('the zip holds the two bundles, the settings of the host and what names the first, in at most 600 KB', () => {
  const files = unzipSync(zip);
  const { name, version } = JSON.parse(readFileSync('package.json', 'utf8'));
  expect(Object.keys(files)).toEqual(['host.json', 'main.js', 'package.json', 'telemetry.js']);
  expect(files['host.json']).toEqual(strToU8(readFileSync('host.json', 'utf8')));
  expect(JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))).toEqual({
    name,
    version,
    main: 'main.js',
  });
  expect(zip.length).toBeLessThanOrEqual(600_000);
});

test('nothing in the zip tells when it was made, so equal files make an equal zip', () => {
  expect(Buffer.compare(zipOf(join(parent, 'dist')), zip)).toBe(0);
  // Time and date of the first file, as the zip format writes the first day that it knows.
  expect([...zip.subarray(10, 14)]).toEqual([0, 0, 0x21, 0]);
});

test('the bundle is one file of at most 400 KiB, compressed', () => {
  expect(gzipSync(readFileSync(deployed), { level: 9 }).length).toBeLessThanOrEqual(400 * 1024);
});

test('it loads as CommonJS by its own package.json, also below one that says otherwise', async () => {
  expect((await load(deployed)).functions.length).toBeGreaterThan(0);
  const own = readFileSync(join(folder, 'package.json'));
  rmSync(join(folder, 'package.json'));
  await expect(load(deployed)).rejects.toThrow('require is not defined');
  writeFileSync(join(folder, 'package.json'), own);
});

test('parts of packages that never run are left out', () => {
  const packages = Object.entries(contents.inputs).flatMap(([path, { bytesInOutput }]) =>
    bytesInOutput > 0 ? (/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? []) : [],
  );
  expect(packages).toContain('@azure/data-tables');
  expect(packages.filter(name => /fast-xml|semver/.test(name))).toEqual([]);
});

test('an answer of the store in XML is an error that quotes it', async () => {
  const receiver = await startReceiver();
  receiver.answer = response => {
    response.writeHead(403, { 'content-type': 'application/xml' });
    response.end('<?xml version="1.0"?><error><m:code>Closed</m:code></error>');
  };
  try {
    const AzureWebJobsStorage = NOWHERE.replace('http://127.0.0.1:1', receiver.origin);
    const { answers } = await load(deployed, 'and call', { AzureWebJobsStorage, MAIL_TO: 'none' });
    expect(answers.startSweep).toMatch(/^RestError: .*Closed/s);
  } finally {
    await receiver.close();
  }
});

test('nothing local, and nothing of the tests, is in it', () => {
  const inputs = Object.keys(contents.inputs);
  expect(inputs).toContain('src/main.ts');
  expect(inputs.filter(path => /^(local|test|scripts)\/|azurite|storage-queue/.test(path))).toEqual([]);
});

test('every other import is a module of Node, or supplied by the worker', () => {
  const outside = new Set(contents.imports.filter(({ external }) => external).map(({ path }) => path));
  expect([...outside].filter(path => !isBuiltin(path))).toEqual(['@azure/functions-core', './telemetry.js']);
  expect(Object.keys(contents.inputs).filter(path => /telemetry\.ts|opentelemetry/.test(path))).toEqual([
    'src/settings/telemetry.ts',
  ]);
});

describe('the bundle for traces', () => {
  const CONNECTION =
    'InstrumentationKey=11111111-2222-3333-4444-555555555555;IngestionEndpoint=http://127.0.0.1:1/';
  /** The scripts of the app that a process loaded. */
  const loadedWith = async (settings: Record<string, string>) => {
    const NODE_V8_COVERAGE = mkdtempSync(join(parent, 'coverage-'));
    const env = { AzureWebJobsStorage: NOWHERE, MAIL_TO: 'none', ...settings, NODE_V8_COVERAGE };
    const { answers } = await load(deployed, 'and call', env);
    expect(answers.startSweep).toMatch(/^RestError/);
    const reports = readdirSync(NODE_V8_COVERAGE).map(name =>
      readFileSync(join(NODE_V8_COVERAGE, name), 'utf8'),
    );
    return new Set(reports.join().match(/app\/(main|telemetry)\.js/g));
  };

  test('is loaded by the first call where traces are asked for, and else never', async () => {
    const APPLICATIONINSIGHTS_CONNECTION_STRING = CONNECTION;
    expect(await loadedWith({ APPLICATIONINSIGHTS_CONNECTION_STRING })).toEqual(new Set(['app/main.js']));
    expect(await loadedWith({ APPLICATIONINSIGHTS_CONNECTION_STRING, TELEMETRY: 'traces' })).toEqual(
      new Set(['app/main.js', 'app/telemetry.js']),
    );
  });

  test('sends spans by itself', async () => {
    const receiver = await startReceiver();
    try {
      const connectionString = CONNECTION.replace('http://127.0.0.1:1', receiver.origin);
      receiver.answer = takesAll;
      const script = `
        const traces = require(process.argv[1]).startTraces(${JSON.stringify({ connectionString, version: '1' })});
        traces.run({ name: 'startSweep' }, async () => []).then(() => traces.flush());`;
      await promisify(execFile)(process.execPath, ['-e', script, join(folder, 'telemetry.js')], { env: {} });
      expect(receiver.received.map(({ url, body }) => [url, JSON.parse(body)])).toEqual([
        [
          '/v2.1/track',
          [expect.objectContaining({ data: expect.objectContaining({ baseType: 'RemoteDependencyData' }) })],
        ],
      ]);
    } finally {
      await receiver.close();
    }
  });
});

/** Azure answers 404 to a method that is not listed; with all of them listed, the app answers 405 itself. */
const EVERY = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'];

const http = (name: string, route: string, authLevel = 'function') => [
  name,
  { type: 'httpTrigger', methods: EVERY, route: `api/${route}`, authLevel },
  { type: 'http' },
];

const home = (name: string, route: string) => [
  name,
  { type: 'httpTrigger', methods: ['GET', 'HEAD'], route, authLevel: 'anonymous' },
  { type: 'http' },
];

test('loaded by the worker, it registers exactly these functions', async () => {
  const { model, functions } = await load(deployed);
  const sweeps = { queueName: 'sweeps', connection: 'AzureWebJobsStorage' };
  expect(model).toBe('@azure/functions');
  expect(functions.map(registration)).toEqual([
    ['startSweep', { type: 'timerTrigger', schedule: '%SWEEP_SCHEDULE%' }, { type: 'queue', ...sweeps }],
    ['sweepScope', { type: 'queueTrigger', ...sweeps }, { type: 'queue', ...sweeps }],
    ['sendReminders', { type: 'timerTrigger', schedule: '%REMIND_SCHEDULE%' }],
    ['reconcile', { type: 'timerTrigger', schedule: expect.stringMatching(/^0 \d+ \d+ \* \* \*$/) }],
    ['tellPoison', { type: 'queueTrigger', queueName: 'sweeps-poison', connection: 'AzureWebJobsStorage' }],
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

/** The name and the bindings, trigger first, without the fields that the library adds. */
function registration({ name, bindings }: Loaded['functions'][number]): unknown[] {
  const told = Object.values(bindings).map(
    ({ name: _name, direction: _direction, properties: _more, ...rest }) => rest,
  );
  return [name, ...told];
}

test('without any setting it loads, and a call fails with the list of faults', async () => {
  const { functions, answers, logged } = await load(deployed, 'and call');
  expect(functions).toHaveLength(31);
  const words =
    /^BadSettings: The settings are wrong:.*AzureWebJobsStorage:.*COMMUNICATION_ENDPOINT:.*MAIL_SENDER:/s;
  expect(answers).toEqual({ startSweep: expect.stringMatching(words), status: 500 });
  expect(logged).toEqual([expect.stringMatching(words)]);
});

test('with sign-in in front the host is told to ask for no key but on the feeds', async () => {
  const { functions } = await load(deployed, 'load only', { WEBSITE_AUTH_ENABLED: 'True' });
  const guarded = functions.filter(({ bindings }) =>
    Object.values(bindings).some(({ authLevel }) => authLevel === 'function'),
  );
  expect(guarded.map(({ name }) => name)).toEqual(['metrics', 'calendar', 'mailReports']);
});

test('sign-in, mail and the OpenAPI document load on first use: none of their modules runs at the start', async () => {
  const { NODE_V8_COVERAGE } = WATCHED;
  await load(readable, 'load only', WATCHED);
  const runs = runsOf('readable.js', NODE_V8_COVERAGE);
  const late = Object.entries(contents.inputs).filter(
    ([path, { bytesInOutput }]) => LATE.test(path) && bytesInOutput > 0,
  );
  expect(late.length).toBeGreaterThan(50);
  // esbuild wraps each such module in a function named by its path; V8 counts the calls.
  expect(late.map(([path]) => [path, runs.get(path)]).filter(([, count]) => count !== 0)).toEqual([]);
  expect(runs.get('node_modules/@azure/functions/dist/azure-functions.js')).toBe(1);
});
