/** One row of the scopes table, both ways. */
import * as v from 'valibot';
import { formatInstant } from '../core/instant';
import type { Pace } from '../core/pace';
import type { ScopeRow } from '../watch/ports';
import {
  double,
  InstantText,
  instant,
  instantOrNone,
  json,
  keyOf,
  number,
  present,
  type Row,
  text,
} from './columns';

const PaceColumn = v.object({
  level: v.number(),
  at: InstantText,
  pausedUntil: v.exactOptional(InstantText),
  refusals: v.number(),
});

const CountsColumn = v.object({
  total: v.number(),
  healthy: v.number(),
  expiring: v.number(),
  expired: v.number(),
  unknown: v.number(),
  minted: v.number(),
  failing: v.number(),
  invalid: v.number(),
  pending: v.number(),
});

/** Written with Replace, so what is absent is gone. */
export function scopeColumns(row: ScopeRow): Row {
  const { holder, durationMs, pace, counts, partial } = row;
  return {
    holder: holder ?? '',
    leaseUntil: instantOrNone(row.leaseUntil),
    tick: instantOrNone(row.tick),
    startedOn: instantOrNone(row.startedOn),
    finishedTick: instantOrNone(row.finishedTick),
    finishedOn: instantOrNone(row.finishedOn),
    ...(durationMs !== undefined && { durationMs: double(durationMs) }),
    ...(pace && { pace: paceText(pace) }),
    ...(counts && { counts: JSON.stringify(counts) }),
    ...(partial && { partial: JSON.stringify(partial) }),
  };
}

export function toScopeRow(row: Row): ScopeRow {
  return {
    scope: keyOf(row).name,
    ...present<Omit<ScopeRow, 'scope'>>({
      holder: text(row.holder),
      leaseUntil: instant(row.leaseUntil),
      tick: instant(row.tick),
      startedOn: instant(row.startedOn),
      finishedTick: instant(row.finishedTick),
      finishedOn: instant(row.finishedOn),
      durationMs: number(row.durationMs),
      pace: json(PaceColumn, row.pace),
      counts: json(CountsColumn, row.counts),
      partial: json(CountsColumn, row.partial),
    }),
  };
}

function paceText(pace: Pace): string {
  const { pausedUntil } = pace;
  return JSON.stringify({
    ...pace,
    at: formatInstant(pace.at),
    ...(pausedUntil !== undefined && { pausedUntil: formatInstant(pausedUntil) }),
  });
}
