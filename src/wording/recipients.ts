/** Who is told of a line besides its reader, and whether they were reached. */
import { isSameAddress } from '../core/address';
import type { DigestLine } from '../core/digest';
import { NOTICES } from '../core/notices';
import type { Heard, RecipientState } from '../core/recipient-states';
import { cut, oneLine } from '../formats/text';
import { moment } from '../formats/when';
import { type Fact, shortLine } from './fact';

/** There may be ten owners; the history of the target has all of it. */
const LONGEST_WHY = 80;
const NO_OWNER = 'Nobody: its registry row names no owner, so the operators are told.';

/** The owners always, so that an operator sees whose it is; the operators where they are told, too. */
export function recipientFacts(line: DigestLine): Fact[] {
  if (NOTICES[line.notice.is].about === 'watcher') return [];
  const { recipients, reminder } = line;
  const isReader = ({ address }: RecipientState) => isSameAddress(address, reminder.owner);
  const said = (some: readonly RecipientState[]) => some.map(one => recipientWords(one, isReader(one)));
  const owners = recipients.filter(({ isOwner }) => isOwner);
  const operators = recipients.filter(one => !one.isOwner && !isReader(one));
  return [
    {
      term: owners.length === 1 ? 'Owner' : 'Owners',
      paragraphs: owners.length > 0 ? said(owners) : [NO_OWNER],
    },
    { term: operators.length === 1 ? 'Operator' : 'Operators', paragraphs: said(operators) },
  ];
}

function recipientWords({ address, heard }: RecipientState, isReader: boolean): string {
  if (isReader) return `${shortLine(address)} (you)`;
  return heard ? `${shortLine(address)}: ${heardWords(heard)}` : shortLine(address);
}

function heardWords(heard: Heard): string {
  switch (heard.is) {
    case 'told':
      return `told on ${moment(heard.on)}`;
    case 'notReached':
      return `not reached${heard.why === undefined ? '' : `: ${cut(oneLine(heard.why), LONGEST_WHY)}`}`;
    case 'snoozed':
      return `snoozed it until ${moment(heard.until)}`;
    case 'waits':
      return 'not told yet, the mail is still to go out';
  }
}
