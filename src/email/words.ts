/** The words of a whole mail. The text and the HTML part show these and nothing else, so they say the same. */
import type { Digest } from '../core/digest';
import { oneLine, webLink } from '../formats/text';
import { utc } from '../formats/when';
import { calendarOf } from '../wording/calendar';
import { type LineWords, lineWords } from '../wording/line';
import { headingOf, orderOf, subjectOf } from '../wording/subject';
import { testMailWords } from '../wording/test-mail';

export interface MailWords {
  readonly subject: string;
  readonly heading: string;
  readonly intro: string;
  /** Whether a short list comes first: some readers are in a hurry, and some mail clients cut long mails. */
  readonly overview: boolean;
  readonly lines: readonly LineWords[];
  readonly more?: string;
  readonly footer: readonly string[];
  /** The attached calendar, if there is an expiry to come. */
  readonly calendar?: string;
}

/** What a mail says beside its digest. */
export interface Letterhead {
  /** The watcher's origin (`PUBLIC_URL`): it tells several watchers apart. */
  readonly publicUrl?: string;
}

const MOST_WITHOUT_OVERVIEW = 3;

export function mailWords(digest: Digest, { publicUrl }: Letterhead): MailWords {
  const { lines, asOf, test } = digest;
  if (test) {
    const { reason, ...words } = testMailWords(digest, test);
    return { ...words, overview: false, lines: [], footer: [sentBy(publicUrl), reason] };
  }
  const more = followUpOf(digest);
  const calendar = calendarOf(digest);
  return {
    subject: subjectOf(digest),
    heading: headingOf(digest),
    intro: oneLine(`As of ${utc(asOf)}. ${orderOf(digest)} ${more ?? ''}`),
    overview: lines.length > MOST_WITHOUT_OVERVIEW,
    lines: lines.map(line => lineWords(line, asOf)),
    more,
    footer: footerOf(digest, publicUrl, calendar !== undefined),
    calendar,
  };
}

function followUpOf({ more, moreAtLeast }: Digest): string | undefined {
  if (moreAtLeast)
    return more > 0 ? `At least ${more} more follow in the next mails.` : 'More follow in the next mails.';
  return more > 0 ? `${more} more ${more === 1 ? 'follows' : 'follow'} in the next mail.` : undefined;
}

function footerOf({ owner }: Digest, publicUrl: string | undefined, hasCalendar: boolean): string[] {
  return [
    sentBy(publicUrl),
    `${oneLine(owner)} gets this mail as an owner of these tokens in the watcher's registry, or as one of its operators.`,
    ...(hasCalendar ? ['The attached expiries.ics holds the expiries to come, for your calendar.'] : []),
    'Days are rounded up; all times are UTC.',
  ];
}

function sentBy(publicUrl: string | undefined): string {
  const origin = webLink(publicUrl)?.replace(/\/$/, '');
  return `Sent by the expiry watcher${origin === undefined ? '' : ` at ${origin}`}.`;
}
