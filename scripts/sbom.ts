/** What is in the bundle, package by package, as CycloneDX: a list of the lock file would miss and add some. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Metafile } from 'esbuild';
import * as v from 'valibot';
import { name, version } from '../package.json';

const Installed = v.object({ name: v.string(), version: v.string(), license: v.optional(v.string()) });
const Lock = v.object({ packages: v.record(v.string(), v.object({ integrity: v.optional(v.string()) })) });

/** Equal bundles make an equal list: nothing in it tells when or where it was made. The lock file is that of the current folder. */
export function sbomOf({ outputs }: Pick<Metafile, 'outputs'>): object {
  const lock = v.parse(Lock, JSON.parse(readFileSync('package-lock.json', 'utf8'))).packages;
  const components = foldersIn(outputs).map(folder => component(folder, lock[folder]?.integrity));
  const uuid = createHash('sha256')
    .update(JSON.stringify([name, version, components]))
    .digest('hex');
  return {
    $schema: 'http://cyclonedx.org/schema/bom-1.5.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.5',
    // Version 8 of a UUID is one that its maker defines.
    serialNumber: `urn:uuid:${uuid.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*$/, '$1-$2-8$3-8$4-$5')}`,
    version: 1,
    metadata: { component: { 'bom-ref': name, type: 'application', name, version } },
    components,
    dependencies: [{ ref: name, dependsOn: components.map(part => part['bom-ref']) }],
  };
}

/** The folders of the packages whose code is in the bundle, such as `node_modules/a/node_modules/b`. */
function foldersIn(outputs: Metafile['outputs']): string[] {
  const files = Object.values(outputs).flatMap(({ inputs }) =>
    Object.entries(inputs).flatMap(([file, { bytesInOutput }]) => (bytesInOutput > 0 ? file : [])),
  );
  const folders = files.flatMap(file => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file) ?? []);
  return [...new Set(folders)].sort();
}

function component(folder: string, integrity: string | undefined) {
  const text = readFileSync(`${folder}/package.json`, 'utf8');
  const found = v.parse(Installed, JSON.parse(text));
  const purl = `pkg:npm/${found.name.replace('@', '%40')}@${found.version}`;
  return {
    'bom-ref': `${found.name}@${found.version}`,
    type: 'library',
    name: found.name,
    version: found.version,
    purl,
    ...(found.license && { licenses: [{ expression: found.license }] }),
    ...(integrity && { hashes: [hashOf(integrity)] }),
  };
}

/** `sha512-…` in base64, as the lock file has it, of the package as it was downloaded. */
function hashOf(integrity: string) {
  const [algorithm = '', hash = ''] = integrity.split('-');
  return {
    alg: algorithm.toUpperCase().replace('SHA', 'SHA-'),
    content: Buffer.from(hash, 'base64').toString('hex'),
  };
}
