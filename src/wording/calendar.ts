/** The expiries of a mail as a calendar file. */
import type { Digest, DigestLine } from '../core/digest';
import { eventUid, renewalLines } from '../core/target';
import { type CalendarEvent, icalendarOf } from '../formats/icalendar';
import { DAY, HOUR, type Instant } from '../formats/instant';
import { webLink } from '../formats/text';
import { utc } from '../formats/when';
import { shortLine } from './fact';
import { lineWords, nameOf } from './line';

const ALARMS = [DAY, HOUR];

/** The known expiries after `asOf`, one event for each target; undefined if there is none. */
export function calendarOf(digest: Digest): string | undefined {
  const events = new Map<string, CalendarEvent>();
  for (const line of digest.lines) {
    const { calendarExpiry: expiresOn } = lineWords(line, digest.asOf);
    if (expiresOn === undefined || expiresOn <= digest.asOf) continue;
    const uid = eventUid(line.reminder);
    // The most urgent line of a target comes first.
    if (!events.has(uid)) events.set(uid, eventOf(line, uid, expiresOn, digest.asOf));
  }
  return events.size > 0 ? icalendarOf([...events.values()], { asOf: digest.asOf }) : undefined;
}

function eventOf(line: DigestLine, uid: string, startsOn: Instant, asOf: Instant): CalendarEvent {
  const url = webLink(line.portalUrl) ?? webLink(line.runbook);
  const runbook = webLink(line.runbook);
  const said = [
    shortLine(line.label),
    shortLine(line.where),
    ...renewalLines(line).map(shortLine),
    runbook === undefined ? '' : `Runbook: ${runbook}`,
    `As known on ${utc(asOf)}.`,
  ];
  return {
    uid,
    startsOn,
    summary: `${nameOf(line)} expires`,
    description: said.filter(text => text !== '').join('\n'),
    url,
    alarms: ALARMS.filter(lead => startsOn - lead > asOf),
  };
}
