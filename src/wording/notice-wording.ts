/** The parts of a notice's wording: its words in a mail, and the facts below its name. Texts from outside are cleaned here. */
import type { DigestLine } from '../core/digest';
import { type LastKnown, NOTICES, type NoticeKind, type NoticeOf } from '../core/notices';
import type { Instant } from '../formats/instant';
import { cut, lines, oneLine, sentence, webLink } from '../formats/text';
import { expiryPhrase, moment, utc, utcDate } from '../formats/when';

/** All that is said about one kind of notice. */
export type NoticeWording<Kind extends NoticeKind> = (
  notice: NoticeOf<Kind>,
  line: DigestLine,
  asOf: Instant,
) => NoticeWords;

export interface NoticeWords {
  readonly urgency: Urgency;
  /** Says the urgency in a word, since not every reader sees the colour. */
  readonly badge: string;
  /** `expires in 7 days`: follows the name and the joint, which is a colon if the two are no sentence. */
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
  /** What follows the name in the mail's subject; if absent, joint and phrase. `at` formats an instant for the subject. */
  readonly subject?: (at: (instant: Instant) => string) => string;
  /** The expiry that the calendar file gets. */
  readonly calendarExpiry?: Instant;
}

/** `fix`: a person must repair something. */
export type Urgency = 'expired' | 'soon' | 'later' | 'fix' | 'good';

export interface Fact {
  readonly term: string;
  readonly paragraphs: readonly string[];
  /** `href` is http or https. `spoken`: the text part also shows the label, because the term does not explain the link. */
  readonly link?: { readonly href: string; readonly shown: string; readonly spoken?: boolean };
}

const LONGEST = { words: 1_000, notes: 2_000, host: 80 };

/** Paragraphs by term. */
type Said = Readonly<Record<string, readonly string[]>>;

/**
 * The facts below a name: those said first, where the target is, and those said last. A fact without content is left out.
 * `closing` says how to close the target; it comes first of all, with the link that otherwise comes last.
 */
export function factsOf(line: DigestLine, first: Said, last: Said, closing?: Fact): Fact[] {
  const { about, says, snoozable } = NOTICES[line.notice.is];
  const needsAction = says !== 'goodNews';
  // Without a page to open, the scope is already in the name.
  const hasPlace = about !== 'watcher' || line.portalUrl !== undefined;
  const facts = [
    ...(closing ? [closing] : []),
    meantFor(line),
    ...said(first),
    ...(needsAction ? [linked('Runbook', [], line.runbook)] : []),
    ...(hasPlace ? [linked('Where', [shortLine(line.where)], line.portalUrl)] : []),
    ...said(last),
    ...(needsAction ? [notes(line)] : []),
    ...(snoozable && !closing ? [snooze(line)] : []),
  ];
  return facts
    .map(fact => ({ ...fact, paragraphs: fact.paragraphs.filter(paragraph => paragraph !== '') }))
    .filter(({ paragraphs, link }) => paragraphs.length > 0 || link);
}

function said(paragraphs: Said): Fact[] {
  return Object.entries(paragraphs).map(([term, texts]) => ({ term, paragraphs: texts }));
}

/** In whose place an operator gets this, and why. */
function meantFor({ reminder }: DigestLine): Fact {
  const { meantFor: owner, note } = reminder;
  if (owner === undefined) return { term: '', paragraphs: [] };
  const why = note === undefined ? '' : `: ${shortLine(note)}`;
  return {
    term: 'Meant for',
    paragraphs: [
      shortLine(owner),
      sentence(`The mail with this did not arrive there${why}`),
      'You get it as an operator of the watcher: tell them in another way, and correct the owners in the registry row if the address is wrong.',
    ],
  };
}

function linked(term: string, paragraphs: readonly string[], url: string | undefined): Fact {
  const href = webLink(url);
  return href === undefined
    ? { term, paragraphs }
    : { term, paragraphs, link: { href, shown: `Open ${cut(new URL(href).host, LONGEST.host)}` } };
}

function notes(line: DigestLine): Fact {
  return { term: 'Notes', paragraphs: lines(cut(line.notes ?? '', LONGEST.notes)) };
}

/** The signed link. Following it only opens a page, so mail scanners can't snooze anything. */
function snooze(line: DigestLine): Fact {
  const href = webLink(line.snoozeUrl);
  const shown = 'Snooze, or say that you replaced it';
  return {
    term: 'Not now?',
    paragraphs: [],
    link: href === undefined ? undefined : { href, shown, spoken: true },
  };
}

/** How to close a target that is not there any more: by the link where links can be signed, else in its row. */
export function closeIt(line: DigestLine): Fact {
  const href = webLink(line.snoozeUrl);
  const shown = 'Say that you replaced it, or snooze it';
  return {
    term: 'Close it',
    paragraphs: [
      `Replaced, and the new one is registered? Then close it, and no more mails come about it. ${howToClose(line)}`,
    ],
    link: href === undefined ? undefined : { href, shown, spoken: true },
  };
}

export function howToClose(line: DigestLine): string {
  return webLink(line.snoozeUrl) === undefined
    ? `To close it, write the RowKey of the new one into replacedBy of its row (${rowOf(line)}).`
    : 'Follow the link below, say what replaced it, and it is closed.';
}

/** The keys of the row to change: any table tool finds it by them. */
export function rowOf({ reminder }: DigestLine): string {
  return `PartitionKey ${shortLine(reminder.scope)}, RowKey ${shortLine(reminder.name)}`;
}

export function howToRenew(line: DigestLine): string {
  return sentence(shortLine(line.howToRenew));
}

/** What is known of an expiry that can't be read now, and when it was read last. */
export function knownExpiry({ expiresOn, readOn, minted }: LastKnown, asOf: Instant): string {
  const read = readOn === undefined ? '' : `; last read from Azure on ${utc(readOn)}`;
  if (expiresOn === undefined && readOn !== undefined)
    return `It was read, and one more read has to show whether its expiry is fixed${read}.`;
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
export function shortLine(text: string): string {
  return cut(oneLine(text), LONGEST.words);
}
