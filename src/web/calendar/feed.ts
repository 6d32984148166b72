/** The feed as `GET calendar.ics` answers it: a calendar that a program reads again and again (RFC 5545). */

import { eventUid } from '../../core/target';
import { type CalendarEvent, icalendarOf } from '../../formats/icalendar';
import type { Instant } from '../../formats/instant';
import { cut, oneLine } from '../../formats/text';
import { moment } from '../../formats/when';
import type { Feed, FeedEntry } from '../../watch/report/feed';
import type { Answer } from '../problem';

/** A renewal is seen within hours as it is: programs that ask more often learn nothing. */
const REFRESH_HOURS = 1;
const LONGEST_NAME = 200;
const LONGEST_WORDS = 1_000;

export function calendarAnswer({ asOf, entries, truncated }: Feed): Answer {
  const name = truncated ? `Expiries (the soonest ${entries.length})` : 'Expiries';
  return {
    status: 200,
    headers: { 'content-type': 'text/calendar; charset=utf-8', 'cache-control': 'no-store' },
    body: icalendarOf(
      entries.map(entry => eventOf(entry, asOf)),
      { asOf, name, refreshHours: REFRESH_HOURS },
    ),
  };
}

function eventOf(entry: FeedEntry, asOf: Instant): CalendarEvent {
  const { expiresOn, portalUrl, runbook, alarms } = entry;
  const url = portalUrl ?? runbook;
  const name = cut(oneLine(entry.displayName) || oneLine(entry.name), LONGEST_NAME);
  return {
    uid: eventUid(entry),
    startsOn: expiresOn,
    summary: `${name} ${expiresOn <= asOf ? 'expired' : 'expires'}`,
    description: descriptionOf(entry),
    ...(url !== undefined && { url }),
    alarms,
  };
}

/** Says when it was read, for a calendar may show an old copy of it. */
function descriptionOf({ label, where, howToRenew, runbook, readOn, failure }: FeedEntry): string {
  const said = [
    label,
    where,
    howToRenew,
    runbook === undefined ? '' : `Runbook: ${runbook}`,
    readOn === undefined ? '' : `Last read on ${moment(readOn)}.`,
    failure ? `It could not be read since ${moment(failure.since)}: ${failure.message}` : '',
  ];
  return said
    .map(words => cut(oneLine(words), LONGEST_WORDS))
    .filter(words => words !== '')
    .join('\n');
}
