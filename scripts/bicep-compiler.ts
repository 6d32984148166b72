/** The Bicep compiler: finds it, or restores it from NuGet where there is `dotnet`; and runs it. */
import { execFile, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const PACKAGE = 'Azure.Bicep.CommandLine.linux-x64';
export const BICEP_VERSION = '0.49.2';

/** Restoring downloads 40 MB. */
const LONGEST_MS = 180_000;

export interface Ran {
  /** 0 when it went well. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A compiler that runs, or a sentence on why there is none. */
export type Compiler = { readonly program: string } | { readonly missing: string };

export function findCompiler(env: NodeJS.ProcessEnv): Compiler {
  if (env.BICEP) {
    if (answers(env.BICEP, env)) return { program: env.BICEP };
    return {
      missing: `BICEP names '${env.BICEP}', which does not run. Set it to the path of the Bicep CLI.`,
    };
  }
  if (answers('bicep', env)) return { program: 'bicep' };
  return restored(env);
}

/** Runs a program to its end, whatever its exit code. */
export async function run(program: string, args: readonly string[]): Promise<Ran> {
  try {
    const options = { timeout: LONGEST_MS, maxBuffer: 64 * 1024 * 1024 };
    return { code: 0, ...(await promisify(execFile)(program, args, options)) };
  } catch (error) {
    const { code, stdout, stderr, message } = Object(error);
    return {
      code: typeof code === 'number' ? code : 1,
      stdout: String(stdout ?? ''),
      stderr: String(stderr || message),
    };
  }
}

function answers(program: string, env: NodeJS.ProcessEnv): boolean {
  return spawnSync(program, ['--version'], { env, timeout: LONGEST_MS }).status === 0;
}

/** From NuGet's own folder of packages, which all projects of the user share; nothing is kept in the repository. */
function restored(env: NodeJS.ProcessEnv): Compiler {
  const wanted = `No Bicep compiler: there is no 'bicep' on the path, and BICEP is not set`;
  if (process.platform !== 'linux' || process.arch !== 'x64')
    return { missing: `${wanted}. It can be restored from NuGet on Linux x64 only.` };
  const packages = spawnSync('dotnet', ['nuget', 'locals', 'global-packages', '--list'], {
    env,
    encoding: 'utf8',
  });
  const [, folder] = /^global-packages: (.+)$/m.exec(packages.stdout ?? '') ?? [];
  if (folder === undefined) return { missing: `${wanted}; nor is there 'dotnet' to restore it with.` };
  const program = join(folder.trim(), PACKAGE.toLowerCase(), BICEP_VERSION, 'tools', 'bicep');
  if (!existsSync(program)) restore(env);
  if (answers(program, env)) return { program };
  return { missing: `${wanted}, and 'dotnet restore' could not get ${PACKAGE} ${BICEP_VERSION}.` };
}

/** A project that downloads the package and needs nothing else. */
const PROJECT = `<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <TargetFramework>net8.0</TargetFramework>
    <DisableImplicitFrameworkReferences>true</DisableImplicitFrameworkReferences>
    <NuGetAudit>false</NuGetAudit>
  </PropertyGroup>
  <ItemGroup>
    <PackageDownload Include="${PACKAGE}" Version="[${BICEP_VERSION}]" />
  </ItemGroup>
</Project>
`;

function restore(env: NodeJS.ProcessEnv): void {
  const folder = mkdtempSync(join(tmpdir(), 'bicep-restore-'));
  try {
    writeFileSync(join(folder, 'restore.csproj'), PROJECT);
    spawnSync('dotnet', ['restore'], { cwd: folder, env, timeout: LONGEST_MS });
  } finally {
    rmSync(folder, { recursive: true });
  }
}
