import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Metafile } from 'esbuild';
import * as v from 'valibot';
import { bundle } from '../scripts/bundle';

const folder = mkdtempSync(join(tmpdir(), 'expiry-watcher-bundle-'));
/** As it is deployed, and the same with its modules' names left in, so that one can see which of them ran. */
const deployed = join(folder, 'main.js');
const readable = join(folder, 'readable.js');
let contents: Metafile['outputs'][string];

beforeAll(async () => {
  const [{ metafile }] = await Promise.all([
    bundle({ outfile: deployed }),
    bundle({ outfile: readable, minify: false }),
    supplyWorker(),
  ]);
  const [output] = Object.values(metafile.outputs);
  if (!output) throw new Error('esbuild wrote nothing.');
  contents = output;
});

afterAll(() => rmSync(folder, { recursive: true }));

/** What the Functions worker supplies, and what calls the bundle as the worker would: both outside of this process. */
function supplyWorker(): void {
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
         const { status } = await callback({ method: 'GET', url: 'http://localhost/api/' + name }, context);
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

/** Loads a bundle in a process of its own, whose environment has no setting at all. */
async function load(file: string, then: 'load only' | 'and call' = 'load only', env = {}): Promise<Loaded> {
  const argv = [join(folder, 'worker.js'), file, then];
  const { stdout } = await promisify(execFile)(process.execPath, argv, { env });
  return JSON.parse(stdout);
}

const LATE =
  /^src\/(mail\/|web\/openapi\/(?!route\.))|node_modules\/(@valibot|@azure\/(identity|msal-\w+|communication-common))\//;
const WATCHED = { NODE_V8_COVERAGE: join(folder, 'coverage') };

const FunctionCoverage = v.object({
  functionName: v.string(),
  ranges: v.array(v.object({ count: v.number() })),
});
const Coverage = v.object({
  result: v.array(v.object({ url: v.string(), functions: v.array(FunctionCoverage) })),
});

/** How often each named function of a script ran, by V8's own account. */
function runsOf(script: string, reports: string): Map<string, number | undefined> {
  const read = (name: string) => v.parse(Coverage, JSON.parse(readFileSync(join(reports, name), 'utf8')));
  const scripts = readdirSync(reports).flatMap(name => read(name).result);
  const functions = scripts.find(({ url }) => url.endsWith(`/${script}`))?.functions ?? [];
  return new Map(functions.map(({ functionName, ranges }) => [functionName, ranges[0]?.count]));
}

test('it is one file of at most 1 MB', () => {
  expect(statSync(deployed).size).toBeLessThanOrEqual(1024 * 1024);
});

test('nothing local, and nothing of the tests, is in it', () => {
  const inputs = Object.keys(contents.inputs);
  expect(inputs).toContain('src/main.ts');
  expect(inputs.filter(path => /^(src\/local|test|scripts)\/|azurite|storage-queue/.test(path))).toEqual([]);
});

test('whatever is left outside is of Node, or supplied by the worker', () => {
  const outside = new Set(contents.imports.filter(({ external }) => external).map(({ path }) => path));
  expect([...outside].filter(path => !isBuiltin(path))).toEqual(['@azure/functions-core']);
});

/** All that clients try: Azure answers 404 to a method that is not listed, and what is not served wants a 405. */
const EVERY = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'];

const http = (name: string, route: string, authLevel = 'function') => [
  name,
  { type: 'httpTrigger', methods: EVERY, route, authLevel },
  { type: 'http' },
];

test('loaded by the worker, it registers exactly the functions of DESIGN.md section 6', async () => {
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
    http('registry', 'registry'),
    http('registryRow', 'registry/{scope}/{name}'),
    http('registryImport', 'registry/import'),
    http('registryExport', 'registry/export'),
    http('forecast', 'forecast'),
    http('metrics', 'metrics'),
    http('calendar', 'calendar.ics'),
    http('health', 'health', 'anonymous'),
    http('openapi', 'openapi.json'),
    http('snooze', 'snooze', 'anonymous'),
    http('dashboard', 'dashboard'),
    http('dashboardTarget', 'dashboard/{scope}/{name}'),
    http('dashboardScript', 'dashboard.js', 'anonymous'),
  ]);
});

/** The name and the bindings, trigger first, without what the library alone knows. */
function registration({ name, bindings }: Loaded['functions'][number]): unknown[] {
  const told = Object.values(bindings).map(
    ({ name: _name, direction: _direction, properties: _more, ...rest }) => rest,
  );
  return [name, ...told];
}

test('wrong settings are the error of a call: loading goes well without any', async () => {
  const { functions, answers, logged } = await load(deployed, 'and call');
  expect(functions).toHaveLength(21);
  const words =
    /^BadSettings: The settings are wrong:.*AzureWebJobsStorage:.*COMMUNICATION_ENDPOINT:.*MAIL_SENDER:/s;
  expect(answers).toEqual({ startSweep: expect.stringMatching(words), status: 500 });
  expect(logged).toEqual([expect.stringMatching(words)]);
});

test('signing in, mailing and describing oneself are loaded on first use: not one of their modules runs at the start', async () => {
  const { NODE_V8_COVERAGE } = WATCHED;
  await load(readable, 'load only', WATCHED);
  const runs = runsOf('readable.js', NODE_V8_COVERAGE);
  const late = Object.entries(contents.inputs).filter(
    ([path, { bytesInOutput }]) => LATE.test(path) && bytesInOutput > 0,
  );
  expect(late.length).toBeGreaterThan(50);
  // esbuild wraps what is loaded late in a function that has the module's path for a name; V8 counts its calls.
  expect(late.map(([path]) => [path, runs.get(path)]).filter(([, count]) => count !== 0)).toEqual([]);
  expect(runs.get('node_modules/@azure/functions/dist/azure-functions.js')).toBe(1);
});
