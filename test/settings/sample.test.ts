import { readFileSync } from 'node:fs';
import { parseSettings } from '../../src/settings';
import type { Environment } from '../../src/settings/env';
import { kinds, services } from '../../src/sources';

const sample: unknown = JSON.parse(readFileSync('local.settings.sample.json', 'utf8'));
const values = valuesOf(sample);

/** The Functions host's own; the app doesn't read it. */
const OF_THE_HOST = ['FUNCTIONS_WORKER_RUNTIME'];
/** Instead of a connection string; the sample can't hold both. README's settings table tells of them. */
const ALTERNATIVES = ['AzureWebJobsStorage__accountName', 'AzureWebJobsStorage__tableServiceUri'];

function valuesOf(file: unknown): Record<string, unknown> {
  if (typeof file !== 'object' || file === null || !('Values' in file))
    throw new Error('The sample has no Values.');
  return { ...Object(file.Values) };
}

/** Every name the parser asks an environment for. An empty one makes it look at every alternative. */
function namesRead(): string[] {
  const names = new Set<string>();
  const recording = new Proxy<Environment>(
    {},
    {
      get: (_, name) => {
        names.add(String(name));
        return undefined;
      },
    },
  );
  expect(() => parseSettings(recording, kinds, services)).toThrow('The settings are wrong');
  return [...names];
}

test('the sample is a local settings file whose values are all text, as Core Tools want it', () => {
  expect(sample).toMatchObject({ IsEncrypted: false, Values: expect.any(Object) });
  expect(Object.values(values).filter(value => typeof value !== 'string')).toEqual([]);
});

test('every setting that the parser reads is in the sample', () => {
  const known = [...Object.keys(values), ...ALTERNATIVES];
  expect(namesRead().filter(name => !known.includes(name))).toEqual([]);
  expect(namesRead()).toEqual(expect.arrayContaining(ALTERNATIVES));
});

test('every setting of the sample is read by the parser', () => {
  const read = namesRead();
  expect(Object.keys(values).filter(name => !read.includes(name) && !OF_THE_HOST.includes(name))).toEqual([]);
});

test('the sample itself is a workable environment, with the defaults written out', () => {
  const env = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, String(value)]));
  const parsed = parseSettings(env, kinds, services);
  const bare = parseSettings(
    { AzureWebJobsStorage: 'UseDevelopmentStorage=true', MAIL_TO: 'none' },
    kinds,
    services,
  );
  const written = (settings: typeof parsed) =>
    [...settings.kinds].map(([kind, { policy, checkEveryMs }]) => [kind, policy.thresholds, checkEveryMs]);
  expect({ ...parsed, kinds: written(parsed) }).toEqual({ ...bare, kinds: written(bare) });
});

test('the schedules that triggers name are never empty there: the host starts no trigger without one', () => {
  expect([values.SWEEP_SCHEDULE, values.REMIND_SCHEDULE]).not.toContain('');
});
