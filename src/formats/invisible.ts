/** Finds the characters that nobody sees, so that what was copied with them is understood, or the message names them. */

/** Every blank but the plain space, and every character that has no ink. */
const INVISIBLE = /(?! )[\p{Cc}\p{Cf}\p{Z}\p{DI}\u2800]/u;
const EACH_INVISIBLE = new RegExp(INVISIBLE, 'gu');
const MOST_NAMED = 3;

/** A text without blanks and invisible characters at its ends. */
export function trimmed(text: string): string {
  const characters = [...text];
  const hasInk = (character: string) => character !== ' ' && !INVISIBLE.test(character);
  const last = characters.findLastIndex(hasInk);
  return last < 0 ? '' : characters.slice(characters.findIndex(hasInk), last + 1).join('');
}

/** A text without any invisible character, and without blanks at its ends. */
export function withoutInvisible(text: string): string {
  return text.replace(EACH_INVISIBLE, '').trim();
}

/** `U+200B at place 5`, for the first invisible characters of a text; '' for none. Places count from 1. */
export function invisibleIn(text: string): string {
  return placesOf(INVISIBLE, text);
}

/** The same for the characters beside plain ASCII: a dash or a letter of another script may look like one of ASCII. */
export function foreignIn(text: string): string {
  return placesOf(/[^\t\r\n -~]/u, text);
}

/** A sentence about what a person does not see in a text that is not understood; undefined where all of it is plain. */
export function unseenIn(text: string): string | undefined {
  const invisible = invisibleIn(text.replace(/[\t\r\n]/g, ' '));
  if (invisible !== '') return `it holds invisible characters (${invisible}); type it again without them`;
  const foreign = foreignIn(text);
  if (foreign === '') return undefined;
  return `it holds characters beside plain ASCII (${foreign}), which may look like others; type it again`;
}

function placesOf(wanted: RegExp, text: string): string {
  const found = [...text].flatMap((character, index) =>
    wanted.test(character) ? `${codePoint(character)} at place ${index + 1}` : [],
  );
  const more = found.length > MOST_NAMED ? ' and more' : '';
  return found.slice(0, MOST_NAMED).join(', ') + more;
}

/** A text in quotes as a message shows it: cut, and with the code point in place of each invisible character. */
export function quoted(text: string, longest = 80): string {
  return marked(EACH_INVISIBLE, text, longest);
}

/** The same for a text that must be plain ASCII, with the code point in place of each other character. */
export function asciiQuoted(text: string): string {
  return marked(/[^ -~]/gu, text, 80);
}

function marked(each: RegExp, text: string, longest: number): string {
  const shown = text.slice(0, longest).toWellFormed();
  return `'${shown.replace(each, character => `‹${codePoint(character)}›`)}'`;
}

/** `U+200B`. */
function codePoint(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
}
