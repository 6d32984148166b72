/** Reasons of reminders as people say them: "30 days before it expires", "it can be read again". */
import { noticeKindOf, type TargetNotice } from '../../core/notices';
import { parseThreshold, type Threshold } from '../../core/thresholds';
import { formatDuration } from '../../formats/duration';
import { counted } from '../../formats/when';

const NOTICES: Readonly<Record<Exclude<TargetNotice, 'threshold'>, string>> = {
  gone: 'it has expired and is gone',
  missing: 'it is not found',
  unreadable: 'it can’t be read',
  readable: 'it can be read again',
  renewed: 'it was renewed',
  replaced: 'it is said to be replaced',
  watchedAgain: 'it is watched again',
  notVerified: 'it was replaced, not verified',
  invalid: 'its row is invalid',
};

/** The reason itself where it is none of ours, such as one that an earlier version wrote. */
export function reasonWords(reason: string): string {
  const kind = noticeKindOf({ reason });
  const threshold = parseThreshold(reason);
  if (kind === 'threshold' && threshold) return thresholdWords(threshold);
  const words: Readonly<Record<string, string>> = NOTICES;
  return (kind && words[kind]) ?? reason;
}

export function thresholdWords(threshold: Threshold): string {
  if (threshold.is === 'share') return `with ${threshold.percent} % of its lifetime left`;
  if (threshold.ms === 0) return 'when it expires';
  const lead = durationWords(Math.abs(threshold.ms));
  return threshold.ms > 0 ? `${lead} before it expires` : `${lead} after it expired`;
}

const UNITS: Readonly<Record<string, string>> = { d: 'day', h: 'hour', m: 'minute', s: 'second' };

/** Exact, unlike the distance of an instant: `90 minutes`. */
function durationWords(ms: number): string {
  const [, count, unit = ''] = /^(\d+)([smhd])$/.exec(formatDuration(ms)) ?? [];
  return counted(Number(count), UNITS[unit] ?? '');
}
