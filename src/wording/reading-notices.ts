/** The wording of notices about reading a token: it can't be found, it can't be read, it can be read again. */
import type { DigestLine } from '../core/digest';
import type { LastKnown, NoticeAbout, NoticeOf } from '../core/notices';
import type { Instant } from '../formats/instant';
import { sentence } from '../formats/text';
import { expiryPhrase, moment, span, utc } from '../formats/when';
import {
  closeIt,
  datedExpiry,
  type Fact,
  factsOf,
  howToRenew,
  knownExpiry,
  type NoticeWording,
  type NoticeWords,
  rowOf,
  shortLine,
} from './notice-wording';

export const READING_NOTICES: { readonly [K in NoticeAbout<'reads'>]: NoticeWording<K> } = {
  missing: (notice, line, asOf) => ({
    ...failing(notice, line, asOf, {
      whatToDo: [
        `Deleted? Remove its row from the registry (${rowOf(line)}).`,
        'Renamed, or the row is wrong? Correct the row.',
        line.renewalKeepsName ? '' : `Still needed? ${howToRenew(line)}`,
      ],
      whyNow:
        'It was not found twice in a row. You are told once: no reminders of its expiry follow, unless it is found again, which you are told, too.',
      closing: closeIt(line),
    }),
    badge: 'Missing',
    phrase: "can't be found",
    subject: at => ` can't be found since ${at(notice.since)}`,
  }),
  unreadable: (notice, line, asOf) => ({
    ...failing(notice, line, asOf, {
      whatToDo: [
        'Correct what is wrong, if you can. The watcher keeps trying by itself.',
        ...untilItIsReadable(line, notice.known),
      ],
      whyNow: 'Its reads keep failing. You are told once, and once more when it can be read.',
    }),
    badge: 'Unreadable',
    phrase: "can't be read",
    subject: at => ` can't be read since ${at(notice.since)}`,
    calendarExpiry: datedExpiry(notice.known),
  }),
  readable({ known, readOn, since }, line, asOf) {
    const expiresOn = datedExpiry(known);
    const expired = expiresOn !== undefined && expiresOn <= asOf;
    return {
      urgency: 'good',
      badge: 'Readable again',
      phrase: 'can be read again',
      joint: ' ',
      dateIs: 'Since',
      date: moment(readOn),
      facts: factsOf(
        line,
        {
          Expiry: [knownExpiry({ ...known, readOn }, asOf)],
          'What to do': [
            expired ? `It has expired. ${howToRenew(line)}` : 'Nothing. It is watched as before.',
          ],
        },
        {
          Evidence: [`Could not be read since ${utc(since)}, for ${span(readOn - since)}.`],
          'Why now': ['You were told that it could not be read, and that is over.'],
        },
      ),
      subject(at) {
        if (expiresOn === undefined) return ' can be read again';
        return ` can be read again and ${expiryPhrase(expiresOn, asOf)} (${at(expiresOn)})`;
      },
      calendarExpiry: expiresOn,
    };
  },
};

/** What `missing` and `unreadable` have in common. */
function failing(
  { message, known, since }: NoticeOf<'missing' | 'unreadable'>,
  line: DigestLine,
  asOf: Instant,
  said: {
    readonly whatToDo: readonly string[];
    readonly whyNow: string;
    readonly closing?: Fact;
  },
): Omit<NoticeWords, 'badge' | 'phrase'> {
  const first = {
    "What's wrong": [sentence(shortLine(message))],
    'What to do': said.whatToDo,
    'Last known': [knownExpiry(known, asOf)],
  };
  const facts = factsOf(line, first, { 'Why now': [said.whyNow] }, said.closing);
  return { urgency: 'fix', joint: ' ', dateIs: 'Since', date: moment(since), facts };
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
