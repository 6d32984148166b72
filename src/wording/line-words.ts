/** One line of a digest in words: what it is, when it dies, what to do and on what evidence. Text and HTML both say exactly this. */
import type { DigestLine } from '../core/digest';
import type { Instant } from '../formats/instant';
import { cut, oneLine } from '../formats/text';
import { goneWords, renewedWords, thresholdWords } from './dated-words';
import { type Fact, words } from './facts';
import { missingWords, readableWords, unreadableWords } from './reading-words';
import { invalidWords, matterWords } from './watcher-words';

/** What a line asks for; `badge` says it in a word, since colour alone doesn't reach everyone. `mend`: nobody watches until it is mended. */
export type Urgency = 'expired' | 'soon' | 'later' | 'mend' | 'good';

export interface LineWords {
  readonly name: string;
  readonly label: string;
  readonly urgency: Urgency;
  readonly badge: string;
  /** `expires in 7 days`; follows the name, after a colon where it is no sentence with it. */
  readonly phrase: string;
  readonly joint: ' ' | ': ';
  /** The phrase for a list, where it would be too long. */
  readonly brief?: string;
  /** `Tue 2027-01-12 08:30 UTC`, and what that instant is. */
  readonly date: string;
  readonly dateIs: 'Expiry' | 'Since' | 'On';
  /** `2027-01-12`, where there is an expiry. */
  readonly day?: string;
  /** What makes the date doubtful. */
  readonly warning?: string;
  readonly facts: readonly Fact[];
}

/** What only the subject of a line can say. */
export type SubjectWords = Omit<LineWords, 'name' | 'label'>;

const LONGEST_NAME = 200;

export function lineWords(line: DigestLine, asOf: Instant): LineWords {
  return { name: nameOf(line), label: words(line.label), ...subjectWords(line, asOf) };
}

/** The display name, or else the key that the registry knows it by. */
export function nameOf({ displayName, reminder, subject }: DigestLine): string {
  const nameless = subject.is === 'matter' ? 'the watcher' : 'a token without a name';
  return cut(oneLine(displayName) || oneLine(reminder.name) || nameless, LONGEST_NAME);
}

function subjectWords(line: DigestLine, asOf: Instant): SubjectWords {
  const { subject } = line;
  switch (subject.is) {
    case 'threshold':
      return thresholdWords(line, subject, asOf);
    case 'gone':
      return goneWords(line, subject, asOf);
    case 'renewed':
      return renewedWords(line, subject, asOf);
    case 'missing':
      return missingWords(line, subject, asOf);
    case 'unreadable':
      return unreadableWords(line, subject, asOf);
    case 'readable':
      return readableWords(line, subject, asOf);
    case 'invalid':
      return invalidWords(line, subject);
    case 'matter':
      return matterWords(line, subject);
  }
}
