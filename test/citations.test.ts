/** Code and tests cite docs/design.md by section or by rule number: what they cite must be there. */
import { readFileSync } from 'node:fs';
import { filesIn, type SourceFile } from './support/source-files';

const DESIGN = readFileSync('docs/design.md', 'utf8');
const files: readonly SourceFile[] = [
  ...filesIn('src', 'local', 'test', 'scripts').filter(({ path }) => path !== 'test/citations.test.ts'),
  { path: 'CONTRIBUTING.md', text: readFileSync('CONTRIBUTING.md', 'utf8') },
];

/** Comments in one line each: a citation may continue in the next line. */
function joinLines(text: string): string {
  return text.replace(/\s*\n\s*(\*|\/\/)?\s*/g, ' ');
}

/** The numbers in "rule 16", "rules 2, 3 and 5" or "rules 6 to 9". */
function citedRules(text: string): number[] {
  const citations = joinLines(text).matchAll(/\brules? (\d+(?:(?:, | and |, and | or | to )\d+)*)/gi);
  return [...citations].flatMap(([, numbers = '']) => numbers.split(/\D+/).map(Number));
}

/** The text after "docs/design.md," where a section's title must follow. */
function citedSections(text: string): string[] {
  const citations = joinLines(text).matchAll(/docs\/design\.md, ["“]?([A-Z].{0,80})/g);
  return [...citations].map(([, title = '']) => title);
}

/** The numbered lines in the section "Rules". */
function rulesOf(design: string): number[] {
  const [, section = ''] = design.split(/^## Rules$/m);
  const [text = ''] = section.split(/^## /m);
  return [...text.matchAll(/^(\d+)\. /gm)].map(([, number]) => Number(number));
}

test('the rules of docs/design.md are numbered without a gap', () => {
  const rules = rulesOf(DESIGN);
  expect(rules.length).toBeGreaterThan(20);
  expect(rules).toEqual(rules.map((_, index) => index + 1));
});

test('every rule that is cited exists', () => {
  const rules = rulesOf(DESIGN);
  const cited = files.flatMap(({ path, text }) => citedRules(text).map(rule => ({ path, rule })));
  expect(cited.length).toBeGreaterThan(20);
  expect(cited.filter(({ rule }) => !rules.includes(rule))).toEqual([]);
});

test('every section that is cited exists', () => {
  const titles = [...DESIGN.matchAll(/^##+ (.+)$/gm)].map(([, title = '']) => title);
  const cited = files.flatMap(({ path, text }) => citedSections(text).map(section => ({ path, section })));
  expect(cited.length).toBeGreaterThan(0);
  expect(cited.filter(({ section }) => !titles.some(title => section.startsWith(title)))).toEqual([]);
});

test('the design is cited as docs/design.md', () => {
  expect(files.filter(({ text }) => text.includes('DESIGN.md')).map(({ path }) => path)).toEqual([]);
});

describe('the checks find', () => {
  test('every number of a citation, also over two lines', () => {
    expect(citedRules('(rules 2, 3 and 15), by rule 7 and\n * rules 6 to\n * 9; no ruler 4')).toEqual([
      2, 3, 15, 7, 6, 9,
    ]);
  });

  test('the title of a section', () => {
    expect(citedSections('See docs/design.md, "One owner\'s\n * digest"; docs/design.md, rule 2.')).toEqual([
      'One owner\'s digest"; docs/design.md, rule 2.',
    ]);
  });

  test('only the rules in the section of that name', () => {
    expect(rulesOf('## Flow\n1. a\n## Rules\nText.\n1. b\n2. c\n## Decisions\n3. d\n')).toEqual([1, 2]);
  });
});
