/** The wording of notices about an expiry: a threshold, expired and gone, renewed. */
import type { NoticeAbout, NoticeOf } from '../core/notices';
import { STANDING_WORDS } from '../core/state-words';
import { formatThreshold, type Threshold } from '../core/thresholds';
import type { Instant } from '../formats/instant';
import { sentence } from '../formats/text';
import { date, expiryPhrase, moment, span, utc } from '../formats/when';
import { rowOf, shortLine } from './fact';
import { expiryDate, factsOf, type NoticeWording } from './notice-wording';
import { afterRenewal, howToClose, renewalOf, renewalOfMissing } from './renewal';

type Dated = NoticeOf<'threshold'>;

export const EXPIRY_NOTICES: { readonly [K in NoticeAbout<'expiry'>]: NoticeWording<K> } = {
  threshold(notice, line, asOf) {
    const { expiresOn, unconfirmed } = notice;
    const tone = expiresOn <= asOf ? 'expired' : 'expiring';
    const phrase = expiryPhrase(expiresOn, asOf);
    return {
      tone,
      badge: STANDING_WORDS[tone].label,
      phrase,
      ...expiryDate(expiresOn),
      warning: unconfirmed && warningOf(unconfirmed),
      subject: ` ${phrase} (${date(expiresOn)})`,
      calendarExpiry: expiresOn,
      facts: factsOf(
        line,
        { 'How to renew': { steps: renewalOf(line) }, 'After that': [afterRenewal(line, !unconfirmed)] },
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
      tone: 'expired',
      badge: STANDING_WORDS.expired.label,
      phrase: `${brief} and is gone`,
      brief,
      ...expiryDate(expiresOn),
      subject: ` ${brief} and is gone (${date(expiresOn)})`,
      facts: factsOf(
        line,
        {
          'What to do': [
            howToClose(line),
            `Not needed any more? Remove its row from the registry (${rowOf(line)}).`,
          ],
          'Still needed': { steps: renewalOfMissing(line) },
        },
        {
          Evidence: [
            readOn === undefined ? '' : `Last read from Azure on ${utc(readOn)}.`,
            `Not found since ${utc(since)}.`,
          ],
          'Why now': ['Its expiry has passed, and it was not found twice in a row. This is told once.'],
        },
      ),
    };
  },
  renewed({ expiresOn, from, readOn }, line, asOf) {
    const brief = `now ${expiryPhrase(expiresOn, asOf)}`;
    return {
      tone: 'healthy',
      badge: 'Renewed',
      phrase: `was renewed: ${brief}`,
      brief,
      ...expiryDate(expiresOn),
      subject: ` was renewed until ${date(expiresOn)}`,
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

function warningOf({ since, message, operatorsAreTold }: NonNullable<Dated['unconfirmed']>): string {
  const reason = operatorsAreTold
    ? 'the watcher is not let in, which its operators are told of.'
    : sentence(shortLine(message));
  return `Could not be confirmed since ${utc(since)}: ${reason} The date is the last one known.`;
}

function whyNow(threshold: Threshold, crossedOn: Instant): string {
  const name = formatThreshold(threshold);
  const crossed = `Its ${name} threshold was crossed on ${utc(crossedOn)}`;
  if (threshold.is === 'share') return `${crossed}: ${name} of its lifetime was left.`;
  if (threshold.ms > 0) return `${crossed}.`;
  if (threshold.ms === 0) return `Its expiry was reached on ${utc(crossedOn)} (threshold 0).`;
  return `${crossed}: ${span(-threshold.ms)} after its expiry, and no later expiry has been read.`;
}
