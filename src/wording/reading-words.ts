/** Lines about reading itself: a token that can't be found, one that can't be read, and one that can be read again. */
import type { DigestLine, LastKnown, Subject } from '../core/digest';
import type { Instant } from '../formats/instant';
import { sentence } from '../formats/text';
import { moment, span, utc } from '../formats/when';
import {
  datedExpiry,
  type Fact,
  fact,
  howToRenew,
  knownWords,
  notes,
  present,
  rowOf,
  runbook,
  snooze,
  where,
  words,
} from './facts';
import type { SubjectWords } from './line-words';

type Failing = Extract<Subject, { is: 'missing' | 'unreadable' }>;
type Readable = Extract<Subject, { is: 'readable' }>;

export function missingWords(line: DigestLine, missing: Failing, asOf: Instant): SubjectWords {
  return {
    urgency: 'mend',
    badge: 'Missing',
    phrase: "can't be found",
    ...since(missing.since),
    facts: failingFacts(line, missing, asOf, [
      fact(
        'What to do',
        `Deleted? Remove its row from the registry (${rowOf(line)}).`,
        'Renamed, or the row is wrong? Mend the row.',
        'Replaced? Register the new one and remove this row.',
      ),
      fact('Why now', 'It was not found twice in a row. You hear of it once, and again when it is found.'),
    ]),
  };
}

export function unreadableWords(line: DigestLine, unreadable: Failing, asOf: Instant): SubjectWords {
  return {
    urgency: 'mend',
    badge: 'Unreadable',
    phrase: "can't be read",
    ...since(unreadable.since),
    facts: failingFacts(line, unreadable, asOf, [
      fact(
        'What to do',
        'If something is to be mended, mend it. The watcher goes on trying by itself.',
        ...meanwhile(line, unreadable.known),
      ),
      fact('Why now', 'Its reads go on failing. You hear of it once, and again when it can be read.'),
    ]),
  };
}

export function readableWords(line: DigestLine, readable: Readable, asOf: Instant): SubjectWords {
  const expiresOn = datedExpiry(readable.known);
  const expired = expiresOn !== undefined && expiresOn <= asOf;
  return {
    urgency: 'good',
    badge: 'Readable again',
    phrase: 'can be read again',
    ...since(readable.readOn),
    facts: present([
      fact('Expiry', knownWords({ ...readable.known, readOn: readable.readOn }, asOf)),
      expired
        ? fact('What to do', `It has expired. ${howToRenew(line)}`)
        : fact('What to do', 'Nothing. It is watched as before.'),
      where(line),
      fact(
        'Evidence',
        `Could not be read since ${utc(readable.since)}, for ${span(readable.readOn - readable.since)}.`,
      ),
      fact('Why now', 'You were told that it could not be read, and that is over.'),
    ]),
  };
}

/** What both have in common around what to do and why now. */
function failingFacts(line: DigestLine, failing: Failing, asOf: Instant, [todo, why]: [Fact, Fact]): Fact[] {
  return present([
    fact("What's wrong", sentence(words(failing.message))),
    todo,
    fact('Last known', knownWords(failing.known, asOf)),
    runbook(line),
    where(line),
    why,
    notes(line),
    snooze(line),
  ]);
}

/** The date that nobody confirms goes on all the same. */
function meanwhile(line: DigestLine, known: LastKnown): string[] {
  if (datedExpiry(known) !== undefined)
    return [
      'Until then the last known expiry counts: reminders go by it. To renew in time:',
      howToRenew(line),
    ];
  if (known.minted) return ['Until then the watcher cannot see whether it still works.'];
  if (known.expiresOn === 'never') return ['Until then nobody watches it.'];
  return ['Until then nobody watches it: look up its expiry yourself.'];
}

function since(instant: Instant): Pick<SubjectWords, 'date' | 'dateIs' | 'joint'> {
  return { joint: ' ', dateIs: 'Since', date: moment(instant) };
}
