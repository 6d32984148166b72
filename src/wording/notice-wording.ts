/** What the wording of one notice is made of: its words in a mail, and the rows of facts below its name. Texts of other people are cleaned here. */
import type { DigestLine } from '../core/digest';
import type { LastKnown, NoticeKind, NoticeOf } from '../core/notices';
import type { Instant } from '../formats/instant';
import { cut, lines, oneLine, sentence, webLink } from '../formats/text';
import { expiryPhrase, moment, utc, utcDate } from '../formats/when';

/** Everything that is said about one kind of notice. */
export interface NoticeWording<Kind extends NoticeKind> {
  words(notice: NoticeOf<Kind>, line: DigestLine, asOf: Instant): NoticeWords;
  /** What follows the name in the mail's subject; `at` writes an instant as short as the subject needs it. */
  subject(notice: NoticeOf<Kind>, asOf: Instant, at: (instant: Instant) => string): string;
  /** The expiry that the calendar file gets; without this function, none. */
  calendarExpiry?(notice: NoticeOf<Kind>): Instant | undefined;
}

export interface NoticeWords {
  readonly urgency: Urgency;
  /** Says the urgency in a word, since not every reader sees the colour. */
  readonly badge: string;
  /** `expires in 7 days`: follows the name, after a colon where name and phrase are no sentence. */
  readonly phrase: string;
  readonly joint: ' ' | ': ';
  /** A shorter phrase for the overview. */
  readonly brief?: string;
  /** `Tue 2027-01-12 08:30 UTC`, and what that instant is. */
  readonly date: string;
  readonly dateIs: 'Expiry' | 'Since' | 'On';
  /** `2027-01-12`, where there is an expiry. */
  readonly day?: string;
  /** Why the date may be wrong. */
  readonly warning?: string;
  readonly facts: readonly Fact[];
}

/** `mend`: something must be repaired by a person. */
export type Urgency = 'expired' | 'soon' | 'later' | 'mend' | 'good';

export interface Fact {
  readonly term: string;
  readonly paragraphs: readonly string[];
  /** `href` is http or https. `spoken`: the text part shows the label, too, because the term alone does not explain the link. */
  readonly link?: { readonly href: string; readonly shown: string; readonly spoken?: boolean };
}

const LONGEST = { words: 1_000, notes: 2_000, host: 80 };

export function fact(term: string, ...paragraphs: readonly string[]): Fact {
  return { term, paragraphs };
}

export function runbook(line: DigestLine): Fact {
  return linked('Runbook', [], line.runbook);
}

export function where(line: DigestLine): Fact {
  return linked('Where', [words(line.where)], line.portalUrl);
}

export function notes(line: DigestLine): Fact {
  return { term: 'Notes', paragraphs: lines(cut(line.notes ?? '', LONGEST.notes)) };
}

/** The signed link. Following it only opens a page, so mail scanners can't snooze anything. */
export function snooze(line: DigestLine): Fact {
  const href = webLink(line.snoozeUrl);
  const shown = 'Snooze, or say that you replaced it';
  return {
    term: 'Not now?',
    paragraphs: [],
    link: href === undefined ? undefined : { href, shown, spoken: true },
  };
}

/** Without those that have no content. */
export function present(facts: readonly Fact[]): Fact[] {
  return facts
    .map(given => ({ ...given, paragraphs: given.paragraphs.filter(paragraph => paragraph !== '') }))
    .filter(given => given.paragraphs.length > 0 || given.link);
}

/** The keys of the row to change: any table tool finds it by them. */
export function rowOf({ reminder }: DigestLine): string {
  return `PartitionKey ${words(reminder.scope)}, RowKey ${words(reminder.name)}`;
}

export function howToRenew(line: DigestLine): string {
  return sentence(words(line.howToRenew));
}

/** What is known of an expiry that can't be read now, and when it was read. */
export function knownExpiry({ expiresOn, readOn, minted }: LastKnown, asOf: Instant): string {
  const read = readOn === undefined ? '' : `; last read from Azure on ${utc(readOn)}`;
  if (expiresOn === undefined) return 'No expiry was ever read.';
  if (minted) return `Its expiry moves with every read${read}.`;
  if (expiresOn === 'never') return `It never expires${read}.`;
  return `It ${expiryPhrase(expiresOn, asOf)}, on ${moment(expiresOn)}${read}.`;
}

/** The expiry, if it is a date and does not move with every read. */
export function datedExpiry({ expiresOn, minted }: LastKnown): Instant | undefined {
  return minted || typeof expiresOn !== 'number' ? undefined : expiresOn;
}

export function expiryDate(expiresOn: Instant): Pick<NoticeWords, 'date' | 'dateIs' | 'day' | 'joint'> {
  return { joint: ' ', dateIs: 'Expiry', date: moment(expiresOn), day: utcDate(expiresOn) };
}

/** One line, at most 1,000 characters. */
export function words(text: string): string {
  return cut(oneLine(text), LONGEST.words);
}

function linked(term: string, paragraphs: readonly string[], url: string | undefined): Fact {
  const href = webLink(url);
  return href === undefined
    ? { term, paragraphs }
    : { term, paragraphs, link: { href, shown: `Open ${cut(new URL(href).host, LONGEST.host)}` } };
}
