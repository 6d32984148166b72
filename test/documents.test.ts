/** The documents tell the same story as the code: every setting, route and problem type is described, and every link leads somewhere. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { PROBLEMS } from '../src/web/problem';
import { ROUTES } from '../src/web/routes';

const read = (path: string) => readFileSync(path, 'utf8');
const DOCUMENTS = [
  ...readdirSync('.').filter(name => name.endsWith('.md')),
  ...readdirSync('docs').map(name => join('docs', name)),
];
/** The words in backquotes: `like this`. */
const quoted = (text: string) => new Set([...text.matchAll(/`([^`]+)`/g)].map(([, word = '']) => word));

test('docs/settings.md describes every setting of the sample, and no other', () => {
  const { Values } = JSON.parse(read('local.settings.sample.json'));
  const settings = Object.keys(Values).filter(name => name !== 'FUNCTIONS_WORKER_RUNTIME');
  const rows = [...read('docs/settings.md').matchAll(/^\| (`[^|]+) \|/gm)].map(([, cell = '']) => cell);
  const described = rows.flatMap(cell => [...quoted(cell)]);
  expect([...described].sort()).toEqual([...settings].sort());
});

test('docs/api.md names every route with its methods', () => {
  const text = read('docs/api.md');
  const missing = ROUTES.filter(({ path, methods }) => {
    const verbs = Object.keys(methods).join(', ');
    return ![...quoted(text)].some(word => word === path || word.startsWith(`${verbs} ${path}`));
  });
  expect(missing.map(({ path }) => path)).toEqual([]);
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
