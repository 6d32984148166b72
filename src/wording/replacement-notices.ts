/** The wording of notices about a replacement: somebody said so, undid it, or a row says so and names no successor. */
import type { NoticeAbout, NoticeOf } from '../core/notices';
import { CHECK_WORDS } from '../core/state-words';
import { sentence } from '../formats/text';
import { moment, utc } from '../formats/when';
import { rowOf, shortLine } from './fact';
import { factsOf, type NoticeWording } from './notice-wording';

export const REPLACEMENT_NOTICES: { readonly [K in NoticeAbout<'replacement'>]: NoticeWording<K> } = {
  replaced(notice, line) {
    const { on, successor, note = '' } = notice;
    const named = successor === undefined ? '' : ` by ${shortLine(successor)}`;
    return {
      tone: 'unknown',
      badge: successor === undefined ? CHECK_WORDS.notVerified.label : 'Replaced',
      phrase: `was replaced${named} and is not watched any more`,
      brief: successor === undefined ? 'was replaced, not verified' : 'was replaced',
      joint: ' ',
      dateIs: 'On',
      date: moment(on),
      facts: factsOf(
        line,
        {
          'Who said so': [`${shortLine(notice.by)}, on the page of a mail about it.`],
          Because: [successor === undefined ? sentence(shortLine(note)) : ''],
          'What to do': [...whatToCheck(notice), `Not right? ${howToUndo(line)}`],
        },
        {
          'Why now': ['No more reminders about it go to anyone. This is told once to its other recipients.'],
        },
      ),
    };
  },
  watchedAgain: ({ by, on }, line) => ({
    tone: 'healthy',
    badge: 'Watched again',
    phrase: 'is watched again',
    joint: ' ',
    dateIs: 'Since',
    date: moment(on),
    facts: factsOf(
      line,
      { 'What to do': ['Nothing. Reminders about it go out again when they are due.'] },
      { 'Why now': [`You were told that it was replaced; ${shortLine(by)} undid that on ${utc(on)}.`] },
    ),
  }),
  notVerified: ({ since }, line) => ({
    tone: 'unknown',
    badge: CHECK_WORDS.notVerified.label,
    phrase: 'is said to be replaced and names no successor',
    brief: 'was replaced, not verified',
    joint: ' ',
    dateIs: 'Since',
    date: moment(since),
    facts: factsOf(
      line,
      {
        "What's wrong": ['Its registry row says that it was replaced, and not by what. Nobody watches it.'],
        'What to do': [
          `Write the name of the new target into replacedBy of its row (${rowOf(line)}), or clear it to watch this one again.`,
        ],
      },
      {
        'Why now': ['This is told once, for as long as the row stays like this; status shows it until then.'],
      },
    ),
  }),
};

function whatToCheck({ successor }: NoticeOf<'replaced'>): string[] {
  if (successor === undefined)
    return ['Know its successor? Register it, and write its name into replacedBy of the old row.'];
  return ['Nothing, if that is right: the new one is watched.'];
}

function howToUndo(line: Parameters<typeof rowOf>[0]): string {
  return `Open the link of an earlier mail about it and undo it there, or clear replacedBy in its registry row (${rowOf(line)}).`;
}
