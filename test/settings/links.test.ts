/** The settings of links in mails: where they lead and how they are signed. */
import { transports } from '../../src/email/transports';
import { BadSettings, parseSettings } from '../../src/settings';
import type { Environment } from '../../src/settings/env';
import { kinds, services } from '../../src/sources';

const ENOUGH = { AzureWebJobsStorage: 'UseDevelopmentStorage=true', MAIL_TO: 'none' };
const SECRET = 's'.repeat(32);
const PUBLIC_URL = 'https://watcher.example.com';

const parse = (more: Environment) => parseSettings({ ...ENOUGH, ...more }, kinds, services, transports);

function faultsOf(more: Environment): readonly string[] {
  try {
    parse(more);
    return [];
  } catch (error) {
    if (error instanceof BadSettings) return error.faults;
    throw error;
  }
}

test('there are no links without a secret, and a public address alone is fine', () => {
  expect(parse({}).links).toBeUndefined();
  const { links, publicUrl } = parse({ PUBLIC_URL });
  expect([links, publicUrl]).toEqual([undefined, PUBLIC_URL]);
});

test('a secret and a public address make links; the secret before is read, too', () => {
  expect(parse({ PUBLIC_URL: `${PUBLIC_URL}/`, LINK_SECRET: SECRET }).links).toEqual({
    publicUrl: PUBLIC_URL,
    secret: SECRET,
  });
  const LINK_SECRET_PREVIOUS = 'p'.repeat(40);
  expect(parse({ PUBLIC_URL, LINK_SECRET: SECRET, LINK_SECRET_PREVIOUS }).links).toEqual({
    publicUrl: PUBLIC_URL,
    secret: SECRET,
    previous: LINK_SECRET_PREVIOUS,
  });
});

test.each<[string, Environment, RegExp]>([
  ['a secret without a public address', { LINK_SECRET: SECRET }, /^PUBLIC_URL: .*LINK_SECRET/],
  ['a short secret', { PUBLIC_URL, LINK_SECRET: 's'.repeat(31) }, /^LINK_SECRET: .*32/],
  [
    'a short secret before',
    { PUBLIC_URL, LINK_SECRET: SECRET, LINK_SECRET_PREVIOUS: 'old' },
    /^LINK_SECRET_PREVIOUS: .*32/,
  ],
  [
    'a secret before without one now',
    { PUBLIC_URL, LINK_SECRET_PREVIOUS: SECRET },
    /^LINK_SECRET: .*LINK_SECRET_PREVIOUS/,
  ],
  ['a path', { PUBLIC_URL: `${PUBLIC_URL}/api`, LINK_SECRET: SECRET }, /^PUBLIC_URL: .*no \/api/],
  ['a query', { PUBLIC_URL: `${PUBLIC_URL}/?x=1` }, /^PUBLIC_URL: /],
  ['a user', { PUBLIC_URL: 'https://ada:secret@watcher.example.com' }, /^PUBLIC_URL: /],
  ['plain http', { PUBLIC_URL: 'http://watcher.example.com', LINK_SECRET: SECRET }, /^PUBLIC_URL: .*https/],
])('%s is one fault, and never shows a secret', (_what, env, fault) => {
  const faults = faultsOf(env);
  expect(faults).toEqual([expect.stringMatching(fault)]);
  expect(faults.join()).not.toMatch(/sss|ada:secret/);
});
