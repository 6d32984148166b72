/** Readings: what a source found out about a target in one read. No type here can hold a token's value (rule 1). */
import type { Instant } from '../formats/instant';

/** The closed list of ways in which a read fails. */
export const FAILURE_CODES = [
  'missing',
  'notAllowed',
  'throttled',
  'timeout',
  'unreachable',
  'unintelligible',
] as const;
export type FailureCode = (typeof FAILURE_CODES)[number];

export interface FailedReading {
  readonly outcome: 'failed';
  readonly code: FailureCode;
  /** One sentence in our own words: what happened and, if known, how to fix it. */
  readonly message: string;
  /** The service answers, and is busy with a change of the target: it ends by itself. */
  readonly busy?: true;
  /** There was no sign-in, so the service was not even asked. */
  readonly signIn?: true;
}

export type Reading =
  | { readonly outcome: 'expires'; readonly expiresOn: Instant }
  | { readonly outcome: 'neverExpires' }
  | FailedReading;

export function failed(code: FailureCode, message: string): FailedReading {
  return { outcome: 'failed', code, message };
}
