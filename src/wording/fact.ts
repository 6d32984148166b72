/** A fact of a mail, and the cleaning of texts from outside that every wording needs. */
import type { DigestLine } from '../core/digest';
import type { RenewalStep } from '../core/target';
import { cut, oneLine } from '../formats/text';

export interface Fact {
  readonly term: string;
  readonly paragraphs: readonly string[];
  /** What to do, one after the other. */
  readonly steps?: readonly RenewalStep[];
  /** `href` is http or https. */
  readonly link?: { readonly href: string; readonly shown: string };
}

const LONGEST_WORDS = 1_000;

/** One line, at most 1,000 characters. */
export function shortLine(text: string): string {
  return cut(oneLine(text), LONGEST_WORDS);
}

/** The keys of the row to change: any table tool finds it by them. */
export function rowOf({ reminder }: DigestLine): string {
  return `PartitionKey ${shortLine(reminder.scope)}, RowKey ${shortLine(reminder.name)}`;
}
