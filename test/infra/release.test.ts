/** What a release says of itself: the packages in the bundle, and the notes of its version. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as v from 'valibot';
import { version } from '../../package.json';
import { bundle } from '../../scripts/bundle';
import { notesOf } from '../../scripts/release-notes';
import { sbomOf } from '../../scripts/sbom';

const Text = v.string();
const Sbom = v.object({
  bomFormat: v.literal('CycloneDX'),
  specVersion: v.literal('1.5'),
  // GitHub attests no list without one.
  serialNumber: v.pipe(
    Text,
    v.regex(/^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/),
  ),
  version: v.literal(1),
  metadata: v.object({
    component: v.object({ name: v.literal('expiry-watcher'), version: v.literal(version) }),
  }),
  components: v.array(
    v.object({
      name: Text,
      version: Text,
      purl: v.pipe(Text, v.regex(/^pkg:npm\/(%40[\w.-]+\/)?[\w.-]+@\d+\.\d+\.\d+$/)),
      licenses: v.tuple([v.object({ expression: Text })]),
      hashes: v.tuple([
        v.object({ alg: v.literal('SHA-512'), content: v.pipe(Text, v.regex(/^[0-9a-f]{128}$/)) }),
      ]),
    }),
  ),
  dependencies: v.tuple([v.object({ ref: v.literal('expiry-watcher'), dependsOn: v.array(Text) })]),
});

describe('the list of what is deployed', () => {
  const folder = mkdtempSync(join(tmpdir(), 'release-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const built = () => bundle({ outfile: join(folder, 'main.js') });

  test('has every package whose code is in the bundle, and no other', async () => {
    const { metafile } = await built();
    const { components, dependencies } = v.parse(Sbom, sbomOf(metafile));
    const [output] = Object.values(metafile.outputs);
    const inside = Object.entries(output?.inputs ?? {}).flatMap(([file, { bytesInOutput }]) => {
      const end = file.slice(file.lastIndexOf('node_modules/') + 'node_modules/'.length).split('/');
      const isPackage = file.includes('node_modules/') && bytesInOutput > 0;
      return isPackage ? end.slice(0, end[0]?.startsWith('@') ? 2 : 1).join('/') : [];
    });
    expect(new Set(components.map(({ name }) => name))).toEqual(new Set(inside));
    expect(components.length).toBeGreaterThan(20);
    expect(dependencies[0].dependsOn).toEqual(components.map(part => `${part.name}@${part.version}`));
    const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8'));
    for (const part of components) {
      const places = Object.keys(packages).filter(path => path.endsWith(`node_modules/${part.name}`));
      expect(places.map(path => packages[path].version)).toContain(part.version);
    }
  });

  test('is the same for the same bundle, and another for another', async () => {
    const { metafile } = await built();
    expect(sbomOf(metafile)).toEqual(sbomOf(metafile));
    const without = v.parse(Sbom, sbomOf({ outputs: {} }));
    expect(without.components).toEqual([]);
    expect(without.serialNumber).not.toBe(v.parse(Sbom, sbomOf(metafile)).serialNumber);
  });
});

describe('the notes of a version', () => {
  const CHANGES =
    '# Changelog\n\n## Unreleased\n\n- New.\n\n## 0.1.10 (2 May 2027)\n\n- Ten.\n\n## 0.1.1\n\n- One.\n- Two.\n';

  test.each([
    ['0.1.10', '- Ten.'],
    ['0.1.1', '- One.\n- Two.'],
    ['0.1', undefined],
    ['0.2.0', undefined],
  ])('%s are its own and no other ones', (wanted, notes) => {
    expect(notesOf(CHANGES, wanted)).toBe(notes);
  });

  test('are missing where a heading has nothing below it', () => {
    expect(notesOf('## 0.2.0\n\n## 0.1.0\n- One.\n', '0.2.0')).toBeUndefined();
  });

  test('are found in this CHANGELOG for every version that it names, each once', () => {
    const changelog = readFileSync('CHANGELOG.md', 'utf8');
    const versions = [...changelog.matchAll(/^## (\d\S*)/gm)].map(([, named = '']) => named);
    expect(versions).toContain('0.1.0');
    expect(new Set(versions).size).toBe(versions.length);
    for (const named of versions)
      expect([named, notesOf(changelog, named)]).toEqual([named, expect.stringMatching(/^- /)]);
  });

  const run = (tag: string) =>
    new Promise<string>(done =>
      execFile('node', ['--import', 'tsx', 'scripts/release-notes.ts', tag], (_, stdout, stderr) =>
        done(stdout || `refused: ${stderr}`),
      ),
    );

  test('are printed for the tag of the version of package.json', async () => {
    expect(await run(`v${version}`)).toMatch(/^- /);
  });

  test.each([version, 'v99.0.0', 'v', ''])("are refused for the tag '%s'", async tag => {
    expect(await run(tag)).toContain(
      `refused: The tag '${tag}' is not v${version}, the version of package.json.`,
    );
  });
});
