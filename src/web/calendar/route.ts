/** `GET calendar.ics`: the expiries as a calendar to subscribe to (RFC 5545). */
import * as v from 'valibot';
import { eventUid, renewalLines } from '../../core/target';
import { type CalendarEvent, icalendarOf } from '../../formats/icalendar';
import type { Instant } from '../../formats/instant';
import { cut, oneLine } from '../../formats/text';
import { moment } from '../../formats/when';
import type { Feed, FeedEntry } from '../../watch/report/feed';
import type { Response } from '../problem';
import { address, oneOf, optional } from '../query';
import { type Route, strict } from '../route';

/** Sweeps see a renewal within hours; a program that asks more often gains nothing. */
const REFRESH_HOURS = 1;
const LONGEST_NAME = 200;
const LONGEST_WORDS = 1_000;

export function feedQuery(kinds: readonly string[]) {
  return v.object({
    owner: optional(address(), 'Targets of this owner, without regard to case.'),
    kind: optional(oneOf(kinds), 'Targets of this kind.'),
  });
}

export const calendar: Route = {
  name: 'calendar',
  path: 'calendar.ics',
  methods: {
    GET: strict({
      tag: 'For programs',
      summary: 'Expiries as a calendar',
      description:
        'One event a target, which moves when that is renewed, with alarms at the thresholds still to come.',
      query: feedQuery,
      responses: {
        200: { is: 'A calendar (RFC 5545).', content: { 'text/calendar; charset=utf-8': 'text' } },
      },
      handler: async ({ query, app }) => calendarResponse(await app().feed(query)),
    }),
  },
};

export function calendarResponse({ asOf, entries, truncated }: Feed): Response {
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
  const name = cut(oneLine(entry.displayName) || oneLine(entry.name), LONGEST_NAME);
  return {
    uid: eventUid(entry),
    startsOn: expiresOn,
    summary: `${name} ${expiresOn <= asOf ? 'expired' : 'expires'}`,
    description: descriptionOf(entry),
    url: portalUrl ?? runbook,
    alarms,
  };
}

/** It says when it was read, since a calendar may show an old copy. */
function descriptionOf(entry: FeedEntry): string {
  const { label, where, runbook, readOn, failure } = entry;
  const sentences = [
    label,
    where,
    ...renewalLines(entry),
    runbook && `Runbook: ${runbook}`,
    readOn === undefined ? '' : `Last read on ${moment(readOn)}.`,
    failure && `It could not be read since ${moment(failure.since)}: ${failure.message}`,
  ];
  return sentences
    .map(words => cut(oneLine(words), LONGEST_WORDS))
    .filter(words => words !== '')
    .join('\n');
}
