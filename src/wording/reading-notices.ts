/** The wording of notices about reading a token: it can't be found, it can't be read, it can be read again. */
import type { DigestLine } from '../core/digest';
import type { LastKnown, NoticeAbout, NoticeOf } from '../core/notices';
import type { Instant } from '../formats/instant';
import { sentence } from '../formats/text';
import { expiryPhrase, moment, span, utc } from '../formats/when';
import {
  datedExpiry,
  type Fact,
  fact,
  howToRenew,
  knownExpiry,
  type NoticeWording,
  type NoticeWords,
  notes,
  present,
  rowOf,
  runbook,
  snooze,
  where,
  words,
} from './notice-wording';

export const READING_NOTICES: { readonly [K in NoticeAbout<'reads'>]: NoticeWording<K> } = {
  missing: {
    words: (notice, line, asOf) => ({
      urgency: 'mend',
      badge: 'Missing',
      phrase: "can't be found",
      ...since(notice.since),
      facts: failingFacts(notice, line, asOf, {
        whatToDo: [
          `Deleted? Remove its row from the registry (${rowOf(line)}).`,
          'Renamed, or the row is wrong? Correct the row.',
          'Replaced? Register the new one and remove this row.',
        ],
        whyNow: 'It was not found twice in a row. You are told once, and once more when it is found.',
      }),
    }),
    subject: (notice, _asOf, at) => ` can't be found since ${at(notice.since)}`,
  },
  unreadable: {
    words: (notice, line, asOf) => ({
      urgency: 'mend',
      badge: 'Unreadable',
      phrase: "can't be read",
      ...since(notice.since),
      facts: failingFacts(notice, line, asOf, {
        whatToDo: [
          'Correct what is wrong, if you can. The watcher keeps trying by itself.',
          ...untilItIsReadable(line, notice.known),
        ],
        whyNow: 'Its reads keep failing. You are told once, and once more when it can be read.',
      }),
    }),
    subject: (notice, _asOf, at) => ` can't be read since ${at(notice.since)}`,
    calendarExpiry: ({ known }) => datedExpiry(known),
  },
  readable: {
    words(notice, line, asOf) {
      const { known, readOn } = notice;
      const expiresOn = datedExpiry(known);
      const expired = expiresOn !== undefined && expiresOn <= asOf;
      return {
        urgency: 'good',
        badge: 'Readable again',
        phrase: 'can be read again',
        ...since(readOn),
        facts: present([
          fact('Expiry', knownExpiry({ ...known, readOn }, asOf)),
          expired
            ? fact('What to do', `It has expired. ${howToRenew(line)}`)
            : fact('What to do', 'Nothing. It is watched as before.'),
          where(line),
          fact(
            'Evidence',
            `Could not be read since ${utc(notice.since)}, for ${span(readOn - notice.since)}.`,
          ),
          fact('Why now', 'You were told that it could not be read, and that is over.'),
        ]),
      };
    },
    subject({ known }, asOf, at) {
      const expiresOn = datedExpiry(known);
      const expiry =
        expiresOn === undefined ? '' : ` and ${expiryPhrase(expiresOn, asOf)} (${at(expiresOn)})`;
      return ` can be read again${expiry}`;
    },
    calendarExpiry: ({ known }) => datedExpiry(known),
  },
};

function failingFacts(
  { message, known }: NoticeOf<'missing' | 'unreadable'>,
  line: DigestLine,
  asOf: Instant,
  { whatToDo, whyNow }: { readonly whatToDo: readonly string[]; readonly whyNow: string },
): Fact[] {
  return present([
    fact("What's wrong", sentence(words(message))),
    fact('What to do', ...whatToDo),
    fact('Last known', knownExpiry(known, asOf)),
    runbook(line),
    where(line),
    fact('Why now', whyNow),
    notes(line),
    snooze(line),
  ]);
}

function untilItIsReadable(line: DigestLine, known: LastKnown): string[] {
  if (datedExpiry(known) !== undefined)
    return [
      'Until then the last known expiry counts: reminders go by it. To renew in time:',
      howToRenew(line),
    ];
  if (known.minted) return ['Until then the watcher cannot see whether it still works.'];
  if (known.expiresOn === 'never') return ['Until then it is not watched.'];
  return ['Until then it is not watched: look up its expiry yourself.'];
}

function since(instant: Instant): Pick<NoticeWords, 'date' | 'dateIs' | 'joint'> {
  return { joint: ' ', dateIs: 'Since', date: moment(instant) };
}
