/** The documents tell the same story as the code: every setting, route, column and problem type is described, and every link leads somewhere. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { EVENTS } from '../src/core/events';
import { COLUMN_NAMES } from '../src/core/row';
import { PROBLEMS } from '../src/web/problem';
import { ROUTES } from '../src/web/routes';

const read = (path: string) => readFileSync(path, 'utf8');
const DOCUMENTS = [
  ...readdirSync('.').filter(name => name.endsWith('.md')),
  ...readdirSync('docs').map(name => join('docs', name)),
];
/** The words in backquotes, `like this`, outside of blocks. */
const quoted = (text: string) => {
  const lines = text.replace(/```[\s\S]*?```/g, '');
  return new Set([...lines.matchAll(/`([^`]+)`/g)].map(([, word = '']) => word));
};

test('docs/settings.md describes every setting of the sample, and no other', () => {
  const { Values } = JSON.parse(read('local.settings.sample.json'));
  const settings = Object.keys(Values).filter(name => name !== 'FUNCTIONS_WORKER_RUNTIME');
  const rows = [...read('docs/settings.md').matchAll(/^\| (`[^|]+) \|/gm)].map(([, cell = '']) => cell);
  const described = rows.flatMap(cell => [...quoted(cell)]);
  expect([...described].sort()).toEqual([...settings].sort());
});

test('docs/api.md names every route with its methods, and no other', () => {
  const cells = [...read('docs/api.md').matchAll(/^\| `([A-Z]+(?:, [A-Z]+)*) ([^`?]+)(?:\?[^`]*)?` \|/gm)];
  const named = cells.map(([, verbs, path]) => `${verbs} ${path}`);
  const routes = ROUTES.map(({ path, methods }) => `${Object.keys(methods).join(', ')} ${path}`);
  expect(named.sort()).toEqual(routes.sort());
});

describe('the columns of the registry', () => {
  const HEADER = ['scope', 'name', ...COLUMN_NAMES].join(',');

  test('are the rows of the table in README.md, each once', () => {
    const [, table = ''] = read('README.md').split('| column | default | |\n');
    const [rows = ''] = table.split('\n\n');
    const cells = [...rows.matchAll(/^\| (`[^|]+) \|/gm)].flatMap(([, cell = '']) => [...quoted(cell)]);
    expect(cells.sort()).toEqual([...COLUMN_NAMES].sort());
  });

  test.each(['README.md', 'docs/api.md'])('are the CSV header in %s', document => {
    const headers = [...quoted(read(document))].filter(word => word.startsWith('scope,name,'));
    expect(headers).toEqual([HEADER]);
  });

  test('are what the registry holds, by the table of tables in docs/design.md', () => {
    const [, holds = ''] =
      /^\| `registry` \| scope \/ name \| ([^|]+) \|/m.exec(read('docs/design.md')) ?? [];
    expect([...quoted(holds)].sort()).toEqual([...COLUMN_NAMES].sort());
  });
});

test('docs/operations.md lists every event with its fields, and no other', () => {
  const [, section = ''] = read('docs/operations.md').split('## Events');
  const rows = [...section.matchAll(/^\| `(\w+)` \| [^|]+ \| (.+) \|$/gm)];
  // A part of the last cell begins with the field's name, or with several.
  const listed = rows.map(([, event, cell = '']) => [
    event,
    cell.split('; ').flatMap(part => [...quoted(/^`[^:]*/.exec(part)?.[0].replace(/ of .*/, '') ?? '')]),
  ]);
  expect(Object.fromEntries(listed)).toEqual(EVENTS);
});

test('docs/api.md lists every problem type, and no other, with its status', () => {
  const [, section = ''] = read('docs/api.md').split('## Problems');
  const listed = [...section.matchAll(/^\| ([\d, ]+) \|([^|]+)\|/gm)].flatMap(
    ([, status = '', types = '']) => {
      const statuses = status.split(', ');
      return [...quoted(types)]
        .filter(word => word in PROBLEMS)
        .map((word, index) => [word, Number(statuses[index] ?? statuses[0])]);
    },
  );
  const known = Object.entries(PROBLEMS).map(([type, [status]]) => [type, status]);
  expect(listed.sort()).toEqual(known.sort());
});

test.each(DOCUMENTS)('the links of %s lead to files and headings that exist', document => {
  const links = [...read(document).matchAll(/\]\((?!https?:)([^)\s]+)\)/g)].map(([, link = '']) => link);
  const broken = links.filter(link => {
    const [path = '', anchor] = link.split('#');
    const target = path === '' ? document : join(dirname(document), path);
    if (!existsSync(target)) return true;
    const anchors = [...read(target).matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
      title
        .toLowerCase()
        .replace(/[^\w\s-]/g, '')
        .replace(/\s/g, '-'),
    );
    return anchor !== undefined && !anchors.includes(anchor);
  });
  expect(broken).toEqual([]);
});
