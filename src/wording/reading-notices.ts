/** The wording of notices about reading a token: it can't be found, it can't be read, it can be read again. */
import type { DigestLine } from '../core/digest';
import type { LastKnown, NoticeAbout, NoticeOf } from '../core/notices';
import { CHECK_WORDS } from '../core/state-words';
import type { Instant } from '../formats/instant';
import { sentence } from '../formats/text';
import { date, expiryPhrase, moment, span, utc } from '../formats/when';
import { rowOf, shortLine } from './fact';
import {
  datedExpiry,
  factsOf,
  knownExpiry,
  type NoticeWording,
  type NoticeWords,
  type Said,
} from './notice-wording';
import { howToClose, renewalOf, renewalOfMissing } from './renewal';

export const READING_NOTICES: { readonly [K in NoticeAbout<'reads'>]: NoticeWording<K> } = {
  missing: (notice, line, asOf) => ({
    ...failing(notice, line, asOf, {
      whatToDo: [
        howToClose(line),
        `Deleted? Remove its row from the registry (${rowOf(line)}).`,
        'Renamed, or the row is wrong? Correct the row.',
      ],
      renewal: { 'Still needed': { steps: renewalOfMissing(line) } },
      whyNow:
        'It was not found twice in a row. You are told once: no reminders of its expiry follow, unless it is found again, which you are told, too.',
    }),
    badge: 'Missing',
    phrase: "can't be found",
    subject: ` can't be found since ${date(notice.since)}`,
  }),
  unreadable: (notice, line, asOf) => ({
    ...failing(notice, line, asOf, {
      whatToDo: [
        'Correct what is wrong, if you can. The watcher keeps trying by itself.',
        untilItIsReadable(notice.known),
      ],
      renewal: {
        'How to renew': { steps: datedExpiry(notice.known) === undefined ? [] : renewalOf(line) },
      },
      whyNow: 'Its reads keep failing. You are told once, and once more when it can be read.',
    }),
    badge: CHECK_WORDS.failing.label,
    phrase: "can't be read",
    subject: ` can't be read since ${date(notice.since)}`,
    calendarExpiry: datedExpiry(notice.known),
  }),
  readable({ known, readOn, since }, line, asOf) {
    const expiresOn = datedExpiry(known);
    const expired = expiresOn !== undefined && expiresOn <= asOf;
    return {
      tone: 'healthy',
      badge: 'Readable again',
      phrase: 'can be read again',
      joint: ' ',
      dateIs: 'Since',
      date: moment(readOn),
      facts: factsOf(
        line,
        {
          Expiry: [knownExpiry({ ...known, readOn }, asOf)],
          'What to do': [expired ? 'It has expired: renew it now.' : 'Nothing. It is watched as before.'],
          'How to renew': { steps: expired ? renewalOf(line) : [] },
        },
        {
          Evidence: [`Could not be read since ${utc(since)}, for ${span(readOn - since)}.`],
          'Why now': ['You were told that it could not be read, and that is over.'],
        },
      ),
      subject:
        expiresOn === undefined
          ? ' can be read again'
          : ` can be read again and ${expiryPhrase(expiresOn, asOf)} (${date(expiresOn)})`,
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
    readonly renewal: Said;
  },
): Omit<NoticeWords, 'badge' | 'phrase'> {
  const first = {
    "What's wrong": [sentence(shortLine(message))],
    'What to do': said.whatToDo,
    ...said.renewal,
    'Last known': [knownExpiry(known, asOf)],
  };
  const facts = factsOf(line, first, { 'Why now': [said.whyNow] });
  return { tone: 'unknown', joint: ' ', dateIs: 'Since', date: moment(since), facts };
}

function untilItIsReadable(known: LastKnown): string {
  if (datedExpiry(known) !== undefined)
    return 'Until then the last known expiry counts, and reminders go by it: renew it in time.';
  if (known.minted) return 'Until then the watcher cannot see whether it still works.';
  if (known.expiresOn === 'never') return 'Until then it is not watched.';
  return 'Until then it is not watched: look up its expiry yourself.';
}
