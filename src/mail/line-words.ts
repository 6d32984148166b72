/** One line of a digest in words: what it is, when it dies, what to do and on what evidence. Text and HTML both say exactly this. */
import type { DigestLine } from '../core/digest';
import { DAY, type Instant } from '../core/instant';
import { formatThreshold, type Threshold } from '../core/thresholds';
import { cut, lines, oneLine, sentence, webLink } from './clean';
import { expiryPhrase, span, utc, utcDate, utcWithDay } from './when';

/** How urgent a line is; `badge` says it in a word, since colour alone doesn't reach everyone. */
export type Urgency = 'expired' | 'soon' | 'later' | 'invalid';

export interface Fact {
  readonly term: string;
  readonly paragraphs: readonly string[];
  /** `href` is http or https. */
  readonly link?: { readonly href: string; readonly shown: string };
}

export interface LineWords {
  readonly name: string;
  readonly urgency: Urgency;
  readonly badge: string;
  readonly label: string;
  /** `expires in 7 days`; follows the name. */
  readonly phrase: string;
  /** `Tue 2027-01-12 08:30 UTC`; of a row that can't be understood, since when. */
  readonly date: string;
  /** `2027-01-12`, where there is an expiry. */
  readonly day?: string;
  /** What makes the date doubtful. */
  readonly warning?: string;
  /** The snooze link will be one more fact, after `What to do`. */
  readonly facts: readonly Fact[];
}

type Dated = Extract<DigestLine['subject'], { is: 'threshold' }>;
type Invalid = Extract<DigestLine['subject'], { is: 'invalid' }>;

const BADGES = { expired: 'Expired', soon: 'Soon', later: 'Later', invalid: 'Row to mend' } as const;
const SOON = 7 * DAY;
const LONGEST = { name: 200, words: 1_000, faults: 10_000, notes: 2_000 };

export function lineWords(line: DigestLine, asOf: Instant): LineWords {
  const { subject } = line;
  const common = { name: nameOf(line), label: words(line.label) };
  if (subject.is === 'invalid') return { ...common, ...invalidWords(line, subject) };
  return { ...common, ...datedWords(line, subject, asOf) };
}

/** The display name, or else the key that the registry knows it by. */
export function nameOf(line: DigestLine): string {
  const name = oneLine(line.displayName) || oneLine(line.reminder.name) || 'a token without a name';
  return cut(name, LONGEST.name);
}

export function urgencyOf(subject: DigestLine['subject'], asOf: Instant): Urgency {
  if (subject.is === 'invalid') return 'invalid';
  if (subject.expiresOn <= asOf) return 'expired';
  return subject.expiresOn - asOf <= SOON ? 'soon' : 'later';
}

function datedWords(line: DigestLine, dated: Dated, asOf: Instant): Omit<LineWords, 'name' | 'label'> {
  const urgency = urgencyOf(dated, asOf);
  const { unconfirmed } = dated;
  return {
    urgency,
    badge: BADGES[urgency],
    phrase: expiryPhrase(dated.expiresOn, asOf),
    date: utcWithDay(dated.expiresOn),
    day: utcDate(dated.expiresOn),
    ...(unconfirmed && { warning: warningOf(unconfirmed) }),
    facts: present([
      { term: 'What to do', paragraphs: [sentence(words(line.howToRenew)), afterwards(dated)] },
      linked('Runbook', [], line.runbook),
      linked('Where', [words(line.where)], line.portalUrl),
      { term: 'Evidence', paragraphs: [evidence(dated)] },
      { term: 'Why now', paragraphs: [whyNow(dated.threshold, line.reminder.crossedOn)] },
      notes(line),
    ]),
  };
}

function warningOf({ since, message }: NonNullable<Dated['unconfirmed']>): string {
  const reason = sentence(words(message));
  return `Could not be confirmed since ${utc(since)}: ${reason} The date is the last one known.`;
}

function evidence({ readOn, unconfirmed }: Dated): string {
  return `${unconfirmed ? 'Last read' : 'Read'} from Azure on ${utc(readOn)}.`;
}

function afterwards({ unconfirmed }: Dated): string {
  if (!unconfirmed) return 'The watcher notices the new expiry by itself; there is nothing to acknowledge.';
  return (
    'Renewed already? Then make it readable again: the watcher notices the new expiry by itself as soon as it ' +
    'can read it. There is nothing to acknowledge.'
  );
}

function whyNow(threshold: Threshold, crossedOn: Instant): string {
  const name = formatThreshold(threshold);
  const crossed = `Its ${name} threshold was crossed on ${utc(crossedOn)}`;
  if (threshold.is === 'share') return `${crossed}: ${name} of its lifetime was left.`;
  if (threshold.ms > 0) return `${crossed}.`;
  if (threshold.ms === 0) return `Its expiry was reached on ${utc(crossedOn)} (threshold 0).`;
  return `${crossed}: ${span(-threshold.ms)} after its expiry, and no later expiry has been read.`;
}

function invalidWords(line: DigestLine, invalid: Invalid): Omit<LineWords, 'name' | 'label'> {
  const { scope, name } = line.reminder;
  const row = `Mend the row in the registry (PartitionKey ${words(scope)}, RowKey ${words(name)}).`;
  const until = 'Until then the watcher goes by what it understands of the row, and that may be nothing.';
  return {
    urgency: 'invalid',
    badge: BADGES.invalid,
    phrase: "registry row can't be understood",
    date: `since ${utcWithDay(invalid.since)}`,
    facts: present([
      { term: "What's wrong", paragraphs: invalid.faults.map(fault => cut(oneLine(fault), LONGEST.faults)) },
      { term: 'What to do', paragraphs: [`${row} ${until}`, 'There is nothing to acknowledge.'] },
      linked('Runbook', [], line.runbook),
      linked('Where', [words(line.where)], line.portalUrl),
      { term: 'Why now', paragraphs: ['This is told once, for as long as the row stays like this.'] },
      notes(line),
    ]),
  };
}

function linked(term: string, paragraphs: readonly string[], url: string | undefined): Fact {
  const href = webLink(url);
  return href === undefined
    ? { term, paragraphs }
    : { term, paragraphs, link: { href, shown: `Open ${cut(new URL(href).host, 80)}` } };
}

function notes(line: DigestLine): Fact {
  return { term: 'Notes', paragraphs: lines(cut(line.notes ?? '', LONGEST.notes)) };
}

function words(text: string): string {
  return cut(oneLine(text), LONGEST.words);
}

/** Without what has nothing to say. */
function present(facts: readonly Fact[]): Fact[] {
  return facts
    .map(fact => ({ ...fact, paragraphs: fact.paragraphs.filter(paragraph => paragraph !== '') }))
    .filter(fact => fact.paragraphs.length > 0 || fact.link);
}
