/** How the app becomes JavaScript: the one bundled file that is deployed, or one file for each source file. */
import { type BuildOptions, build, type Plugin } from 'esbuild';

/** For every build of the app's code: an option that changes the code belongs here. The current folder must be the project's. */
export async function compileOptions(): Promise<BuildOptions> {
  return {
    define: await constants(),
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    logLevel: 'warning',
  };
}

/** The second bundle, which the first one loads where it is asked for: it stays beside it, so that it costs nothing otherwise. */
const secondBundle: Plugin = {
  name: 'second-bundle',
  setup: ({ onResolve }) =>
    onResolve({ filter: /^\.\/telemetry$/ }, ({ kind }) =>
      kind === 'dynamic-import' ? { path: './telemetry.js', external: true } : undefined,
    ),
};

interface Bundle {
  readonly entry?: 'main' | 'telemetry';
  readonly outfile: string;
  readonly minify?: boolean;
}

/**
 * Bundles `src/main.ts` or `src/telemetry.ts`; the metafile lists its parts. `minify` is off only where a test reads the result;
 * it does not change when a module is loaded.
 */
export async function bundle({ entry = 'main', outfile, minify = true }: Bundle) {
  return await build({
    ...(await compileOptions()),
    entryPoints: [`src/${entry}.ts`],
    outfile,
    bundle: true,
    minify,
    // Only the Functions worker has it.
    external: ['@azure/functions-core'],
    metafile: true,
    plugins: [secondBundle, withoutIdleParts],
  });
}

/** Parts of packages that never run here, with the least that what imports them needs. They would be an eighth of the bundle. */
const LEFT_OUT: readonly { readonly filter: RegExp; readonly contents: string }[] = [
  {
    // nodemailer looks up a file's type by its name, and the reverse. Each attachment of ours names both, so it is asked for nothing.
    filter: /[\\/]nodemailer[\\/].*[\\/]mime-types\.js$/,
    contents:
      "export const detectMimeType = () => 'application/octet-stream'; export const detectExtension = () => 'bin';",
  },
  {
    // Tables speak JSON. What answers in XML all the same is known by its status alone.
    filter: /[\\/]@azure[\\/]core-xml[\\/].*[\\/]xml\.js$/,
    contents:
      "export const parseXML = async () => ({}); export const stringifyXML = () => { throw new Error('No XML is sent.'); };",
  },
  {
    // The SDK of identities signs with it, and never verifies.
    filter: /[\\/]jsonwebtoken[\\/]index\.js$/,
    contents: "exports.sign = require('./sign');",
  },
  {
    // Whether Node is 16.9 or later. A parser of all versions is a big thing to ask that.
    filter: /[\\/]jsonwebtoken[\\/]lib[\\/]\w+Supported\.js$/,
    contents: 'module.exports = true;',
  },
];

const withoutIdleParts: Plugin = {
  name: 'without-idle-parts',
  setup({ onLoad }) {
    for (const { filter, contents } of LEFT_OUT) onLoad({ filter }, () => ({ contents }));
  },
};

/** Compiles each file of `src` alone, to compare the bundle with. */
export async function compileFiles(outdir: string): Promise<void> {
  await build({ ...(await compileOptions()), entryPoints: ['src/**/*.ts'], outdir });
}

/** The constants of every bundle: the text of the dashboard's script, because the bundle is the only file deployed. */
export async function constants(): Promise<Record<string, string>> {
  const { outputFiles } = await build({
    entryPoints: ['src/web/dashboard/browser.js'],
    bundle: true,
    minify: true,
    write: false,
    format: 'iife',
    target: 'es2022',
    logLevel: 'warning',
  });
  return { BROWSER_SCRIPT: JSON.stringify(outputFiles.map(({ text }) => text).join('')) };
}
