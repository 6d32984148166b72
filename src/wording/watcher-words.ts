/** Lines for operators about the watcher itself: registry rows that can't be understood, and matters that no single owner can mend. */
import type { DigestLine, Matter, Subject } from '../core/digest';
import { cut, lines, oneLine, sentence } from '../formats/text';
import { moment } from '../formats/when';
import { fact, notes, present, rowOf, runbook, snooze, where } from './facts';
import type { SubjectWords } from './line-words';

type Invalid = Extract<Subject, { is: 'invalid' }>;
type OfWatcher = Extract<Subject, { is: 'matter' }>;

const LONGEST_FAULT = 10_000;
const LONGEST_NOTE = 4_000;

interface MatterWords {
  readonly badge: string;
  readonly phrase: string;
  readonly joint: ' ' | ': ';
  /** Whether it lasts or happened at one moment. */
  readonly dateIs: 'Since' | 'On';
  readonly todo: readonly string[];
}

/** A matter in the words of a badge, of a phrase after its name, and of what mends it. */
const MATTER_WORDS: Readonly<Record<Matter, MatterWords>> = {
  scopeFailing: {
    badge: 'Scope unreadable',
    phrase: 'every read fails',
    joint: ': ',
    dateIs: 'Since',
    todo: [
      "Look for one cause for all: a role that the watcher's identity lost, or trouble of the service itself.",
      'The watcher goes on trying by itself.',
    ],
  },
  undelivered: {
    badge: 'Mail not delivered',
    phrase: 'was not delivered',
    joint: ' ',
    dateIs: 'On',
    todo: [
      'Tell whom it was for in another way.',
      "Then mend the address in the registry rows, or take it off the mail resource's suppression list.",
    ],
  },
  poisoned: {
    badge: 'Message given up',
    phrase: 'a message could not be handled',
    joint: ': ',
    dateIs: 'On',
    todo: [
      "Look for the error in the function's log at that time, and mend its cause.",
      'The next sweep begins anew by itself.',
    ],
  },
  ownerless: {
    badge: 'No owner',
    phrase: 'targets without an owner',
    joint: ': ',
    dateIs: 'Since',
    todo: ['Write owners into those rows of the registry; the watcher notices by itself.'],
  },
};

export function invalidWords(line: DigestLine, invalid: Invalid): SubjectWords {
  return {
    urgency: 'mend',
    badge: 'Row to mend',
    phrase: "registry row can't be understood",
    brief: "row can't be understood",
    joint: ': ',
    dateIs: 'Since',
    date: moment(invalid.since),
    facts: present([
      fact("What's wrong", ...invalid.faults.map(fault => cut(oneLine(fault), LONGEST_FAULT))),
      fact(
        'What to do',
        `Mend the row in the registry (${rowOf(line)}). Until then the watcher goes by what it understands of the row, and that may be nothing.`,
        'There is nothing to acknowledge.',
      ),
      runbook(line),
      where(line),
      fact('Why now', 'This is told once, for as long as the row stays like this.'),
      notes(line),
      snooze(line),
    ]),
  };
}

export function matterWords(line: DigestLine, matter: OfWatcher): SubjectWords {
  const { todo, ...happened } = MATTER_WORDS[matter.matter];
  return {
    urgency: 'mend',
    ...happened,
    date: moment(matter.since),
    facts: present([
      fact("What's wrong", ...lines(cut(matter.note, LONGEST_NOTE)).map(sentence)),
      fact('What to do', ...todo),
      runbook(line),
      // A scope without a page of its own is named already.
      ...(line.portalUrl === undefined ? [] : [where(line)]),
      fact('Why now', 'You are an operator of the watcher, and no owner of a token can mend this.'),
      notes(line),
    ]),
  };
}

/** ` was not delivered`, `: every read fails`: what follows the name. */
export function matterPhrase({ matter }: OfWatcher): string {
  const { joint, phrase } = MATTER_WORDS[matter];
  return joint + phrase;
}
