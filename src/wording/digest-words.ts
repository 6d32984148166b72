/** A whole digest in words, before it becomes text or HTML: both show this and nothing else, so they agree. */
import type { Digest } from '../core/digest';
import { oneLine, webLink } from '../formats/text';
import { utc } from '../formats/when';
import { calendarOf } from './calendar';
import { type LineWords, lineWords } from './line-words';
import { goodNews, headingOf, subjectOf } from './subject';
import { needsOf, tallyOf } from './tally';

export interface DigestWords {
  readonly subject: string;
  readonly heading: string;
  readonly intro: string;
  /** Many lines are listed first in short, for who only skims and for mail clients that clip. */
  readonly overview: boolean;
  readonly lines: readonly LineWords[];
  readonly more?: string;
  readonly footer: readonly string[];
  /** The attached calendar, when there is an expiry to come. */
  readonly calendar?: string;
}

/** What a mail says beside its digest. */
export interface Letterhead {
  /** The watcher's origin (`PUBLIC_URL`), to tell several watchers apart. */
  readonly publicUrl?: string | undefined;
}

const MOST_WITHOUT_OVERVIEW = 3;

export function digestWords(digest: Digest, { publicUrl }: Letterhead): DigestWords {
  const { lines, more, asOf, owner } = digest;
  const followUp =
    more > 0 ? `${more} more ${more === 1 ? 'follows' : 'follow'} in the next mail.` : undefined;
  const calendar = calendarOf(digest);
  const origin = webLink(publicUrl)?.replace(/\/$/, '');
  return {
    subject: subjectOf(digest),
    heading: headingOf(digest),
    intro: oneLine(`As of ${utc(asOf)}. ${orderOf(digest)} ${followUp ?? ''}`),
    overview: lines.length > MOST_WITHOUT_OVERVIEW,
    lines: lines.map(line => lineWords(line, asOf)),
    ...(followUp !== undefined && { more: followUp }),
    footer: [
      `Sent by the expiry watcher${origin === undefined ? '' : ` at ${origin}`}.`,
      `${oneLine(owner)} gets this mail as an owner of these tokens in the watcher's registry, or as one of its operators.`,
      ...(calendar === undefined
        ? []
        : ['The attached expiries.ics holds the expiries to come, for your calendar.']),
      'Days are rounded up; all times are UTC.',
    ],
    ...(calendar !== undefined && { calendar }),
  };
}

function orderOf(digest: Digest): string {
  if (digest.lines.length < 2) return '';
  const tally = tallyOf(digest);
  if (needsOf(tally) === 0) return '';
  const last = tally.good > 0 ? ` ${goodNews(tally)} comes last.` : '';
  return `The most urgent comes first.${last}`;
}
