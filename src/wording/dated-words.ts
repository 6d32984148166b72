/** Lines about an expiry: one that comes or came, one that ended in a token that is gone, and one that was renewed. */
import type { DigestLine, Subject } from '../core/digest';
import { formatThreshold, type Threshold } from '../core/thresholds';
import { DAY, type Instant } from '../formats/instant';
import { sentence } from '../formats/text';
import { expiryPhrase, moment, span, utc, utcDate } from '../formats/when';
import { fact, howToRenew, notes, present, rowOf, runbook, snooze, where, words } from './facts';
import type { SubjectWords } from './line-words';

type Dated = Extract<Subject, { is: 'threshold' }>;
type Gone = Extract<Subject, { is: 'gone' }>;
type Renewed = Extract<Subject, { is: 'renewed' }>;

const BADGES = { expired: 'Expired', soon: 'Soon', later: 'Later' } as const;
const SOON = 7 * DAY;

export function thresholdWords(line: DigestLine, dated: Dated, asOf: Instant): SubjectWords {
  const urgency = urgencyOf(dated.expiresOn, asOf);
  const { unconfirmed } = dated;
  return {
    urgency,
    badge: BADGES[urgency],
    phrase: expiryPhrase(dated.expiresOn, asOf),
    ...expiryOn(dated.expiresOn),
    ...(unconfirmed && { warning: warningOf(unconfirmed) }),
    facts: present([
      fact('What to do', howToRenew(line), afterwards(dated)),
      runbook(line),
      where(line),
      fact('Evidence', `${unconfirmed ? 'Last read' : 'Read'} from Azure on ${utc(dated.readOn)}.`),
      fact('Why now', whyNow(dated.threshold, line.reminder.crossedOn)),
      notes(line),
      snooze(line),
    ]),
  };
}

export function goneWords(line: DigestLine, gone: Gone, asOf: Instant): SubjectWords {
  const phrase = expiryPhrase(gone.expiresOn, asOf);
  const read = gone.readOn === undefined ? '' : `Last read from Azure on ${utc(gone.readOn)}.`;
  return {
    urgency: 'expired',
    badge: 'Expired and gone',
    phrase: `${phrase} and is gone`,
    brief: phrase,
    ...expiryOn(gone.expiresOn),
    facts: present([
      fact(
        'What to do',
        `Replaced? Register the new one and remove this row from the registry (${rowOf(line)}).`,
        `Still needed? ${howToRenew(line)}`,
        'Not needed any more? Remove the row.',
      ),
      runbook(line),
      where(line),
      fact('Evidence', read, `Not found since ${utc(gone.since)}.`),
      fact('Why now', 'Its expiry has passed, and it was not found twice in a row. This is told once.'),
      notes(line),
      snooze(line),
    ]),
  };
}

export function renewedWords(line: DigestLine, renewed: Renewed, asOf: Instant): SubjectWords {
  const phrase = `now ${expiryPhrase(renewed.expiresOn, asOf)}`;
  return {
    urgency: 'good',
    badge: 'Renewed',
    phrase: `was renewed: ${phrase}`,
    brief: phrase,
    ...expiryOn(renewed.expiresOn),
    facts: present([
      fact('What to do', 'Nothing. Reminders follow the new expiry by themselves.'),
      fact('It was', `${moment(renewed.from)}.`),
      where(line),
      fact('Evidence', `Read from Azure on ${utc(renewed.readOn)}.`),
      fact('Why now', 'You were reminded of the earlier expiry, and a later one was read since.'),
    ]),
  };
}

function expiryOn(expiresOn: Instant): Pick<SubjectWords, 'date' | 'dateIs' | 'day' | 'joint'> {
  return { joint: ' ', dateIs: 'Expiry', date: moment(expiresOn), day: utcDate(expiresOn) };
}

function urgencyOf(expiresOn: Instant, asOf: Instant): keyof typeof BADGES {
  if (expiresOn <= asOf) return 'expired';
  return expiresOn - asOf <= SOON ? 'soon' : 'later';
}

function warningOf({ since, message }: NonNullable<Dated['unconfirmed']>): string {
  const reason = sentence(words(message));
  return `Could not be confirmed since ${utc(since)}: ${reason} The date is the last one known.`;
}

function afterwards({ unconfirmed }: Dated): string {
  if (!unconfirmed) return 'The watcher notices the new expiry by itself; there is nothing to acknowledge.';
  return (
    'Renewed already? Then make it readable again: the watcher notices the new expiry by itself as soon as it ' +
    'can read it. There is nothing to acknowledge.'
  );
}

function whyNow(threshold: Threshold, crossedOn: Instant): string {
  const name = formatThreshold(threshold);
  const crossed = `Its ${name} threshold was crossed on ${utc(crossedOn)}`;
  if (threshold.is === 'share') return `${crossed}: ${name} of its lifetime was left.`;
  if (threshold.ms > 0) return `${crossed}.`;
  if (threshold.ms === 0) return `Its expiry was reached on ${utc(crossedOn)} (threshold 0).`;
  return `${crossed}: ${span(-threshold.ms)} after its expiry, and no later expiry has been read.`;
}
