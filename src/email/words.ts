/** The words of a whole mail. The text and the HTML part show these and nothing else, so they say the same. */
import { isSameAddress } from '../core/address';
import type { Digest, DigestLine } from '../core/digest';
import type { Summary } from '../core/summary';
import { oneLine, webLink } from '../formats/text';
import { utc } from '../formats/when';
import { calendarOf } from '../wording/calendar';
import { type LineWords, lineWords } from '../wording/line';
import type { Action } from '../wording/renewal';
import { headingOf, orderOf, previewOf, subjectOf } from '../wording/subject';
import { summaryLines, summaryPreview, summarySubject } from '../wording/summary';
import { testMailWords } from '../wording/test-mail';

export interface MailWords {
  readonly subject: string;
  /** The first words of both parts: many mail programs show them beside the subject. */
  readonly preview: string;
  readonly heading: string;
  readonly intro: string;
  /** Whether a short list comes first: some readers are in a hurry, and some mail clients cut long mails. */
  readonly overview: boolean;
  readonly lines: readonly LineWords[];
  readonly more?: string;
  /** The link to all that its reader owns. */
  readonly list?: Action;
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
const ROUNDING = 'Days are rounded down; all times are UTC.';

export function mailWords(digest: Digest, { publicUrl }: Letterhead): MailWords {
  const { lines, asOf, test, summary } = digest;
  if (summary) return summaryWords(digest, summary, publicUrl);
  if (test) {
    const { reason, ...words } = testMailWords(digest, test);
    return { ...words, overview: false, lines: [], footer: [sentBy(publicUrl), reason] };
  }
  const more = followUpOf(digest);
  const calendar = calendarOf(digest);
  return {
    subject: subjectOf(digest),
    preview: previewOf(digest),
    heading: headingOf(digest),
    intro: oneLine(`As of ${utc(asOf)}. ${orderOf(digest)} ${more ?? ''}`),
    overview: lines.length > MOST_WITHOUT_OVERVIEW,
    lines: lines.map(line => lineWords(line, asOf)),
    more,
    list: listLink(digest),
    footer: footerOf(digest, publicUrl, calendar !== undefined),
    calendar,
  };
}

function listLink({ listUrl }: Digest): Action | undefined {
  const href = webLink(listUrl);
  return href === undefined ? undefined : { label: 'All your tokens', href };
}

function summaryWords(digest: Digest, summary: Summary, publicUrl: string | undefined): MailWords {
  const { owner, asOf } = digest;
  const { left } = summary;
  return {
    subject: summarySubject(summary),
    preview: summaryPreview(summary, asOf),
    heading: summarySubject(summary),
    intro: `As of ${utc(asOf)}.`,
    overview: true,
    lines: summaryLines(summary, asOf),
    more: left > 0 ? `${left} more ${left === 1 ? 'is' : 'are'} not listed here.` : undefined,
    list: listLink(digest),
    footer: [
      sentBy(publicUrl),
      `${oneLine(owner)} gets this summary as an owner of tokens in the watcher's registry, or as one of its operators. It asks for nothing: reminders come in mails of their own.`,
      ROUNDING,
    ],
  };
}

function followUpOf({ more, moreAtLeast }: Digest): string | undefined {
  if (moreAtLeast)
    return more > 0
      ? `At least ${more} more ${more === 1 ? 'follows' : 'follow'} in the next mails.`
      : 'More follow in the next mails.';
  return more > 0 ? `${more} more ${more === 1 ? 'follows' : 'follow'} in the next mail.` : undefined;
}

function footerOf(digest: Digest, publicUrl: string | undefined, hasCalendar: boolean): string[] {
  return [
    sentBy(publicUrl),
    `${oneLine(digest.owner)} gets this mail as ${rolesOf(digest)}.`,
    ...(hasCalendar ? ['The attached expiries.ics holds the expiries to come, for your calendar.'] : []),
    ROUNDING,
  ];
}

function sentBy(publicUrl: string | undefined): string {
  const origin = webLink(publicUrl)?.replace(/\/$/, '');
  return `Sent by the expiry watcher${origin === undefined ? '' : ` at ${origin}`}.`;
}

/** Why the reader gets the mail. */
function rolesOf({ owner, lines }: Digest): string {
  const isOwned = ({ recipients }: DigestLine) =>
    recipients.some(({ address, isOwner }) => isOwner && isSameAddress(address, owner));
  const owned = lines.filter(isOwned).length;
  if (owned === 0) return 'an operator of the watcher';
  if (owned === lines.length)
    return `an owner of ${owned === 1 ? 'this token' : 'these tokens'} in the watcher's registry`;
  return "an owner of some of these in the watcher's registry, and as one of its operators";
}
