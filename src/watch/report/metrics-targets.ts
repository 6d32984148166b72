/** Targets one by one for the metrics: the soonest dated ones, and of those without a date the same number. */

import type { Listing } from '../../core/listing';
import type { Instant } from '../../formats/instant';
import type { Calendar, CalendarEntry } from '../ports';
import { SHOWN_FAILURES, type ShownFailure, type TargetMeasures } from './measures';

/** Of each half: 5 storage calls, and half a megabyte of text for a monitoring system to keep. */
const MOST_TARGETS = 5_000;
/** No expiry is later. */
const LATEST = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

export interface Examined extends Omit<TargetMeasures, 'leftOut'> {
  readonly count: number;
  /** Whether there may be more. */
  readonly cut: boolean;
}

export async function measureTargets(calendar: Calendar, most = MOST_TARGETS): Promise<Examined> {
  const end = calendar.keyOf({ scope: '', name: '' }, LATEST);
  const halves = await Promise.all([
    first(calendar.entries({ until: LATEST }), most),
    first(calendar.entries({ after: end }), most),
  ]);
  const entries = once(halves.flat());
  return {
    dated: entries.flatMap(dated).sort((a, b) => a.expiresOn - b.expiresOn),
    failures: failuresOf(entries),
    count: entries.length,
    cut: halves.some(half => half.length === most),
  };
}

async function first<T>(stream: AsyncIterable<T>, most: number): Promise<T[]> {
  const taken: T[] = [];
  for await (const item of stream) {
    taken.push(item);
    if (taken.length === most) break;
  }
  return taken;
}

/** A target may be listed twice for a while (its move was cut off, or overtook this pass); two values of one series would spoil it. */
function once(entries: readonly CalendarEntry[]): CalendarEntry[] {
  const latest = new Map<string, CalendarEntry>();
  for (const entry of entries) {
    const key = `${entry.scope}\n${entry.name}`;
    const other = latest.get(key);
    if (!other || checkedOn(other) <= checkedOn(entry)) latest.set(key, entry);
  }
  return [...latest.values()];
}

function checkedOn({ listing }: CalendarEntry): Instant {
  return listing.checkedOn ?? 0;
}

function dated({ scope, name, listing }: CalendarEntry): TargetMeasures['dated'][number][] {
  const { kind, expiresOn, minted } = listing;
  return typeof expiresOn === 'number' && !minted ? [{ kind, scope, name, expiresOn }] : [];
}

function failuresOf(entries: readonly CalendarEntry[]): Map<ShownFailure, number> {
  const codes = entries.map(({ listing }) => codeOf(listing));
  return new Map(SHOWN_FAILURES.map(code => [code, codes.filter(other => other === code).length]));
}

function codeOf({ failure }: Listing): ShownFailure | undefined {
  return SHOWN_FAILURES.find(code => code === failure?.code);
}
