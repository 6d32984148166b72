/** The settings of links in mails: where they lead and how they are signed. */
import { transports } from '../../src/email/transports';
import { parseSettings } from '../../src/settings';
import type { Environment } from '../../src/settings/env';
import { kinds, services } from '../../src/sources';

const ENOUGH = { AzureWebJobsStorage: 'UseDevelopmentStorage=true', MAIL_TO: 'none' };
const SECRET = '4f2a9c1e7b634d0a9e85c1d7f3a6b240';
const PUBLIC_URL = 'https://watcher.example.com';

const parse = (more: Environment) => parseSettings({ ...ENOUGH, ...more }, kinds, services, transports);

const faultsOf = (more: Environment) => parse(more).mailFaults;

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
  const LINK_SECRET_PREVIOUS = '8e5d4f2a9c1e7b634d0a9e85c1d7f3a6b240';
  expect(parse({ PUBLIC_URL, LINK_SECRET: SECRET, LINK_SECRET_PREVIOUS }).links).toEqual({
    publicUrl: PUBLIC_URL,
    secret: SECRET,
    previous: LINK_SECRET_PREVIOUS,
  });
});

test.each<[string, Environment, RegExp]>([
  ['a secret without a public address', { LINK_SECRET: SECRET }, /^PUBLIC_URL: .*LINK_SECRET/],
  ['a short secret', { PUBLIC_URL, LINK_SECRET: 'f2a9c1e7b634d0a9e85c1d7f3a6b240' }, /^LINK_SECRET: .*32/],
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
  // Nobody can sign a link with it.
  expect(parse(env).links).toBeUndefined();
  expect(faults).toEqual([expect.stringMatching(fault)]);
  expect(faults.join()).not.toMatch(/f2a9|ada:secret/);
});
