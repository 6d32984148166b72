/** The facts of a line: what stands below its name as rows of a term and what there is to say. Words of others are made fit here. */
import type { DigestLine, LastKnown } from '../core/digest';
import type { Instant } from '../formats/instant';
import { cut, lines, oneLine, sentence, webLink } from '../formats/text';
import { expiryPhrase, moment, utc } from '../formats/when';

export interface Fact {
  readonly term: string;
  readonly paragraphs: readonly string[];
  /** `href` is http or https; `spoken`: what it shows is said in text, too, since the term alone would not explain it. */
  readonly link?: { readonly href: string; readonly shown: string; readonly spoken?: boolean };
}

const LONGEST = { words: 1_000, notes: 2_000, host: 80 };

/** A fact; what is empty says nothing and goes. */
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

/** The signed link: following it only opens a page, so that mail scanners mute nothing. */
export function snooze(line: DigestLine): Fact {
  const href = webLink(line.snoozeUrl);
  const shown = 'Snooze, or say that you replaced it';
  return {
    term: 'Not now?',
    paragraphs: [],
    ...(href !== undefined && { link: { href, shown, spoken: true } }),
  };
}

/** The row that a person is to mend, by the keys under which any table tool finds it. */
export function rowOf({ reminder }: DigestLine): string {
  return `PartitionKey ${words(reminder.scope)}, RowKey ${words(reminder.name)}`;
}

export function howToRenew(line: DigestLine): string {
  return sentence(words(line.howToRenew));
}

/** What is known of the expiry, and since when: that is all there is while it can't be read. */
export function knownWords({ expiresOn, readOn, minted }: LastKnown, asOf: Instant): string {
  const read = readOn === undefined ? '' : `; last read from Azure on ${utc(readOn)}`;
  if (expiresOn === undefined) return 'No expiry was ever read.';
  if (minted) return `Its expiry moves with every read${read}.`;
  if (expiresOn === 'never') return `It never expires${read}.`;
  return `It ${expiryPhrase(expiresOn, asOf)}, on ${moment(expiresOn)}${read}.`;
}

/** Its expiry if that is a date which reading it does not move. */
export function datedExpiry({ expiresOn, minted }: LastKnown): Instant | undefined {
  return minted || typeof expiresOn !== 'number' ? undefined : expiresOn;
}

/** One bounded line. */
export function words(text: string): string {
  return cut(oneLine(text), LONGEST.words);
}

/** Without what has nothing to say. */
export function present(facts: readonly Fact[]): Fact[] {
  return facts
    .map(given => ({ ...given, paragraphs: given.paragraphs.filter(paragraph => paragraph !== '') }))
    .filter(given => given.paragraphs.length > 0 || given.link);
}

function linked(term: string, paragraphs: readonly string[], url: string | undefined): Fact {
  const href = webLink(url);
  return href === undefined
    ? { term, paragraphs }
    : { term, paragraphs, link: { href, shown: `Open ${cut(new URL(href).host, LONGEST.host)}` } };
}
