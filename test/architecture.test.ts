import { readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { parseSync } from '@swc/core';
import { filesIn, type SourceFile } from './support/source-files';

interface Import {
  readonly specifier: string;
  /** An `import type`, which is gone at run time. */
  readonly types: boolean;
}

/**
 * docs/design.md, "Layout and arrows": what each place may import besides itself. `types:` allows only type imports, from
 * a whole place or from one folder in it.
 */
const ARROWS: Readonly<Record<string, readonly string[]>> = {
  formats: [],
  core: ['formats'],
  azure: ['core', 'formats'],
  settings: ['core', 'formats', 'types:sources', 'types:storage', 'types:email'],
  watch: ['core', 'formats'],
  sources: ['core', 'formats', 'azure', 'types:watch/ports'],
  storage: ['core', 'formats', 'types:watch/ports'],
  wording: ['core', 'formats'],
  email: ['core', 'formats', 'azure', 'wording', 'types:watch/ports'],
  web: ['core', 'formats', 'types:watch', 'types:app'],
  functions: ['watch', 'web', 'types:app'],
  app: ['settings', 'watch', 'sources', 'storage', 'email', 'azure', 'core', 'formats', 'telemetry'],
  telemetry: ['formats'],
  main: ['functions', 'app'],
  local: ['functions', 'app', 'formats'],
};

/** The packages that a place may import (`only`) or may not (`never`). */
const PACKAGES: Readonly<Record<string, { readonly only?: RegExp; readonly never?: RegExp }>> = {
  core: { only: /(?!)/ },
  formats: { only: /^(node:crypto|croner|csv-parse\/.*)$/ },
  wording: { only: /(?!)/ },
  settings: { only: /^(croner|valibot)$/ },
  watch: { never: /^@azure\// },
};

/** Files outside of src and local that may be imported, and by which place. */
const OUTSIDE: Readonly<Record<string, string>> = {
  'host.json': 'local',
  'package.json': 'app',
  'infra/sign-in.json': 'web',
};

const ENTRY_POINTS = ['src/main.ts', 'src/telemetry.ts', 'local/start.ts', 'local/func.ts'];
const LONGEST_FILE = 300;
/** The folders of `watch`, and the arrows between them. */
const MOST_WATCH_FOLDERS = 8;
const MOST_WATCH_ARROWS = 14;

/** `src/web/status/route.ts` is in `web`, `local/start.ts` in `local`, `src/app.ts` in `app`. */
function placeOf(path: string): string {
  const [first = ''] = path.replace(/^src\//, '').split('/');
  return first.replace(/\.ts$/, '');
}

/** Every node of swc's syntax tree. */
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
      // `import { type A }` is no type import: under verbatimModuleSyntax the module is still loaded.
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

/** One sentence for each import that breaks an arrow. */
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
  if (!/^(src|local)\//.test(target))
    return OUTSIDE[target] === from ? undefined : 'it is outside src and local';
  const to = placeOf(target);
  const allowed = ARROWS[from] ?? [];
  if (to === from || allowed.includes(to)) return undefined;
  const within = target.replace(/^src\//, '');
  const forTypes = allowed
    .filter(arrow => arrow.startsWith('types:'))
    .map(arrow => arrow.slice('types:'.length))
    .find(known => within === known || within.startsWith(`${known}/`));
  if (forTypes === undefined) return `${from} → ${to} is not an arrow of docs/design.md`;
  return types ? undefined : `${from} → ${forTypes} is for types only`;
}

function packageFault(path: string, { specifier }: Import): string | undefined {
  const from = placeOf(path);
  const { only, never } = PACKAGES[from] ?? {};
  if ((only && !only.test(specifier)) || never?.test(specifier))
    return `${from} → ${specifier} is never allowed`;
  if (specifier === '@azure/functions' && !['functions', 'main', 'local'].includes(from))
    return `${from} → @azure/functions is for functions, main and local only`;
  const name = specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
  if (from === 'local' || name.startsWith('node:') || DEPENDENCIES.includes(name)) return undefined;
  return `${from} → ${name} is deployed, so package.json must list it under dependencies`;
}

const DEPENDENCIES = Object.keys(JSON.parse(readFileSync('package.json', 'utf8')).dependencies);

/** Uses of the environment, the clock and unchecked types where they are forbidden. */
function forbiddenUses(file: SourceFile): string[] {
  const place = placeOf(file.path);
  const found: string[] = [];
  for (const node of nodesOf(treeOf(file))) {
    const member =
      node.type === 'MemberExpression' && `${at(node, 'object', 'value')}.${at(node, 'property', 'value')}`;
    if (member === 'process.env' && !ENTRY_POINTS.includes(file.path))
      found.push('process.env is for entry points only');
    const clock =
      member === 'Date.now' ||
      member === 'performance.now' ||
      (node.type === 'NewExpression' &&
        at(node, 'callee', 'value') === 'Date' &&
        at(node, 'arguments', 'length') === 0) ||
      (node.type === 'CallExpression' && at(node, 'callee', 'value') === 'Date');
    if (clock && place !== 'app' && place !== 'local')
      found.push('the clock is read in app.ts and local only (rule 24)');
    if (node.type === 'TsKeywordType' && node.kind === 'any') found.push('any');
  }
  if (/@ts-(ignore|expect-error|nocheck)/.test(file.text)) found.push('the compiler is silenced');
  return found.map(fault => `${file.path}: ${fault}`);
}

function shapeFaults({ path, text }: SourceFile): string[] {
  const faults: string[] = [];
  const comment = /^\/\*\*\s(?:\s*\* )?([\s\S]*?)\s*\*\//.exec(text)?.[1] ?? '';
  if (!/^[`A-Z].{20,}[.!]$/s.test(comment))
    faults.push('it must open with a doc comment: one sentence on why it exists');
  const lines = text.trimEnd().split('\n').length;
  if (lines > LONGEST_FILE) faults.push(`it has ${lines} lines; at most ${LONGEST_FILE} are allowed`);
  if (/(^|[/-])(utils?|helpers?|commons?|managers?|misc)([-./]|$)/i.test(path))
    faults.push('its name says nothing');
  return faults.map(fault => `${path}: ${fault}`);
}

/** Which files (or folders) each one imports. */
type Graph = ReadonlyMap<string, ReadonlySet<string>>;

/** Type imports count too: to understand one file of a circle, one has to read them all. */
function importGraph(sources: readonly SourceFile[]): Graph {
  const paths = new Set(sources.map(({ path }) => path));
  return new Map(
    sources.map(file => {
      const imported = importsOf(file).flatMap(({ specifier }) => {
        const target = posix.join(posix.dirname(file.path), specifier);
        return [target, `${target}.ts`, `${target}/index.ts`].filter(path => paths.has(path));
      });
      return [file.path, new Set(imported)];
    }),
  );
}

/** The imports between the folders inside a folder. */
function folderGraph(graph: Graph, folder: string): Graph {
  const folderOf = (path: string) =>
    path.startsWith(`${folder}/`) ? path.slice(folder.length + 1).split('/', 1)[0] : undefined;
  const folders = new Map<string, Set<string>>();
  for (const [path, imported] of graph) {
    const from = folderOf(path);
    if (from === undefined) continue;
    const others = [...imported].flatMap(other => folderOf(other) ?? []).filter(to => to !== from);
    folders.set(from, new Set([...(folders.get(from) ?? []), ...others]));
  }
  return folders;
}

/** Each circle once, as `a → b → a`. */
function circlesOf(graph: Graph): string[] {
  const done = new Set<string>();
  const circles: string[] = [];
  const visit = (path: string, trail: readonly string[]) => {
    const start = trail.indexOf(path);
    if (start >= 0) circles.push([...trail.slice(start), path].join(' → '));
    if (start >= 0 || done.has(path)) return;
    for (const next of graph.get(path) ?? []) visit(next, [...trail, path]);
    done.add(path);
  };
  for (const path of graph.keys()) visit(path, []);
  return circles;
}

const files = filesIn('src', 'local');

test('every file of src and local is in a place of docs/design.md', () => {
  expect(files.length).toBeGreaterThan(80);
  expect(files.filter(({ path }) => !(placeOf(path) in ARROWS)).map(({ path }) => path)).toEqual([]);
});

test('imports follow the arrows of docs/design.md', () => {
  expect(files.flatMap(brokenArrows)).toEqual([]);
});

test('no files import each other in a circle, type imports included', () => {
  expect(circlesOf(importGraph(files))).toEqual([]);
});

test('watch has few folders, few arrows between them, and no circle', () => {
  const folders = folderGraph(importGraph(files), 'src/watch');
  expect(circlesOf(folders)).toEqual([]);
  expect(folders.size).toBeLessThanOrEqual(MOST_WATCH_FOLDERS);
  const arrows = [...folders.values()].reduce((count, imported) => count + imported.size, 0);
  expect(arrows).toBeLessThanOrEqual(MOST_WATCH_ARROWS);
});

test('only the allowed places use the environment and the clock, and no file uses unchecked types', () => {
  expect(files.flatMap(forbiddenUses)).toEqual([]);
});

test('every file opens with a sentence on why it exists, is short, and has a telling name', () => {
  expect(files.flatMap(shapeFaults)).toEqual([]);
});

describe('the checks find', () => {
  const arrow = (path: string, text: string) => brokenArrows({ path, text });

  test.each([
    [
      'src/core/target.ts',
      "import type { Clock } from '../watch/ports';",
      'core → watch is not an arrow of docs/design.md',
    ],
    [
      'src/core/target.ts',
      "import { createHash } from 'node:crypto';",
      'core → node:crypto is never allowed',
    ],
    [
      'src/core/target.ts',
      "import { parse } from '../settings';",
      'core → settings is not an arrow of docs/design.md',
    ],
    [
      'src/watch/report/status.ts',
      "import { openTables } from '../../storage/tables';",
      'watch → storage is not an arrow of docs/design.md',
    ],
    [
      'src/watch/report/status.ts',
      "import type { TableClient } from '@azure/data-tables';",
      'watch → @azure/data-tables is never allowed',
    ],
    [
      'src/watch/report/status.ts',
      "type A = import('../../email/render').Mail;",
      'watch → email is not an arrow of docs/design.md',
    ],
    [
      'src/storage/keys.ts',
      "export { words } from '../wording/words';",
      'storage → wording is not an arrow of docs/design.md',
    ],
    [
      'src/storage/keys.ts',
      "import { type Clock } from '../watch/ports';",
      'storage → watch/ports is for types only',
    ],
    [
      'src/wording/subject.ts',
      "export * from '../email/render';",
      'wording → email is not an arrow of docs/design.md',
    ],
    [
      'src/sources/line.ts',
      "import type { Lease } from '../watch/sweep/lease';",
      'sources → watch is not an arrow of docs/design.md',
    ],
    [
      'src/web/status/route.ts',
      "import { report } from '../../watch/report/status';",
      'web → watch is for types only',
    ],
    ['src/web/status/route.ts', "import { createApp } from '../../app';", 'web → app is for types only'],
    [
      'src/functions/status.ts',
      "const core = await import('../core/digest');",
      'functions → core is not an arrow of docs/design.md',
    ],
    ['src/functions/status.ts', "import { createApp } from '../app';", 'functions → app is for types only'],
    [
      'src/app.ts',
      "import { startHost } from '../local/host';",
      'app → local is not an arrow of docs/design.md',
    ],
    [
      'src/app.ts',
      "import { app } from '@azure/functions';",
      'app → @azure/functions is for functions, main and local only',
    ],
    [
      'src/main.ts',
      "const local = require('../local/start');",
      'main → local is not an arrow of docs/design.md',
    ],
    ['src/settings/index.ts', "import { kinds } from '../sources';", 'settings → sources is for types only'],
    [
      'local/demo.ts',
      "import { isWatched } from '../src/core/target';",
      'local → core is not an arrow of docs/design.md',
    ],
    [
      'src/web/status.ts',
      "import esbuild from 'esbuild';",
      'web → esbuild is deployed, so package.json must list it under dependencies',
    ],
    ['src/web/status.ts', "import world from '../../test/support/world';", 'it is outside src and local'],
  ])('%s with %s', (path, text, fault) => {
    const specifier = /'(.*)'/.exec(text)?.[1];
    expect(arrow(path, text)).toEqual([`${path} imports '${specifier}': ${fault}`]);
  });

  test('no fault in an import that is allowed', () => {
    expect(
      arrow(
        'src/storage/keys.ts',
        "import type { Clock } from '../watch/ports'; import './batch'; import '../core/target';",
      ),
    ).toEqual([]);
    expect(
      arrow(
        'local/host/index.ts',
        "import '../../src/functions'; import '../../src/app'; import '../../host.json'; import '@azure/functions';",
      ),
    ).toEqual([]);
  });

  test('a circle of imports, type imports included, and the arrows between folders', () => {
    const file = (path: string, text: string) => ({ path, text });
    const graph = importGraph([
      file('src/watch/sweep/a.ts', "import { b } from '../remind/b';"),
      file('src/watch/remind/b.ts', "import type { C } from '../ports';"),
      file('src/watch/ports/index.ts', "export type { A } from '../sweep/a';"),
      file('src/core/d.ts', "import './e';"),
      file('src/core/e.ts', ''),
    ]);
    expect(circlesOf(graph)).toEqual([
      'src/watch/sweep/a.ts → src/watch/remind/b.ts → src/watch/ports/index.ts → src/watch/sweep/a.ts',
    ]);
    const folders = folderGraph(graph, 'src/watch');
    expect([...folders].map(([from, to]) => [from, ...to].join(' '))).toEqual([
      'sweep remind',
      'remind ports',
      'ports sweep',
    ]);
    expect(circlesOf(folders)).toEqual(['sweep → remind → ports → sweep']);
  });

  test('an environment, a clock or a type in a forbidden place', () => {
    const path = 'src/watch/report/status.ts';
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
      expect([text, forbiddenUses({ path, text })]).toEqual([text, [expect.stringContaining(path)]]);
    for (const text of [
      'new Date(0)',
      'Date.UTC(2026)',
      '// process.env and Date.now() are named here',
      "'any'",
    ])
      expect([text, forbiddenUses({ path, text })]).toEqual([text, []]);
  });

  test('a file without a first sentence, a long file, and a name that says nothing', () => {
    const opened = '/** Opens the door, so that a person can come in. */\n';
    expect(shapeFaults({ path: 'src/core/door.ts', text: opened })).toEqual([]);
    expect(shapeFaults({ path: 'src/core/door.ts', text: '// a door\n' })).toHaveLength(1);
    expect(shapeFaults({ path: 'src/core/door.ts', text: '/** door */\n' })).toHaveLength(1);
    expect(shapeFaults({ path: 'src/core/door.ts', text: opened + 'f();\n'.repeat(300) })).toHaveLength(1);
    for (const name of ['utils.ts', 'date-utils.ts', 'helpers/date.ts', 'common.ts', 'table-manager.ts'])
      expect(shapeFaults({ path: `src/core/${name}`, text: opened })).toHaveLength(1);
  });
});
