/** The text part of a mail, for terminals, watches and screen readers: 72 columns, except for longer words such as links. */
import { cut } from '../formats/text';
import type { LineWords } from '../wording/line';
import type { Fact } from '../wording/notice-wording';
import type { MailWords } from './words';

const COLUMNS = 72;
const INDENT = 14;
const RULE = '-'.repeat(COLUMNS);
const OVERVIEW_NAME = 28;

/** Ends with a newline; lines end with LF. */
export function textOf(words: MailWords): string {
  const numbered = words.lines.length > 1;
  const parts = [
    `${words.heading}.\n${wrap(words.intro, COLUMNS).join('\n')}`,
    ...(words.overview ? [words.lines.map(overviewLine).join('\n')] : []),
    ...words.lines.map((line, index) => lineText(line, numbered ? `${index + 1}. ` : '')),
    ...(words.more === undefined ? [] : [`${RULE}\n${words.more}`]),
    `${RULE}\n${words.footer.flatMap(sentence => wrap(sentence, COLUMNS)).join('\n')}`,
  ];
  return `${parts.join('\n\n')}\n`;
}

function overviewLine(line: LineWords, index: number): string {
  const number = `${index + 1}.`.padStart(4);
  const name = cut(line.name, OVERVIEW_NAME).padEnd(OVERVIEW_NAME);
  const phrase = line.brief ?? line.phrase;
  return `${number} ${name}  ${line.day === undefined ? phrase : `${phrase.padEnd(22)}  ${line.day}`}`;
}

function lineText(line: LineWords, number: string): string {
  const facts: Fact[] = [{ term: line.dateIs, paragraphs: [line.date] }, ...line.facts];
  return [
    RULE,
    ...wrap(`${number}[${line.badge.toUpperCase()}] ${line.name}${line.joint}${line.phrase}`, COLUMNS),
    ...(line.label === '' ? [] : wrap(line.label, COLUMNS)),
    ...(line.warning === undefined ? [] : ['', ...wrap(line.warning, COLUMNS - 3).map(text => `!  ${text}`)]),
    '',
    ...facts.flatMap(factText),
  ].join('\n');
}

/** The term in the first column, its text in the second. */
function factText({ term, paragraphs, link }: Fact): string[] {
  const spoken = link?.spoken ? [...paragraphs, `${link.shown}:`] : paragraphs;
  const wrapped = spoken.flatMap(paragraph => wrap(paragraph, COLUMNS - INDENT));
  const said = link ? [...wrapped, link.href] : wrapped;
  return said.map((text, index) => (index === 0 ? term : '').padEnd(INDENT) + text);
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
