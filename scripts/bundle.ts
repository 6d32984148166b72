/** How the app becomes JavaScript: the one bundled file that is deployed, or one file for each source file. */
import { type BuildOptions, type BuildResult, build } from 'esbuild';

/** The same for both forms: whatever changes the code belongs here. */
const COMPILED: BuildOptions = {
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  logLevel: 'warning',
};

export interface BundleOptions {
  readonly outfile: string;
  /** Off only if a test reads the result. It does not change which modules are loaded when. */
  readonly minify?: boolean;
}

/** Bundles `src/main.ts`; the metafile lists its parts. The current folder must be the project's. */
export function bundle({ outfile, minify = true }: BundleOptions): Promise<BuildResult<{ metafile: true }>> {
  return build({
    ...COMPILED,
    entryPoints: ['src/main.ts'],
    outfile,
    bundle: true,
    minify,
    // Only the Functions worker has it.
    external: ['@azure/functions-core'],
    metafile: true,
  });
}

/** Compiles each file of `src` alone, to compare the bundle with. */
export async function compileFiles(outdir: string): Promise<void> {
  await build({ ...COMPILED, entryPoints: ['src/**/*.ts'], outdir });
}
