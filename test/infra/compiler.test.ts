/** Where the Bicep compiler comes from, and what is said where there is none. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findCompiler } from '../../scripts/bicep-compiler';

const folder = mkdtempSync(join(tmpdir(), 'bicep-compiler-'));
const program = join(folder, 'bicep');
writeFileSync(program, '#!/bin/sh\nexit 0\n', { mode: 0o755 });
afterAll(() => rmSync(folder, { recursive: true }));

test('the one that BICEP names comes first', () => {
  expect(findCompiler({ BICEP: program, PATH: '/nowhere' })).toEqual({ program });
});

test('then the one on the path', () => {
  expect(findCompiler({ PATH: folder })).toEqual({ program: 'bicep' });
});

test('a BICEP that does not run is named, and no other compiler is taken for it', () => {
  expect(findCompiler({ BICEP: '/nowhere/bicep', PATH: folder })).toEqual({
    missing: "BICEP names '/nowhere/bicep', which does not run. Set it to the path of the Bicep CLI.",
  });
});

test('without any, one sentence says what is missing', () => {
  expect(findCompiler({ PATH: '/nowhere' })).toEqual({
    missing: expect.stringMatching(
      /^No Bicep compiler: there is no 'bicep' on the path, and BICEP is not set.*\.$/,
    ),
  });
});
