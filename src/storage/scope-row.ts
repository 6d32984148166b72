/** One row of the scopes table, both ways. */
import * as v from 'valibot';
import type { Pace } from '../core/pace';
import { formatInstant } from '../formats/instant';
import type { ScopeRow, Troubles } from '../watch/ports';
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

const PartialColumn = v.object({ counts: CountsColumn, ownerless: v.number() });
const Trouble = v.object({ since: InstantText, put: v.boolean() });
const TroublesColumn = v.object({
  scopeFailing: v.exactOptional(Trouble),
  ownerless: v.exactOptional(Trouble),
});

/** Written with Replace, so what is absent is gone. */
export function scopeColumns(row: ScopeRow): Row {
  const { holder, durationMs, pace, counts, partial, troubles } = row;
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
    ...(troubles && { troubles: troublesText(troubles) }),
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
      partial: json(PartialColumn, row.partial),
      troubles: json(TroublesColumn, row.troubles),
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

function troublesText(troubles: Troubles): string {
  const written = Object.entries(troubles).map(([name, { since, put }]) => [
    name,
    { since: formatInstant(since), put },
  ]);
  return JSON.stringify(Object.fromEntries(written));
}
