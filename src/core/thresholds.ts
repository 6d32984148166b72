/** Thresholds: the lead times before an expiry at which an owner is told, and the instants they fall on. */
import { formatDuration, parseDuration } from '../formats/duration';
import { DAY, type Instant } from '../formats/instant';
import { quoted } from '../formats/invisible';
import { splitList } from '../formats/text';

/** `30d`, `0`, `-7d` are leads before (or after) the expiry; `20%` is a share of the lifetime. */
export type Threshold =
  | { readonly is: 'lead'; readonly ms: number }
  | { readonly is: 'share'; readonly percent: number };

/** The thresholds in force for a target, and where they are written. */
export interface ThresholdPolicy {
  readonly thresholds: readonly Threshold[];
  readonly from: 'row' | 'setting' | 'built-in';
}

/** The instant at which a threshold falls for one expiry. */
export interface Crossing {
  readonly threshold: Threshold;
  readonly leadMs: number;
  readonly at: Instant;
}

/** A threshold that is not used for this expiry, and why (rule 13). */
export interface SkippedThreshold {
  readonly threshold: Threshold;
  readonly because: 'notBelowLifetime' | 'lifetimeUnknown';
}

const MOST_THRESHOLDS = 20;
const AT_EXPIRY: Threshold = { is: 'lead', ms: 0 };
/** What a person reads who wrote a list that names neither the expiry nor a time after it. */
export const EXPIRY_IS_TOLD =
  'none of them is 0 or after the expiry (such as -7d), so 0 is in force besides: the expiry itself is always told';
const LONGEST_AFTER = 366 * DAY;

export function parseThreshold(text: string): Threshold | undefined {
  if (/^0[smhd]?$/.test(text)) return { is: 'lead', ms: 0 };
  const percent = /^(\d{1,2})%$/.exec(text);
  if (percent) return Number(percent[1]) > 0 ? { is: 'share', percent: Number(percent[1]) } : undefined;
  const after = text.startsWith('-');
  const ms = parseDuration(after ? text.slice(1) : text);
  if (ms === undefined || (after && ms > LONGEST_AFTER)) return undefined;
  return { is: 'lead', ms: after ? -ms : ms };
}

/** Parses a list such as `30d 7d 20% 0 -7d`. Each fault names the item and the fix. */
export function parseThresholds(text: string): { thresholds: Threshold[]; faults: string[] } {
  const thresholds: Threshold[] = [];
  const faults: string[] = [];
  for (const item of splitList(text)) {
    const threshold = parseThreshold(item);
    if (threshold) thresholds.push(threshold);
    else faults.push(`${quoted(item, 40)} is not a threshold; write for example 30d, 12h, 0, -7d or 20%`);
  }
  if (thresholds.length > MOST_THRESHOLDS)
    faults.push(`write at most ${MOST_THRESHOLDS} thresholds, not ${thresholds.length}`);
  return { thresholds: thresholds.slice(0, MOST_THRESHOLDS), faults };
}

export function formatThreshold(threshold: Threshold): string {
  if (threshold.is === 'share') return `${threshold.percent}%`;
  if (threshold.ms === 0) return '0';
  return threshold.ms < 0 ? `-${formatDuration(-threshold.ms)}` : formatDuration(threshold.ms);
}

/** Whether a list names the expiry itself or a time after it. */
export function namesExpiry(thresholds: readonly Threshold[]): boolean {
  return thresholds.some(threshold => threshold.is === 'lead' && threshold.ms <= 0);
}

/** The thresholds of a list, and `0` where it does not name the expiry: that is always told (rule 12). */
export function inForce(thresholds: readonly Threshold[]): readonly Threshold[] {
  return namesExpiry(thresholds) ? thresholds : [...thresholds, AT_EXPIRY];
}

/** The instants at which the thresholds fall for one expiry, earliest first, and the thresholds that are not used. */
export function crossingsOf(
  thresholds: readonly Threshold[],
  expiresOn: Instant,
  lifetimeMs: number | undefined,
): { crossings: Crossing[]; skipped: SkippedThreshold[] } {
  const crossings: Crossing[] = [];
  const skipped: SkippedThreshold[] = [];
  for (const threshold of inForce(thresholds)) {
    if (threshold.is === 'share' && lifetimeMs === undefined) {
      skipped.push({ threshold, because: 'lifetimeUnknown' });
    } else if (threshold.is === 'lead' && lifetimeMs !== undefined && threshold.ms >= lifetimeMs) {
      skipped.push({ threshold, because: 'notBelowLifetime' });
    } else {
      const leadMs =
        threshold.is === 'lead' ? threshold.ms : Math.round(((lifetimeMs ?? 0) * threshold.percent) / 100);
      crossings.push({ threshold, leadMs, at: expiresOn - leadMs });
    }
  }
  return { crossings: crossings.sort((a, b) => a.at - b.at), skipped };
}

/** The latest threshold already crossed: the only one told after an outage (rule 12). */
export function tightestCrossed(crossings: readonly Crossing[], asOf: Instant): Crossing | undefined {
  return crossings.findLast(crossing => crossing.at <= asOf);
}

/** The instant from which a target counts as `expiring`: its earliest crossing, but never later than the expiry. */
export function expiringFrom(crossings: readonly Crossing[], expiresOn: Instant): Instant {
  return Math.min(expiresOn, crossings[0]?.at ?? expiresOn);
}
