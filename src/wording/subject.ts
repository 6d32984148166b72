/** The subject and heading of a mail: how many tokens need action and which is the most urgent. */
import type { Digest, DigestLine } from '../core/digest';
import { isOperatorNotice, NOTICES } from '../core/notices';
import { cut } from '../formats/text';
import { counted } from '../formats/when';
import { lineWords, nameOf } from './line';

/** What a mail is about, counted. */
interface MailCounts extends Counts {
  readonly atLeast?: true;
}

interface Counts {
  readonly tokens: number;
  readonly rows: number;
  /** Problems of the watcher itself. */
  readonly problems: number;
  /** Tokens with nothing but good news. */
  readonly good: number;
}

const LONGEST = 150;
const LONGEST_NAME = 60;

/** One line of at most 150 characters, without control characters. */
export function subjectOf(digest: Digest): string {
  const first = firstOf(digest);
  if (!first) return 'No token needs you';
  const counts = countsOf(digest);
  const others = needsAction(counts) - 1;
  if (others > 0 && others + 1 === counts.rows && !counts.atLeast)
    return fitted(
      `${counted(counts.rows, 'registry row')} can't be understood: `,
      first,
      ` and ${others} more`,
    );
  const { subject, joint, phrase } = lineWords(first, digest.asOf);
  return fitted(opening(counts, first), first, subject ?? joint + phrase);
}

/** What a phone shows of the mail: the name, the date and the days of the most urgent line. */
export function previewOf(digest: Digest): string {
  const first = firstOf(digest);
  if (!first) return 'No token needs you.';
  const { day, date, phrase, brief = phrase } = lineWords(first, digest.asOf);
  const others = needsAction(countsOf(digest)) - 1;
  const more = others > 0 ? ` And ${others} more.` : '';
  return `${cut(nameOf(first), LONGEST_NAME)}, ${day ?? date}: ${brief}.${more}`;
}

/** The line that the subject is about: good news only where there is nothing else. */
function firstOf({ lines }: Digest): DigestLine | undefined {
  return lines.find(line => countedAs(line) !== 'good') ?? lines[0];
}

/** `2 tokens need you`: the count of the subject, as the heading in the mail. */
export function headingOf(digest: Digest): string {
  const counts = countsOf(digest);
  return needsAction(counts) === 0 && counts.good > 0 ? goodNews(counts) : needYou(counts);
}

/** A sentence on the order of the lines; '' if the order has no meaning. */
export function orderOf(digest: Digest): string {
  const counts = countsOf(digest);
  if (digest.lines.length < 2 || needsAction(counts) === 0) return '';
  const last = counts.good > 0 ? ` ${goodNews(counts)} comes last.` : '';
  return `The most urgent comes first.${last}`;
}

/** `Good news about 2 tokens`. */
function goodNews({ good }: MailCounts): string {
  return `Good news about ${counted(good, 'token')}`;
}

/** `4 tokens and 1 registry row need you`. */
function needYou(counts: MailCounts): string {
  const { tokens, rows, problems, atLeast } = counts;
  const parts = [
    ...(tokens > 0 ? [counted(tokens, 'token')] : []),
    ...(rows > 0 ? [counted(rows, 'registry row')] : []),
    ...(problems > 0 ? [counted(problems, 'problem') + (tokens + rows === 0 ? ' of the watcher' : '')] : []),
  ];
  const last = parts.pop() ?? 'No token';
  const all = parts.length > 0 ? `${parts.join(', ')} and ${last}` : last;
  return `${atLeast ? 'At least ' : ''}${all} ${needsAction(counts) > 1 ? 'need' : 'needs'} you`;
}

function opening(counts: MailCounts, { notice }: DigestLine): string {
  if (isOne(counts)) return isOperatorNotice(notice.is) ? 'The watcher needs you: ' : '';
  return `${needsAction(counts) === 0 ? goodNews(counts) : needYou(counts)}: `;
}

/** Shortens the name first, because the reader must see what happened and when. */
function fitted(before: string, line: DigestLine, after: string): string {
  const room = LONGEST - before.length - after.length;
  return cut(before + cut(nameOf(line), Math.max(1, Math.min(LONGEST_NAME, room))) + after, LONGEST);
}

/** Targets are counted, not lines: a mail may have two lines about one target, and the worse one counts. */
function countsOf({ lines, more, moreAtLeast }: Digest): MailCounts {
  const found = new Map<string, keyof Counts>();
  for (const line of lines) if (!found.has(identityOf(line))) found.set(identityOf(line), countedAs(line));
  const counts = { tokens: 0, rows: 0, problems: 0, good: 0 };
  for (const sort of found.values()) counts[sort] += 1;
  // The most urgent line comes first, so the lines of the next mail count as the last line here.
  const last = lines.at(-1);
  if (last) counts[countedAs(last)] += more;
  return { ...counts, atLeast: moreAtLeast };
}

function needsAction({ tokens, rows, problems }: Counts): number {
  return tokens + rows + problems;
}

function isOne(counts: MailCounts): boolean {
  return (needsAction(counts) || counts.good) === 1;
}

function countedAs({ notice }: DigestLine): keyof Counts {
  const { about, says } = NOTICES[notice.is];
  if (about === 'row') return 'rows';
  if (about === 'watcher') return 'problems';
  return says === 'goodNews' ? 'good' : 'tokens';
}

function identityOf({ reminder, notice }: DigestLine): string {
  const { scope, name, reason, about } = reminder;
  return JSON.stringify(isOperatorNotice(notice.is) ? [scope, name, reason, about] : [scope, name]);
}
