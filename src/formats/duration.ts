/** Durations as people write them in settings, rows and queries: `30s 5m 6h 30d`. */
import { DAY, HOUR, MINUTE, SECOND } from './instant';

const UNITS: Readonly<Record<string, number>> = { d: DAY, h: HOUR, m: MINUTE, s: SECOND };
const TEN_YEARS = 3_650 * DAY;

/** Parses one positive duration of at most ten years, into milliseconds. */
export function parseDuration(text: string): number | undefined {
  const [, count, letter = ''] = /^(\d{1,9})([smhd])$/.exec(text) ?? [];
  const ms = Number(count) * (UNITS[letter] ?? 0);
  return ms > 0 && ms <= TEN_YEARS ? ms : undefined;
}

/** The shortest exact spelling: `7d` for 604,800,000 ms, `90m` for 90 minutes. */
export function formatDuration(ms: number): string {
  for (const [letter, unit] of Object.entries(UNITS)) if (ms % unit === 0) return `${ms / unit}${letter}`;
  return `${Math.round(ms / SECOND)}s`;
}
