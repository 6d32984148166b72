/** The text part of a mail, for terminals, watches and screen readers: 72 columns, except for links and commands, which stay whole. */
import type { RenewalStep } from '../core/target';
import { cut } from '../formats/text';
import type { Fact } from '../wording/fact';
import type { LineWords } from '../wording/line';
import type { MailWords } from './words';

const COLUMNS = 72;
const INDENT = 16;
const RULE = '-'.repeat(COLUMNS);
const OVERVIEW_NAME = 28;

/** Ends with a newline; lines end with LF. */
export function textOf(words: MailWords): string {
  const numbered = words.lines.length > 1;
  const parts = [
    wrap(words.preview, COLUMNS).join('\n'),
    `${words.heading}.\n${wrap(words.intro, COLUMNS).join('\n')}`,
    ...(words.overview ? [words.lines.map(overviewLine).join('\n')] : []),
    ...words.lines.map((line, index) => lineText(line, numbered ? `${index + 1}. ` : '')),
    ...(words.more === undefined ? [] : [`${RULE}\n${words.more}`]),
    ...(words.list === undefined ? [] : [`${RULE}\n${words.list.label}:\n${words.list.href}`]),
    `${RULE}\n${words.footer.flatMap(sentence => wrap(sentence, COLUMNS)).join('\n')}`,
  ];
  return `${parts.join('\n\n')}\n`;
}

function overviewLine(line: LineWords, index: number): string {
  const number = `${index + 1}.`.padStart(4);
  const name = cut(line.name, OVERVIEW_NAME).padEnd(OVERVIEW_NAME);
  const phrase = line.brief ?? line.phrase;
  return `${number} ${name}  ${phrase}`;
}

function lineText(line: LineWords, number: string): string {
  const actions = line.actions.map(({ label, href }) => `${label.padEnd(INDENT)}${href}`);
  return [
    RULE,
    ...wrap(`${number}[${line.badge.toUpperCase()}] ${line.name}${line.joint}${line.phrase}`, COLUMNS),
    ...(line.label === '' ? [] : wrap(line.label, COLUMNS)),
    ...(line.warning === undefined ? [] : ['', ...wrap(line.warning, COLUMNS - 3).map(text => `!  ${text}`)]),
    '',
    ...factText({ term: line.dateIs, paragraphs: [line.date] }),
    ...(actions.length > 0 ? ['', ...actions, ''] : []),
    ...line.facts.flatMap(factText),
  ].join('\n');
}

/** The term in the first column, its text in the second. */
function factText({ term, paragraphs, steps = [], link }: Fact): string[] {
  const said = [
    ...paragraphs.flatMap(paragraph => wrap(paragraph, COLUMNS - INDENT)),
    ...steps.flatMap(stepText),
    ...(link ? [link.href] : []),
  ];
  return said.map((text, index) => (index === 0 ? term : '').padEnd(INDENT) + text);
}

/** A command has a line of its own and is not broken, so that it can be copied. */
function stepText({ say, command }: RenewalStep, index: number): string[] {
  const [first = '', ...others] = wrap(say, COLUMNS - INDENT - 3);
  const indented = [...others, ...(command === undefined ? [] : [command])].map(text => `   ${text}`);
  return [`${index + 1}. ${first}`, ...indented];
}

/** Breaks at spaces; a word longer than a line, such as a link, stays whole. */
function wrap(text: string, columns: number): string[] {
  const wrapped: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > columns) {
      wrapped.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...wrapped, line];
}
