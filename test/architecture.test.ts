import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { parseSync } from '@swc/core';

/** One file of the app: its path from the root, with `/`, and its text. */
interface SourceFile {
  readonly path: string;
  readonly text: string;
}

interface Import {
  readonly specifier: string;
  /** It leaves nothing behind at run time. */
  readonly types: boolean;
}

/** Where a file counts to, by its first folder or, beside the folders, its name. */
const PLACES: Readonly<Record<string, string>> = {
  'settings.ts': 'settings',
  'account-settings.ts': 'settings',
  'env.ts': 'settings',
  'app.ts': 'app',
  // The composition root's own parts.
  'identity.ts': 'app',
  'once.ts': 'app',
  'main.ts': 'main',
};

/** DESIGN.md section 4: what each place may import besides itself; `types:` marks a single file, for its types alone. */
const ARROWS: Readonly<Record<string, readonly string[]>> = {
  core: [],
  settings: ['core'],
  watch: ['core'],
  sources: ['core', 'types:watch/ports'],
  storage: ['core', 'types:watch/ports'],
  mail: ['core', 'types:watch/ports'],
  web: ['core', 'types:watch/report'],
  functions: ['watch', 'web'],
  app: ['settings', 'watch', 'sources', 'storage', 'mail', 'core'],
  main: ['functions', 'app'],
  local: ['functions', 'app'],
};

/** Which packages a place may import, where DESIGN.md says so. */
const PACKAGES: Readonly<Record<string, { readonly only?: RegExp; readonly never?: RegExp }>> = {
  core: { only: /(?!)/ },
  settings: { only: /^(croner|valibot)$/ },
  watch: { never: /^@azure\// },
};

/** What is outside of src and yet imported, and where alone: the host's configuration, and the version. */
const OUTSIDE: Readonly<Record<string, string>> = { 'host.json': 'local', 'package.json': 'app' };

const ENTRY_POINTS = ['src/main.ts', 'src/local/start.ts', 'src/local/func.ts'];
const LONGEST_FILE = 250;

function placeOf(path: string): string {
  const [first = '', second] = path.replace(/^src\//, '').split('/');
  return second === undefined ? (PLACES[first] ?? first) : first;
}

/** Every node of a syntax tree, as swc writes it. */
function* nodesOf(value: unknown): Generator<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return;
  if ('type' in value) yield { ...value };
  for (const child of Object.values(value)) yield* nodesOf(child);
}

function treeOf({ text }: SourceFile): unknown {
  return parseSync(text, { syntax: 'typescript', target: 'es2022' });
}

const at = (value: unknown, ...path: string[]): unknown =>
  path.reduce((found, key) => Object(found)[key], value);

function importOf(node: Record<string, unknown>): Import | undefined {
  const specifier = (value: unknown, types: boolean) =>
    typeof value === 'string' ? { specifier: value, types } : undefined;
  switch (node.type) {
    case 'ImportDeclaration':
    case 'ExportNamedDeclaration':
    case 'ExportAllDeclaration':
      // `import { type A }` is no type import: under verbatimModuleSyntax the module is loaded all the same.
      return specifier(at(node, 'source', 'value'), node.typeOnly === true);
    case 'TsImportType':
      return specifier(at(node, 'argument', 'value'), true);
    case 'CallExpression': {
      const loads = at(node, 'callee', 'type') === 'Import' || at(node, 'callee', 'value') === 'require';
      return loads
        ? specifier(at(node, 'arguments', '0', 'expression', 'value') ?? 'something computed', false)
        : undefined;
    }
    default:
      return undefined;
  }
}

function importsOf(file: SourceFile): Import[] {
  return [...nodesOf(treeOf(file))].flatMap(node => importOf(node) ?? []);
}

/** Each names the file, the import and the arrow that it breaks. */
function brokenArrows(file: SourceFile): string[] {
  return importsOf(file).flatMap(found => {
    const fault = found.specifier.startsWith('.')
      ? innerFault(file.path, found)
      : packageFault(file.path, found);
    return fault === undefined ? [] : [`${file.path} imports '${found.specifier}': ${fault}`];
  });
}

function innerFault(path: string, { specifier, types }: Import): string | undefined {
  const target = posix.join(posix.dirname(path), specifier);
  const from = placeOf(path);
  if (!target.startsWith('src/')) return OUTSIDE[target] === from ? undefined : 'it is outside src';
  const to = placeOf(/\.\w+$/.test(target) || target.split('/').length > 2 ? target : placeFile(target));
  const allowed = ARROWS[from] ?? [];
  if (to === from || allowed.includes(to)) return undefined;
  const forTypes = `types:${target.replace(/^src\//, '')}`;
  if (allowed.includes(forTypes))
    return types ? undefined : `${from} → ${forTypes.slice(6)} is for types only`;
  return `${from} → ${to} is no arrow of DESIGN.md section 4`;
}

/** `src/app` is a file, `src/functions` a folder. */
function placeFile(target: string): string {
  return `${target}.ts`.replace(/^src\//, '') in PLACES ? `${target}.ts` : `${target}/index`;
}

function packageFault(path: string, { specifier }: Import): string | undefined {
  const from = placeOf(path);
  const { only, never } = PACKAGES[from] ?? {};
  if ((only && !only.test(specifier)) || never?.test(specifier))
    return `${from} → ${specifier} is never allowed`;
  if (specifier === '@azure/functions' && !['functions', 'main', 'local'].includes(from))
    return `${from} → @azure/functions is for functions, main and local alone`;
  const name = specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
  if (from === 'local' || name.startsWith('node:') || DEPENDENCIES.includes(name)) return undefined;
  return `${from} → ${name} is deployed, so package.json must list it under dependencies`;
}

const DEPENDENCIES = Object.keys(JSON.parse(readFileSync('package.json', 'utf8')).dependencies);

/** What is read of the world where only some may read it. */
function breaches(file: SourceFile): string[] {
  const place = placeOf(file.path);
  const found: string[] = [];
  for (const node of nodesOf(treeOf(file))) {
    const member =
      node.type === 'MemberExpression' && `${at(node, 'object', 'value')}.${at(node, 'property', 'value')}`;
    if (member === 'process.env' && !ENTRY_POINTS.includes(file.path))
      found.push('process.env is for entry points alone');
    const clock =
      member === 'Date.now' ||
      member === 'performance.now' ||
      (node.type === 'NewExpression' &&
        at(node, 'callee', 'value') === 'Date' &&
        at(node, 'arguments', 'length') === 0) ||
      (node.type === 'CallExpression' && at(node, 'callee', 'value') === 'Date');
    if (clock && place !== 'app' && place !== 'local')
      found.push('the clock is read in app.ts and local alone (rule 24)');
    if (node.type === 'TsKeywordType' && node.kind === 'any') found.push('any');
  }
  if (/@ts-(ignore|expect-error|nocheck)/.test(file.text)) found.push('the compiler is silenced');
  return found.map(fault => `${file.path}: ${fault}`);
}

function shapeFaults({ path, text }: SourceFile): string[] {
  const faults: string[] = [];
  const comment = /^\/\*\*\s(?:\s*\* )?([\s\S]*?)\s*\*\//.exec(text)?.[1] ?? '';
  if (!/^[`A-Z].{20,}[.!]$/s.test(comment))
    faults.push('it does not open with a doc comment that says in a sentence why it exists');
  const lines = text.trimEnd().split('\n').length;
  if (lines > LONGEST_FILE) faults.push(`it has ${lines} lines, of at most ${LONGEST_FILE}`);
  if (/(^|[/-])(utils?|helpers?|commons?|managers?|misc)([-./]|$)/i.test(path))
    faults.push('its name says nothing');
  return faults.map(fault => `${path}: ${fault}`);
}

const files: SourceFile[] = readdirSync('src', { recursive: true, withFileTypes: true })
  .filter(entry => entry.isFile() && entry.name.endsWith('.ts'))
  .map(entry => join(entry.parentPath, entry.name).replaceAll('\\', '/'))
  .map(path => ({ path, text: readFileSync(path, 'utf8') }));

test('every file of src is in a place that DESIGN.md section 4 knows', () => {
  expect(files.length).toBeGreaterThan(80);
  expect(files.filter(({ path }) => !(placeOf(path) in ARROWS)).map(({ path }) => path)).toEqual([]);
});

test('imports follow the arrows of DESIGN.md section 4', () => {
  expect(files.flatMap(brokenArrows)).toEqual([]);
});

test('the environment, the clock and unchecked types stay where they belong', () => {
  expect(files.flatMap(breaches)).toEqual([]);
});

test('every file says in its first sentence why it exists, is short, and has a name that says something', () => {
  expect(files.flatMap(shapeFaults)).toEqual([]);
});

describe('the checks themselves notice', () => {
  const arrow = (path: string, text: string) => brokenArrows({ path, text });

  test.each([
    [
      'src/core/target.ts',
      "import type { Clock } from '../watch/ports';",
      'core → watch is no arrow of DESIGN.md section 4',
    ],
    [
      'src/core/target.ts',
      "import { createHash } from 'node:crypto';",
      'core → node:crypto is never allowed',
    ],
    [
      'src/core/target.ts',
      "import { parse } from '../settings';",
      'core → settings is no arrow of DESIGN.md section 4',
    ],
    [
      'src/watch/report.ts',
      "import { openTables } from '../storage/tables';",
      'watch → storage is no arrow of DESIGN.md section 4',
    ],
    [
      'src/watch/report.ts',
      "import type { TableClient } from '@azure/data-tables';",
      'watch → @azure/data-tables is never allowed',
    ],
    [
      'src/watch/report.ts',
      "type A = import('../mail/render').Mail;",
      'watch → mail is no arrow of DESIGN.md section 4',
    ],
    [
      'src/storage/keys.ts',
      "export { words } from '../mail/words';",
      'storage → mail is no arrow of DESIGN.md section 4',
    ],
    [
      'src/storage/keys.ts',
      "import { type Clock } from '../watch/ports';",
      'storage → watch/ports is for types only',
    ],
    ['src/mail/words.ts', "export * from '../sources';", 'mail → sources is no arrow of DESIGN.md section 4'],
    [
      'src/sources/line.ts',
      "import type { Lease } from '../watch/lease';",
      'sources → watch is no arrow of DESIGN.md section 4',
    ],
    [
      'src/web/status.ts',
      "import { report } from '../watch/report';",
      'web → watch/report is for types only',
    ],
    [
      'src/functions/status.ts',
      "const core = await import('../core/digest');",
      'functions → core is no arrow of DESIGN.md section 4',
    ],
    [
      'src/functions/status.ts',
      "import { createApp } from '../app';",
      'functions → app is no arrow of DESIGN.md section 4',
    ],
    [
      'src/app.ts',
      "import { startHost } from './local/host';",
      'app → local is no arrow of DESIGN.md section 4',
    ],
    [
      'src/app.ts',
      "import { app } from '@azure/functions';",
      'app → @azure/functions is for functions, main and local alone',
    ],
    [
      'src/main.ts',
      "const local = require('./local/start');",
      'main → local is no arrow of DESIGN.md section 4',
    ],
    [
      'src/settings.ts',
      "import { kinds } from './sources';",
      'settings → sources is no arrow of DESIGN.md section 4',
    ],
    [
      'src/local/demo/fleet.ts',
      "import { DAY } from '../../core/instant';",
      'local → core is no arrow of DESIGN.md section 4',
    ],
    [
      'src/web/status.ts',
      "import esbuild from 'esbuild';",
      'web → esbuild is deployed, so package.json must list it under dependencies',
    ],
    ['src/web/status.ts', "import world from '../../test/support/world';", 'it is outside src'],
  ])('%s with %s', (path, text, fault) => {
    const specifier = /'(.*)'/.exec(text)?.[1];
    expect(arrow(path, text)).toEqual([`${path} imports '${specifier}': ${fault}`]);
  });

  test('nothing wrong with an import that is allowed', () => {
    expect(
      arrow(
        'src/storage/keys.ts',
        "import type { Clock } from '../watch/ports'; import './batch'; import '../core/target';",
      ),
    ).toEqual([]);
    expect(
      arrow(
        'src/local/host/index.ts',
        "import '../../functions'; import '../../app'; import '../../../host.json'; import '@azure/functions';",
      ),
    ).toEqual([]);
  });

  test('an environment, a clock or a type where they do not belong', () => {
    const path = 'src/watch/report.ts';
    for (const text of [
      'process.env.X',
      'const { X } = process.env;',
      'Date.now()',
      'f(Date.now)',
      'new Date()',
      'Date()',
      'let a: any;',
      'f(x as any)',
      '// @ts-ignore\nf();',
    ])
      expect([text, breaches({ path, text })]).toEqual([text, [expect.stringContaining(path)]]);
    for (const text of [
      'new Date(0)',
      'Date.UTC(2026)',
      '// process.env and Date.now() are named here',
      "'any'",
    ])
      expect([text, breaches({ path, text })]).toEqual([text, []]);
  });

  test('a file that is silent, long or called by nothing', () => {
    const opened = '/** Opens a door, so that somebody can come in. */\n';
    expect(shapeFaults({ path: 'src/core/door.ts', text: opened })).toEqual([]);
    expect(shapeFaults({ path: 'src/core/door.ts', text: '// a door\n' })).toHaveLength(1);
    expect(shapeFaults({ path: 'src/core/door.ts', text: '/** door */\n' })).toHaveLength(1);
    expect(shapeFaults({ path: 'src/core/door.ts', text: opened + 'f();\n'.repeat(250) })).toHaveLength(1);
    for (const name of ['utils.ts', 'date-utils.ts', 'helpers/date.ts', 'common.ts', 'table-manager.ts'])
      expect(shapeFaults({ path: `src/core/${name}`, text: opened })).toHaveLength(1);
  });
});
