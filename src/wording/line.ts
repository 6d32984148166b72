/** One line of a digest in words: what it is, when it expires, what to do and the facts. The table has the wording of every notice. */
import type { DigestLine } from '../core/digest';
import { isOperatorNotice, type NoticeKind, type NoticeOf } from '../core/notices';
import type { Instant } from '../formats/instant';
import { cut, oneLine } from '../formats/text';
import { EXPIRY_NOTICES } from './expiry-notices';
import { shortLine } from './fact';
import type { NoticeWording, NoticeWords } from './notice-wording';
import { ROW_NOTICES, WATCHER_NOTICES } from './operator-notices';
import { READING_NOTICES } from './reading-notices';
import { type Action, actionsOf } from './renewal';
import { REPLACEMENT_NOTICES } from './replacement-notices';

export interface LineWords extends NoticeWords {
  readonly name: string;
  readonly label: string;
  readonly actions: readonly Action[];
}

const WORDING: { readonly [K in NoticeKind]: NoticeWording<K> } = {
  ...EXPIRY_NOTICES,
  ...READING_NOTICES,
  ...REPLACEMENT_NOTICES,
  ...ROW_NOTICES,
  ...WATCHER_NOTICES,
};

const LONGEST_NAME = 200;

export function lineWords(line: DigestLine, asOf: Instant): LineWords {
  return {
    name: nameOf(line),
    label: shortLine(line.label),
    actions: actionsOf(line),
    ...noticeWords(line.notice.is, line.notice, line, asOf),
  };
}

/** The display name; without one, the name in the registry. */
export function nameOf({ displayName, reminder, notice }: DigestLine): string {
  const nameless = isOperatorNotice(notice.is) ? 'the watcher' : 'a token without a name';
  return cut(oneLine(displayName) || oneLine(reminder.name) || nameless, LONGEST_NAME);
}

/** Generic, because only a type parameter pairs a kind with its notice. */
function noticeWords<K extends NoticeKind>(kind: K, notice: NoticeOf<K>, line: DigestLine, asOf: Instant) {
  return WORDING[kind](notice, line, asOf);
}
