/** The bundle: how the app becomes the one file that is deployed. */
import { type BuildResult, build } from 'esbuild';

export interface BundleOptions {
  readonly outfile: string;
  /** Off only where somebody has to read the result: what is loaded when stays the same. */
  readonly minify?: boolean;
}

/** Builds `src/main.ts`; the metafile says what went into it. Run it in the project's folder. */
export async function bundle({
  outfile,
  minify = true,
}: BundleOptions): Promise<BuildResult<{ metafile: true }>> {
  return build({
    entryPoints: ['src/main.ts'],
    outfile,
    bundle: true,
    minify,
    define: await constants(),
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    // The worker alone supplies it.
    external: ['@azure/functions-core'],
    logLevel: 'warning',
    metafile: true,
  });
}

/** The constants of every bundle: the text of the dashboard's script, since a bundle has no file beside it. */
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
