/** The parts of a notice's wording: its words in a mail, and the facts below its name. Texts from outside are cleaned here. */
import type { DigestLine } from '../core/digest';
import { type LastKnown, NOTICES, type NoticeKind, type NoticeOf } from '../core/notices';
import type { Standing } from '../core/standing';
import type { RenewalStep } from '../core/target';
import type { Instant } from '../formats/instant';
import { cut, lines, sentence, webLink } from '../formats/text';
import { date, expiryPhrase, moment, utc } from '../formats/when';
import { type Fact, shortLine } from './fact';
import { recipientFacts } from './recipients';

/** All that is said about one kind of notice. */
export type NoticeWording<Kind extends NoticeKind> = (
  notice: NoticeOf<Kind>,
  line: DigestLine,
  asOf: Instant,
) => NoticeWords;

export interface NoticeWords {
  readonly tone: Tone;
  /** Says the state in a word, since not every reader sees the colour. */
  readonly badge: string;
  /** `expires in 6 days`: follows the name and the joint, which is a colon if the two are no sentence. */
  readonly phrase: string;
  readonly joint: ' ' | ': ';
  /** A shorter phrase for the overview. */
  readonly brief?: string;
  /** `Tue 12 Jan 2027, 08:30 UTC`, and what that instant is. */
  readonly date: string;
  readonly dateIs: 'Expiry' | 'Since' | 'On';
  /** `12 January 2027`, where there is an expiry. */
  readonly day?: string;
  /** Why the date may be wrong. */
  readonly warning?: string;
  readonly facts: readonly Fact[];
  /** What follows the name in the mail's subject; if absent, joint and phrase. */
  readonly subject?: string;
  /** The expiry that the calendar file gets. */
  readonly calendarExpiry?: Instant;
}

/** The state of the target. `fix`: a problem of the watcher itself. */
export type Tone = Standing | 'fix';

const LONGEST = { notes: 2_000, host: 80 };

/** Paragraphs or steps by term. */
export type Said = Readonly<Record<string, readonly string[] | Required<Pick<Fact, 'steps'>>>>;

/** The facts below a name: those said first, what names the target and who is told, and those said last. A fact without content is left out. */
export function factsOf(line: DigestLine, first: Said, last: Said): Fact[] {
  const needsAction = NOTICES[line.notice.is].says !== 'goodNews';
  const facts = [
    meantFor(line),
    ...said(first),
    ...(needsAction ? [linked('Runbook', [], line.runbook), notes(line)] : []),
    ...namesOf(line),
    ...recipientFacts(line),
    ...said(last),
  ];
  return facts
    .map(fact => ({ ...fact, paragraphs: fact.paragraphs.filter(paragraph => paragraph !== '') }))
    .filter(({ paragraphs, steps = [], link }) => paragraphs.length + steps.length > 0 || link);
}

function said(paragraphs: Said): Fact[] {
  return Object.entries(paragraphs).map(([term, texts]) =>
    'steps' in texts
      ? { term, paragraphs: [], steps: texts.steps.map(cleanStep) }
      : { term, paragraphs: [...texts] },
  );
}

function cleanStep({ say, command }: RenewalStep): RenewalStep {
  return { say: shortLine(say), ...(command !== undefined && { command: shortLine(command) }) };
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

/** All that names a target in its service, with a link there; where its key is not understood, its scope. */
function namesOf({ notice, parts, where, portalUrl }: DigestLine): Fact[] {
  const names = parts.map(({ term, text }) => ({ term, paragraphs: [shortLine(text)] }));
  const last = names.pop();
  if (last) return [...names, linked(last.term, last.paragraphs, portalUrl)];
  // Without a page to open, the scope of a problem of the watcher is already in the name.
  if (NOTICES[notice.is].about === 'watcher' && portalUrl === undefined) return [];
  return [linked('Where', [shortLine(where)], portalUrl)];
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
  return { joint: ' ', dateIs: 'Expiry', date: moment(expiresOn), day: date(expiresOn) };
}
