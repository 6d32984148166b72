/** The subject of a mail: how many tokens need someone, and which is the most urgent, so that a glance is enough. */
import type { Digest, DigestLine } from '../core/digest';
import type { Instant } from '../formats/instant';
import { cut } from '../formats/text';
import { counted, expiryPhrase, utc, utcDate } from '../formats/when';
import { datedExpiry } from './facts';
import { nameOf } from './line-words';
import { isGood, needsOf, needsWords, type Tally, tallyOf } from './tally';
import { matterPhrase } from './watcher-words';

const LONGEST = 150;
const LONGEST_NAME = 60;

/** One line of at most 150 characters, without control characters. */
export function subjectOf(digest: Digest): string {
  const { lines, asOf } = digest;
  const first = lines.find(line => !isGood(line.subject)) ?? lines[0];
  if (!first) return 'No token needs you';
  const tally = tallyOf(digest);
  const others = needsOf(tally) - 1;
  if (others > 0 && others + 1 === tally.rows)
    return fitted(
      `${counted(tally.rows, 'registry row')} can't be understood: `,
      first,
      ` and ${others} more`,
    );
  return fitted(opening(tally, first), first, happening(first, asOf, isAlone(tally) ? utc : utcDate));
}

/** `2 tokens need you`: the subject's count as the mail's own heading. */
export function headingOf(digest: Digest): string {
  const tally = tallyOf(digest);
  return needsOf(tally) === 0 && tally.good > 0 ? goodNews(tally) : needsWords(tally);
}

/** `Good news about 2 tokens`. */
export function goodNews({ good }: Tally): string {
  return `Good news about ${counted(good, 'token')}`;
}

function isAlone(tally: Tally): boolean {
  return (needsOf(tally) || tally.good) === 1;
}

function opening(tally: Tally, { subject }: DigestLine): string {
  if (isAlone(tally)) return subject.is === 'matter' ? 'The watcher needs you: ' : '';
  return `${needsOf(tally) === 0 ? goodNews(tally) : needsWords(tally)}: `;
}

/** What follows the name. */
function happening({ subject }: DigestLine, asOf: Instant, at: (instant: Instant) => string): string {
  switch (subject.is) {
    case 'threshold':
      return ` ${expiryPhrase(subject.expiresOn, asOf)} (${at(subject.expiresOn)})`;
    case 'gone':
      return ` ${expiryPhrase(subject.expiresOn, asOf)} and is gone (${at(subject.expiresOn)})`;
    case 'missing':
      return ` can't be found since ${at(subject.since)}`;
    case 'unreadable':
      return ` can't be read since ${at(subject.since)}`;
    case 'invalid':
      return ": registry row can't be understood";
    case 'matter':
      return matterPhrase(subject);
    case 'renewed':
      return ` was renewed until ${utcDate(subject.expiresOn)}`;
    case 'readable': {
      const expiresOn = datedExpiry(subject.known);
      const known = expiresOn === undefined ? '' : ` and ${expiryPhrase(expiresOn, asOf)} (${at(expiresOn)})`;
      return ` can be read again${known}`;
    }
  }
}

/** The name gives way: what happened and when must be seen. */
function fitted(before: string, line: DigestLine, after: string): string {
  const room = LONGEST - before.length - after.length;
  return cut(before + cut(nameOf(line), Math.max(1, Math.min(LONGEST_NAME, room))) + after, LONGEST);
}
