/** The wording of notices about an expiry: a threshold, expired and gone, renewed. */
import type { DigestLine } from '../core/digest';
import type { NoticeAbout, NoticeOf } from '../core/notices';
import { formatThreshold, type Threshold } from '../core/thresholds';
import { DAY, type Instant } from '../formats/instant';
import { sentence } from '../formats/text';
import { expiryPhrase, moment, span, utc, utcDate } from '../formats/when';
import {
  closeIt,
  expiryDate,
  factsOf,
  howToClose,
  howToRenew,
  type NoticeWording,
  rowOf,
  shortLine,
} from './notice-wording';

type Dated = NoticeOf<'threshold'>;

const BADGES = { expired: 'Expired', soon: 'Soon', later: 'Later' } as const;
const SOON = 7 * DAY;

export const EXPIRY_NOTICES: { readonly [K in NoticeAbout<'expiry'>]: NoticeWording<K> } = {
  threshold(notice, line, asOf) {
    const { expiresOn, unconfirmed } = notice;
    const urgency = urgencyOf(expiresOn, asOf);
    const phrase = expiryPhrase(expiresOn, asOf);
    return {
      urgency,
      badge: BADGES[urgency],
      phrase,
      ...expiryDate(expiresOn),
      warning: unconfirmed && warningOf(unconfirmed),
      subject: at => ` ${phrase} (${at(expiresOn)})`,
      calendarExpiry: expiresOn,
      facts: factsOf(
        line,
        { 'What to do': [howToRenew(line), afterRenewal(notice, line)] },
        {
          Evidence: [`${unconfirmed ? 'Last read' : 'Read'} from Azure on ${utc(notice.readOn)}.`],
          'Why now': [whyNow(notice.threshold, line.reminder.crossedOn)],
        },
      ),
    };
  },
  gone({ expiresOn, since, readOn }, line, asOf) {
    const brief = expiryPhrase(expiresOn, asOf);
    return {
      urgency: 'expired',
      badge: 'Expired and gone',
      phrase: `${brief} and is gone`,
      brief,
      ...expiryDate(expiresOn),
      subject: at => ` ${brief} and is gone (${at(expiresOn)})`,
      facts: factsOf(
        line,
        {
          'What to do': [
            `Still needed? ${howToRenew(line)}`,
            `Not needed any more? Remove its row from the registry (${rowOf(line)}).`,
          ],
        },
        {
          Evidence: [
            readOn === undefined ? '' : `Last read from Azure on ${utc(readOn)}.`,
            `Not found since ${utc(since)}.`,
          ],
          'Why now': ['Its expiry has passed, and it was not found twice in a row. This is told once.'],
        },
        closeIt(line),
      ),
    };
  },
  renewed({ expiresOn, from, readOn }, line, asOf) {
    const brief = `now ${expiryPhrase(expiresOn, asOf)}`;
    return {
      urgency: 'good',
      badge: 'Renewed',
      phrase: `was renewed: ${brief}`,
      brief,
      ...expiryDate(expiresOn),
      subject: () => ` was renewed until ${utcDate(expiresOn)}`,
      calendarExpiry: expiresOn,
      facts: factsOf(
        line,
        {
          'What to do': ['Nothing. Reminders follow the new expiry by themselves.'],
          'It was': [`${moment(from)}.`],
        },
        {
          Evidence: [`Read from Azure on ${utc(readOn)}.`],
          'Why now': ['You were reminded of the earlier expiry, and a later one was read since.'],
        },
      ),
    };
  },
};

function urgencyOf(expiresOn: Instant, asOf: Instant): keyof typeof BADGES {
  if (expiresOn <= asOf) return 'expired';
  return expiresOn - asOf <= SOON ? 'soon' : 'later';
}

function warningOf({ since, message, operatorsAreTold }: NonNullable<Dated['unconfirmed']>): string {
  const reason = operatorsAreTold
    ? 'the watcher is not let in, which its operators are told of.'
    : sentence(shortLine(message));
  return `Could not be confirmed since ${utc(since)}: ${reason} The date is the last one known.`;
}

/** What is noticed by itself, and what is not: a new token with a name of its own is another target to the watcher. */
function afterRenewal({ unconfirmed }: Dated, line: DigestLine): string {
  if (!line.renewalKeepsName) return `${NEW_NAME} ${howToClose(line)}`;
  if (!unconfirmed) return 'The watcher notices the new expiry by itself; there is nothing to acknowledge.';
  return 'Renewed already? The watcher notices the new expiry by itself as soon as it can read it again. There is nothing to acknowledge.';
}

const NEW_NAME =
  'The watcher does not notice the new one by itself: reminders of this one go on until it is closed.';

function whyNow(threshold: Threshold, crossedOn: Instant): string {
  const name = formatThreshold(threshold);
  const crossed = `Its ${name} threshold was crossed on ${utc(crossedOn)}`;
  if (threshold.is === 'share') return `${crossed}: ${name} of its lifetime was left.`;
  if (threshold.ms > 0) return `${crossed}.`;
  if (threshold.ms === 0) return `Its expiry was reached on ${utc(crossedOn)} (threshold 0).`;
  return `${crossed}: ${span(-threshold.ms)} after its expiry, and no later expiry has been read.`;
}
