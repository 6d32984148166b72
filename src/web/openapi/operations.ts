/** Every operation of the app, as the OpenAPI document lists them. */
import { feedQuery } from '../calendar/query';
import { ForecastQuery } from '../forecast';
import { EXPOSITION } from '../metrics/prometheus';
import { NoQuery } from '../registry/query';
import { statusQuery } from '../status/query';
import type { Operation } from './operation';
import { pages } from './operations-of-pages';
import { REGISTRY } from './operations-of-registry';

const ETAG = { ETag: 'Changes when the answer does.' };
const UNCHANGED = {
  is: 'The client has this very answer: nothing but the instants that pass has changed.',
  headers: ETAG,
};

export function operationsOf(kinds: readonly string[]): Operation[] {
  return [...asking(kinds), ...REGISTRY, ...forPrograms(kinds), ...pages(kinds)];
}

function asking(kinds: readonly string[]): Operation[] {
  return [
    {
      id: 'status',
      method: 'get',
      path: '/status',
      tag: 'Asking',
      summary: 'What expires next',
      description:
        'Soonest first; then what has no date, and what is minted. Pages are stable while sweeps run. With `Accept: text/csv` the same fields as CSV.',
      query: statusQuery(kinds),
      headers: ['If-None-Match'],
      answers: {
        200: {
          is: 'A page of targets.',
          content: { 'application/json': 'Status', 'text/csv': 'text' },
          headers: { ...ETAG, Link: 'The next page (`rel="next"`), relative and without the key.' },
        },
        304: UNCHANGED,
      },
    },
    {
      id: 'target',
      method: 'get',
      path: '/targets/{scope}/{name}',
      tag: 'Asking',
      summary: 'One target whole',
      description:
        'Its state, its thresholds and where each came from, what was told to whom, why each reminder is or isn’t due, what comes next, and its history.',
      query: NoQuery,
      answers: { 200: { is: 'The target.', content: { 'application/json': 'Target' } } },
      problems: ['unknown-target'],
    },
    {
      id: 'forecast',
      method: 'get',
      path: '/forecast',
      tag: 'Asking',
      summary: 'The mails to come',
      description: 'The mails that go out if nothing changes, by day and owner.',
      query: ForecastQuery,
      answers: { 200: { is: 'The mails.', content: { 'application/json': 'Forecast' } } },
    },
    {
      id: 'checkNow',
      method: 'post',
      path: '/targets/{scope}/{name}/check',
      tag: 'Acting',
      summary: 'Read a target now',
      description:
        'Within the pace of its scope. While a sweep has the scope it is read all the same, with `recorded: false`.',
      query: NoQuery,
      answers: { 200: { is: 'The target as it is now.', content: { 'application/json': 'Check' } } },
      problems: ['cross-site', 'unknown-target', 'invalid-row', 'not-watched', 'throttled'],
    },
  ];
}

function forPrograms(kinds: readonly string[]): Operation[] {
  return [
    {
      id: 'metrics',
      method: 'get',
      path: '/metrics',
      tag: 'For programs',
      summary: 'Metrics for Prometheus',
      description:
        'When each of the soonest dated targets expires, as an instant, and how the watcher itself is.',
      answers: { 200: { is: 'Text format 0.0.4.', content: { [EXPOSITION]: 'text' } } },
    },
    {
      id: 'calendar',
      method: 'get',
      path: '/calendar.ics',
      tag: 'For programs',
      summary: 'Expiries as a calendar',
      description:
        'One event a target, which moves when that is renewed, with alarms at the thresholds still to come.',
      query: feedQuery(kinds),
      answers: { 200: { is: 'A calendar (RFC 5545).', content: { 'text/calendar; charset=utf-8': 'text' } } },
    },
    {
      id: 'health',
      method: 'get',
      path: '/health',
      tag: 'For programs',
      summary: 'Whether the watcher can be trusted',
      description: 'Anybody may ask: it tells no names.',
      isAnonymous: true,
      answers: {
        200: { is: 'It can.', content: { 'application/json': 'Health' } },
        503: { is: 'It can’t, with the reasons.', content: { 'application/json': 'Health' } },
      },
    },
    {
      id: 'openapi',
      method: 'get',
      path: '/openapi.json',
      tag: 'For programs',
      summary: 'This document',
      description: 'Made of the schemas that validate requests and shape answers.',
      query: NoQuery,
      headers: ['If-None-Match'],
      answers: {
        200: { is: 'OpenAPI 3.1.', content: { 'application/json': 'text' }, headers: ETAG },
        304: UNCHANGED,
      },
    },
  ];
}
