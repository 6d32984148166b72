/** The wording of notices for operators: a registry row that can't be understood, and problems of the watcher itself. */
import type { NoticeAbout, OperatorNotice } from '../core/notices';
import { CHECK_WORDS } from '../core/state-words';
import { cut, lines, oneLine, sentence } from '../formats/text';
import { moment } from '../formats/when';
import { rowOf } from './fact';
import { factsOf, type NoticeWording, type NoticeWords } from './notice-wording';

const LONGEST_FAULT = 1_500;
const LONGEST_NOTE = 4_000;

const KEEPS_TRYING = 'The watcher keeps trying by itself. This is told once, for as long as it lasts.';
const OWNERS_ARE_NOT_TOLD =
  'Owners are not told of it. Their reminders go by the last known expiry, and say that it could not be confirmed.';

export const ROW_NOTICES: { readonly [K in NoticeAbout<'row'>]: NoticeWording<K> } = {
  invalid: ({ faults, since }, line) => ({
    tone: 'unknown',
    badge: CHECK_WORDS.invalid.label,
    phrase: "registry row can't be understood",
    brief: "row can't be understood",
    joint: ': ',
    dateIs: 'Since',
    date: moment(since),
    facts: factsOf(
      line,
      {
        "What's wrong": faults.map(fault => cut(oneLine(fault), LONGEST_FAULT)),
        'What to do': [
          `Correct the row in the registry (${rowOf(line)}). Until then the watcher uses only what it understands of the row, and that may be nothing.`,
          'There is nothing to acknowledge.',
        ],
      },
      { 'Why now': ['This is told once, for as long as the row stays like this.'] },
    ),
  }),
};

export const WATCHER_NOTICES: { readonly [K in OperatorNotice]: NoticeWording<K> } = {
  rowsLost: troubleOfTheWatcher(
    { badge: 'Rows lost', phrase: 'many rows vanished at once', joint: ': ', dateIs: 'On' },
    'Restore the rows. Their targets are on the status report and the dashboard, marked as without a row.',
    'If it was meant, confirm the removal on the dashboard, or with POST /api/registry/lost.',
    'Without either, the targets go a day after their rows vanished.',
  ),
  scopeFailing: troubleOfTheWatcher(
    { badge: 'Scope unreadable', phrase: 'every read fails', joint: ': ', dateIs: 'Since' },
    "Look for one cause of all failures: the watcher's identity lost a role, its network is closed, or the service itself has a problem.",
    KEEPS_TRYING,
    OWNERS_ARE_NOT_TOLD,
  ),
  readsRefused: troubleOfTheWatcher(
    { badge: 'Reads refused', phrase: 'reads are refused', joint: ': ', dateIs: 'Since' },
    'Do what the reason says, or correct the row.',
    KEEPS_TRYING,
    OWNERS_ARE_NOT_TOLD,
  ),
  fallbackInUse: troubleOfTheWatcher(
    { badge: 'Fallback in use', phrase: 'the fallback is in use', joint: ': ', dateIs: 'Since' },
    'Do what the reason says. Where it is about one mail or its recipient alone, there may be nothing to do.',
    'Each mail is tried by the first transport first. The fallback takes it an hour later, or at once where its content or size was refused.',
    'This is told once a day, while the fallback takes mails.',
  ),
  mailStopped: troubleOfTheWatcher(
    { badge: 'Mail was refused', phrase: 'was refused for a while', joint: ' ', dateIs: 'Since' },
    'It is over: mail is sent again. See that what caused it does not come back.',
    'Reminders that waited come late. Look on the dashboard for what expired meanwhile.',
  ),
  undelivered: troubleOfTheWatcher(
    { badge: 'Mail not delivered', phrase: 'was not delivered', joint: ' ', dateIs: 'On' },
    'Tell its recipient in another way.',
    "Then correct the address in the registry rows, or take it off the mail resource's suppression list.",
  ),
  poisoned: troubleOfTheWatcher(
    { badge: 'Message given up', phrase: 'a message could not be handled', joint: ': ', dateIs: 'On' },
    "Look for the error in the function's log at that time, and correct its cause.",
    'The next sweep starts again by itself.',
  ),
  ownerless: troubleOfTheWatcher(
    { badge: 'No owner', phrase: 'targets without an owner', joint: ': ', dateIs: 'Since' },
    'Write owners into those rows of the registry; the watcher notices by itself.',
  ),
};

function troubleOfTheWatcher(
  said: Pick<NoticeWords, 'badge' | 'phrase' | 'joint' | 'dateIs'>,
  ...whatToDo: readonly string[]
): NoticeWording<OperatorNotice> {
  return ({ since, note }, line) => ({
    tone: 'fix',
    ...said,
    date: moment(since),
    facts: factsOf(
      line,
      { "What's wrong": lines(cut(note, LONGEST_NOTE)).map(sentence), 'What to do': whatToDo },
      { 'Why now': ['You are an operator of the watcher, and no owner of a token can solve this.'] },
    ),
  });
}
